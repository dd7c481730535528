//! The ground that is measured on: a few hundred apps, each with deliveries that wait.
//!
//! None of their endpoints exists, and nothing is sent: the store alone is measured.

use std::ops::Range;

use crate::bench::workload::{self, DIALECT};
use crate::clock::Clock;
use crate::command::Failure;
use crate::domain::account::Publisher;
use crate::domain::app_settings::{AppSettings, DEFAULT_MAX_HELD_DAYS, EndpointSettings};
use crate::domain::dialect::catalog::Catalog;
use crate::domain::identity::ReportedFields;
use crate::domain::new_delivery::{NewDelivery, Start};
use crate::domain::terms::Terms;
use crate::domain::time::Timestamp;
use crate::random;
use crate::store::Store;
use crate::store::apps::NewApp;
use crate::store::inspect::history;
use crate::store::queue::{NewCompletion, Recorded};

/// Apps, of one endpoint each.
const APPS: usize = 300;
/// Deliveries that wait at each of them all along.
const WAITING: usize = 64;
/// Users whose completions wait.
pub(super) const USERS: u64 = 1_000;
/// The source that reports.
const SOURCE: &str = "src_present";

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
    pub(super) recipe: String,
}

impl Ground {
    /// Makes apps and lets deliveries wait.
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
        let recipe = Catalog::builtin().get(DIALECT).map(|recipe| recipe.id());
        let ground = Self { receivers, recipe: recipe.ok_or("the dialect of the bench is unknown")? };
        for turn in 0..APPS {
            record(store, ground.completions(turn, turn * WAITING..(turn + 1) * WAITING, now)).await?;
        }
        Ok(ground)
    }

    /// Numbers from here on have not been reported.
    pub(super) fn reported() -> usize {
        APPS * WAITING
    }

    /// The receiver whose turn it is.
    pub(super) fn receiver(&self, turn: usize) -> &Receiver {
        &self.receivers[turn % self.receivers.len()]
    }

    /// Completions of these numbers for the receiver whose turn it is, their deliveries due at once.
    pub(super) fn completions(&self, turn: usize, numbers: Range<usize>, now: Timestamp) -> Vec<NewCompletion> {
        numbers.map(|number| self.completion(self.receiver(turn), number, now)).collect()
    }

    fn completion(&self, receiver: &Receiver, number: usize, now: Timestamp) -> NewCompletion {
        let mut completion = workload::completion(number, now);
        let number = number as u64;
        completion.id = random::new_id("cmp");
        completion.source_id = Some(SOURCE.to_owned());
        completion.app_id = receiver.app_id.clone();
        completion.transaction_id = transaction_id(number);
        completion.external_id = completion.transaction_id.clone();
        completion.user_id = history::user_id(number % USERS);
        let delivery = NewDelivery {
            id: random::new_id("dlv"),
            endpoint_id: receiver.endpoint_id.clone(),
            recipe: self.recipe.clone(),
            start: Start::Pending,
        };
        NewCompletion {
            given: ReportedFields::of_completion(&completion, None),
            completion,
            deliveries: vec![delivery],
        }
    }
}

/// Records a group that nothing speaks against.
pub(super) async fn record(store: &Store, group: Vec<NewCompletion>) -> Result<(), Failure> {
    match store.record(group).await?.iter().find(|recorded| **recorded != Recorded::Accepted) {
        Some(refused) => Err(format!("a completion was not recorded: {refused:?}").into()),
        None => Ok(()),
    }
}

/// The transaction id of a completion of this number.
pub(super) fn transaction_id(number: u64) -> String {
    format!("new-{}", history::transaction_id(number))
}

fn new_app(publisher_id: &str, receiver: &Receiver, now: Timestamp) -> NewApp {
    NewApp {
        id: receiver.app_id.clone(),
        publisher_id: publisher_id.to_owned(),
        settings: AppSettings {
            name: "Measured".to_owned(),
            reference: None,
            paused: false,
            callbacks: true,
            max_held_days: DEFAULT_MAX_HELD_DAYS,
            terms: Terms::default(),
        },
        endpoint_id: receiver.endpoint_id.clone(),
        endpoint: EndpointSettings::new(DIALECT),
        created_at: now,
    }
}
