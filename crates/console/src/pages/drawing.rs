//! A process drawn: states as boxes down the way that most matters go, side ends beside it, steps as numbered arrows.
//! Made here as SVG with classes only, so that the strict policy holds and the style sheet colours it in both modes.

use std::collections::BTreeMap;
use std::fmt::Write;

use jizuo_kernel::process::api::ProcessHere;
use jizuo_kernel::process::{Phase, StepHere};
use jizuo_kernel::{Lang, escaped};

use super::say;

/// The picture, and which kinds of change its legend has to explain.
pub(super) struct Drawing {
    pub(super) svg: String,
    pub(super) has_local: bool,
    pub(super) has_renamed: bool,
    pub(super) has_left_out: bool,
}

const BOX: i32 = 46;
const GAP: i32 = 64;
const MAIN_WIDTH: i32 = 152;
const SIDE_X: i32 = 58;
const SIDE_WIDTH: i32 = 128;
const SIDE_STEP: i32 = 52;
const LANE: i32 = 22;

/// Where a state is drawn.
#[derive(Clone, Copy)]
struct Spot {
    x: i32,
    y: i32,
    width: i32,
    height: i32,
    /// Its row, and whether it is on the main way.
    row: usize,
    main: bool,
}

/// One arrow; steps that lead the same way share it.
struct Edge {
    from: String,
    to: String,
    numbers: Vec<usize>,
    local: bool,
    renamed: bool,
}

struct Row {
    /// A state, or a step that was left out.
    state: Option<String>,
    gone: Option<String>,
    sides: Vec<String>,
}

