//! The JSON face of attachments: the same three operations for every noun that takes them.

use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa::openapi::path::HttpMethod;
use utoipa::openapi::schema::{ArrayBuilder, KnownFormat, ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{ContentBuilder, RefOr, ResponseBuilder, Schema};
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use super::entity::Model;
use super::{BODY, Checked, LARGEST, MOST, Media, add, opened, take_back};
use crate::error::{Faults, internal};
use crate::process::steps::{exchanging, in_path, on_matter, route, schemas};
use crate::process::{Face, MatterPath, find};
use crate::registry::LARGEST_BODY;
use crate::{App, Ctx, Json, Path, Reply, Result, Subject};

/// Something that goes with a matter.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Attachment {
    pub id: Uuid,
    pub media: Media,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub added_by: String,
    pub added_at: DateTime<Utc>,
    /// When it was taken back: what was in it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_back_at: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_back_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub taken_back_because: Option<String>,
}

impl Attachment {
    pub(super) fn of(row: Model) -> Attachment {
        Attachment {
            id: row.id,
            media: Media::parse(&row.media).unwrap_or(Media::Pdf),
            note: row.note,
            added_by: row.added_by_name,
            added_at: row.added_at,
            taken_back_at: row.taken_back_at,
            taken_back_by: row.taken_back_by_name,
            taken_back_because: row.taken_back_because,
        }
    }
}

/// A photograph or a paper.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "content": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==", "note": "清运前" }))]
pub struct NewAttachment {
    /// JPEG, PNG or PDF of at most 2 MB, in base64. What the camera wrote into a picture is taken away.
    #[schema(schema_with = file)]
    pub content: String,
    /// What is to be seen.
    #[serde(default)]
    #[schema(max_length = 60)]
    pub note: Option<String>,
}

/// What is taken back, and why.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "reason": "照片里有无关的人" }))]
pub(super) struct AttachmentTakenBack {
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// What a browser offers to choose, and makes smaller where it can.
const ACCEPT: &str = "image/jpeg,image/png,application/pdf";

fn one() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .content_encoding("base64")
        .max_length(Some(LARGEST.div_ceil(3) * 4))
        .extensions(Some(ExtensionsBuilder::new().add("x-file", ACCEPT).build()))
}

fn file() -> RefOr<Schema> {
    let about = "JPEG, PNG or PDF of at most 2 MB, in base64. What the camera wrote into a picture is taken away.";
    one().description(Some(about)).build().into()
}

/// The schema of a property that takes several at once: `#[schema(schema_with = attachments::several)]`.
pub fn several() -> RefOr<Schema> {
    ArrayBuilder::new()
        .items(one())
        .max_items(Some(MOST))
        .description(Some("Photographs or papers, each of at most 2 MB, in base64; at most six."))
        .build()
        .into()
}

/// What the documents of all modules whose matters take attachments have in common, for the base to name.
pub(crate) fn shared(into: &mut Vec<(String, RefOr<Schema>)>) {
    schemas::<Attachment>(into);
    schemas::<NewAttachment>(into);
    schemas::<AttachmentTakenBack>(into);
}

#[derive(Debug, Deserialize)]
struct AttachmentPath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    id: Uuid,
    attachment: Uuid,
}

/// Adding, opening and taking back for the matters of a noun; who may read them may open, `permission` is for the others.
pub fn routes<E: Face>(permission: &'static str) -> OpenApiRouter<App> {
    let kind = E::KIND.replace('.', "_");
    let list = format!("/{}/{{id}}/attachments", E::PATH);
    let single = format!("{list}/{{attachment}}");
    let adding = post(move |ctx: Ctx, path: Path<MatterPath>, Json(new): Json<NewAttachment>| async move {
        attach::<E>(&ctx, path.id, new, permission).await
    });
    let document = exchanging(on_matter(format!("{kind}_attach"), permission), "NewAttachment", "201", "Attachment")
        .summary(Some("Adds a photograph or a paper."))
        .description(Some("At most six, of 2 MB each. The same one sent again is added once."))
        .extensions(Some(ExtensionsBuilder::new().add(LARGEST_BODY, json!(BODY)).build()));
    let mut spoken = Vec::new();
    schemas::<NewAttachment>(&mut spoken);
    schemas::<Attachment>(&mut spoken);
    let router = OpenApiRouter::new().routes(route(list, HttpMethod::Post, document, adding, spoken));

    let opening =
        get(|ctx: Ctx, path: Path<AttachmentPath>| async move { shown::<E>(&ctx, path.id, path.attachment).await });
    let binary =
        || ObjectBuilder::new().schema_type(Type::String).format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
    let answer =
        Media::ALL.into_iter().fold(ResponseBuilder::new().description("The file itself."), |answer, media| {
            answer.content(media.as_str(), ContentBuilder::new().schema(Some(binary())).build())
        });
    let document = on_matter(format!("{kind}_attachment"), E::READ)
        .parameter(in_path("attachment"))
        .summary(Some("Opens a photograph or a paper."))
        .response("200", answer.build());
    let router = router.routes(route(single.clone(), HttpMethod::Get, document, opening, Vec::new()));

    let taking = post(move |ctx: Ctx, path: Path<AttachmentPath>, Json(body): Json<AttachmentTakenBack>| async move {
        let row = find::<E>(&ctx, path.id).await?;
        let mut tx = ctx.begin().await?;
        let gone = take_back::<E>(&mut tx, &row, path.attachment, &body.reason).await?;
        tx.commit(permission, Subject::new(E::KIND, path.id), Reply::ok(gone)).await
    });
    let document = on_matter(format!("{kind}_take_back_attachment"), permission).parameter(in_path("attachment"));
    let document = exchanging(document, "AttachmentTakenBack", "200", "Attachment")
        .summary(Some("Takes a photograph or a paper back."))
        .description(Some("What was in it is deleted; that there was one, who took it back and why, stays."));
    let mut spoken = Vec::new();
    schemas::<AttachmentTakenBack>(&mut spoken);
    schemas::<Attachment>(&mut spoken);
    router.routes(route(format!("{single}/take_back"), HttpMethod::Post, document, taking, spoken))
}

async fn attach<E: Face>(
    ctx: &Ctx,
    id: Uuid,
    new: NewAttachment,
    permission: &'static str,
) -> Result<Reply<Attachment>> {
    let row = find::<E>(ctx, id).await?;
    let mut faults = Faults::default();
    let checked = Checked::read(&mut faults, "content", &new.content, new.note.as_deref());
    faults.check()?;
    let checked = checked.ok_or_else(|| internal("a file without a fault was not read"))?;
    let mut tx = ctx.begin().await?;
    let added = add::<E>(&mut tx, &row, checked).await?;
    let location =
        format!("/api/v1/places/{}/{}/{}/{id}/attachments/{}", ctx.place()?.code, ctx.module, E::PATH, added.id);
    tx.commit(permission, Subject::new(E::KIND, id), Reply::created(location, added)).await
}

/// A picture is seen in the page; all else is saved, and nothing in it runs here.
async fn shown<E: Face>(ctx: &Ctx, id: Uuid, attachment: Uuid) -> Result<Response> {
    let row = find::<E>(ctx, id).await?;
    let (media, bytes) = opened::<E>(ctx, &row, attachment).await?;
    let how = if media.is_picture() { "inline" } else { "attachment" };
    let headers = [
        (header::CONTENT_TYPE, media.as_str().to_owned()),
        (header::CONTENT_DISPOSITION, format!("{how}; filename=\"{attachment}.{}\"", media.ending())),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
    ];
    Ok((headers, bytes).into_response())
}
