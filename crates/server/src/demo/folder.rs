//! The folder of a demonstration: its key, its database, its sign-ins. What was built half is never served.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use jizuo_kernel::Keyring;

use super::SignIn;
use crate::failure::{Failure, Outcome};

/// The folder, locked for this process.
pub(crate) struct Folder {
    path: PathBuf,
    /// Held as long as the process lives: two processes would write one SQLite file with two clocks.
    _lock: File,
}

/// What the folder holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Empty,
    Built,
}

const KEY: &str = "key";
const DATABASE: &str = "jizuo.sqlite";
const SIGN_INS: &str = "signins.txt";
/// A list to try the import with.
const SAMPLE: &str = "户籍花名册.xlsx";
const LOCK: &str = ".lock";
const BUILDING: &str = ".building";

impl Folder {
    /// Makes the folder if need be, and takes it for this process.
    pub(crate) fn open(path: &Path) -> Outcome<(Folder, State)> {
        let trouble = |what: &str, error: std::io::Error| {
            Failure::failed(format!("{}: {what}: {error}", path.display()), "choose another folder with --dir")
        };
        fs::create_dir_all(path).map_err(|error| trouble("cannot be made", error))?;
        let path = path.canonicalize().map_err(|error| trouble("cannot be found", error))?;
        let names: Vec<String> = fs::read_dir(&path)
            .map_err(|error| trouble("cannot be read", error))?
            .filter_map(|entry| entry.ok().map(|entry| entry.file_name().to_string_lossy().into_owned()))
            .collect();
        let has = |name: &str| names.iter().any(|found| found == name);
        let built = has(DATABASE) && has(KEY);
        if !built
            && names.iter().any(|name| ![KEY, SIGN_INS, SAMPLE, LOCK].contains(&&**name) && !name.starts_with(BUILDING))
        {
            return Err(Failure::bad_input(
                format!("{} is neither empty nor a demonstration", path.display()),
                "choose another folder with --dir",
            ));
        }
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path.join(LOCK))
            .map_err(|error| trouble("cannot be written", error))?;
        lock.try_lock().map_err(|_| {
            Failure::failed(
                format!("a demonstration in {} is running already", path.display()),
                "stop it, or choose another folder with --dir and another port with --listen",
            )
        })?;
        let folder = Folder { path, _lock: lock };
        if !built {
            folder.clear(&names)?;
        }
        Ok((folder, if built { State::Built } else { State::Empty }))
    }

    /// What an interrupted build left behind.
    fn clear(&self, names: &[String]) -> Outcome {
        for name in names.iter().filter(|name| name.starts_with(BUILDING)) {
            fs::remove_file(self.path.join(name))
                .map_err(|error| Failure::failed(format!("{name} cannot be removed: {error}"), "remove it by hand"))?;
        }
        Ok(())
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The address of the finished database.
    pub(crate) fn database(&self) -> String {
        address(&self.path.join(DATABASE))
    }

    /// The address of the database while it is being built.
    pub(crate) fn building(&self) -> String {
        address(&self.building_file())
    }

    fn building_file(&self) -> PathBuf {
        self.path.join(format!("{BUILDING}.sqlite"))
    }

    /// The master key of this demonstration; made when there is none.
    pub(crate) fn key(&self) -> Outcome<String> {
        let file = self.path.join(KEY);
        if file.is_file() {
            let key = fs::read_to_string(&file).map_err(|error| unreadable(KEY, error))?;
            // An interrupted start may have left it empty.
            if !key.trim().is_empty() {
                return Ok(key);
            }
        }
        let key = Keyring::generate();
        write_private(&file, &key)?;
        Ok(key)
    }

    /// Makes what was built the demonstration of this folder. The database comes last: with it the folder is built.
    pub(crate) fn finish(&self, sign_ins: &[SignIn]) -> Outcome {
        let mut text = String::new();
        for one in sign_ins {
            text.push_str(&[&*one.place, &one.role, &one.name, &one.login, &one.password].join("\t"));
            text.push('\n');
        }
        write_private(&self.path.join(SIGN_INS), &text)?;
        let sample = super::sample().map_err(|error| Failure::failed(error.to_string(), "report this"))?;
        write_bytes(&self.path.join(SAMPLE), &sample)?;
        let built = self.building_file();
        let log = self.path.join(format!("{BUILDING}.sqlite-wal"));
        if log.metadata().is_ok_and(|log| log.len() > 0) {
            return Err(Failure::failed("the database did not close", "run `jizuo demo` again"));
        }
        fs::rename(&built, self.path.join(DATABASE))
            .map_err(|error| Failure::failed(format!("{} cannot be moved: {error}", built.display()), "try again"))
    }

    /// Who can sign in here.
    pub(crate) fn sign_ins(&self) -> Outcome<Vec<SignIn>> {
        let text = fs::read_to_string(self.path.join(SIGN_INS)).map_err(|error| unreadable(SIGN_INS, error))?;
        Ok(text
            .lines()
            .filter_map(|line| {
                let mut parts = line.split('\t').map(str::to_owned);
                Some(SignIn {
                    place: parts.next()?,
                    role: parts.next()?,
                    name: parts.next()?,
                    login: parts.next()?,
                    password: parts.next()?,
                })
            })
            .collect())
    }
}

fn unreadable(name: &str, error: std::io::Error) -> Failure {
    Failure::failed(format!("{name} cannot be read: {error}"), "remove the folder and run `jizuo demo` again")
}

/// Keys and passwords are for the owner of the folder only.
fn write_private(file: &Path, text: &str) -> Outcome {
    write_bytes(file, text.as_bytes())
}

fn write_bytes(file: &Path, bytes: &[u8]) -> Outcome {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(file)
        .and_then(|mut file| file.write_all(bytes))
        .map_err(|error| Failure::failed(format!("{} cannot be written: {error}", file.display()), "check the disk"))
}

/// A path as an address: what has a meaning in addresses is written out.
fn address(path: &Path) -> String {
    let mut text = "sqlite://".to_owned();
    for c in path.to_string_lossy().chars() {
        match c {
            '%' | '?' | '#' | ' ' => text.push_str(&format!("%{:02X}", u32::from(c))),
            c => text.push(c),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_with_odd_characters_is_one_address() {
        assert_eq!(address(Path::new("/tmp/a b?/演示.sqlite")), "sqlite:///tmp/a%20b%3F/演示.sqlite");
    }
}