pub(super) fn draw(p: &ProcessHere, lang: Lang) -> Drawing {
    let rows = rows(p, lang);
    let edges = edges(p);
    let place_of = |id: &str| rows.iter().position(|row| row.state.as_deref() == Some(id));
    let next_to = |edge: &Edge| match (place_of(&edge.from), place_of(&edge.to)) {
        (Some(from), Some(to)) => to > from && rows[from + 1..to].iter().all(|row| row.state.is_none()),
        _ => false,
    };
    let beside = |edge: &Edge| place_of(&edge.from).is_some_and(|row| rows[row].sides.contains(&edge.to));
    // On the left go the ways back and past other states; on the right what begins or ends at a side state.
    let is_left = |edge: &Edge| place_of(&edge.from).is_some() && place_of(&edge.to).is_some() && !next_to(edge);
    let left: Vec<&Edge> = edges.iter().filter(|edge| is_left(edge)).collect();
    let right: Vec<&Edge> = edges.iter().filter(|edge| !is_left(edge) && !next_to(edge) && !beside(edge)).collect();
    let margin = 8 + LANE * i32::try_from(left.len()).unwrap_or(0);
    let has_sides = rows.iter().any(|row| !row.sides.is_empty());
    let spots = spots(&rows, margin);
    let height = spots.values().map(|spot| spot.y + spot.height).max().unwrap_or(0) + 12;
    let side_edge = margin + MAIN_WIDTH + if has_sides || !right.is_empty() { SIDE_X + SIDE_WIDTH } else { 170 };
    let width = side_edge + 8 + LANE * i32::try_from(right.len()).unwrap_or(0);

    let mut svg = String::new();
    let (title, about) = match lang {
        Lang::Zh => (format!("{}的流程图", p.title.zh), "图中的每一步都在旁边的列表里用文字写明。"),
        Lang::En => {
            (format!("{}, drawn", p.title.en), "Every step of the picture is told in words in the list beside it.")
        }
    };
    let _ = write!(
        svg,
        "<svg class=\"flow\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"img\" \
         aria-labelledby=\"flow-title flow-about\"><title id=\"flow-title\">{}</title><desc id=\"flow-about\">{about}</desc>\
         <defs><marker id=\"tip\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" \
         orient=\"auto-start-reverse\"><path class=\"tip\" d=\"M0 0 L10 5 L0 10 z\"/></marker></defs>",
        escaped(&title)
    );
    for edge in edges.iter().filter(|edge| next_to(edge)) {
        straight(&mut svg, &spots, edge, p, lang, side_edge);
    }
    for edge in edges.iter().filter(|edge| beside(edge)) {
        let (Some(from), Some(to)) = (spots.get(&edge.from), spots.get(&edge.to)) else { continue };
        let (x1, x2, y) = (from.x + from.width, to.x, to.y + to.height / 2);
        line(&mut svg, edge, &format!("M{x1} {y} H{}", x2 - 1));
        badge(&mut svg, edge, i32::midpoint(x1, x2) - 3, y);
    }
    for (lane, edge) in left.iter().enumerate() {
        let (Some(from), Some(to)) = (spots.get(&edge.from), spots.get(&edge.to)) else { continue };
        let x = margin - LANE * (i32::try_from(lane).unwrap_or(0) + 1) + 8;
        let shift = i32::try_from(lane % 3).unwrap_or(0) * 7;
        let (y1, y2) = if edge.from == edge.to {
            (from.y + 12, from.y + from.height - 10)
        } else {
            (from.y + 14 + shift, to.y + to.height - 12 - shift)
        };
        line(&mut svg, edge, &format!("M{} {y1} H{x} V{y2} H{}", from.x, to.x - 1));
        badge(&mut svg, edge, x, i32::midpoint(y1, y2));
    }
    for (lane, edge) in right.iter().enumerate() {
        let (Some(from), Some(to)) = (spots.get(&edge.from), spots.get(&edge.to)) else { continue };
        let x = side_edge + LANE * (i32::try_from(lane).unwrap_or(0) + 1) - 10;
        let path = |out: &Spot, into: &Spot| {
            let leave = if out.main {
                format!("M{} {} V{} H{x}", out.x + out.width - 10, out.y + out.height, out.y + out.height + 8)
            } else {
                format!("M{} {} H{x}", out.x + out.width, out.y + out.height / 2 + 8)
            };
            let enter = if into.main {
                format!(" V{} H{} V{}", into.y - 8, into.x + into.width - 22, into.y - 1)
            } else {
                format!(" V{} H{}", into.y + into.height / 2 - 8, into.x + into.width + 1)
            };
            leave + &enter
        };
        line(&mut svg, edge, &path(from, to));
        badge(&mut svg, edge, x, i32::midpoint(from.y + from.height / 2, to.y));
    }
    for row in &rows {
        let Some(gone) = &row.gone else { continue };
        if let Some(spot) = spots.get(gone) {
            ghost(&mut svg, gone, *spot, lang);
        }
    }
    for state in &p.in_force.states {
        if let Some(spot) = spots.get(&state.id) {
            let title = state.title.read(lang);
            let word = phase_word(state.phase, lang);
            boxed(&mut svg, title, word, state.phase, state.local, *spot, lang);
        }
    }
    svg.push_str("</svg>");
    Drawing {
        svg,
        has_local: p.steps.iter().any(|step| step.local),
        has_renamed: p.steps.iter().any(|step| step.was.is_some()),
        has_left_out: !p.left_out.is_empty(),
    }
}

/// The way that most matters go: from the start, each time the step that is waited for. What is not on it stands beside the
/// state that leads to it first.
fn rows(p: &ProcessHere, lang: Lang) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut next = Some(p.in_force.start.clone());
    while let Some(id) = next.filter(|id| rows.iter().all(|row| row.state.as_ref() != Some(id))) {
        next = p
            .in_force
            .awaited(&id)
            .map(|step| step.to.clone())
            .filter(|to| *to != id)
            .or_else(|| p.in_force.steps_from(&id).map(|step| step.to.clone()).find(|to| *to != id));
        for gone in p.left_out.iter().filter(|gone| gone.to == id) {
            rows.push(Row { state: None, gone: Some(gone.title.read(lang).to_owned()), sides: Vec::new() });
        }
        rows.push(Row { state: Some(id), gone: None, sides: Vec::new() });
    }
    let mut open = true;
    while open {
        open = false;
        for state in &p.in_force.states {
            let known = rows.iter().any(|row| row.state.as_ref() == Some(&state.id) || row.sides.contains(&state.id));
            if known {
                continue;
            }
            let from = p.in_force.steps.iter().filter(|step| step.to == state.id).flat_map(|step| &step.from);
            let row = from
                .filter_map(|from| {
                    rows.iter().position(|row| row.state.as_ref() == Some(from) || row.sides.contains(from))
                })
                .next();
            if let Some(row) = row {
                rows[row].sides.push(state.id.clone());
                open = true;
            }
        }
    }
    rows
}

