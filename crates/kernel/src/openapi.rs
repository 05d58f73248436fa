//! What every document says in the same words: the frame, the two ways to sign in, and the problems any operation may answer.

use std::collections::BTreeSet;

use serde_json::json;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, SchemaFormat, SchemaType};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::tag::TagBuilder;
use utoipa::openapi::{
    Components, ComponentsBuilder, Content, ContentBuilder, Info, License, Object, ObjectBuilder, OpenApi,
    OpenApiBuilder, PathItem, Ref, RefOr, Required, Response, ResponseBuilder, Schema, ServerBuilder, Type,
    info::Contact,
};
use utoipa::{PartialSchema, ToSchema};

use crate::Module;
use crate::module::Permission;
use crate::problem::{Problem, ProblemField};

/// The problems: status, name in the components, in words, and whether an operation may answer it.
const PROBLEMS: [(&str, &str, &str, May); 9] = [
    ("400", "Unreadable", "The body is no valid JSON in UTF-8.", |asked| asked.body),
    ("401", "SignedOut", "Not signed in.", |asked| !asked.public),
    ("403", "Forbidden", "Signed in, and not allowed; says who could do it.", |asked| !asked.public),
    (
        "404",
        "NotFound",
        "Not there, not yours to know of, or the county does not have the module (`module_off`).",
        |asked| asked.path.contains('{'),
    ),
    ("409", "Refused", "A rule says no, and which one; or somebody else was quicker.", |asked| asked.writes),
    ("413", "TooLarge", "The body is larger than this server takes.", |asked| asked.writes),
    ("415", "NotJson", "The body is not sent as `application/json`.", |asked| asked.body),
    ("422", "Invalid", "Some fields are wrong; every one is named.", |_| true),
    ("5XX", "Trouble", "Trouble on the side of the server; `trace` leads the operator to its cause.", |_| true),
];

type May = fn(&Asked<'_>) -> bool;

/// What decides which problems an operation may answer.
struct Asked<'a> {
    path: &'a str,
    public: bool,
    writes: bool,
    body: bool,
}

/// The frame of a document without operations.
pub(crate) fn empty() -> OpenApi {
    let mut info = Info::new("Jizuo 基座", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Base platform for grassroots governance. Every path with a `{place}` takes a division code of any level \
         (`530102`, `530102001001`); `code@2024-06-30` means the place as it was on that day. Errors are RFC 9457 \
         problems in Chinese or English by `Accept-Language`. Send an `Idempotency-Key` with every POST: a retry is \
         answered like the first. A list gives `next`; send it as `after`."
            .to_owned(),
    );
    let mut license = License::new("Apache-2.0");
    license.identifier = Some("Apache-2.0".to_owned());
    info.license = Some(license);
    let mut contact = Contact::new();
    contact.name = Some("The operator of this installation".to_owned());
    info.contact = Some(contact);
    let mut components = ComponentsBuilder::new()
        .schema("Problem", Problem::schema())
        .schema("ProblemField", ProblemField::schema())
        .schemas_from_iter(transitive::<Problem>())
        .security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)))
        .security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(crate::identity::COOKIE))));
    for (status, name, words, _) in PROBLEMS {
        components = components.response(name, problem(status, words));
    }
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([ServerBuilder::new().url("/").description(Some("The server of this document.")).build()]))
        .components(Some(components.build()))
        .build()
}

fn problem(status: &str, words: &str) -> Response {
    let mut response = ResponseBuilder::new()
        .description(words)
        .content(
            "application/problem+json",
            ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build(),
        )
        .build();
    if status == "401" {
        response.headers.insert("WWW-Authenticate".to_owned(), header("`Bearer`.", Object::with_type(Type::String)));
    }
    response
}

fn header(words: &str, schema: impl Into<RefOr<Schema>>) -> RefOr<Header> {
    let mut header = Header::new(schema);
    header.description = Some(words.to_owned());
    RefOr::T(header)
}

fn transitive<T: ToSchema>() -> Vec<(String, RefOr<Schema>)> {
    let mut found = Vec::new();
    T::schemas(&mut found);
    found
}

/// Adds to a module's document what its author does not write.
pub(crate) fn complete(module: &Module, permissions: &[&'static Permission], document: &mut OpenApi) {
    let mut whole = empty();
    whole.merge(std::mem::take(document));
    let about = format!("{}: {}. {}：{}。", module.title.en, module.about.en, module.title.zh, module.about.zh);
    whole.tags = Some(vec![TagBuilder::new().name(module.title.en.clone()).description(Some(about)).build()]);
    for (path, item) in &mut whole.paths.paths {
        for (method, operation) in operations(item) {
            operation.tags = Some(vec![module.title.en.to_string()]);
            complete_operation(permissions, method, path, operation);
        }
    }
    if let Some(components) = &mut whole.components {
        name_what_pages_hold(components);
        let bodies = whole.paths.paths.values_mut().flat_map(|item| [&mut item.put, &mut item.post, &mut item.patch]);
        let bodies = bodies.flatten().filter_map(|operation| match &mut operation.request_body {
            Some(RefOr::T(body)) => body.content.values_mut().next(),
            _ => None,
        });
        texts_of_bodies(components, bodies);
    }
    *document = whole;
}

/// The operations of a path with their methods.
pub(crate) fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    [
        ("GET", &mut item.get),
        ("PUT", &mut item.put),
        ("POST", &mut item.post),
        ("DELETE", &mut item.delete),
        ("PATCH", &mut item.patch),
    ]
    .into_iter()
    .filter_map(|(method, operation)| operation.as_mut().map(|operation| (method, operation)))
}

