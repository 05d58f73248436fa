//! What every document says in the same words: the frame, the two ways to sign in, and the problems any operation may answer.

use serde_json::json;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, Info, License, OpenApi, OpenApiBuilder, Ref, ResponseBuilder, path::Operation,
};
use utoipa::{PartialSchema, ToSchema};

use crate::Module;
use crate::problem::{Problem, ProblemField};

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
    OpenApiBuilder::new()
        .info(info)
        .components(Some(
            ComponentsBuilder::new()
                .schema("Problem", Problem::schema())
                .schema("ProblemField", ProblemField::schema())
                .schemas_from_iter(transitive::<Problem>())
                .security_scheme("token", SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer)))
                .security_scheme(
                    "session",
                    SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(crate::identity::COOKIE))),
                )
                .build(),
        ))
        .build()
}

fn transitive<T: ToSchema>() -> Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)> {
    let mut found = Vec::new();
    T::schemas(&mut found);
    found
}

/// Adds to a module's document what its author does not write.
pub(crate) fn complete(module: &Module, document: &mut OpenApi) {
    let mut whole = empty();
    whole.merge(std::mem::take(document));
    for item in whole.paths.paths.values_mut() {
        for operation in
            [&mut item.get, &mut item.put, &mut item.post, &mut item.delete, &mut item.patch].into_iter().flatten()
        {
            complete_operation(module, operation);
        }
    }
    *document = whole;
}

fn complete_operation(module: &Module, operation: &mut Operation) {
    operation.tags = Some(vec![module.title.en.to_string()]);
    // A browser's cookie does for what the bearer token does: the permission is the same.
    if let Some(security) = &mut operation.security {
        let alternatives: Vec<_> = security
            .iter()
            .filter_map(|one| serde_json::to_value(one).ok())
            .filter_map(|one| one.get("token").cloned())
            .filter_map(|scopes| serde_json::from_value(json!({ "session": scopes })).ok())
            .collect();
        security.extend(alternatives);
    }
    for (status, response) in &mut operation.responses.responses {
        if let utoipa::openapi::RefOr::T(response) = response
            && response.description.is_empty()
        {
            response.description = done(status).to_owned();
        }
    }
    for (status, words) in [
        ("401", "Not signed in."),
        ("403", "Signed in, and not allowed; says who could do it."),
        ("404", "Not there, not yours to know of, or the county does not have the module (`module_off`)."),
        ("409", "A rule says no, and which one; or somebody else was quicker."),
        ("422", "Some fields are wrong; every one is named."),
        ("default", "Any other trouble, as a problem."),
    ] {
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| {
            ResponseBuilder::new()
                .description(words)
                .content(
                    "application/problem+json",
                    ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build(),
                )
                .build()
                .into()
        });
    }
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
