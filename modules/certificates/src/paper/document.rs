//! What stands on a paper, for whoever prints it, and the picture of its code.

use jizuo_kernel::error::internal;
use jizuo_kernel::{Ctx, Error, Result, Text};
use qrcode::{Color, EcLevel, QrCode};

use super::check::Validity;
use super::entity::Model;
use super::{code, issue, licence, service};

/// A paper, word for word.
pub(super) struct Document {
    pub(super) title: String,
    pub(super) number: String,
    /// A notice across it, where it holds no more.
    pub(super) notice: Option<&'static str>,
    pub(super) paragraphs: Vec<String>,
    /// For what it is good, and nothing else.
    pub(super) purpose: String,
    /// Until when, under what law and which edition, for how long.
    pub(super) lines: Vec<String>,
    pub(super) issuer: String,
    pub(super) day: String,
    /// Where it must be signed by hand.
    pub(super) by_hand: Option<&'static str>,
    /// How anybody checks it.
    pub(super) how: Vec<String>,
    pub(super) picture: Picture,
}

/// The square code, dark or light.
pub(super) struct Picture {
    /// Squares in a row, with the blank border that readers want.
    pub(super) size: usize,
    pub(super) dark: Vec<bool>,
}

/// Blank squares around a code.
const BORDER: usize = 4;

impl Picture {
    fn of(text: &str) -> Result<Picture> {
        let code = QrCode::with_error_correction_level(text, EcLevel::L).map_err(|e| internal(e.to_string()))?;
        let inner = code.width();
        let size = inner + 2 * BORDER;
        let mut dark = vec![false; size * size];
        for (n, color) in code.to_colors().into_iter().enumerate() {
            dark[(n / inner + BORDER) * size + n % inner + BORDER] = color == Color::Dark;
        }
        Ok(Picture { size, dark })
    }

    pub(super) fn is_dark(&self, x: usize, y: usize) -> bool {
        self.dark[y * self.size + x]
    }
}

/// Where the page to check papers is: of the county, so that the code finds its paper.
pub(super) fn page(ctx: &Ctx, row: &Model) -> String {
    let county = ctx.snapshot.places.get(row.county).map(|place| place.code.clone()).unwrap_or_default();
    let county = county.get(..6).unwrap_or(&county);
    let site = ctx.app.settings.server.public_url.trim_end_matches('/').to_owned();
    format!("{site}/console/{county}/m/certificates/check")
}

/// What the square code holds: the page with the code, and behind it, for programs and never sent anywhere, the signed text.
pub(super) fn link(ctx: &Ctx, row: &Model) -> Result<String> {
    let (page, code) = (page(ctx, row), code::shown(&issue::code_of(ctx, row)?));
    Ok(format!("{page}?code={code}#{}", row.signed.as_deref().unwrap_or_default()))
}

/// An issued paper as it is printed, also when it holds no more: then it says so.
pub(super) fn of(ctx: &Ctx, row: &Model) -> Result<Document> {
    let (Some(number), Some(validity), Some(from), Some(until)) =
        (&row.number, Validity::of(ctx, row), row.valid_from, row.valid_until)
    else {
        return Err(Error::NotFound("issued paper"));
    };
    let content = service::content(ctx, row)?;
    let body = content.body.unwrap_or_default();
    let (from_day, until_day) = (issue::day(from), issue::day(until));
    let mut lines = vec![format!("有效期：{from_day}至{until_day}")];
    if let Some(Text { zh, .. }) = &content.basis {
        lines.push(format!("设定依据：{zh}"));
    }
    lines.push(format!("依据证明事项目录“{}”第{}版", row.item_code, row.item_edition));
    if let Some(licence) = licence::of(ctx, row) {
        lines.push(format!("电子证照标识：{}", licence.identifier));
    }
    Ok(Document {
        title: row.item_name.clone(),
        number: number.clone(),
        notice: match validity {
            Validity::Valid => None,
            Validity::Expired => Some("本证明已过有效期"),
            Validity::Revoked => Some("本证明已撤销，不再有效"),
        },
        paragraphs: body.lines().map(str::to_owned).collect(),
        purpose: format!("仅限用于：{}", row.purpose),
        lines,
        issuer: licence::issuer(ctx, row),
        day: from_day,
        by_hand: row.wet_signature.then_some(
            "依据电子签名法第三条，本证明须经手写签名、加盖印章后方为有效；图形只用于查验编号。签名：＿＿＿＿＿＿＿＿",
        ),
        how: vec![
            "扫描图形，或在下列网页输入验证码，即可查验真伪：".to_owned(),
            page(ctx, row),
            format!("验证码：{}", code::shown(&issue::code_of(ctx, row)?)),
        ],
        picture: Picture::of(&link(ctx, row)?)?,
    })
}
