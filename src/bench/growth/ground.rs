//! The ground that is measured on: a hundred apps, each with deliveries that wait.
//!
//! None of their endpoints exists, and nothing is sent: the store alone is measured.

use std::ops::Range;
use std::slice;
use std::time::Duration;

use crate::bench::backlog::{new_completion, record};
use crate::bench::past;
use crate::bench::workload::{self, DIALECT};
use crate::clock::Clock;
use crate::command::Failure;
use crate::domain::account::Publisher;
use crate::domain::app_settings::AppSettings;
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::Store;
use crate::store::apps::NewApp;
use crate::store::inspect::history;
use crate::store::queue::NewCompletion;

/// Apps, of one endpoint each.
pub(super) const APPS: usize = 100;
/// Deliveries that wait at each of them all along.
const WAITING: usize = 64;
/// What is reported bears numbers from here on, in the same form as the past: it lands among it in every index, and not
/// beside it.
const PRESENT: u64 = 1 << 40;
/// Walks over all users in no order: a prime.
const STRIDE: u64 = 7_919;

/// An app's endpoint.
#[derive(Debug)]
pub(super) struct Receiver {
    pub(super) app_id: String,
    pub(super) endpoint_id: String,
}

/// The apps.
#[derive(Debug)]
pub(super) struct Ground {
    receivers: Vec<Receiver>,
    /// name@version under which deliveries are accepted.
    recipe: String,
}

impl Ground {
    /// Makes apps.
    pub(super) async fn lay(store: &Store, clock: &Clock) -> Result<Self, Failure> {
        let now = clock.now();
        let publisher =
            Publisher { id: random::new_id("pub"), reference: None, name: "Measured".to_owned(), created_at: now };
        store.create_publisher(publisher.clone()).await?;
        let mut receivers = Vec::with_capacity(APPS);
        for _ in 0..APPS {
            let receiver = Receiver { app_id: random::new_id("app"), endpoint_id: random::new_id("end") };
            store.create_app(new_app(&publisher.id, &receiver, now)).await?;
            receivers.push(receiver);
        }
        Ok(Self { receivers, recipe: workload::recipe()? })
    }

    /// Lets deliveries wait.
    pub(super) async fn fill(&self, store: &Store, clock: &Clock) -> Result<(), Failure> {
        for turn in 0..APPS {
            record(store, self.completions(turn, turn * WAITING..(turn + 1) * WAITING, 1, clock.now())).await?;
        }
        Ok(())
    }

    /// Numbers from here on have not been reported.
    pub(super) fn reported() -> usize {
        APPS * WAITING
    }

    /// The receiver whose turn it is.
    pub(super) fn receiver(&self, turn: usize) -> &Receiver {
        &self.receivers[turn % self.receivers.len()]
    }

    /// Completions of these numbers for the receiver whose turn it is, their deliveries due at once, each a millisecond after the
    /// one before; of users anywhere in a past of so many deliveries.
    pub(super) fn completions(
        &self,
        turn: usize,
        numbers: Range<usize>,
        past: u64,
        now: Timestamp,
    ) -> Vec<NewCompletion> {
        let end = numbers.end;
        let completion = |number: usize| {
            let before = Duration::from_millis((end - number) as u64);
            let mut completion = workload::completion(number, now.minus(before));
            let number = number as u64;
            completion.transaction_id = history::transaction_id(PRESENT + number);
            completion.external_id = completion.transaction_id.clone();
            completion.user_id = history::user_id(number * STRIDE % past::users(past));
            let Receiver { app_id, endpoint_id } = self.receiver(turn);
            new_completion(completion, app_id, slice::from_ref(endpoint_id), &self.recipe)
        };
        numbers.map(completion).collect()
    }
}

fn new_app(publisher_id: &str, receiver: &Receiver, now: Timestamp) -> NewApp {
    NewApp {
        id: receiver.app_id.clone(),
        publisher_id: publisher_id.to_owned(),
        settings: AppSettings::new("Measured"),
        endpoint_id: receiver.endpoint_id.clone(),
        endpoint: EndpointSettings::new(DIALECT),
        created_at: now,
    }
}
