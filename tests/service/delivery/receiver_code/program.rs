//! A receiver that the API wrote, in a folder of its own, as a child process that listens.

use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout, Command};

use crate::support::Received;

/// Compilers and interpreters start slowly on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);
/// What is first printed once it listens: the programs' own words, and PHP's.
const LISTENING: [&str; 2] = ["listening on 127.0.0.1:", "Development Server (http://127.0.0.1:"];

/// What Mono lacks of .NET.
const LACKING: (&str, &str) = ("lacking.cs", include_str!("lacking.cs"));

/// How the code of a language is run.
#[derive(Clone, Copy, Debug)]
pub(super) struct Language {
    pub(super) name: &'static str,
    /// What makes a program of it, where that is needed.
    pub(super) compile: &'static [&'static str],
    /// What runs it; `PORT` stands for the port.
    pub(super) run: &'static [&'static str],
    /// What must be installed.
    pub(super) needs: &'static str,
}

/// A receiver that listens.
pub(super) struct Program {
    address: SocketAddr,
    lines: Lines<BufReader<ChildStdout>>,
    process: Child,
    folder: TempDir,
}

/// What a receiver answered.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) status: u16,
    pub(super) body: String,
}

impl Language {
    /// Compiles the code, if it has to be; what a compiler says is a failure.
    async fn compile(&self, folder: &Path, code: &(String, String)) {
        std::fs::write(folder.join(&code.0), &code.1).unwrap();
        if self.compile.contains(&LACKING.0) {
            std::fs::write(folder.join(LACKING.0), LACKING.1).unwrap();
        }
        let [program, arguments @ ..] = self.compile else { return };
        let made = Command::new(program).args(arguments).current_dir(folder).env("LC_ALL", "C").output().await;
        let made = made.unwrap_or_else(|error| self.missing(&error.to_string()));
        let said = String::from_utf8_lossy(&made.stdout) + String::from_utf8_lossy(&made.stderr);
        assert!(made.status.success() && said.trim().is_empty(), "{}: {said}\n{}", self.name, code.1);
    }

    /// Starts the code with this secret and these variables besides.
    pub(super) async fn start(&self, code: &(String, String), variables: &[(&str, &str)]) -> Program {
        let folder = tempfile::tempdir().unwrap();
        self.compile(folder.path(), code).await;
        self.start_in(folder, variables).await
    }

    async fn start_in(&self, folder: TempDir, variables: &[(&str, &str)]) -> Program {
        let port = free_port().to_string();
        let run: Vec<String> = self.run.iter().map(|word| word.replace("PORT", &port)).collect();
        // One stream, so that nothing that it says is lost.
        let mut command = Command::new("sh");
        command.args(["-c", "exec \"$@\" 2>&1", "sh"]).args(run).current_dir(folder.path());
        for name in ["RINGBACK_SECRET", "RINGBACK_SECRET_2", "RINGBACK_TOLERANCE_SECONDS", "RINGBACK_ADDRESS"] {
            command.env_remove(name);
        }
        command.env("PORT", &port).env("RINGBACK_LEDGER", folder.path().join("ledger")).envs(variables.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().unwrap_or_else(|error| self.missing(&error.to_string()));
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut said = String::new();
        loop {
            let line = tokio::time::timeout(PATIENCE, lines.next_line()).await.expect("it does not listen").unwrap();
            let Some(line) = line else { self.missing(&said) };
            if LISTENING.iter().any(|words| line.contains(words)) {
                break;
            }
            said += &line;
        }
        Program { address: format!("127.0.0.1:{port}").parse().unwrap(), lines, process, folder }
    }

    /// It is never skipped: what is not run is not known to work.
    fn missing(&self, why: &str) -> ! {
        panic!("{:?} did not start ({why}): it needs {}. ./tests/run installs all of it", self.run, self.needs)
    }
}

impl Program {
    /// Where it listens.
    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Sends a request as it came off the wire.
    pub(super) async fn shown(&self, request: &Received) -> Answered {
        let exchange = async {
            let mut stream = TcpStream::connect(self.address).await?;
            let head = request.head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
            stream.write_all(format!("{head}\r\n\r\n{}", request.body).as_bytes()).await?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).await?;
            Ok::<_, std::io::Error>(answer)
        };
        let answer = tokio::time::timeout(PATIENCE, exchange).await.expect("no answer").unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {answer:?}"));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Answered { status: status.unwrap_or_else(|| panic!("{head}")), body: body.to_owned() }
    }

    /// Ends it and starts it again over what it kept.
    pub(super) async fn restarted(mut self, language: &Language, variables: &[(&str, &str)]) -> (Self, Vec<String>) {
        let lines = self.ended_lines().await;
        (language.start_in(self.folder, variables).await, lines)
    }

    /// Ends it; answers the lines that it printed of credits and reversals.
    pub(super) async fn ended(mut self) -> Vec<String> {
        self.ended_lines().await
    }

    async fn ended_lines(&mut self) -> Vec<String> {
        self.process.kill().await.unwrap();
        let mut told = Vec::new();
        while let Some(line) = self.lines.next_line().await.unwrap() {
            let at = ["credit\t", "reverse\t", "test\t"].iter().find_map(|word| line.find(word));
            told.extend(at.map(|at| line[at..].to_owned()));
        }
        told
    }
}

/// A port that was free a moment ago: PHP's server cannot choose one.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
