//! Finding persons: by the beginning of the name or its initials, by household, by number.

use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::entity::person::{Column, Entity, Model};
use super::entity::{fact, household};
use super::wire::PersonLine;
use super::{Standing, Subject, facts, initials, seal};
use crate::error::{Faults, invalid};
use crate::page::{Page, Paging, bad_cursor};
use crate::{Ctx, Result, Scope, Scoped, Text};

/// Which persons to list.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The beginning of a name, or of its initials in pinyin.
    pub q: Option<String>,
    pub standing: Option<Standing>,
    pub household: Option<Uuid>,
}

/// What somebody typed to find a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Typed {
    /// From (inclusive), to (exclusive).
    Initials(String, Option<String>),
    Name(String, Option<String>),
}

impl Typed {
    /// Letters are initials, anything else is how a name begins.
    pub fn read(text: &str) -> Option<Typed> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        if text.chars().all(|c| c.is_ascii_alphabetic()) {
            let (from, to) = initials::range(text);
            return Some(Typed::Initials(from, to));
        }
        // As names are kept: dots and blanks in their normal form, where that much is a name already.
        let name = jizuo_standards::name::Name::parse(text).map_or_else(|_| text.to_owned(), |n| n.expose().to_owned());
        let to = after(&name);
        Some(Typed::Name(name, to))
    }

    pub fn condition<C: ColumnTrait>(&self, name: C, letters: C) -> Condition {
        let (column, from, to) = match self {
            Typed::Initials(from, to) => (letters, from, to),
            Typed::Name(from, to) => (name, from, to),
        };
        Condition::all().add(column.gte(from)).add_option(to.as_ref().map(|to| column.lt(to)))
    }
}

/// The first text that does not begin with this one any more, byte by byte.
pub(super) fn after(prefix: &str) -> Option<String> {
    let mut head = prefix.to_owned();
    while let Some(last) = head.pop() {
        // Between U+D7FF and U+E000 there are no characters.
        let next = if last == '\u{d7ff}' { Some('\u{e000}') } else { char::from_u32(u32::from(last) + 1) };
        if let Some(next) = next {
            head.push(next);
            return Some(head);
        }
    }
    None
}

/// A question that is a number belongs into the body of a POST, where no log keeps it.
fn refuse_number(text: &str) -> Result<()> {
    if text.chars().filter(char::is_ascii_digit).count() < 6 {
        return Ok(());
    }
    let why = Text::new(
        "身份证号、电话请用“按号码查找”（不会留在访问日志里）；这里按姓名或拼音首字母查",
        "look numbers up with find, which leaves them in no log; here it is names or their initials in pinyin",
    );
    Err(invalid("q", "base.person.number", why))
}

/// What a list is asked for, trimmed; `None` where nothing is. A longer text is no name and no address.
pub(super) fn asked(q: Option<&str>) -> Result<Option<String>> {
    let mut faults = Faults::default();
    let q = faults.said("q", q, 100);
    faults.check()?;
    Ok(q)
}

/// Persons of the scope: newest first, or by name where a name is looked for.
pub async fn list(ctx: &Ctx, wanted: &Wanted, paging: &Paging) -> Result<Page<Model>> {
    let limit = paging.limit()?;
    let standing = wanted.standing.unwrap_or(Standing::Present);
    let mut query = Entity::within(&ctx.scope).filter(Column::Standing.eq(standing.as_str())).limit(limit + 1);
    if let Some(household) = wanted.household {
        query = query.filter(Column::Household.eq(household));
    }
    let asked = asked(wanted.q.as_deref())?.unwrap_or_default();
    let typed = Typed::read(&asked);
    let Some(typed) = typed else {
        if let Some(after) = paging.after_id()? {
            query = query.filter(Column::Id.lt(after));
        }
        let rows = query.order_by_desc(Column::Id).all(ctx.db()).await?;
        return Ok(Page::cut(rows, limit, |row| row.id.to_string()));
    };
    refuse_number(&asked)?;
    let by_initials = matches!(typed, Typed::Initials(..));
    let column = if by_initials { Column::Initials } else { Column::Name };
    query = query.filter(typed.condition(Column::Name, Column::Initials));
    if let Some([id, text]) = paging.after_parts::<2>()? {
        query = query.filter(beyond(column, text, Column::Id, id.parse().map_err(|_| bad_cursor())?));
    }
    let rows = query.order_by_asc(column).order_by_asc(Column::Id).all(ctx.db()).await?;
    let text = |row: &Model| if by_initials { row.initials.clone() } else { row.name.clone() };
    Ok(Page::cut(rows, limit, |row| format!("{}~{}", row.id, text(row))))
}

