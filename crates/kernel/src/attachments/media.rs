//! What an attachment may be, told by its first bytes; pictures lose what the camera wrote into them (Personal Information
//! Protection Law, Article 6: no more than the purpose needs): where and with what they were taken, and the small picture in
//! the picture. Which way is up is kept.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use img_parts::jpeg::{Jpeg, markers};
use img_parts::png::Png;
use img_parts::{Bytes, ImageEXIF};

/// What an attachment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = MediaType)]
pub enum Media {
    #[serde(rename = "image/jpeg")]
    Jpeg,
    #[serde(rename = "image/png")]
    Png,
    #[serde(rename = "application/pdf")]
    Pdf,
}

impl Media {
    pub(super) const ALL: [Media; 3] = [Media::Jpeg, Media::Png, Media::Pdf];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Media::Jpeg => "image/jpeg",
            Media::Png => "image/png",
            Media::Pdf => "application/pdf",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Media> {
        Media::ALL.into_iter().find(|media| media.as_str() == text)
    }

    pub(super) fn is_picture(self) -> bool {
        self != Media::Pdf
    }

    /// How the name of such a file ends.
    pub(super) fn ending(self) -> &'static str {
        match self {
            Media::Jpeg => "jpg",
            Media::Png => "png",
            Media::Pdf => "pdf",
        }
    }

    fn of(bytes: &[u8]) -> Option<Media> {
        Some(match bytes {
            [0xff, 0xd8, 0xff, ..] => Media::Jpeg,
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Media::Png,
            [b'%', b'P', b'D', b'F', b'-', ..] => Media::Pdf,
            _ => return None,
        })
    }
}

/// The media type of a file, and the file as it is kept; none where it is nothing that is taken, or broken.
pub(super) fn read(bytes: Vec<u8>) -> Option<(Media, Vec<u8>)> {
    let media = Media::of(&bytes)?;
    let kept = match media {
        Media::Jpeg => jpeg(bytes.into())?,
        Media::Png => png(bytes.into())?,
        Media::Pdf => bytes,
    };
    Some((media, kept))
}

fn jpeg(bytes: Bytes) -> Option<Vec<u8>> {
    let mut picture = Jpeg::from_bytes(bytes).ok()?;
    picture.dimensions()?;
    let turned = picture.exif().and_then(|exif| orientation(&exif)).filter(|turned| (2..=8).contains(turned));
    // How it is coded and its colours; all else that an application wrote goes.
    let needed = [markers::APP0, markers::APP14];
    picture.segments_mut().retain(|segment| {
        let marker = segment.marker();
        let colours = marker == markers::APP2 && segment.contents().starts_with(b"ICC_PROFILE\0");
        let said = (markers::APP0..=markers::APP15).contains(&marker) || marker == markers::COM;
        !said || colours || needed.contains(&marker)
    });
    if let Some(turned) = turned {
        picture.set_exif(Some(Bytes::from(only_orientation(turned))));
    }
    let mut kept = picture.encoder().bytes().to_vec();
    kept.truncate(end_of_picture(&kept)?);
    Some(kept)
}

/// Where the first picture ends: telephones write a film or further pictures, with their places, behind it.
fn end_of_picture(bytes: &[u8]) -> Option<usize> {
    let mut at = 2;
    loop {
        let marker = *bytes.get(at + 1)?;
        if bytes[at] != 0xff || marker == 0xff {
            at += 1;
            continue;
        }
        match marker {
            markers::EOI => return Some(at + 2),
            // A byte of the picture, and marks within it.
            0x00 | 0x01 | 0xd0..=0xd7 => at += 2,
            _ => at += 2 + usize::from(u16::from_be_bytes([*bytes.get(at + 2)?, *bytes.get(at + 3)?])),
        }
    }
}

/// Tag 0x0112 of the first directory of a TIFF header.
fn orientation(exif: &[u8]) -> Option<u16> {
    let big = match exif.get(..2)? {
        b"MM" => true,
        b"II" => false,
        _ => return None,
    };
    let two = |at: usize| -> Option<u16> {
        let bytes = exif.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if big { u16::from_be_bytes(bytes) } else { u16::from_le_bytes(bytes) })
    };
    let first = exif.get(4..8)?.try_into().ok()?;
    let first = if big { u32::from_be_bytes(first) } else { u32::from_le_bytes(first) };
    let first = usize::try_from(first).ok()?;
    (0..usize::from(two(first)?))
        .map(|n| first + 2 + 12 * n)
        .find(|at| two(*at) == Some(0x0112))
        .and_then(|at| two(at + 8))
}

