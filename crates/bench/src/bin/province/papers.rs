//! What papers cost: four years of them in a whole province, a fifth in one county, some really issued; and the same asked of a
//! county that has none but those.

use std::sync::Mutex;
use std::time::Instant;

use jizuo_bench::Failure;
use jizuo_testing::{TestApp, User, places};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::measuring::{Meter, Table, Unit};
use crate::{LEVELS, Wish, without_indexes};

const SMALL: &str = "small county";

/// Papers that each of the two villages really issues.
const REAL: usize = 150;

pub(crate) async fn run(base: &TestApp, wish: &Wish) -> Result<(), Failure> {
    let begun = Instant::now();
    let many = Village::new(base, places::WUHUA, places::VILLAGE).await;
    let few = Village::new(base, places::PANLONG, places::PANLONG_VILLAGE).await;
    for village in [&many, &few] {
        for _ in 0..REAL {
            village.issues(base).await;
        }
    }
    papers(base, wish).await?;
    println!("{} papers: made in {:.0} s\n", wish.papers, begun.elapsed().as_secs_f64());
    let meter = Meter::of(base).await?;
    let mut table = Table::new([SMALL].into_iter().chain(LEVELS.iter().map(|(level, _)| *level)));
    for (column, village) in [(SMALL, &few), ("county", &many)] {
        village.measure(base, &meter, wish.rounds, column, &mut table).await?;
    }
    for (column, place) in [(SMALL, places::PANLONG)].into_iter().chain(LEVELS) {
        let reader = base.user(place, &["certificates.paper.read", "base.statistics.read"]).await;
        let reader = meter.takes(&reader).await?;
        let number = format!("number=ZM{}-2026-000001", if column == SMALL { places::PANLONG } else { places::WUHUA });
        let mut questions: Vec<(String, String)> = LISTS
            .iter()
            .map(|filter| (format!("list {filter}"), format!("/certificates/papers?{filter}")))
            .chain(FIGURES.iter().map(|id| (format!("figure {id}"), format!("/statistics/{id}?{QUARTER}"))))
            .collect();
        questions.push(("list number=…".to_owned(), format!("/certificates/papers?{number}")));
        for (called, path) in questions {
            let whole = format!("/places/{place}{path}");
            let time = meter.median(wish.rounds, async || drop(reader.get(&whole).await.expect(200))).await;
            table.put(&called, column, time);
        }
    }
    table.tell(Unit::Same);
    Ok(())
}

const LISTS: [&str; 10] = [
    "",
    "phase=waiting",
    "phase=working",
    "phase=done",
    "state=verified",
    "state=refused",
    "overdue=true",
    "item=hardship",
    "item=none_like_it",
    "number=ZM000000-2026-000001",
];

const FIGURES: [&str; 2] = ["certificates.papers.issued", "certificates.papers.refused"];

const QUARTER: &str = "from=2025-12-01T00:00:00Z&to=2026-03-02T00:00:00Z";

/// A village that issues papers, in a county with one item of its own.
struct Village<'a> {
    county: &'a str,
    papers: String,
    clerk: User<'a>,
    application: Value,
    /// The codes of papers that it has issued.
    codes: Mutex<Vec<String>>,
}

