//! A file as it is sent in a body: base64, of a size that is told.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::error::FieldError;
use crate::{Text, say};

/// Bytes of a body that holds a file of this size: base64, and what goes along with it.
pub const fn body_of(largest: usize) -> usize {
    largest.div_ceil(3) * 4 + (64 << 10)
}

/// The file of a field. What is no base64, empty or larger than so many bytes is told of the field.
pub fn sent(field: &str, text: &str, largest: usize) -> Result<Vec<u8>, Box<FieldError>> {
    let Some(bytes) = STANDARD.decode(text.trim()).ok().filter(|bytes| !bytes.is_empty()) else {
        let why =
            Text::new("没有收到完整的文件，请重新选择", "the file did not arrive whole (base64); choose it again");
        return Err(FieldError::new(field, "base.file.base64", why).into());
    };
    if bytes.len() > largest {
        let most = largest >> 20;
        let why = say!(
            "文件超过 {most} MB，请缩小或者分成几个文件",
            "the file is larger than {most} MB: make it smaller, or split it"
        );
        return Err(FieldError::new(field, "base.file.large", why).into());
    }
    Ok(bytes)
}
