//! The binary as a script sees it: what it prints, and which exit code answers.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

const TABLE: &str = "code,name,level\n53,云南省,1\n5301,昆明市,2\n530102,五华区,3\n530102001,华山街道,4\n\
                     530102001001,翠湖西路社区居民委员会,5\n530102001002,水晶宫社区居民委员会,5\n";
const KEY: &str = "mG1vYp3sXo8t1hQ6Zr0bKc2wNf5uEjT9aLdS7yViHkM=";

/// `jizuo` in a folder of its own, with nothing of this process's environment but the path.
struct Terminal(TempDir);

impl Terminal {
    fn new() -> Terminal {
        Terminal(tempfile::tempdir().unwrap())
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    fn run(&self, arguments: &[&str], expected: i32) -> (String, String) {
        let output = jizuo(self.0.path()).env("JIZUO__SECRETS__MASTER_KEY", KEY).args(arguments).output().unwrap();
        told(&output, arguments, expected)
    }
}

fn jizuo(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jizuo"));
    command.current_dir(folder).env_clear();
    command
}

fn told(output: &Output, arguments: &[&str], expected: i32) -> (String, String) {
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(expected), "{arguments:?}\n{out}\n{error}");
    (out, error)
}

#[test]
fn an_installation_begins_with_places_and_three_administrators_and_no_known_password() {
    let terminal = Terminal::new();
    terminal.write("table.csv", TABLE);
    let (_, error) = terminal.run(&["user", "first-administrators", "--place", "53"], 3);
    assert!(error.contains("places import"), "{error}");
    let (out, _) = terminal.run(&["places", "import", "table.csv", "--dry-run"], 0);
    assert!(out.contains("6 added") && out.contains("nothing was applied"), "{out}");
    terminal.run(&["places", "import", "table.csv", "--on", "2023-06-30"], 0);
    let (out, _) = terminal.run(&["places", "import", "table.csv"], 0);
    assert!(out.contains("6 as they are") && out.contains("nothing changes"), "{out}");
    let (out, _) = terminal.run(&["user", "first-administrators", "--place", "53"], 0);
    for role in ["base.system_admin", "base.security_admin", "base.audit_admin"] {
        assert!(out.contains(role), "{out}");
    }
    terminal.run(&["user", "first-administrators", "--place", "53"], 3);
    let (out, _) = terminal.run(&["audit", "verify"], 0);
    assert!(out.contains("every chain holds"), "{out}");
}

#[test]
fn bad_lines_are_all_named_and_nothing_is_applied() {
    let terminal = Terminal::new();
    terminal.write("bad.csv", &format!("{TABLE}530102,重复区,3\n5399,x,3\nabc\n999900000000,别省,2\n"));
    let (out, error) = terminal.run(&["places", "import", "bad.csv"], 3);
    for line in ["line 8", "line 9", "line 10", "line 11"] {
        assert!(out.contains(line), "{out}");
    }
    assert!(error.contains("nothing was applied"), "{error}");
    terminal.run(&["places", "show", "530102"], 3);
}

#[test]
fn a_renamed_and_a_merged_place_are_imported_on_a_later_day_only() {
    let terminal = Terminal::new();
    terminal.write("table.csv", TABLE);
    terminal.run(&["places", "import", "table.csv", "--on", "2023-06-30"], 0);
    let next = TABLE.replace("翠湖西路社区", "翠湖社区").replace("530102001002,水晶宫社区居民委员会,5\n", "");
    terminal.write("next.csv", &next);
    terminal.write("changes.csv", "old,new,kind\n530102001002,530102001001,merge\n");
    let import = ["places", "import", "next.csv", "--changes", "changes.csv", "--on"];
    let (_, error) = terminal.run(&[&import[..], &["2023-06-30"]].concat(), 3);
    assert!(error.contains("base.place.before"), "{error}");
    let (out, _) = terminal.run(&[&import[..], &["2024-07-01"]].concat(), 0);
    assert!(out.contains("1 renamed") && out.contains("1 merged"), "{out}");
    let (out, _) = terminal.run(&["places", "show", "530102001002"], 0);
    assert!(out.contains("翠湖社区居民委员会"), "an old code means the place that took over: {out}");
    let (out, _) = terminal.run(&["places", "show", "530102001001@2023-12-31"], 0);
    assert!(out.contains("翠湖西路社区"), "{out}");
}

