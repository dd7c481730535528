//! The board: every callback is written on it as it arrives, for the person to read and for the outcome to be judged.
//!
//! It only shows and keeps; whether what it holds is right is `verdict`'s to say.

use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use super::cast::Part;
use super::paint::Paint;
use super::told::Told;
use crate::command::{now_ms, say};

/// A callback as a publisher's server saw and answered it.
#[derive(Clone, Debug)]
pub(super) struct Callback {
    /// When, in Unix milliseconds.
    pub at_ms: i64,
    /// Whose server.
    pub part: &'static Part,
    /// The address that it came from.
    pub from: Option<IpAddr>,
    /// The status of the answer.
    pub status: u16,
    /// Whether its signature was right.
    pub verified: bool,
    /// What it told.
    pub told: Told,
    /// Whether it had been credited before.
    pub repeated: bool,
    /// The answer in words.
    pub words: &'static str,
}

/// All callbacks so far.
#[derive(Debug)]
pub(super) struct Board {
    paint: Paint,
    callbacks: Mutex<Vec<Callback>>,
}

impl Board {
    /// An empty board.
    pub(super) fn new(paint: Paint) -> Self {
        Self { paint, callbacks: Mutex::default() }
    }

    /// The head of the list that follows.
    pub(super) fn head(&self) {
        say(&self.paint.bold(&row("time (UTC)", "app", "dialect", "from", "status", "verified", "transaction", "")));
    }

    /// A callback has arrived: kept, and shown at once.
    pub(super) fn heard(&self, callback: Callback) {
        // Shown under the lock, so that lines stand in the order in which the callbacks are kept.
        let mut callbacks = self.callbacks.lock().unwrap_or_else(PoisonError::into_inner);
        let Callback { part, told, .. } = &callback;
        let line = row(
            &time_of_day(callback.at_ms),
            part.app,
            part.dialect.name(),
            &callback.from.map(|from| from.to_string()).unwrap_or_default(),
            &callback.status.to_string(),
            if callback.verified { "✓" } else { "✗" },
            &told.transaction_id,
            callback.words,
        );
        let line = match (callback.verified, callback.status) {
            (true, 200) => self.paint.green(&line),
            (true, _) => self.paint.yellow(&line),
            (false, _) => self.paint.red(&line),
        };
        say(&line);
        callbacks.push(callback);
    }

    /// Something besides callbacks that is worth a line among them.
    pub(super) fn note(&self, app: &str, transaction_id: &str, words: &str) {
        say(&self.paint.dim(&row(&time_of_day(now_ms()), app, "(report)", "", "", "", transaction_id, words)));
    }

    /// All callbacks so far.
    pub(super) fn callbacks(&self) -> Vec<Callback> {
        self.callbacks.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[expect(clippy::too_many_arguments, reason = "one per column")]
fn row(time: &str, app: &str, dialect: &str, from: &str, status: &str, tick: &str, id: &str, words: &str) -> String {
    let line = format!("{time:<12}  {app:<12}  {dialect:<10}  {from:<9}  {status:<6}  {tick:<8}  {id:<17}  {words}");
    line.trim_end().to_owned()
}

/// `10:30:00.000`, of the day in UTC.
fn time_of_day(unix_ms: i64) -> String {
    let (seconds, ms) = (unix_ms / 1000, unix_ms % 1000);
    format!("{:02}:{:02}:{:02}.{ms:03}", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60)
}
