//! A form that carries a file, let in as any other form is.

use axum::body::Bytes;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderMap, header};

use crate::console::Shared;
use crate::sent::{Sent, alike, foreign, from_our_page};
use crate::trouble::Trouble;
use crate::visit::{Visit, here};

/// The largest file, as the API takes it.
pub(crate) const LARGEST: usize = 20 * 1024 * 1024;
/// With what goes along with it.
pub(crate) const BODY: usize = LARGEST + 256 * 1024;
/// More fields than the form has for the widest sheet.
const FIELDS: usize = 600;

pub(crate) struct Upload {
    pub(crate) sent: Sent,
    pub(crate) file_name: String,
    pub(crate) file: Bytes,
}

impl FromRequest<Shared> for Upload {
    type Rejection = Trouble;

    async fn from_request(request: Request, console: &Shared) -> Result<Upload, Trouble> {
        let visit = Visit::of(console, request.headers(), here(request.uri()));
        if !is_multipart(request.headers()) || !from_our_page(request.headers()) {
            return Err(foreign(&visit));
        }
        let Parts { sent, files } = Parts::of(&visit, request, console).await?;
        let ours = visit.api.session.is_some() && alike(sent.text("csrf"), &visit.csrf()?);
        if !ours {
            return Err(foreign(&visit));
        }
        let (_, file_name, file) = files.into_iter().next().unwrap_or_default();
        Ok(Upload { sent, file_name, file })
    }
}

pub(crate) fn is_multipart(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    kind.starts_with("multipart/form-data")
}

/// A form with files in it, apart: fields, and of each file the field, its name and what is in it.
pub(crate) struct Parts {
    pub(crate) sent: Sent,
    pub(crate) files: Vec<(String, String, Bytes)>,
}

impl Parts {
    pub(crate) async fn of(visit: &Visit, request: Request, console: &Shared) -> Result<Parts, Trouble> {
        let mut parts = Multipart::from_request(request, console).await.map_err(|_| broken(visit))?;
        let (mut pairs, mut files) = (Vec::new(), Vec::new());
        while let Some(part) = parts.next_field().await.map_err(|error| refused(visit, &error))? {
            let name = part.name().unwrap_or_default().to_owned();
            if let Some(given) = part.file_name().map(last_part) {
                let file = part.bytes().await.map_err(|error| refused(visit, &error))?;
                files.push((name, given, file));
            } else if pairs.len() < FIELDS {
                let text = part.text().await.map_err(|error| refused(visit, &error))?;
                pairs.push((name, text));
            }
        }
        let text: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        Ok(Parts { sent: Sent::read(text.as_bytes()), files })
    }
}

/// Old browsers send the whole path.
fn last_part(name: &str) -> String {
    name.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
}

fn refused(visit: &Visit, error: &axum::extract::multipart::MultipartError) -> Trouble {
    if error.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE { too_large(visit) } else { broken(visit) }
}

pub(crate) fn too_large(visit: &Visit) -> Trouble {
    Trouble::own(
        visit,
        413,
        "console.file.too_large",
        ("文件太大", "The file is too large"),
        (
            "文件超过 20 MB。请按村分成几个文件，分次导入；图片等内容请从表里删去。",
            "The file is larger than 20 MB. Split it by village, and delete pictures from it.",
        ),
    )
}

fn broken(visit: &Visit) -> Trouble {
    Trouble::own(
        visit,
        400,
        "console.file.broken",
        ("没有收到完整的文件", "The file did not arrive whole"),
        (
            "网络可能中断了，什么也没有保存。请返回重新选择文件。",
            "The connection may have broken; nothing was saved. Go back and choose the file again.",
        ),
    )
}
