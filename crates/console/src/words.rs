//! What things are called on pages. Everything that reads a label reads it here: from the words in the document, else from the
//! national data element of that name, else from the name itself.

use std::collections::HashMap;
use std::sync::LazyLock;

use jizuo_kernel::Lang;
use jizuo_kernel::process::Phase;
use jizuo_standards::element;

use crate::document::{Operation, Parameter, Schema, Word};

impl Word {
    pub(crate) fn read(&self, lang: Lang) -> Option<&str> {
        let text = if lang == Lang::Zh { &self.zh } else { &self.en };
        Some(text.as_str()).filter(|text| !text.is_empty())
    }

    fn hint(&self, lang: Lang) -> Option<&str> {
        if lang == Lang::Zh { self.hint_zh.as_deref() } else { self.hint_en.as_deref() }
    }
}

/// A property of an object.
pub(crate) fn label(owner: &Schema, property: &str, lang: Lang) -> String {
    let stated = owner.property_words.get(property).and_then(|word| word.read(lang));
    let carried = || owner.properties.get(property)?.words.as_ref()?.read(lang);
    stated.or_else(carried).map_or_else(|| known(property, lang), str::to_owned)
}

/// How to fill it in. What a document says in English only is said to readers of English only.
pub(crate) fn hint(owner: &Schema, property: &str, schema: &Schema, lang: Lang) -> Option<String> {
    let stated = owner.property_words.get(property).and_then(|word| word.hint(lang));
    let told = || schema.description.as_deref().filter(|text| lang == Lang::En && !text.contains('`'));
    stated.or_else(told).map(str::to_owned)
}

/// A value of a property: a code, or a word of a short list.
pub(crate) fn value(owner: &Schema, property: &str, schema: &Schema, value: &str, lang: Lang) -> String {
    let stated = owner.value_words.get(property).and_then(|values| values.get(value));
    let word = stated.or_else(|| schema.enum_words.get(value)).and_then(|word| word.read(lang));
    word.map_or_else(|| plain(value), str::to_owned)
}

/// What a data element is called, where a text is the id of one.
pub(crate) fn data_element(id: &str, lang: Lang) -> Option<&'static str> {
    let one = element::find(id)?;
    Some(if lang == Lang::Zh { &one.zh } else { &one.en })
}

/// A filter of a list.
pub(crate) fn filter(parameter: &Parameter, lang: Lang) -> String {
    let stated = parameter.words.as_ref().and_then(|word| word.read(lang));
    stated.map_or_else(|| known(&parameter.name, lang), str::to_owned)
}

pub(crate) fn filter_hint(parameter: &Parameter, lang: Lang) -> Option<String> {
    parameter.hint.as_ref().and_then(|word| word.read(lang)).map(str::to_owned)
}

pub(crate) fn filter_value(parameter: &Parameter, value: &str, lang: Lang) -> String {
    let word = parameter.enum_words.get(value).or_else(|| parameter.schema.enum_words.get(value));
    word.and_then(|word| word.read(lang)).map_or_else(|| plain(value), str::to_owned)
}

/// What an operation does, for a heading.
pub(crate) fn heading(operation: &Operation, lang: Lang) -> Option<String> {
    operation.words.as_ref().and_then(|word| word.read(lang)).map(str::to_owned)
}

/// `asked_by` → `asked by`: better than nothing.
fn plain(name: &str) -> String {
    name.replace('_', " ")
}

/// Phases are the platform's own and the same everywhere.
pub(crate) fn phase(phase: &str, lang: Lang) -> Option<String> {
    Phase::ALL.into_iter().find(|one| one.as_str() == phase).map(|one| one.title().read(lang).to_owned())
}

/// Titles of data elements by the last part of their id, as far as all elements with it agree.
static ELEMENTS: LazyLock<HashMap<&'static str, Option<(&'static str, &'static str)>>> = LazyLock::new(|| {
    let mut found: HashMap<&str, Option<(&str, &str)>> = HashMap::new();
    for one in element::all() {
        let name = one.id.rsplit('.').next().unwrap_or(&one.id);
        let title = (one.zh.as_str(), one.en.as_str());
        found.entry(name).and_modify(|known| *known = known.filter(|known| *known == title)).or_insert(Some(title));
    }
    found
});

fn known(property: &str, lang: Lang) -> String {
    match ELEMENTS.get(property).copied().flatten() {
        Some((zh, en)) => (if lang == Lang::Zh { zh } else { en }).to_owned(),
        None => plain(property),
    }
}