fn complete_operation(permissions: &[&'static Permission], method: &str, path: &str, operation: &mut Operation) {
    let schemes: Vec<serde_json::Value> =
        operation.security.iter().flatten().filter_map(|one| serde_json::to_value(one).ok()).collect();
    let tokens: Vec<&serde_json::Value> = schemes.iter().filter_map(|one| one.get("token")).collect();
    let needed = tokens.iter().filter_map(|scopes| scopes.get(0)?.as_str()).next();
    let public = tokens.is_empty();
    let needs = match needed {
        Some(id) => {
            let title = permissions.iter().find(|p| p.id == id).map_or("", |p| &p.title.en);
            format!("Needs the permission `{id}` ({title}) at the place.")
        }
        None if public => "Needs no signing in.".to_owned(),
        None => "For everybody who is signed in.".to_owned(),
    };
    operation.description = Some(match operation.description.take() {
        Some(words) if !words.is_empty() => format!("{words}\n\n{needs}"),
        _ => needs,
    });
    // A browser's cookie does for what the bearer token does: the permission is the same.
    if let Some(security) = &mut operation.security {
        let same = tokens.iter().filter_map(|scopes| serde_json::from_value(json!({ "session": scopes })).ok());
        security.extend(same);
    }
    let asked = Asked { path, public, writes: method != "GET", body: operation.request_body.is_some() };
    let parameters = operation.parameters.get_or_insert_default();
    for parameter in parameters.iter_mut() {
        match parameter {
            RefOr::T(parameter) if parameter.name == "place" => describe_place(parameter),
            RefOr::T(Parameter { parameter_in: ParameterIn::Query, schema: Some(schema), .. }) => {
                texts(schema, &mut Vec::new());
            }
            _ => {}
        }
    }
    if method == "POST" && !public {
        parameters.push(RefOr::T(idempotency_key()));
    }
    if operation.responses.responses.contains_key("304") {
        parameters.push(RefOr::T(if_none_match()));
    }
    if parameters.is_empty() {
        operation.parameters = None;
    }
    complete_responses(&asked, operation);
}

fn complete_responses(asked: &Asked<'_>, operation: &mut Operation) {
    let responses = &mut operation.responses.responses;
    let revalidates = responses.contains_key("304");
    for (status, response) in responses.iter_mut() {
        let RefOr::T(response) = response else { continue };
        if response.description.is_empty() {
            response.description = done(status).to_owned();
        }
        if status == "201" {
            let uri = ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::Custom("uri-reference".to_owned())))
                .build();
            response.headers.insert("Location".to_owned(), header("Where it is.", uri));
        }
        if revalidates && matches!(&**status, "200" | "304") {
            let words = "The edition; send it as `If-None-Match`.";
            response.headers.insert("ETag".to_owned(), header(words, Object::with_type(Type::String)));
        }
    }
    for (status, name, _, may) in PROBLEMS {
        // What an operation documents itself with nothing but the status is the usual problem too.
        if may(asked) || responses.contains_key(status) {
            responses.insert(status.to_owned(), RefOr::Ref(Ref::from_response_name(name)));
        }
    }
}

fn describe_place(parameter: &mut Parameter) {
    parameter.description = Some(
        "Division code of any level, with or without zeros at its end; `code@date` for the place as it was on that day."
            .to_owned(),
    );
    let code = ObjectBuilder::new().schema_type(Type::String).pattern(Some(PLACE));
    parameter.schema = Some(code.build().into());
}

/// A division code, perhaps with a day.
const PLACE: &str = "^[0-9]{2,18}(@[0-9]{4}-[0-9]{2}-[0-9]{2})?$";

fn idempotency_key() -> Parameter {
    let key = ObjectBuilder::new().schema_type(Type::String).pattern(Some("^[!-~]{1,100}$"));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "Chosen by the caller: the same request sent again under it is done once and answered alike.",
        ))
        .schema(Some(key))
        .build()
}

fn if_none_match() -> Parameter {
    ParameterBuilder::new()
        .name("If-None-Match")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some("The `ETag` that is known already."))
        .schema(Some(Object::with_type(Type::String)))
        .build()
}

