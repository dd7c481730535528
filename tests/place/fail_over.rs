//! What a drill does to a PostgreSQL server: a standby of it, its sudden death, the standby's promotion, sessions ended.

use std::path::Path;
use std::process::Command;

use crate::server::{Server, as_user, free_port};

impl Server {
    /// A hot standby; from here on no commit is acknowledged before it has it.
    pub fn synchronous_standby(&self) -> Server {
        let folder = tempfile::Builder::new().prefix("ringback-standby-").tempdir().unwrap().keep();
        let data = folder.join("data");
        let from = ["-h", "127.0.0.1", "-U", "ringback", "-R", "-X", "stream", "-c", "fast", "--no-sync"];
        run(Path::new("chmod"), &["777", folder.to_str().unwrap()], "");
        let target = ["-D", data.to_str().unwrap(), "-p", &self.port.to_string()];
        run(&self.programs.join("pg_basebackup"), &[&from[..], &target[..]].concat(), as_user());
        let standby = Server::start_in(folder, free_port(), "");
        self.sql("postgres", "ALTER SYSTEM SET synchronous_standby_names = '*'");
        self.sql("postgres", "SELECT pg_reload_conf()");
        while self.sql("postgres", "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync'") != "1" {
            std::thread::yield_now();
        }
        standby
    }

    /// Kills the server and all its sessions at once, as a power cut would.
    pub fn kill(&self) {
        let pid_file = Path::new(&self.sql("postgres", "SHOW data_directory")).join("postmaster.pid");
        let pid_file = std::fs::read_to_string(pid_file).unwrap();
        let postmaster = pid_file.lines().next().unwrap();
        // Each of its processes leads a group of its own.
        let children = run(Path::new("ps"), &["-o", "pid=", "--ppid", postmaster], "");
        let all: Vec<&str> = [postmaster].into_iter().chain(children.split_whitespace()).collect();
        run(Path::new("sh"), &["-c", &format!("kill -9 {} 2>/dev/null || true", all.join(" "))], "");
    }

    /// Makes a standby the server that takes writes.
    pub fn promote(&self) {
        assert_eq!(self.sql("postgres", "SELECT pg_promote()"), "t");
    }

    /// Runs a statement and answers what it found, a line for each row.
    pub fn sql(&self, database: &str, statement: &str) -> String {
        let url = self.url(database);
        run(&self.programs.join("psql"), &["-XAtq", "-c", statement, &url], "").trim().to_owned()
    }
}

/// Runs a program that must succeed, as the server's user where it says so; answers what it printed.
fn run(program: &Path, arguments: &[&str], as_user: &str) -> String {
    let mut words = as_user.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    words.push(program.to_str().unwrap().to_owned());
    let output = Command::new(&words[0]).args(&words[1..]).args(arguments).current_dir("/").output().unwrap();
    assert!(output.status.success(), "{}: {}", program.display(), String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}
