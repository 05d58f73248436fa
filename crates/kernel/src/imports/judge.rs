//! Who the rows of a sheet are: somebody who is registered, somebody new, or nobody can tell without a human.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use sea_orm::{ColumnTrait, QueryFilter};

use super::line::Line;
use crate::people::entity::{household, person};
use crate::people::matching::{self, Probe, Why};
use crate::people::{Standing, seal};
use crate::{Ctx, Result, Scope, Scoped, Text, say};

pub(super) enum Whom {
    New,
    Known(Box<person::Model>),
}

/// What the database knows about a chunk of rows.
pub(super) struct Judged {
    /// One for each line; none where the line cannot be taken.
    pub(super) whom: Vec<Option<Whom>>,
    /// By village and number.
    pub(super) households: HashMap<(i32, String), household::Model>,
}

/// Matches a chunk in three queries, and blames the lines that a human has to look at.
pub(super) async fn judge(ctx: &Ctx, county: i32, lines: &mut [Line]) -> Result<Judged> {
    let households = households(ctx, county, lines).await?;
    let good = || lines.iter().filter(|line| line.wrong.is_empty());
    let mut marks = Vec::with_capacity(lines.len());
    for line in lines.iter() {
        let number = line.value("person.identity_number").filter(|_| line.wrong.is_empty());
        // The current key's first; while keys are changed, those under which somebody may still stand.
        marks.push(number.map(|number| seal::identity_marks(&ctx.app, number)).transpose()?.unwrap_or_default());
    }
    let known: Vec<String> = marks.concat();
    let names: HashSet<String> = good().filter_map(|line| line.value("person.name")).map(str::to_owned).collect();
    let by_mark: HashMap<String, person::Model> = matching::by_identity(ctx, county, &known)
        .await?
        .into_iter()
        .filter_map(|row| Some((row.identity_mark.clone()?, row)))
        .collect();
    let mut by_name: HashMap<String, Vec<person::Model>> = HashMap::new();
    for row in matching::by_name(ctx, county, &names.into_iter().collect::<Vec<_>>()).await? {
        by_name.entry(row.name.clone()).or_default().push(row);
    }
    let mut whom = Vec::with_capacity(lines.len());
    for (line, marks) in lines.iter_mut().zip(marks) {
        if !line.wrong.is_empty() {
            whom.push(None);
            continue;
        }
        let found = match marks.iter().find_map(|mark| by_mark.get(mark)) {
            Some(row) => Ok(Whom::Known(Box::new(row.clone()))),
            None => by_looks(line, marks.into_iter().next(), &by_name, &households),
        };
        whom.push(match found {
            Ok(Whom::Known(row)) if !alive(&row) => {
                let why = Text::new(
                    "此人在这里的登记已经结束（死亡、迁出、合并、撤回或删除），请单独办理",
                    "this person's record here has ended (death, moved out, merged, taken back or deleted); deal with \
                     it by itself",
                );
                line.blame(Some("person.identity_number"), "base.person.ended", why);
                None
            }
            Ok(found) => Some(found),
            Err(count) => {
                let why = say!(
                    "可能已经登记过（{count} 人），分不清是不是同一人。请填写身份证号，或在人员页面核对后办理",
                    "{count} who are registered may be this person; add the identity number, or decide on the person's page"
                );
                line.wrong.push(crate::sheets::Wrong::new(Some("person.name"), "base.person.candidates", why));
                None
            }
        });
    }
    Ok(Judged { whom, households })
}

fn alive(row: &person::Model) -> bool {
    row.standing == Standing::Present.as_str()
}

/// By name: the same date of birth in the same village, or the same household, is the same person if nobody else may be.
fn by_looks(
    line: &Line,
    mark: Option<String>,
    by_name: &HashMap<String, Vec<person::Model>>,
    households: &HashMap<(i32, String), household::Model>,
) -> Result<Whom, usize> {
    let name = line.value("person.name").unwrap_or_default();
    let birth: Option<NaiveDate> = line.value("person.birth_date").and_then(|text| text.parse().ok());
    let home = line.household().and_then(|(village, number)| households.get(&(village, number.to_owned())));
    let village = line.place.as_ref().and_then(|place| place.village);
    let probe = Probe {
        id: None,
        identity_mark: mark,
        name: name.to_owned(),
        birth_date: birth,
        household: home.map(|home| home.id),
        village,
    };
    let same_name = by_name.get(name).map_or(&[][..], Vec::as_slice);
    let found: Vec<(&person::Model, Why)> =
        same_name.iter().filter_map(|row| matching::judge(&probe, row).map(|why| (row, why))).collect();
    match found.as_slice() {
        [] => Ok(Whom::New),
        [(row, Why::NameAndBirthDate)] if row.village == village => Ok(Whom::Known(Box::new((*row).clone()))),
        [(row, Why::NameAndHousehold)] => Ok(Whom::Known(Box::new((*row).clone()))),
        several => Err(several.len()),
    }
}

async fn households(ctx: &Ctx, county: i32, lines: &[Line]) -> Result<HashMap<(i32, String), household::Model>> {
    let asked: HashSet<(i32, &str)> = lines.iter().filter_map(Line::household).collect();
    if asked.is_empty() {
        return Ok(HashMap::new());
    }
    let villages: HashSet<i32> = asked.iter().map(|(village, _)| *village).collect();
    let numbers: HashSet<&str> = asked.iter().map(|(_, number)| *number).collect();
    let rows = household::Entity::within(&Scope::counties(vec![county]))
        .filter(household::Column::Village.is_in(villages))
        .filter(household::Column::Number.is_in(numbers))
        .all(ctx.db())
        .await?;
    Ok(rows.into_iter().filter_map(|row| Some(((row.village?, row.number.clone()?), row))).collect())
}
