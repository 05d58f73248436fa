//! The net as a file: a spreadsheet or GeoJSON. Every bad row is named with its reasons; unless all are good, nothing is
//! written.

use std::collections::HashMap;
use std::sync::Arc;

use jizuo_kernel::error::{Faults, internal};
use jizuo_kernel::people::addresses::Datum;
use jizuo_kernel::places::{self, Place};
use jizuo_kernel::sheets::{body_of, sent};
use jizuo_kernel::{App, Ctx, Json, Reply, Result, Scope, Subject, Text, Tx, say};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::entity::Kind;
use super::file::{Line, read};
use super::service::{DRAW, Drawn, New, draw_all};
use super::staff;
use super::standing::Net;

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(import))
}

/// What a file may weigh.
const LARGEST: usize = 20 << 20;

/// So many bad rows are named.
const MOST_FAULTS: usize = 500;

/// A file with grids.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = grid::ImportGrids)]
struct NewImport {
    /// An Excel or CSV table with the titles 村（社区）, 网格名称, 类型, 所属网格, 四至, 网格长, 联系电话, or GeoJSON
    /// features with the properties `village`, `name`, `kind`, `grid`, `area`, `leader`, `phone`; in base64.
    #[schema(content_encoding = "base64", extensions(("x-file" = json!(".xlsx,.csv,.geojson,.json"))))]
    content: String,
    /// The system of the boundaries in a GeoJSON file.
    #[serde(default)]
    datum: Datum,
    /// Only looks the file through.
    #[serde(default)]
    dry_run: bool,
}

/// What became of a file.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::GridsImported)]
struct Imported {
    rows: u64,
    /// Grids that were drawn, or in a dry run would be.
    drawn: u64,
    /// Rows whose grid stands already: the same file twice changes nothing.
    known: u64,
    faults: Vec<RowFault>,
}

/// What is wrong with a row.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = grid::RowFault)]
struct RowFault {
    /// As the spreadsheet counts, or the number of the feature.
    row: u32,
    field: String,
    why: Text,
}

/// Draws the grids of a file in a county or a part of it: all, or with a wrong row none.
#[utoipa::path(post, path = "/grids/import", operation_id = "grid_grid_import",
    extensions(("x-largest-body" = json!(body_of(LARGEST)))),
    security(("token" = ["grid.net.draw"])), params(("place" = String, Path, example = "530102001")),
    request_body = NewImport, responses((status = 200, body = Imported)))]
async fn import(ctx: Ctx, Json(new): Json<NewImport>) -> Result<Reply<Imported>> {
    let bytes = sent("content", &new.content, LARGEST)?;
    let lines = tokio::task::spawn_blocking(move || read(bytes)).await.map_err(internal)??;
    let mut tx = ctx.begin().await?;
    let imported = take(&mut tx, &lines, new.datum, new.dry_run).await?;
    tx.note("rows", imported.rows);
    tx.note("drawn", if new.dry_run { 0 } else { imported.drawn });
    let here = ctx.place()?.id;
    tx.commit("grid.net.draw", Subject::new("base.place", here), Reply::ok(imported)).await
}

/// A grid of the file, and the line that it is of.
struct Found<'a> {
    line: &'a Line,
    new: New,
}

