//! Floor 4: what a caller may do, written once for the API, the pages and the command line.
//!
//! # Who is who
//! * A [`caller`] is a token, a person or the command line, with a role. Whoever answers a request finds out which.
//! * [`calls`] lists every call of the admin API with who may make it. What a page does bears the name of the call that does
//!   the same; a command that acts is listed there as well, under its own name.
//! * [`access`] says whose objects a caller reaches, [`scope`] what its lists show, [`asked`] what its sums are
//!   about; [`reads`] bounds how much one caller reads at a time.
//! * [`admission`] asks `calls`, and has the [`audit`] written before anything is done and completed afterwards.
//! * [`people`] is how somebody comes to be known, signs in and out; [`roles`] says which roles are a caller's to give.
//! * [`given`] is what a caller gives with an act; [`generate`] makes the tokens and secrets.
//! * `dialect_choice` says which dialects a caller knows of, and which one an endpoint may be given.
//! * [`form_keys`] are of the forms that work once; [`setup_steps`] says what an app still lacks, [`app_warnings`] what of it deserves
//!   a look.
//! * The other modules do it, one per kind of object: they check what is given, write it, put it in force and wake whom it
//!   concerns. They answer objects of the domain, or a [`refusal`].
//!
//! This floor must not know how a request arrived or how an answer looks: no path but as a call's name, no status, no page.
//! [`standalone`] holds what needs no node that runs: the command line works so, beside a server. Everything else stands on
//! a node, and can do that as well.
//!
//! An action does not ask for the role again; it asks whose the object is, and whether a value is the caller's to set.

pub mod access;
pub mod admission;
pub mod app_health;
pub mod app_list;
pub mod app_names;
pub mod app_warnings;
pub mod apps;
pub mod asked;
pub mod assignments;
pub mod audit;
pub mod caller;
pub mod calls;
pub mod completions;
pub mod deliveries;
pub mod delivery_list;
pub mod diagnoses;
pub mod diagnosis;
mod dialect_choice;
pub mod dialect_samples;
pub mod dialects;
mod draft_tests;
pub mod egress;
pub mod endpoints;
pub mod erasure;
pub mod form_keys;
pub mod generate;
pub mod given;
pub mod health;
pub mod home;
pub mod kept_back;
pub mod ledger;
pub mod lookup;
pub mod manual;
mod newer_versions;
pub mod offers;
pub mod people;
pub mod previews;
pub mod public_url;
pub mod publishers;
pub mod reads;
pub mod receiver;
pub mod recipe_drafts;
pub mod recipe_health;
pub mod recorded;
pub mod refusal;
pub mod replays;
pub mod reviews;
pub mod roles;
pub mod scope;
pub mod secrets;
pub mod sequences;
pub mod setup_steps;
pub mod sources;
pub mod standalone;
pub mod standing;
mod stories;
pub mod testing;
pub mod tokens;
mod uses;

use std::ops::Deref;
use std::sync::Arc;

use tokio::sync::Semaphore;

use crate::dispatch::dispatcher::Dispatcher;
use crate::dispatch::node::Node;
use crate::store::StoreError;
use diagnoses::Diagnoses;
use home::LastLook;
use people::People;
use public_url::PublicUrl;
use reads::Reads;
use standalone::Standalone;

/// Recipes that are checked at a time, each by a processor of its own.
const RECIPE_CHECKS: usize = 2;
/// Calls that wait for them at a time, with those that are answered: what comes besides is told to try again.
const RECIPE_WAITS: usize = 12;

/// What can be done, over the parts that do it.
#[derive(Debug)]
pub struct Actions {
    /// What all parts of the node share: the store, the configuration, the time.
    pub node: Arc<Node>,
    /// The parts, which take in and send.
    pub dispatcher: Arc<Dispatcher>,
    /// Who reads at this moment.
    pub reads: Arc<Reads>,
    /// Where people reach the console.
    pub public_url: PublicUrl,
    /// Who has something diagnosed at this moment.
    pub diagnoses: Arc<Diagnoses>,
    /// Turns to check recipes.
    recipe_checks: Arc<Semaphore>,
    /// Places to wait for a turn of those.
    recipe_waits: Semaphore,
    /// The turn to send a test by a draft.
    draft_tests: Arc<Semaphore>,
    /// What was seen on Home last.
    last_look: LastLook,
    people: People,
    /// What needs the store and the time alone.
    standalone: Standalone,
}

/// What needs no node can be done on one as well.
impl Deref for Actions {
    type Target = Standalone;

    fn deref(&self) -> &Standalone {
        &self.standalone
    }
}

impl Actions {
    /// All actions over this dispatcher.
    pub fn new(dispatcher: Arc<Dispatcher>) -> Self {
        let node = Arc::clone(&dispatcher.node);
        Self {
            standalone: Standalone { store: node.store.clone(), clock: node.clock.clone() },
            node,
            dispatcher,
            reads: Arc::default(),
            diagnoses: Arc::default(),
            public_url: PublicUrl::default(),
            recipe_checks: Arc::new(Semaphore::new(RECIPE_CHECKS)),
            recipe_waits: Semaphore::new(RECIPE_WAITS),
            draft_tests: Arc::new(Semaphore::new(1)),
            last_look: LastLook::default(),
            people: People::default(),
        }
    }

    /// Puts a change of configuration in force before its call is answered.
    pub async fn in_force(&self) -> Result<(), StoreError> {
        self.node.reconfigure().await
    }
}