fn edges(p: &ProcessHere) -> Vec<Edge> {
    let mut edges: Vec<Edge> = Vec::new();
    for (index, step) in p.steps.iter().enumerate() {
        for from in &step.from {
            let shared = edges.iter_mut().find(|edge| edge.from == *from && edge.to == step.to);
            match shared {
                Some(edge) => {
                    edge.numbers.push(index + 1);
                    edge.renamed |= step.was.is_some();
                    edge.local &= step.local;
                }
                None => edges.push(Edge {
                    from: from.clone(),
                    to: step.to.clone(),
                    numbers: vec![index + 1],
                    local: step.local,
                    renamed: step.was.is_some(),
                }),
            }
        }
    }
    edges
}

fn spots(rows: &[Row], margin: i32) -> BTreeMap<String, Spot> {
    let mut spots = BTreeMap::new();
    let mut y = 12;
    for (row, here) in rows.iter().enumerate() {
        let sides = i32::try_from(here.sides.len()).unwrap_or(0);
        let height = BOX.max(sides * SIDE_STEP - (SIDE_STEP - BOX));
        let mut spot = Spot { x: margin, y, width: MAIN_WIDTH, height, row, main: true };
        if let Some(gone) = &here.gone {
            spot.height = 34;
            spots.insert(gone.clone(), spot);
            y += 34 + 22;
            continue;
        }
        if let Some(state) = &here.state {
            spots.insert(state.clone(), spot);
        }
        for (n, side) in (0..).zip(&here.sides) {
            let x = margin + MAIN_WIDTH + SIDE_X;
            let spot = Spot { x, y: y + n * SIDE_STEP, width: SIDE_WIDTH, height: BOX, row, main: false };
            spots.insert(side.clone(), spot);
        }
        y += height + GAP;
    }
    spots
}

fn line(svg: &mut String, edge: &Edge, path: &str) {
    let class = if edge.local { " local" } else { "" };
    let _ = write!(svg, "<path class=\"edge{class}\" d=\"{path}\" marker-end=\"url(#tip)\"/>");
}

fn badge(svg: &mut String, edge: &Edge, x: i32, y: i32) {
    let text = edge.numbers.iter().map(usize::to_string).collect::<Vec<_>>().join("·");
    let half = if text.len() > 2 { 6 + 4 * i32::try_from(text.chars().count()).unwrap_or(0) } else { 10 };
    let class = if edge.local { " local" } else { "" };
    if edge.renamed {
        let _ = write!(
            svg,
            "<rect class=\"ring\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"26\" rx=\"13\"/>",
            x - half - 3,
            y - 13,
            2 * half + 6
        );
    }
    let _ = write!(
        svg,
        "<rect class=\"badge{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"20\" rx=\"10\"/><text class=\"n\" x=\"{x}\" y=\"{}\">{text}</text>",
        x - half,
        y - 10,
        2 * half,
        y + 4
    );
}

/// An arrow down the main way, with the name of its step, how long it may take and who takes it.
fn straight(svg: &mut String, spots: &BTreeMap<String, Spot>, edge: &Edge, p: &ProcessHere, lang: Lang, edge_x: i32) {
    let (Some(from), Some(to)) = (spots.get(&edge.from), spots.get(&edge.to)) else { return };
    let x = from.x + 34;
    let (y1, y2) = (from.y + from.height, to.y);
    line(svg, edge, &format!("M{x} {y1} V{}", y2 - 1));
    // Where a step was left out in between, the label stands above its ghost.
    let middle = y1 + GAP / 2;
    badge(svg, edge, x, middle);
    let steps: Vec<&StepHere> = edge.numbers.iter().filter_map(|n| p.steps.get(n - 1)).collect();
    let names = steps.iter().map(|step| step.title.read(lang)).collect::<Vec<_>>().join(" / ");
    let deadline = steps.iter().find_map(|step| step.deadline.as_ref());
    let limit = deadline.map(|rule| say::value(lang, rule.kind, &rule.value));
    let role = steps.iter().find_map(|step| step.role.as_ref()).map(|role| role.title.read(lang).to_owned());
    let below = [limit, role].into_iter().flatten().collect::<Vec<_>>().join(" · ");
    let left = x + 22;
    let room = edge_x - left;
    let y = if below.is_empty() { middle + 5 } else { middle - 3 };
    let _ = write!(svg, "<text class=\"step\" x=\"{left}\" y=\"{y}\">{}</text>", fitted(&names, room, 14));
    if !below.is_empty() {
        let _ = write!(svg, "<text class=\"limit\" x=\"{left}\" y=\"{}\">{}</text>", y + 17, fitted(&below, room, 12));
    }
}