/// Judges every line and, unless it is only a look or something is wrong, draws the grids.
async fn take(tx: &mut Tx, lines: &[Line], datum: Datum, dry_run: bool) -> Result<Imported> {
    places::hold(tx).await?;
    let mut imported = Imported { rows: lines.len() as u64, drawn: 0, known: 0, faults: Vec::new() };
    let [grids, micro] = judge(tx, lines, datum, &mut imported).await?;
    if !imported.faults.is_empty() {
        return Ok(imported);
    }
    imported.drawn = (grids.len() + micro.len()) as u64;
    if dry_run {
        return Ok(imported);
    }
    let drawn = write(tx, grids).await?;
    let drawn: HashMap<(Option<i32>, String), Arc<Place>> =
        drawn.into_iter().map(|place| ((place.parent, place.name.clone()), place)).collect();
    let lie_in_new = micro.into_iter().map(|mut found| {
        let parent = &found.new.parent;
        if let Some(new) = drawn.get(&(parent.parent, parent.name.clone())) {
            found.new.parent = new.clone();
        }
        found
    });
    write(tx, lie_in_new.collect()).await?;
    // One for the file: a county has tens of thousands of micro-grids.
    if imported.drawn > 0 {
        let payload = serde_json::json!({ "place": tx.place()?.code, "drawn": imported.drawn });
        let subject = Subject::new("base.place", tx.place()?.id);
        tx.emit("grid.net.imported", &subject, &payload)?;
    }
    Ok(imported)
}

async fn write(tx: &mut Tx, found: Vec<Found<'_>>) -> Result<Vec<Arc<Place>>> {
    let (lines, new): (Vec<&Line>, Vec<New>) = found.into_iter().map(|found| (found.line, found.new)).unzip();
    let drawn = draw_all(tx, new).await?;
    let led = drawn.iter().zip(lines).filter(|(_, line)| !line.leader.is_empty()).map(|((place, row), line)| {
        let phone = Some(line.phone.clone()).filter(|phone| !phone.is_empty());
        staff::first_leader(tx, row, place, line.leader.clone(), phone)
    });
    staff::insert(tx, led.collect()).await?;
    Ok(drawn.into_iter().map(|(place, _)| place).collect())
}

/// The grids that are to be drawn, and the micro-grids; a micro-grid may lie in a grid of the same file, of which there is
/// no more yet than the name.
async fn judge<'a>(tx: &Tx, lines: &'a [Line], datum: Datum, imported: &mut Imported) -> Result<[Vec<Found<'a>>; 2]> {
    let tree = tx.snapshot.places.clone();
    let here = tx.place()?.clone();
    let villages = villages(tx, &here);
    let mut net = Net::of(tx, &Scope::subtree(&tree, &here)).await?;
    let mut found = [Vec::new(), Vec::new()];
    let mut coming: HashMap<(i32, String), Arc<Place>> = HashMap::new();
    for micro in [false, true] {
        for line in lines.iter().filter(|line| (kind(&line.kind) == Some(Kind::Micro)) == micro) {
            let mut faults = Faults::default();
            let village = village(&villages, &tree, &line.village, &mut faults);
            let parent = match &village {
                Some(village) if micro => grid_of(&tree, &coming, village, &line.grid, &mut faults),
                other => other.clone(),
            };
            let mut new = read_grid(line, parent, datum, &mut faults);
            if let (Some(grid), Some(village)) = (&mut new, &village)
                && faults.is_empty()
            {
                if net.has(&grid.name, grid.parent.id) {
                    imported.known += 1;
                    continue;
                }
                if !tx.actor.is_system() && !tx.holds(DRAW, None, village) {
                    let name = &village.name;
                    let why = say!("您不能在{name}划网格", "you may not draw grids in {name}");
                    faults.add("village", "grid.import.not_yours", why);
                }
                net.admit(grid, &mut faults);
            }
            let room = MOST_FAULTS.saturating_sub(imported.faults.len());
            let wrong = faults.into_list();
            if wrong.is_empty() {
                if let (Some(new), Some(village)) = (new, village) {
                    if !micro {
                        coming.insert(
                            (village.id, new.name.clone()),
                            Arc::new(to_come(&village, &new.name, coming.len())),
                        );
                    }
                    found[usize::from(micro)].push(Found { line, new });
                }
                continue;
            }
            let named = wrong.into_iter().take(room);
            imported.faults.extend(named.map(|fault| RowFault {
                row: line.number,
                field: fault.field,
                why: fault.message,
            }));
        }
    }
    imported.faults.sort_by_key(|fault| fault.row);
    Ok(found)
}