/// Rows behind one, in the order of a text and then of the id.
pub(super) fn beyond<C: ColumnTrait>(text: C, last: &str, id: C, last_id: Uuid) -> Condition {
    let same: SimpleExpr = text.eq(last);
    Condition::any().add(text.gt(last)).add(Condition::all().add(same).add(id.gt(last_id)))
}

/// What is looked for by number.
pub enum Number {
    Identity(String),
    Phone(String),
}

/// As many as one telephone may be of.
const MOST: u64 = 50;

/// Persons of the scope with this number, in its normal form.
pub async fn by_number(ctx: &Ctx, number: &Number) -> Result<Vec<Model>> {
    match number {
        Number::Identity(number) => {
            let marks = seal::identity_marks(&ctx.app, number)?;
            Ok(Entity::within(&ctx.scope).filter(Column::IdentityMark.is_in(marks)).all(ctx.db()).await?)
        }
        Number::Phone(number) => {
            let marks = seal::marks(&ctx.app, "person.phone", number)?;
            let county = Scope::counties(vec![ctx.place()?.chain()]);
            let owners: Vec<Uuid> = fact::Entity::within(&county)
                .select_only()
                .column(fact::Column::Subject)
                .filter(fact::Column::Element.eq("person.phone"))
                .filter(fact::Column::Mark.is_in(marks))
                .filter(fact::Column::Standing.is_in([facts::IN_FORCE, facts::DISPUTED]))
                .distinct()
                .limit(MOST)
                .into_tuple()
                .all(ctx.db())
                .await?;
            if owners.is_empty() {
                return Ok(Vec::new());
            }
            let query = Entity::within(&ctx.scope).filter(Column::Id.is_in(owners)).order_by_asc(Column::Id);
            Ok(query.all(ctx.db()).await?)
        }
    }
}

/// Rows as lists show them: identity numbers masked, households by their number and head.
pub async fn lines(ctx: &Ctx, rows: &[Model]) -> Result<Vec<PersonLine>> {
    let subjects: Vec<Subject> = rows.iter().map(Subject::from).collect();
    let numbers = facts::known_of(ctx, &subjects, &["person.identity_number"]).await?;
    let mut homes: Vec<Uuid> = rows.iter().filter_map(|row| row.household).collect();
    homes.sort_unstable();
    homes.dedup();
    let homes = if homes.is_empty() {
        Vec::new()
    } else {
        let query = household::Entity::within(&super::project::counties(&subjects));
        query.filter(household::Column::Id.is_in(homes)).all(ctx.db()).await?
    };
    rows.iter()
        .map(|row| {
            let number = numbers.iter().find(|fact| fact.subject == row.id && fact.standing == facts::IN_FORCE);
            let number = number.map(|fact| facts::shown(ctx, fact)).transpose()?;
            let home = homes.iter().find(|home| Some(home.id) == row.household && home.county == row.county);
            Ok(PersonLine::of(ctx, row, number, home))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_a_range() {
        let cases = [
            ("zxy", Some(Typed::Initials("zxy".into(), Some("zxz".into())))),
            (" 张 ", Some(Typed::Name("张".into(), Some("弡".into())))),
            ("张 三", Some(Typed::Name("张三".into(), Some("张上".into())))),
            ("阿依•买", Some(Typed::Name("阿依·买".into(), Some("阿依·乱".into())))),
            ("阿依·", Some(Typed::Name("阿依·".into(), Some("阿依¸".into())))),
            ("  ", None),
        ];
        for (text, typed) in cases {
            assert_eq!(Typed::read(text), typed, "{text}");
        }
        assert_eq!(after("\u{d7ff}"), Some("\u{e000}".to_owned()));
        assert_eq!(after("张\u{10ffff}"), Some("弡".to_owned()));
        assert_eq!(after("\u{10ffff}"), None);
    }
}