fn boxed(svg: &mut String, title: &str, word: &str, phase: Phase, local: bool, spot: Spot, lang: Lang) {
    let Spot { x, y, width, height, main, row } = spot;
    let local_class = if local { " local" } else { "" };
    let side = if main { "" } else { " side" };
    let _ = write!(
        svg,
        "<g class=\"state {}{local_class}{side}\" data-row=\"{row}\"><title>{}</title><rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{}\"/>",
        phase.as_str(),
        escaped(title),
        if phase == Phase::Waiting { 22 } else { 6 }
    );
    if phase == Phase::Done {
        // An end has a second line inside, so that it is seen without its colour.
        let _ = write!(
            svg,
            "<rect class=\"inner\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"4\"/>",
            x + 3,
            y + 3,
            width - 6,
            height - 6
        );
    }
    let (cx, cy) = (x + 18, y + height / 2);
    let _ = match phase {
        Phase::Waiting => write!(svg, "<circle class=\"sign\" cx=\"{cx}\" cy=\"{cy}\" r=\"5\"/>"),
        Phase::Working => write!(svg, "<path class=\"sign full\" d=\"M{} {} l10 6 l-10 6 z\"/>", cx - 5, cy - 6),
        Phase::Done => write!(svg, "<circle class=\"sign full\" cx=\"{cx}\" cy=\"{cy}\" r=\"5.5\"/>"),
    };
    let under = match (local, lang) {
        (true, Lang::Zh) => format!("{word} · 本地"),
        (true, Lang::En) => format!("{word} · local"),
        (false, _) => word.to_owned(),
    };
    let left = x + 31;
    let _ = write!(
        svg,
        "<text class=\"name\" x=\"{left}\" y=\"{}\">{}</text><text class=\"word\" x=\"{left}\" y=\"{}\">{}</text></g>",
        cy - 1,
        fitted(title, width - 37, 14),
        cy + 15,
        escaped(&under)
    );
}

fn ghost(svg: &mut String, title: &str, spot: Spot, lang: Lang) {
    let Spot { x, y, width, .. } = spot;
    let word = if lang == Lang::Zh { "已省略" } else { "left out" };
    let _ = write!(
        svg,
        "<g class=\"gone\"><rect x=\"{}\" y=\"{y}\" width=\"{}\" height=\"30\" rx=\"6\"/><text class=\"struck\" x=\"{}\" y=\"{}\">{}</text><text class=\"word\" x=\"{}\" y=\"{}\">{word}</text></g>",
        x + 52,
        width,
        x + 62,
        y + 20,
        fitted(title, width - 62, 13),
        x + width + 2,
        y + 19
    );
}

fn phase_word(phase: Phase, lang: Lang) -> &'static str {
    match (phase, lang) {
        (Phase::Waiting, Lang::Zh) => "等待",
        (Phase::Working, Lang::Zh) => "办理中",
        (Phase::Done, Lang::Zh) => "办结",
        (Phase::Waiting, Lang::En) => "waiting",
        (Phase::Working, Lang::En) => "at work",
        (Phase::Done, Lang::En) => "done",
    }
}

/// As much of a text as fits; SVG does not break lines. A Chinese character is as wide as the letters are high.
fn fitted(text: &str, room: i32, size: i32) -> String {
    let wide = |c: char| if c.is_ascii() { size * 56 / 100 } else { size };
    let all: i32 = text.chars().map(wide).sum();
    if all <= room {
        return escaped(text);
    }
    let mut used = size;
    let cut: String = text
        .chars()
        .take_while(|c| {
            used += wide(*c);
            used <= room
        })
        .collect();
    escaped(cut.trim_end()) + "…"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_too_long_ends_in_dots_and_is_safe() {
        assert_eq!(fitted("受理", 40, 14), "受理");
        assert_eq!(fitted("村务监督委员会审核", 60, 14), "村务监…");
        assert_eq!(fitted("<b>", 400, 14), "&lt;b&gt;");
    }
}