/// A grid that this file brings, as far as a micro-grid has to know it before it is there.
fn to_come(village: &Place, name: &str, n: usize) -> Place {
    // No place has a number below nothing.
    let id = -1 - i32::try_from(n).unwrap_or_default();
    let (name, parent) = (name.to_owned(), Some(village.id));
    Place { id, kind: places::Kind::Grid, name, parent, ..village.clone() }
}

fn read_grid(line: &Line, parent: Option<Arc<Place>>, datum: Datum, faults: &mut Faults) -> Option<New> {
    let kind = kind(&line.kind).unwrap_or_else(|| {
        faults.add(
            "kind",
            "grid.import.kind",
            Text::new("类型写：基础、微、专属", "the kind is basic, micro or special"),
        );
        Kind::Basic
    });
    let drawn = match &line.boundary {
        Some(Ok(boundary)) => Some(Drawn { boundary: boundary.clone(), datum }),
        Some(Err(why)) => {
            faults.add("boundary", "grid.net.boundary", why.clone());
            None
        }
        None => None,
    };
    let name = faults.text("name", &line.name, 60);
    let area = faults.optional_text("area", &line.area, 500);
    if !line.leader.is_empty() {
        faults.take("leader", jizuo_standards::name::Name::parse(&line.leader));
    }
    if !line.phone.is_empty() {
        faults.take("phone", jizuo_standards::phone::Phone::parse(&line.phone));
    }
    Some(New { parent: parent?, kind, name, area, drawn })
}

fn kind(text: &str) -> Option<Kind> {
    match text.trim_end_matches("网格") {
        "" | "基础" | "basic" => Some(Kind::Basic),
        "微" | "micro" => Some(Kind::Micro),
        "专属" | "special" => Some(Kind::Special),
        _ => None,
    }
}

/// The villages below, by name; none where two share it.
fn villages(ctx: &Ctx, here: &Place) -> HashMap<String, Option<Arc<Place>>> {
    let tree = &ctx.snapshot.places;
    let mut named: HashMap<String, Option<Arc<Place>>> = HashMap::new();
    for place in tree.descendants(here.id).into_iter().filter_map(|id| tree.get(id)) {
        if place.kind == places::Kind::Village && place.until.is_none() {
            named.entry(place.name.clone()).and_modify(|one| *one = None).or_insert_with(|| Some(place.clone()));
        }
    }
    if let [Some(only)] = named.values().collect::<Vec<_>>().as_slice() {
        // A file of one village need not say which.
        let only = only.clone();
        named.insert(String::new(), Some(only));
    }
    named
}

fn village(
    named: &HashMap<String, Option<Arc<Place>>>,
    tree: &places::Tree,
    text: &str,
    faults: &mut Faults,
) -> Option<Arc<Place>> {
    let known = match named.get(text) {
        Some(Some(village)) => return Some(village.clone()),
        Some(None) => {
            let why =
                say!("有几个“{text}”，请写 12 位编码", "there are several {text}; write the code of twelve digits");
            faults.add("village", "grid.import.village", why);
            return None;
        }
        None => tree.resolve(text).map(|resolved| resolved.place),
    };
    let known = known.filter(|place| named.values().flatten().any(|village| village.id == place.id));
    if known.is_none() {
        faults.add("village", "grid.import.village", say!("这里没有“{text}”", "there is no {text} here"));
    }
    known
}

fn grid_of(
    tree: &places::Tree,
    grids: &HashMap<(i32, String), Arc<Place>>,
    village: &Place,
    name: &str,
    faults: &mut Faults,
) -> Option<Arc<Place>> {
    let living = tree.children(village.id).find(|place| place.kind == places::Kind::Grid && place.name == name);
    let found = living.or_else(|| grids.get(&(village.id, name.to_owned()))).cloned();
    if found.is_none() {
        let why = say!("所属网格“{name}”不存在", "there is no grid {name} for it to lie in");
        faults.add("grid", "grid.import.grid", why);
    }
    found
}
