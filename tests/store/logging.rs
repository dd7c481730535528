//! What the store logs on a thread of its own stands within the span of whoever asked for it.

use std::io::Write;
use std::sync::{Arc, Mutex};

use ringback::domain::new_delivery::Start;
use tracing::Instrument;

use crate::queue::{claim, new, recorded};
use crate::setup::{NOW, key, store};

/// All that this process logs from the first test on that wants to know.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn what_the_writer_logs_about_a_work_stands_within_its_callers_span() {
    let log = Log::default();
    let writer = log.clone();
    tracing_subscriber::fmt().with_ansi(false).with_writer(move || writer.clone()).init();

    let fresh = store();
    let id = recorded(&fresh.store, new("e1", "end_1", Start::Pending)).await;
    fresh.change(&format!("UPDATE deliveries SET told = 99 WHERE id = {}", key(&id)));
    let asking = tracing::info_span!("asking", number = 7);
    assert_eq!(claim(&fresh.store, "end_1", 1, NOW).instrument(asking).await, []);
    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let told = |line: &&str| line.contains("asking{number=7}") && line.contains("they are left alone");
    assert!(logged.lines().any(|line| told(&line)), "{logged}");
}
