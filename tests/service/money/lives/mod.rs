//! Random lives of completions against an independent model: reported, repeated, contradicted, taken back in parts and
//! as a whole, replayed and canceled, while apps are paused, receivers fail and the process is killed and comes back.
//!
//! In the end every amount is the model's to the last digit, every receiver heard of a completion before it heard of its
//! reversal, and of nothing that was taken back before it knew.

mod chance;
mod heard;
mod model;
mod stage;
mod verdict;

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::StreamExt;
use futures_util::stream;

use chance::Chance;
use model::{Act, Case, Expected};
use stage::{Nodes, Stage};

/// Lives in an ordinary run; `RINGBACK_TEST_SEQUENCES` asks for another number.
const SEQUENCES: usize = 600;
/// Acts in each life.
const ACTS: usize = 8;
/// Acts at a time.
const AT_A_TIME: usize = 24;

#[tokio::test(flavor = "multi_thread")]
async fn whatever_happens_to_completions_the_ledger_is_the_models_and_no_receiver_heard_of_them_in_another_order() {
    let sequences = std::env::var("RINGBACK_TEST_SEQUENCES").ok().map(|text| text.parse().unwrap());
    let mut chance = Chance::new();
    let mut stage = Stage::set().await;
    let mut cases: Vec<Case> = (0..sequences.unwrap_or(SEQUENCES)).map(|number| life(number, &mut chance)).collect();
    for _ in 0..ACTS {
        stage.disturb(&mut chance).await;
        let acts: Vec<Act> = cases.iter().map(|_| act(&mut chance)).collect();
        let (done, at_most) = (AtomicUsize::new(0), cases.len());
        let to = stage.nodes();
        let performed = stream::iter(cases.into_iter().zip(acts)).map(|(case, act)| perform(&to, &done, case, act));
        let performed = performed.buffer_unordered(AT_A_TIME).collect::<Vec<Case>>();
        let kill_at = chance.one_in(2).then(|| chance.below(at_most));
        let killed = async {
            let Some(kill_at) = kill_at else { return };
            while done.load(Ordering::Relaxed) < kill_at {
                tokio::task::yield_now().await;
            }
            stage.kill().await;
        };
        (cases, ()) = tokio::join!(performed, killed);
    }
    stage.come_to_rest().await;
    stage.check(&cases).await;
}

/// A completion that nobody reported yet.
fn life(number: usize, chance: &mut Chance) -> Case {
    Case {
        app: number % stage::DIALECTS.len(),
        id: format!("tx-{number}"),
        payout: chance.amount(),
        reward: chance.amount(),
        reported: false,
        reversals: Vec::new(),
    }
}

fn act(chance: &mut Chance) -> Act {
    let name = [None, Some("a"), Some("b"), Some("c")][chance.below(4)];
    match chance.below(12) {
        0..=3 => Act::Report,
        4 => Act::Contradict,
        5 => Act::Refund,
        6 => Act::TakeBack { name, asked: None },
        7..=9 => Act::TakeBack { name, asked: Some((chance.amount() / 2, chance.amount() / 2)) },
        10 => Act::Replay(chance.below(8)),
        _ => Act::Cancel(chance.below(8)),
    }
}

/// Performs an act until it is answered, however often the process dies over it.
async fn perform(to: &Nodes, done: &AtomicUsize, mut case: Case, act: Act) -> Case {
    // As it was reported, not as it will have been.
    let before = case.clone();
    let expected = case.act(&act, stage::DIALECTS[case.app].1);
    let mut again = false;
    let status = loop {
        match to.perform(&before, &act).await {
            Some(answer) if answer.status != 503 => break answer,
            // Whether it took effect before is not known.
            _ => again = true,
        }
        tokio::task::yield_now().await;
    };
    let word = status.body["status"].as_str();
    let is_expected = match expected {
        Expected::Accepted if again => status.status == 200,
        Expected::Accepted => (status.status, word) == (200, Some("accepted")),
        Expected::Duplicate => (status.status, word) == (200, Some("duplicate")),
        Expected::Refused(expected) => status.status == expected,
        Expected::DoneOrConflict => matches!(status.status, 200 | 409),
    };
    assert!(is_expected, "{act:?} of {before:?}: {expected:?}, but {}: {}", status.status, status.body);
    done.fetch_add(1, Ordering::Relaxed);
    case
}