/// A TIFF header with nothing but which way is up.
fn only_orientation(turned: u16) -> Vec<u8> {
    let [high, low] = turned.to_be_bytes();
    let mut exif = b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".to_vec();
    exif.extend([high, low, 0, 0, 0, 0, 0, 0]);
    exif
}

fn png(bytes: Bytes) -> Option<Vec<u8>> {
    let mut picture = Png::from_bytes(bytes).ok()?;
    picture.dimensions()?;
    for said in [*b"tEXt", *b"zTXt", *b"iTXt", *b"eXIf", *b"tIME"] {
        picture.remove_chunks_by_type(said);
    }
    Some(picture.encoder().bytes().to_vec())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use super::*;

    /// A picture of one point, with what a telephone writes: place, comment, and a film behind it.
    fn photograph(turned: u16) -> Vec<u8> {
        let mut exif = b"Exif\0\0II\x2a\0\x08\0\0\0\x02\0".to_vec();
        exif.extend(b"\x0f\x01\x02\0\x04\0\0\0CAM\0".iter());
        exif.extend([0x12, 0x01, 3, 0, 1, 0, 0, 0, turned.to_le_bytes()[0], 0, 0, 0, 0, 0, 0, 0]);
        exif.extend(b"GPS 25.04N 102.71E");
        let mut bytes = vec![0xff, 0xd8];
        let mut segment = |marker: u8, inside: &[u8]| {
            bytes.extend([0xff, marker]);
            bytes.extend(u16::try_from(inside.len() + 2).unwrap().to_be_bytes());
            bytes.extend(inside);
        };
        segment(0xe0, b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0");
        segment(0xe1, &exif);
        segment(0xfe, b"made by somebody");
        segment(0xc0, &[8, 0, 1, 0, 1, 1, 1, 0x11, 0]);
        segment(0xda, &[1, 1, 0, 0, 63, 0]);
        bytes.extend([0x12, 0xff, 0x00, 0x34, 0xff, 0xd9]);
        bytes.extend(b"ftyp a film with 25.04N");
        bytes
    }

    fn has(bytes: &[u8], part: &[u8]) -> bool {
        bytes.windows(part.len()).any(|window| window == part)
    }

    #[test]
    fn a_photograph_says_nothing_of_where_and_with_what_it_was_taken_and_stands_upright() {
        for turned in [1, 6, 8] {
            let (media, kept) = read(photograph(turned)).unwrap();
            assert_eq!(media, Media::Jpeg);
            for gone in [&b"GPS"[..], b"25.04N", b"CAM", b"somebody", b"ftyp"] {
                assert!(!has(&kept, gone), "{}", String::from_utf8_lossy(gone));
            }
            assert!(has(&kept, b"JFIF") && kept.ends_with(&[0x12, 0xff, 0x00, 0x34, 0xff, 0xd9]));
            let exif = Jpeg::from_bytes(kept.clone().into()).unwrap().exif();
            assert_eq!(exif.and_then(|exif| orientation(&exif)), (turned > 1).then_some(turned));
            assert_eq!(read(kept.clone()), Some((Media::Jpeg, kept)), "there is nothing more to take away");
        }
    }

    #[test]
    fn what_is_broken_or_something_else_is_not_taken_and_nothing_breaks() {
        let whole = photograph(6);
        for cut in 0..whole.len() - b"ftyp a film with 25.04N".len() {
            assert_eq!(read(whole[..cut].to_vec()), None, "cut at {cut}");
        }
        for at in 0..whole.len() {
            for byte in [0, 0xff, 0xd9] {
                let mut bent = whole.clone();
                bent[at] = byte;
                let _ = read(bent);
            }
        }
        for other in [&b"GIF89a"[..], b"<svg onload=alert(1)>", b"PK\x03\x04", b"", b"MZ"] {
            assert_eq!(read(other.to_vec()), None);
        }
        assert_eq!(read(b"%PDF-1.7 x".to_vec()).map(|(media, _)| media), Some(Media::Pdf));
    }
}
