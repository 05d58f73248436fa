//! Published lists whose entries are words for values: code lists, and the sources and kinds of organisation of the base.

use jizuo_standards::codelist;

use super::Said;
use crate::people::organisations::kinds;
use crate::people::sources;

/// The codes of a list with their words, by the name of the list.
pub(super) fn find(id: &str) -> Option<Vec<(String, Said)>> {
    Some(match id {
        "sources" => sources::nameable().map(|source| (source.id.clone(), Said::from(&source.title()))).collect(),
        "organisation_kinds" => kinds::all().iter().map(|kind| entry(&kind.id, &kind.zh, &kind.en)).collect(),
        _ => codelist::find(id)?.entries.iter().map(|one| entry(&one.code, &one.zh, &one.en)).collect(),
    })
}

fn entry(code: &str, zh: &str, en: &str) -> (String, Said) {
    (code.to_owned(), Said { zh: zh.to_owned(), en: en.to_owned() })
}
