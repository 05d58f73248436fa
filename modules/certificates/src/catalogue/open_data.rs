//! The catalogue in force as open data, and as a poster for the village board (民发〔2020〕20号：目录在办公场所和公开栏公布).

use std::fmt::Write;

use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use jizuo_kernel::sheets::{Field, Format, Sheet};
use jizuo_kernel::{App, Ctx, Error, Json, Lang, Path, Result, Text, escaped, printed};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::service::{Answer, Entry, in_force};
use crate::item::Replacement;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(whole)).routes(routes!(file)).routes(routes!(poster))
}

/// One paper of the catalogue in force.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = certificates::OpenEntry)]
struct OpenEntry {
    #[schema(example = "being_alive")]
    code: String,
    name: Text,
    aliases: Vec<String>,
    answer: Answer,
    #[serde(skip_serializing_if = "Option::is_none")]
    replacement: Option<Replacement>,
    next_door: Text,
    basis: Text,
    /// Who put it on the list; absent for the national one.
    #[serde(skip_serializing_if = "Option::is_none")]
    set_by: Option<String>,
}

impl From<Entry> for OpenEntry {
    fn from(entry: Entry) -> OpenEntry {
        OpenEntry {
            code: entry.code,
            name: entry.name,
            aliases: entry.aliases,
            answer: entry.answer,
            replacement: entry.replacement,
            next_door: entry.next_door,
            basis: entry.basis,
            set_by: entry.set_by.map(|place| place.name.clone()),
        }
    }
}

#[derive(Debug, Deserialize)]
struct FilePath {
    #[expect(dead_code, reason = "the gate has read it; axum wants every part named")]
    place: String,
    file: String,
}

async fn entries(ctx: &Ctx) -> Result<Vec<OpenEntry>> {
    Ok(in_force(ctx).await?.into_iter().map(OpenEntry::from).collect())
}

/// The whole catalogue in force here, as open data.
#[utoipa::path(get, path = "/open", operation_id = "certificates_catalogue", security(()),
    params(("place" = String, Path, example = "530102")), responses((status = 200, body = Vec<OpenEntry>)))]
async fn whole(ctx: Ctx) -> Result<Json<Vec<OpenEntry>>> {
    Ok(Json(entries(&ctx).await?))
}

/// The catalogue in force here as a file: `catalogue.csv` or `catalogue.xlsx`. Open data.
#[utoipa::path(get, path = "/open/{file}", operation_id = "certificates_catalogue_file", security(()),
    params(("place" = String, Path, example = "530102"),
        ("file" = String, Path, example = "catalogue.csv", pattern = "^catalogue[.](csv|xlsx)$")),
    responses((status = 200, content((String = "text/csv"),
        (Vec<u8> = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")))))]
async fn file(ctx: Ctx, path: Path<FilePath>) -> Result<Response> {
    let format = match path.file.as_str() {
        "catalogue.csv" => Format::Csv,
        "catalogue.xlsx" => Format::Xlsx,
        _ => return Err(Error::NotFound("file")),
    };
    let entries = entries(&ctx).await?;
    let titles = match ctx.lang {
        Lang::Zh => ["编码", "名称", "俗称", "结论", "到哪里办", "依据", "由谁列入"],
        Lang::En => ["Code", "Name", "Everyday names", "Answer", "Where to go", "Basis", "Listed by"],
    };
    let name = if ctx.lang == Lang::Zh { "证明事项目录" } else { "Catalogue" };
    let mut sheet = Sheet::new(format, name, &titles.map(Field::new))?;
    for entry in &entries {
        let aliases = entry.aliases.join("、");
        sheet.texts([
            &*entry.code,
            entry.name.read(ctx.lang),
            &aliases,
            entry.answer.title().read(ctx.lang),
            entry.next_door.read(ctx.lang),
            entry.basis.read(ctx.lang),
            entry.set_by.as_deref().unwrap_or_default(),
        ])?;
    }
    let mut response = sheet.finish(None)?.into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    Ok(response)
}

const STYLE: &str = "@page{size:A3;margin:16mm}body{font:14pt/1.5 \"Songti SC\",SimSun,\"Noto Serif CJK SC\",serif;color:#000;\
    background:#fff;max-width:265mm;margin:0 auto}h1{font-size:30pt;text-align:center;margin:0 0 4mm}h2{font-size:20pt;\
    margin:6mm 0 2mm}table{border-collapse:collapse;width:100%}td,th{border:1px solid #000;padding:1.5mm 3mm;text-align:left;\
    vertical-align:top}th{width:30%}";

/// The catalogue in force here as a poster for the village board: what nobody needs first, each with where to go.
#[utoipa::path(get, path = "/poster", operation_id = "certificates_poster", security(()),
    params(("place" = String, Path, example = "530102001001")),
    responses((status = 200, description = "One poster, to be printed.", body = String, content_type = "text/html")))]
async fn poster(ctx: Ctx) -> Result<Response> {
    let entries = in_force(&ctx).await?;
    let place = ctx.place()?;
    let t = |zh: &'static str, en: &'static str| if ctx.lang == Lang::Zh { zh } else { en };
    let title = format!("{} {}", place.name, t("证明事项一览", "Papers: what you need and where to go"));
    let mut html = format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{title}</title><style>{STYLE}</style></head>\
         <body>\n<h1>{title}</h1>\n",
        t("zh-CN", "en"),
        title = escaped(&title),
    );
    for (answer, heading) in [
        (
            Answer::NotNeeded,
            t("这些证明村里不开，谁也不能向您要", "The village issues none of these, and nobody may ask you for them"),
        ),
        (Answer::Replaced, t("这些证明不用开了，这样办", "These are not needed any more; this is done instead")),
        (Answer::IssuedHere, t("这些证明依法保留", "These are kept by law")),
    ] {
        let listed: Vec<&Entry> = entries.iter().filter(|entry| entry.answer == answer).collect();
        if listed.is_empty() {
            continue;
        }
        let _ = write!(html, "<h2>{heading}</h2>\n<table>");
        for entry in listed {
            let (name, door) = (escaped(entry.name.read(ctx.lang)), escaped(entry.next_door.read(ctx.lang)));
            let _ = write!(html, "<tr><th>{name}</th><td>{door}</td></tr>");
        }
        html.push_str("</table>\n");
    }
    let _ = write!(
        html,
        "<p>{}</p></body></html>",
        t(
            "依据：优化营商环境条例第四十四条，民发〔2020〕20号。有人向您要清单以外的证明，请告诉村里登记，或拨打12345。",
            "By the Regulation on Optimising the Business Environment, Article 44, and 民发〔2020〕20号. If somebody asks you for another paper, tell the village office, or call 12345.",
        )
    );
    Ok(printed(html))
}