impl<'a> Village<'a> {
    async fn new(base: &'a TestApp, county: &'a str, village: &'a str) -> Village<'a> {
        let items = format!("/places/{county}/certificates/items");
        let item = json!({
            "code": "hardship", "name": "家庭经济困难证明", "status_kind": "retained",
            "basis": { "kind": "regulation", "law": "法律援助条例", "article": "第十七条" },
            "issuer": "乡镇人民政府", "purposes": ["申请法律援助"], "validity_days": 30, "verification": "visit",
            "body": "兹证明【姓名】是【村（社区）】居民，家庭经济困难。\n本证明用于【用途】，【出具日期】出具。",
        });
        let editor = base.role(county, "certificates.editor").await;
        let id = editor.post(&items, item).await.expect(201).text("id");
        let reviewer = base.role(county, "certificates.reviewer").await;
        reviewer.post(&format!("{items}/{id}/publish"), json!({})).await.expect(200);
        let registrar = base.role(village, "base.village_clerk").await;
        let known =
            json!({ "source": "document_seen", "basis": "statutory_duty", "facts": { "person.name": "李阿诗" } });
        let person = registrar.post(&format!("/places/{village}/persons"), known).await.expect(201).text("id");
        Village {
            county,
            papers: format!("/places/{village}/certificates/papers"),
            clerk: base.role(village, "certificates.clerk").await,
            application: json!({
                "item": "hardship", "person": person, "verified": { "seen": "入户查看，与邻居核对，情况属实" },
            }),
            codes: Mutex::default(),
        }
    }

    async fn applies(&self, clerk: &User<'_>) -> String {
        clerk.post(&self.papers, self.application.clone()).await.expect(201).text("id")
    }

    async fn issues(&self, base: &TestApp) {
        let clerk = self.clerk.on(base).at_once();
        let paper = format!("{}/{}", self.papers, self.applies(&clerk).await);
        clerk.post(&format!("{paper}/issue"), json!({})).await.expect(200);
        let code = clerk.get(&paper).await.expect(200).text("check_code");
        self.codes.lock().expect("no panic while held").push(code);
    }

    /// Applying, issuing, and the checks of somebody without an account.
    async fn measure(
        &self,
        base: &TestApp,
        meter: &Meter,
        rounds: usize,
        column: &'static str,
        table: &mut Table,
    ) -> Result<(), Failure> {
        let (clerk, stranger) = (meter.takes(&self.clerk).await?, meter.takes(&base.stranger()).await?);
        let waiting = Mutex::new(Vec::new());
        let apply = async || {
            let id = self.applies(&clerk).await;
            waiting.lock().expect("no panic while held").push(id);
        };
        table.put("apply for a paper", column, meter.median(rounds, apply).await);
        let issue = async || {
            let id = waiting.lock().expect("no panic while held").pop().unwrap_or_default();
            clerk.post(&format!("{}/{id}/issue", self.papers), json!({})).await.expect(200);
        };
        table.put("issue it", column, meter.median(rounds, issue).await);
        let path = format!("/places/{}/certificates/check", self.county);
        let known = async || {
            // Each is checked once only: how often one may be is limited.
            let code = self.codes.lock().expect("no panic while held").pop().unwrap_or_default();
            let told = stranger.post(&path, json!({ "code": code })).await.expect(200);
            assert_eq!(told.text("verdict"), "valid");
        };
        table.put("check a paper, as a stranger", column, meter.median(rounds, known).await);
        let unknown = async || {
            let code = json!({ "code": "AAAAAAAAAAAAAAAAAAAAAAAAAAA" });
            assert_eq!(stranger.post(&path, code).await.expect(200).text("verdict"), "unknown");
        };
        table.put("check a code that no paper has", column, meter.median(rounds, unknown).await);
        Ok(())
    }
}

/// Four years of papers up to the clock of tests: one in a hundred is open, four are refused, one is revoked. And a day of checks
/// by strangers.
async fn papers(base: &TestApp, wish: &Wish) -> Result<(), Failure> {
    let id = |code: &str| base.app.snapshot().places.resolve(code).map(|found| found.place.id);
    let (many, few) = (id(places::WUHUA).ok_or("a county")?, id(places::PANLONG).ok_or("a county")?);
    let (db, seed) = (base.behind().await, wish.seed);
    let again = without_indexes(db, "certificates_paper").await?;
    let uuid = |at: &str, a: u64| {
        format!(
            "(lpad(to_hex((extract(epoch FROM {at}) * 1000)::bigint), 12, '0') || '7' || \
             lpad(to_hex(made(g, {seed} + {a}) % 4096), 3, '0') || '8' || lpad(to_hex(g), 15, '0'))::uuid"
        )
    };
    for sql in [
        // Who issues: every village but the small county's; those of the county with many as often as makes a fifth.
        format!(
            "CREATE TABLE made_issuer AS SELECT row_number() OVER (ORDER BY v.n, copy) - 1 AS number, v.* FROM made_village v, \
             generate_series(1, CASE WHEN county = {many} THEN (SELECT count(*) FILTER (WHERE county <> {many}) / 4 / \
             count(*) FILTER (WHERE county = {many}) FROM made_village) ELSE 1 END) copy WHERE county <> {few}"
        ),
        "ALTER TABLE made_issuer ADD PRIMARY KEY (number)".to_owned(),
        "ANALYZE made_issuer".to_owned(),
        format!(
            "INSERT INTO certificates_paper (county, id, prefecture, township, village, place, state, phase, process, version, \
             due_at, opened_at, closed_at, item, item_county, item_code, item_edition, item_name, two_persons, wet_signature, \
             issuer, purpose, person, holder, content, verification, seen, verified_by_name, issued_by_name, issued_at, number, \
             mark, code, signed, valid_from, valid_until, ended_because, refused_at, next_door, revoked_at) \
             SELECT county, {id}, prefecture, township, id, id, state, CASE state WHEN 'applied' THEN 'waiting' \
             WHEN 'verified' THEN 'working' WHEN 'approved' THEN 'working' ELSE 'done' END, 'made', 3, \
             CASE WHEN open THEN at + interval '3 days' END, at, CASE WHEN NOT open THEN at + interval '1 hour' END, \
             md5('item' || r % 12)::uuid, county, item, 1, '证明' || item, false, false, '乡镇人民政府', '申请法律援助', \
             md5('person' || g / 3)::uuid, '测试', decode(repeat('ab', 300), 'hex'), 'visit', '入户查看，情况属实', '测试', \
             CASE WHEN out THEN '测试' END, CASE WHEN out THEN at + interval '1 hour' END, \
             CASE WHEN out THEN 'ZM' || left(code, 6) || '-' || extract(year FROM at) || '-' || 1000000 + g END, \
             CASE WHEN out THEN encode(sha256(convert_to({seed} || '-' || g, 'UTF8')), 'hex') END, \
             CASE WHEN out THEN decode(repeat('cd', 60), 'hex') END, CASE WHEN out THEN repeat('s', 380) END, \
             CASE WHEN out THEN at::date END, CASE WHEN out THEN at::date + 30 END, CASE WHEN state = 'refused' THEN '情况不符' END, \
             CASE WHEN state = 'refused' THEN at + interval '1 hour' END, CASE WHEN state = 'refused' THEN '到街道窗口' END, \
             CASE WHEN state = 'revoked' THEN at + interval '2 hours' END \
             FROM (SELECT *, state IN ('issued', 'revoked') AS out, state IN ('applied', 'verified', 'approved') AS open \
             FROM (SELECT g, made(g, {seed} + 10) AS r, CASE made(g, {seed} + 11) % 300 WHEN 0 THEN 'applied' WHEN 1 THEN 'verified' \
             WHEN 2 THEN 'approved' WHEN 3 THEN 'revoked' WHEN 4 THEN 'revoked' WHEN 5 THEN 'revoked' WHEN 6 THEN 'withdrawn' ELSE \
             CASE WHEN made(g, {seed} + 12) % 25 = 0 THEN 'refused' ELSE 'issued' END END AS state, \
             (ARRAY['hardship', 'kinship', 'residence', 'income', 'burial', 'pension', 'livestock', 'woodland', 'planting', \
             'housing', 'study', 'travel'])[1 + made(g, {seed} + 10) % 12] AS item, \
             timestamptz '2026-03-02 09:00+08' - make_interval(secs => made(g, {seed} + 13) % 126144000) AS at \
             FROM generate_series(1, {papers}) g) y) x \
             JOIN made_issuer v ON v.number = made(g, {seed} + 14) % (SELECT count(*) FROM made_issuer)",
            id = uuid("at", 15),
            papers = wish.papers,
        ),
    ] {
        db.execute_unprepared(&sql).await?;
    }
    for index in again {
        db.execute_unprepared(&index).await?;
    }
    let day = |a: u64| {
        format!("timestamptz '2026-03-02 09:00+08' - make_interval(secs => made(g, {seed} + {a}) % 86400) AS at")
    };
    for sql in [
        format!(
            "INSERT INTO certificates_check (county, id, at, paper) SELECT county, {}, at, paper FROM (SELECT county, id AS paper, \
             g, {} FROM (SELECT county, id, row_number() OVER () AS g FROM certificates_paper WHERE state = 'issued' \
             LIMIT {}) p) x",
            uuid("at", 16),
            day(17),
            wish.papers / 10,
        ),
        // Of codes that no paper has: as many in every county, and fewer within the hour than are refused.
        format!(
            "INSERT INTO certificates_check (county, id, at, paper) SELECT county, {}, at, NULL FROM (SELECT county, \
             1000000000 + row_number() OVER () AS g, {} FROM (SELECT DISTINCT county FROM made_village) c, \
             generate_series(1, 1000) g) x",
            uuid("at", 18),
            day(19),
        ),
        "VACUUM ANALYZE certificates_paper".to_owned(),
        "VACUUM ANALYZE certificates_check".to_owned(),
    ] {
        db.execute_unprepared(&sql).await?;
    }
    Ok(())
}
