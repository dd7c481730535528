//! A throw-away PostgreSQL: its own data folder and port, run by an unprivileged user, gone with the process that
//! started it, however that ends.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Runs a server until its standard input closes, which it does when the test process is gone. `$1` is the folder, `$2`
/// the port, `$3` the folder of PostgreSQL's programs; what runs another user's programs is in `$4`.
///
/// Nothing here outlives a test, so no flush is waited for: a process that is killed loses nothing by that, only a
/// machine would. Texts are ordered as people order them unless a column says otherwise: ids must say so.
const KEEPER: &str = r#"
    set -e
    trap '' INT TERM
    trap '$4 "$3/pg_ctl" -D "$1/data" -m immediate stop >/dev/null 2>&1 || true; rm -rf "$1"' EXIT
    if [ ! -d "$1/data" ]; then
        $4 "$3/initdb" -D "$1/data" -U ringback --auth=trust --no-sync --encoding=UTF8 \
            --locale-provider=icu --icu-locale=en-US --locale=C.UTF-8 >"$1/log" 2>&1 ||
            { cat "$1/log" >&2; exit 1; }
    fi
    $4 "$3/pg_ctl" -D "$1/data" -l "$1/server.log" -w -t 60 start >/dev/null \
        -o "-p $2 -h 127.0.0.1 -k $1 -c fsync=off -c full_page_writes=off -c max_connections=400 -c max_wal_size=256MB $5" ||
        { cat "$1/server.log" >&2; exit 1; }
    echo ready
    cat >/dev/null
"#;

/// A running server.
pub struct Server {
    /// Where it listens.
    pub port: u16,
    /// The folder of its programs.
    pub programs: PathBuf,
    databases: AtomicUsize,
    /// Its standard input ends the server.
    _keeper: Child,
}

impl Server {
    /// The server that the tests of this process share; started when the first of them asks.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(|| Self::start(""))
    }

    /// Starts a server with further options of `postgres`.
    pub fn start(options: &str) -> Self {
        let folder = tempfile::Builder::new().prefix("ringback-postgres-").tempdir().unwrap().keep();
        Self::start_in(folder, free_port(), options)
    }

    /// Starts a server on a data folder that may hold something already.
    pub fn start_in(folder: PathBuf, port: u16, options: &str) -> Self {
        let programs = programs();
        if is_root() {
            let owned = Command::new("chown").args(["postgres", folder.to_str().unwrap()]).status();
            assert!(owned.unwrap().success(), "there is no user `postgres` to run the server as");
        }
        let port_text = port.to_string();
        let mut keeper = Command::new("sh")
            .args(["-c", KEEPER, "keeper", folder.to_str().unwrap(), &port_text, programs.to_str().unwrap()])
            .args([as_user(), options])
            .current_dir(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut said).unwrap();
        assert_eq!(said, "ready\n", "PostgreSQL did not start; its words stand above");
        Self { port, programs, databases: AtomicUsize::new(0), _keeper: keeper }
    }

    /// An empty database; answers its URL.
    pub fn create_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let created = Command::new(self.programs.join("createdb"))
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "ringback", &name])
            .output()
            .unwrap();
        assert!(created.status.success(), "{}", String::from_utf8_lossy(&created.stderr));
        self.url(&name)
    }

    /// Removes a database that was created here, whoever is still connected to it.
    pub(crate) fn drop_database(&self, url: &str) {
        let (_, name) = url.rsplit_once('/').unwrap();
        // A test that fails must say why it did, not that its database could not be removed.
        let _ = Command::new(self.programs.join("dropdb"))
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-U", "ringback", "--if-exists", "--force", name])
            .stderr(Stdio::null())
            .status();
    }

    /// The URL of a database of this server.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://ringback@127.0.0.1:{}/{database}", self.port)
    }
}

/// A port that was free a moment ago.
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// PostgreSQL refuses to run as root.
pub fn as_user() -> &'static str {
    if is_root() { "setpriv --reuid=postgres --regid=postgres --clear-groups" } else { "" }
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}

/// Debian keeps the server's programs out of the search path, one folder for each version.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = versions.map(|version| version.path().join("bin")).filter(has_server).collect();
    found.sort();
    let in_path = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    found.splice(0..0, in_path.into_iter().flatten().filter(has_server));
    found.pop().expect("PostgreSQL's server is missing: tests/run installs it (Debian's package `postgresql`)")
}

fn has_server(folder: &(impl AsRef<Path> + ?Sized)) -> bool {
    folder.as_ref().join("postgres").is_file() && folder.as_ref().join("initdb").is_file()
}
