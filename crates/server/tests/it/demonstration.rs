//! `jizuo demo`: built once, whole, and served again as it was left.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A demonstration that is being served; ended when dropped.
struct Served {
    process: Child,
    lines: Vec<String>,
}

impl Served {
    /// Starts it, and waits until it says that it serves.
    fn start(folder: &Path) -> Served {
        let mut process = jizuo()
            .args(["demo", "--listen", "127.0.0.1:0", "--lang", "en", "--dir"])
            .arg(folder)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(process.stdout.take().unwrap());
        let mut lines = Vec::new();
        for line in out.lines() {
            let line = line.unwrap();
            let last = line.starts_with("Ctrl-C");
            lines.push(line);
            if last {
                return Served { process, lines };
            }
        }
        let code = process.wait().unwrap();
        panic!("the demo ended with {code}:\n{}", lines.join("\n"));
    }

    fn said(&self, text: &str) -> bool {
        self.lines.iter().any(|line| line.contains(text))
    }
}

/// The binary, with nothing of this process's environment.
fn jizuo() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_jizuo"));
    command.env_clear();
    command
}

impl Drop for Served {
    fn drop(&mut self) {
        // Killed, not asked: what was answered must be there at the next start all the same.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn it_is_built_anew_after_a_kill_then_only_served_and_its_audit_holds() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("a demo");
    std::fs::create_dir(&dir).unwrap();
    // What a build that was killed leaves behind.
    for leftover in [".building.sqlite", ".building.sqlite-wal", "key", ".lock"] {
        std::fs::write(dir.join(leftover), "").unwrap();
    }
    {
        let first = Served::start(&dir);
        assert!(first.said("16495 places"), "{:#?}", first.lines);
        for role in jizuo_server::MODULES.iter().flat_map(|module| module.roles) {
            assert!(first.said(role.id), "nobody is {}", role.id);
        }
        let twice = jizuo().arg("demo").arg("--dir").arg(&dir).output().unwrap();
        assert_eq!(twice.status.code(), Some(1), "two processes do not share a folder");
    }
    {
        let second = Served::start(&dir);
        assert!(!second.said("Building"), "{:#?}", second.lines);
        assert!(second.said("sysadmin"));
    }
    let verified = jizuo()
        .args(["audit", "verify"])
        .current_dir(&dir)
        .env("JIZUO__SECRETS__MASTER_KEY", std::fs::read_to_string(dir.join("key")).unwrap())
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&verified.stdout);
    assert!(verified.status.success() && out.contains("every chain holds"), "{out}");
}

#[test]
fn a_folder_with_other_things_in_it_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("thesis.txt"), "years of work").unwrap();
    let refused = jizuo().arg("demo").arg("--dir").arg(folder.path()).output().unwrap();
    assert_eq!(refused.status.code(), Some(3), "{}", String::from_utf8_lossy(&refused.stderr));
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(names, ["thesis.txt"]);
}