/// No text that is sent holds control characters but tab and line feed, and one that must not be empty shows something.
fn texts_of_bodies<'a>(components: &mut Components, bodies: impl Iterator<Item = &'a mut RefOr<Content>>) {
    let mut names = Vec::new();
    for body in bodies {
        if let RefOr::T(Content { schema: Some(schema), .. }) = body {
            texts(schema, &mut names);
        }
    }
    let mut seen = BTreeSet::new();
    while let Some(name) = names.pop() {
        if seen.insert(name.clone())
            && let Some(schema) = components.schemas.get_mut(&name)
        {
            texts(schema, &mut names);
        }
    }
}

/// Describes the texts in a schema, and tells what it refers to.
fn texts(schema: &mut RefOr<Schema>, names: &mut Vec<String>) {
    match schema {
        RefOr::Ref(to) => names.extend(to.ref_location.strip_prefix("#/components/schemas/").map(str::to_owned)),
        RefOr::T(Schema::Object(object)) => {
            if is_text(&object.schema_type)
                && object.pattern.is_none()
                && object.format.is_none()
                && object.enum_values.is_none()
            {
                let visible = object.min_length.is_some_and(|least| least > 0);
                object.pattern = Some(if visible { VISIBLE } else { TEXT }.to_owned());
            }
            for property in object.properties.values_mut() {
                texts(property, names);
            }
            if let Some(AdditionalProperties::RefOr(values)) = object.additional_properties.as_deref_mut() {
                texts(values, names);
            }
        }
        RefOr::T(Schema::Array(array)) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                texts(items, names);
            }
        }
        RefOr::T(Schema::OneOf(one)) => {
            for item in &mut one.items {
                // No body takes fields that it does not know, and utoipa does not say so of an enum's variants.
                if let RefOr::T(Schema::Object(variant)) = item
                    && !variant.properties.is_empty()
                {
                    variant.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
                }
                texts(item, names);
            }
        }
        RefOr::T(Schema::AllOf(all)) => all.items.iter_mut().for_each(|item| texts(item, names)),
        RefOr::T(_) => {}
    }
}

pub(crate) fn is_text(kind: &SchemaType) -> bool {
    match kind {
        SchemaType::Type(one) => *one == Type::String,
        SchemaType::Array(several) => several.contains(&Type::String),
        SchemaType::AnyValue => false,
    }
}

const TEXT: &str = r"^[^\u0000-\u0008\u000B-\u001F\u007F-\u009F]*$";
const VISIBLE: &str = r"^[^\u0000-\u0008\u000B-\u001F\u007F-\u009F]*[^\s\u0000-\u001F\u007F-\u009F][^\u0000-\u0008\u000B-\u001F\u007F-\u009F]*$";

/// A page is generic, and utoipa writes out what such a type is filled with. It has a name of its own, as everything has.
fn name_what_pages_hold(components: &mut Components) {
    let names: Vec<String> = components.schemas.keys().cloned().collect();
    for name in names {
        let Some(held) = name.strip_prefix("Page_").filter(|held| components.schemas.contains_key(*held)) else {
            continue;
        };
        if let Some(RefOr::T(Schema::Object(page))) = components.schemas.get_mut(&name)
            && let Some(RefOr::T(Schema::Array(items))) = page.properties.get_mut("items")
        {
            items.items = ArrayItems::RefOrSchema(Box::new(Ref::from_schema_name(held).into()));
        }
    }
}

/// A text that is one of the codes this build has, for `schema_with`.
pub fn one_of<'a>(words: &str, codes: impl IntoIterator<Item = &'a str>) -> Object {
    let codes: Vec<&str> = codes.into_iter().collect();
    ObjectBuilder::new().schema_type(Type::String).enum_values(Some(codes)).description(Some(words)).build()
}

/// The same for a text that may be left out.
pub fn one_of_if_any<'a>(words: &str, codes: impl IntoIterator<Item = &'a str>) -> Object {
    let mut one = one_of(words, codes);
    one.schema_type = SchemaType::from_iter([Type::String, Type::Null]);
    one.enum_values.get_or_insert_default().push(serde_json::Value::Null);
    one
}

/// An object of texts whose names are of a type, for `schema_with`.
pub fn texts_by(words: &str, names: impl Into<Schema>, at_least: usize) -> Object {
    let mut object = ObjectBuilder::new()
        .schema_type(Type::Object)
        .description(Some(words))
        .property_names(Some(names))
        .additional_properties(Some(Schema::Object(Object::with_type(Type::String))));
    if at_least > 0 {
        object = object.min_properties(Some(at_least));
    }
    object.build()
}

/// What a success says, where its author said nothing.
fn done(status: &str) -> &'static str {
    match status {
        "201" => "Made; `Location` says where it is.",
        "204" => "Done.",
        "304" => "Not changed since the ETag that was sent.",
        _ => "The answer.",
    }
}
