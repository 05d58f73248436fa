//! A form that carries a file, let in as any other form is.

use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;

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
    pub(crate) file: axum::body::Bytes,
}

impl FromRequest<Shared> for Upload {
    type Rejection = Trouble;

    async fn from_request(request: Request, console: &Shared) -> Result<Upload, Trouble> {
        let visit = Visit::of(console, request.headers(), here(request.uri()));
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("multipart/form-data") || !from_our_page(request.headers()) {
            return Err(foreign(&visit));
        }
        let mut parts = Multipart::from_request(request, console).await.map_err(|_| broken(&visit))?;
        let (mut pairs, mut file_name, mut file) = (Vec::new(), String::new(), axum::body::Bytes::new());
        while let Some(part) = parts.next_field().await.map_err(|error| refused(&visit, &error))? {
            let name = part.name().unwrap_or_default().to_owned();
            if let Some(given) = part.file_name().map(last_part) {
                file = part.bytes().await.map_err(|error| refused(&visit, &error))?;
                file_name = given;
            } else if pairs.len() < FIELDS {
                let text = part.text().await.map_err(|error| refused(&visit, &error))?;
                pairs.push((name, text));
            }
        }
        let text: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        let sent = Sent::read(text.as_bytes());
        let ours = visit.api.session.is_some() && alike(sent.text("csrf"), &visit.csrf()?);
        if ours { Ok(Upload { sent, file_name, file }) } else { Err(foreign(&visit)) }
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
