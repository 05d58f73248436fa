//! Code tables: what applying one would change is shown first, with every bad line; then it is applied as a whole.

use chrono::NaiveDate;
use jizuo_kernel::places::import::{self, Plan};
use jizuo_kernel::places::{Kind, Tree};
use jizuo_kernel::{Lang, Reply, Subject};
use jizuo_testing::TestApp;
use jizuo_testing::places::{KUNMING, PROVINCE, WUHUA};

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// Applies a table as the command line does.
pub(crate) async fn apply(test: &TestApp, table: &str, changes: Option<&str>, on: &str) -> Plan {
    let ctx = test.system(PROVINCE);
    let mut tx = ctx.begin().await.unwrap();
    let plan = import::plan(&tx.snapshot.places, table.as_bytes(), changes.map(str::as_bytes));
    assert!(plan.bad.is_empty(), "{:?}", plan.bad);
    import::apply(&mut tx, &plan, day(on), &|_| {}).await.unwrap();
    tx.commit("base.place.import", Subject::new("base.place", "test"), Reply::none()).await.unwrap();
    plan
}

/// The test province with lines taken out and put in.
fn edited(out: &[&str], put: &[&str]) -> String {
    let table = jizuo_testing::divisions();
    let kept = table.lines().filter(|line| !out.iter().any(|code| line.starts_with(code)));
    kept.chain(put.iter().copied()).collect::<Vec<_>>().join("\n")
}

fn bad(table: impl AsRef<[u8]>) -> Vec<(u64, String)> {
    let plan = import::plan(&Tree::default(), table.as_ref(), None);
    assert!(plan.is_empty() || plan.bad.is_empty(), "a table with a bad line changes nothing");
    plan.bad.into_iter().map(|b| (b.line, b.why.read(Lang::En).to_owned())).collect()
}

#[test]
fn every_bad_line_is_named_with_its_number_and_reason() {
    let table = "code,name,level\n\
        530000000000,云南省,1\n\
        53x,错码,1\n\
        5301000,长短,2\n\
        530100000000,昆明市,3\n\
        530100000000,昆明市,2\n\
        530100000000,昆明市,2\n\
        530102000000,,3\n\
        530103000000,盘\u{7}龙区,3\n\
        540100000000,拉萨市,2\n\
        530111000000\n";
    let found = bad(table);
    let lines: Vec<u64> = found.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [3, 4, 5, 7, 8, 9, 10, 11], "{found:#?}");
    for ((line, why), word) in found.iter().zip([
        "digits only",
        "has 7",
        "by the code it is 2",
        "line 6",
        "empty",
        "control",
        "no place above",
        "columns missing",
    ]) {
        assert!(why.contains(word), "line {line}: {why}");
    }
}

#[test]
fn a_line_that_is_not_utf_8_is_named_and_a_mark_at_the_front_is_not() {
    let mut table = b"\xEF\xBB\xBFcode,name,level\n530000000000,".to_vec();
    table.extend("云南省,1\n530100000000,".as_bytes());
    table.extend(b"\xC0\xA5\xC3\xF7\xCA\xD0,2\n");
    let found = bad(&table);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].0 == 3 && found[0].1.contains("UTF-8"), "{found:?}");
}

#[test]
fn a_header_that_lacks_a_column_is_the_only_complaint() {
    for table in ["code,name\n53,云南省\n", "", "530000000000,云南省,1\n"] {
        let found = bad(table);
        assert_eq!(found.len(), 1, "{table}: {found:?}");
        assert!(found[0].0 == 1 && found[0].1.contains("code,name,level"), "{found:?}");
    }
    assert!(bad("level,extra,name,code\n1,x,云南省,53\n").is_empty(), "columns may stand in any order");
}

#[test]
fn a_bad_line_of_the_changes_is_named_too() {
    let table = jizuo_testing::divisions();
    let changes = "old,new,kind\n530102001001,530102001002,merge\nx,y,move\n530102001001,530199000000,move\n530102001001,530102001002,swap\n";
    let plan = import::plan(&Tree::default(), table.as_bytes(), Some(changes.as_bytes()));
    let lines: Vec<u64> = plan.bad.iter().map(|b| b.line).collect();
    assert_eq!(lines, [3, 4, 5], "{:?}", plan.bad);
}

#[tokio::test]
async fn the_same_file_again_changes_nothing() {
    let test = TestApp::bare(&[]).await;
    let table = jizuo_testing::divisions();
    let plan = import::plan(&test.app.snapshot().places, table.as_bytes(), None);
    assert!(plan.is_empty(), "{plan:?}");
    assert_eq!(plan.unchanged, test.app.snapshot().places.len());
}