#[test]
fn a_countys_file_goes_round_and_the_second_time_changes_nothing() {
    let terminal = Terminal::new();
    terminal.write("table.csv", TABLE);
    terminal.run(&["places", "import", "table.csv"], 0);
    let (out, _) = terminal.run(&["county", "export", "530102"], 0);
    terminal.write("wuhua.toml", &out);
    let (out, _) = terminal.run(&["county", "plan", "wuhua.toml"], 0);
    assert!(out.contains(": 0 changes"), "{out}");
    terminal.write("unknown.toml", "place = \"530102\"\n[modules.nothing]\nstate = \"on\"\n");
    let (_, error) = terminal.run(&["--lang", "zh", "county", "apply", "unknown.toml", "--reason", "x"], 3);
    assert!(error.contains("没有模块“nothing”"), "{error}");
    terminal.write("rule.toml", "place = \"530102\"\n[rules]\n\"V.PUB.KEEP\" = 1\n");
    let (_, error) = terminal.run(&["county", "apply", "rule.toml", "--reason", "x"], 3);
    assert!(error.contains("source:"), "a refusal names its source: {error}");
}

#[cfg(feature = "grid")]
#[test]
fn a_county_switches_a_module_on_with_its_file() {
    let terminal = Terminal::new();
    terminal.write("table.csv", TABLE);
    terminal.run(&["places", "import", "table.csv"], 0);
    terminal.write("wuhua.toml", "place = \"530102\"\n[modules.grid]\nstate = \"on\"\n");
    let (_, error) = terminal.run(&["county", "apply", "wuhua.toml"], 2);
    assert!(error.contains("--reason"), "{error}");
    let apply = ["county", "apply", "wuhua.toml", "--reason", "区委常委会决定"];
    let (out, _) = terminal.run(&apply, 0);
    assert!(out.contains("module grid: off -> on"), "{out}");
    let (out, _) = terminal.run(&apply, 0);
    assert!(out.contains(": 0 changes"), "{out}");
    let (out, _) = terminal.run(&["openapi", "--county", "530102"], 0);
    assert!(out.contains("grid_incident_report"));
}

#[test]
fn wrong_settings_stop_the_start_before_the_database_is_touched() {
    let terminal = Terminal::new();
    let folder = terminal.0.path();
    for (name, value, says) in [
        ("JIZUO__SERVER__LISTNE", "x", "server.listne"),
        ("JIZUO__SIGNING__ALGORITHM", "SM4", "write EdDSA or SM2"),
        ("JIZUO__SECRETS__MASTER_KEY", "", "master_key"),
        ("JIZUO__SECRETS__MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", "trivial"),
    ] {
        let output = jizuo(folder).env(name, value).arg("serve").output().unwrap();
        let (_, error) = told(&output, &["serve"], 2);
        assert!(error.contains(says), "{error}");
    }
    assert!(std::fs::read_dir(folder).unwrap().next().is_none(), "nothing was made");
}

#[test]
fn documents_are_printed_and_written() {
    let terminal = Terminal::new();
    let (out, _) = terminal.run(&["openapi", "base"], 0);
    assert!(out.starts_with('{') && out.contains("base_session_start"));
    let (_, error) = terminal.run(&["openapi", "nothing"], 2);
    assert!(error.contains("base"), "{error}");
    terminal.run(&["openapi", "--all", "--out", "documents"], 0);
    for module in jizuo_server::MODULES {
        assert!(terminal.0.path().join(format!("documents/{}.json", module.id)).is_file());
    }
    assert!(terminal.0.path().join("documents/county-all.json").is_file());
}
