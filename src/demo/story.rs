//! The demo's course: everything is set up, every report is made, and every delivery is waited for until it has ended.
//!
//! It only does and collects; `verdict` judges what it brings back.

use std::time::Duration;

use super::board::Board;
use super::cast::CAST;
use super::platform::{Answer, Credential, Platform};
use super::reports::{Expected, REPORTS};
use super::setup::set_up;
use super::stage::Stage;
use crate::command::{Failure, say};

/// Between two reports, so that a person can follow.
const PAUSE: Duration = Duration::from_millis(100);
/// Between two looks at the deliveries.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// After the last delivery has ended: a callback too many would arrive meanwhile.
const AFTERWARDS: Duration = Duration::from_millis(400);
/// The dead server's app is given up after about two seconds; what takes so long is stuck.
const PATIENCE: Duration = Duration::from_secs(20);

/// A delivery, as the admin API tells of it.
#[derive(Clone, Debug)]
pub(super) struct Delivery {
    /// The app's ref.
    pub app: &'static str,
    /// What the receiver sees.
    pub transaction_id: String,
    /// `delivered`, `dead`, …
    pub status: String,
    /// Counted attempts.
    pub attempts: usize,
}

/// Everything that happened, but for the callbacks, which stand on the board.
#[derive(Clone, Debug, Default)]
pub(super) struct Course {
    /// The answers to the reports, in their order.
    pub answers: Vec<Answer>,
    /// The deliveries.
    pub deliveries: Vec<Delivery>,
}

/// Plays it.
pub(super) async fn play(stage: &Stage, board: &Board) -> Result<Course, Failure> {
    let platform = &stage.platform;
    let wired = set_up(platform, &stage.receivers).await?;
    say(&format!(
        "Set up through the admin API: 2 publishers, 2 egress IPs, {} apps with their secrets, 1 source.\n",
        wired.app_ids.len()
    ));
    board.head();
    let mut answers = Vec::new();
    for report in &REPORTS {
        let signs_with = match report.expected {
            Expected::Forged => Credential { secret: "a guess".to_owned(), ..wired.credential.clone() },
            _ => wired.credential.clone(),
        };
        let answer = platform.report(&signs_with, report.body()).await?;
        if let Some(words) = remarkable(&answer) {
            board.note(report.app, report.external_id, &words);
        }
        answers.push(answer);
        tokio::time::sleep(PAUSE).await;
    }
    let ended = tokio::time::timeout(PATIENCE, until_ended(platform, &wired.app_ids)).await;
    let deliveries = match ended {
        Ok(deliveries) => deliveries?,
        // What is stuck is the verdict's to name.
        Err(_) => deliveries(platform, &wired.app_ids).await?,
    };
    tokio::time::sleep(AFTERWARDS).await;
    Ok(Course { answers, deliveries })
}

/// What to say of an answer, unless it was accepted like most.
fn remarkable(answer: &Answer) -> Option<String> {
    let Answer { status, body } = answer;
    match (body["status"].as_str(), body["errors"][0]["field"].as_str()) {
        (Some("accepted"), _) => None,
        (Some(word), _) => Some(format!("{status} {word}")),
        (None, Some(field)) => Some(format!("{status} {}: {field}", body["title"].as_str().unwrap_or_default())),
        (None, None) => Some(format!("{status} {}", body["title"].as_str().unwrap_or_default())),
    }
}

async fn until_ended(platform: &Platform, app_ids: &[String]) -> Result<Vec<Delivery>, Failure> {
    loop {
        let now = deliveries(platform, app_ids).await?;
        if now.iter().all(|delivery| ["delivered", "dead", "canceled"].contains(&delivery.status.as_str())) {
            return Ok(now);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

async fn deliveries(platform: &Platform, app_ids: &[String]) -> Result<Vec<Delivery>, Failure> {
    let page = platform.get("/v1/deliveries?limit=1000").await?;
    let items = page["items"].as_array().ok_or("the list of deliveries has no items")?;
    let deliveries = items.iter().map(|item| {
        let text = |name: &str| item[name].as_str().unwrap_or_default().to_owned();
        let app = CAST.iter().zip(app_ids).find(|(_, id)| **id == text("appId")).map(|(part, _)| part.app);
        Delivery {
            app: app.unwrap_or("(unknown)"),
            transaction_id: text("transactionId"),
            status: text("status"),
            attempts: item["attemptsMade"].as_u64().and_then(|made| usize::try_from(made).ok()).unwrap_or_default(),
        }
    });
    Ok(deliveries.collect())
}