#[tokio::test]
async fn a_dry_run_tells_what_is_added_renamed_moved_merged_and_abolished() {
    let test = TestApp::bare(&[]).await;
    let before = test.app.snapshot().places.clone();
    let table = edited(
        // renamed; moved to another code; merged by the changes file; abolished
        &["530102001001", "530102001002", "530102001003", "530102001006"],
        &[
            "530102001001,翠湖新社区居民委员会,5",
            "530102001050,水晶宫社区居民委员会,5",
            "530102001051,新村居民委员会,5",
        ],
    );
    let changes = "old,new,kind\n530102001003,530102001007,merge\n";
    let plan = import::plan(&before, table.as_bytes(), Some(changes.as_bytes()));
    let id = |code: &str| before.by_code(code).unwrap().id;
    assert!(plan.bad.is_empty());
    assert_eq!(plan.added.iter().map(|r| r.code.padded()).collect::<Vec<_>>(), ["530102001051"]);
    assert_eq!(
        plan.renamed,
        [(id("530102001001"), "翠湖西路社区居民委员会".to_owned(), "翠湖新社区居民委员会".to_owned())]
    );
    assert_eq!(plan.moved[0].0, id("530102001002"));
    assert_eq!(plan.moved[0].2.code.padded(), "530102001050");
    assert_eq!(plan.merged[0].0, id("530102001003"));
    assert_eq!(plan.merged[0].2.padded(), "530102001007");
    assert_eq!(plan.abolished, [(id("530102001006"), "530102001006".to_owned())]);
    assert_eq!(test.app.snapshot().places.len(), before.len(), "a dry run writes nothing");

    apply(&test, &table, Some(changes), "2026-03-01").await;
    let after = test.app.snapshot().places.clone();
    let means = |code: &str| after.resolve(code).unwrap().place.id;
    assert_eq!(means("530102001002"), id("530102001002"), "a new code, the same place");
    assert_eq!(means("530102001050"), id("530102001002"));
    assert_eq!(means("530102001003"), id("530102001007"), "an old code means the place that took over");
    assert_eq!(means("530102001006"), id("530102001006"), "what was abolished stays known");
    assert!(after.get(id("530102001006")).unwrap().until.is_some());
    assert!(import::plan(&after, table.as_bytes(), Some(changes.as_bytes())).is_empty());
}

#[tokio::test]
async fn a_merged_county_takes_its_townships_along() {
    let test = TestApp::bare(&[]).await;
    let before = test.app.snapshot().places.clone();
    let id = |code: &str| before.by_code(code).unwrap().id;
    let renumbered: Vec<String> = jizuo_testing::divisions()
        .lines()
        .filter(|line| line.starts_with("530103001"))
        .map(|line| line.replacen("530103001", "530102091", 1))
        .collect();
    let put: Vec<&str> = renumbered.iter().map(String::as_str).collect();
    let table = edited(&["530103"], &put);
    let plan = apply(&test, &table, Some("old,new,kind\n530103,530102,merge\n"), "2026-03-01").await;
    assert!(plan.added.is_empty() && plan.abolished.is_empty(), "{plan:?}");
    let after = test.app.snapshot().places.clone();
    let village = after.get(id("530103001001")).unwrap();
    assert_eq!(village.code, "530102091001");
    assert_eq!(village.county, Some(id("530102000000")));
    assert_eq!(after.resolve("530103").unwrap().place.id, id("530102000000"));
}

#[tokio::test]
async fn a_day_before_the_last_change_or_in_the_future_is_refused() {
    let test = TestApp::bare(&[]).await;
    let table = edited(&["530102001001"], &["530102001001,甲社区,5"]);
    apply(&test, &table, None, "2026-03-01").await;
    let table = edited(&["530102001001"], &["530102001001,乙社区,5"]);
    for on in ["2026-03-01", "2026-02-01", "2026-03-03"] {
        let ctx = test.system(PROVINCE);
        let mut tx = ctx.begin().await.unwrap();
        let plan = import::plan(&tx.snapshot.places, table.as_bytes(), None);
        let refused = import::apply(&mut tx, &plan, day(on), &|_| {}).await.unwrap_err();
        assert_eq!(refused.status(), 422, "{on}: {refused}");
    }
}

#[tokio::test]
async fn the_whole_of_yunnan_goes_in_at_once() {
    let test = TestApp::bare(&[]).await;
    let table =
        std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../data/yunnan-divisions.csv")).unwrap();
    let known = test.app.snapshot().places.len();
    let plan = apply(&test, &table, None, "2023-06-30").await;
    assert_eq!(plan.added.len() + known, 16_495);
    let tree = test.app.snapshot().places.clone();
    let of = |kind: Kind| tree.all().filter(|p| p.kind == kind).count();
    let levels = [Kind::Province, Kind::Prefecture, Kind::County, Kind::Township, Kind::Village].map(of);
    assert_eq!(levels, [1, 16, 129, 1_461, 14_888]);
    assert_eq!(tree.len(), 16_495);
    assert_eq!(tree.counties(tree.roots()[0]).count(), 129);
    assert!(import::plan(&tree, table.as_bytes(), None).is_empty());
    let wuhua = tree.resolve(WUHUA).unwrap().place;
    assert_eq!(wuhua.prefecture, Some(tree.resolve(KUNMING).unwrap().place.id));
}
