//! Who may be the same person: by identity number first, then by name with date of birth, household or village. People
//! decide; this only shows whom, and why.

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, Condition, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Standing;
use super::entity::person::{Column, Entity, Model};
use crate::{Ctx, Result, Scope, Scoped};

/// Why two may be one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MatchReason)]
pub enum Why {
    /// Certain: the number is unique for life.
    IdentityNumber,
    NameAndBirthDate,
    /// One date of birth is not known.
    NameAndHousehold,
    /// One date of birth is not known.
    NameAndVillage,
}

/// What is known of somebody who is looked for.
#[derive(Clone, Debug, Default)]
pub struct Probe {
    /// Where there is a row already: it is no candidate for itself.
    pub id: Option<Uuid>,
    pub identity_mark: Option<String>,
    pub name: String,
    pub birth_date: Option<NaiveDate>,
    pub household: Option<Uuid>,
    pub village: Option<i32>,
}

impl From<&Model> for Probe {
    fn from(row: &Model) -> Probe {
        Probe {
            id: Some(row.id),
            identity_mark: row.identity_mark.clone(),
            name: row.name.clone(),
            birth_date: row.birth_date,
            household: row.household,
            village: row.village,
        }
    }
}

/// Whether a row may be the one looked for. Two numbers that differ, or two dates of birth, are two persons.
pub fn judge(probe: &Probe, row: &Model) -> Option<Why> {
    let gone = [Standing::Merged, Standing::Withdrawn, Standing::Erased].map(Standing::as_str);
    if probe.id == Some(row.id) || gone.contains(&row.standing.as_str()) {
        return None;
    }
    if let (Some(a), Some(b)) = (&probe.identity_mark, &row.identity_mark) {
        return (a == b).then_some(Why::IdentityNumber);
    }
    if probe.name != row.name {
        return None;
    }
    match (probe.birth_date, row.birth_date) {
        (Some(a), Some(b)) => (a == b).then_some(Why::NameAndBirthDate),
        _ if probe.household.is_some() && probe.household == row.household => Some(Why::NameAndHousehold),
        _ if probe.village.is_some() && probe.village == row.village => Some(Why::NameAndVillage),
        _ => None,
    }
}

/// As many as a person looks through.
const MOST: u64 = 50;

/// Whom of the county a probe may be, the surest first. The whole county is looked through, so that somebody who moved within
/// it is not recorded twice; show no more of them than name, year of birth and village.
pub async fn candidates(ctx: &Ctx, county: i32, probe: &Probe) -> Result<Vec<(Model, Why)>> {
    let born = match probe.birth_date {
        Some(day) => Condition::any().add(Column::BirthDate.eq(day)).add(Column::BirthDate.is_null()),
        None => Condition::all(),
    };
    let by_name = Condition::all().add(Column::Name.eq(&probe.name)).add(born);
    let any = match &probe.identity_mark {
        Some(mark) => Condition::any().add(Column::IdentityMark.eq(mark)).add(by_name),
        None => by_name,
    };
    let rows = Entity::within(&Scope::counties(vec![county]))
        .filter(any)
        .order_by_asc(Column::Id)
        .limit(MOST)
        .all(ctx.db())
        .await?;
    let mut found: Vec<(Model, Why)> =
        rows.into_iter().filter_map(|row| judge(probe, &row).map(|why| (row, why))).collect();
    found.sort_by_key(|(row, why)| (*why, row.id));
    Ok(found)
}

/// Rows of the county by identity number, for many at once.
pub async fn by_identity(ctx: &Ctx, county: i32, marks: &[String]) -> Result<Vec<Model>> {
    if marks.is_empty() {
        return Ok(Vec::new());
    }
    let query = Entity::within(&Scope::counties(vec![county])).filter(Column::IdentityMark.is_in(marks));
    Ok(query.all(ctx.db()).await?)
}

/// Rows of the county by name, for many at once: for [`judge`].
pub async fn by_name(ctx: &Ctx, county: i32, names: &[String]) -> Result<Vec<Model>> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let query = Entity::within(&Scope::counties(vec![county])).filter(Column::Name.is_in(names));
    Ok(query.order_by_asc(Column::Id).all(ctx.db()).await?)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn row(mark: Option<&str>, name: &str, birth: Option<&str>, household: u128, village: i32) -> Model {
        Model {
            county: 1,
            id: Uuid::from_u128(9),
            prefecture: None,
            township: None,
            village: Some(village),
            place: village,
            name: name.to_owned(),
            initials: String::new(),
            sex: None,
            birth_date: birth.map(|text| text.parse().unwrap()),
            identity_mark: mark.map(str::to_owned),
            standing: "present".to_owned(),
            standing_since: NaiveDate::default(),
            merged_into: None,
            moved_to: None,
            household: (household > 0).then(|| Uuid::from_u128(household)),
            relation: None,
            import: None,
            version: 1,
            created_at: DateTime::default(),
            changed_at: DateTime::default(),
        }
    }

    #[test]
    fn who_may_be_whom() {
        let probe = |mark, name, birth, household, village| Probe {
            id: None,
            ..Probe::from(&row(mark, name, birth, household, village))
        };
        let (a, b) = (Some("a"), Some("b"));
        let (day, other) = (Some("1980-01-01"), Some("1981-01-01"));
        let known = row(a, "李阿诗", day, 1, 7);
        let bare = row(None, "李阿诗", None, 1, 7);
        let cases = [
            (probe(a, "李阿施", other, 0, 8), &known, Some(Why::IdentityNumber)),
            (probe(b, "李阿诗", day, 1, 7), &known, None),
            (probe(None, "李阿诗", day, 0, 8), &known, Some(Why::NameAndBirthDate)),
            (probe(None, "李阿诗", other, 1, 7), &known, None),
            (probe(None, "李阿施", day, 1, 7), &known, None),
            (probe(None, "李阿诗", None, 1, 7), &known, Some(Why::NameAndHousehold)),
            (probe(None, "李阿诗", None, 2, 7), &known, Some(Why::NameAndVillage)),
            (probe(None, "李阿诗", None, 0, 8), &known, None),
            (probe(b, "李阿诗", day, 0, 7), &bare, Some(Why::NameAndVillage)),
            (probe(b, "李阿诗", day, 1, 8), &bare, Some(Why::NameAndHousehold)),
        ];
        for (probe, row, why) in cases {
            assert_eq!(judge(&probe, row), why, "{probe:?}");
        }
        assert_eq!(judge(&Probe::from(&known), &known), None, "nobody is a candidate for themselves");
        let merged = Model { standing: "merged".to_owned(), ..known.clone() };
        assert_eq!(judge(&probe(a, "李阿诗", day, 1, 7), &merged), None);
    }
}
