//! Floor 4: what a caller may do, written once for the API, the pages and the command line.
//!
//! # Who is who
//! * A [`caller`] is a token, a person or the command line, with a role. Whoever answers a request finds out which.
//! * [`calls`] lists every call of the admin API with who may make it. What a page or a command does bears the name of the
//!   call that does the same.
//! * [`access`] says whose objects a caller reaches; [`reads`] bounds how much one caller reads at a time.
//! * [`admission`] asks `calls`, and has the [`audit`] written before anything is done and completed afterwards.
//! * The other modules do it, one per kind of object: they check what is given, write it, put it in force and wake whom it
//!   concerns. They answer objects of the domain, or a [`refusal`].
//!
//! This floor must not know how a request arrived or how an answer looks: no path but as a call's name, no status, no page.
//! An action does not ask for the role again; it asks whose the object is, and whether a value is the caller's to set.

pub mod access;
pub mod admission;
pub mod audit;
pub mod caller;
pub mod calls;
pub mod deliveries;
pub mod reads;
pub mod receiver;
pub mod refusal;

use std::sync::Arc;

use crate::dispatch::dispatcher::Dispatcher;
use crate::dispatch::node::Node;
use crate::store::StoreError;
use reads::Reads;

/// What can be done, over the parts that do it.
#[derive(Debug)]
pub struct Actions {
    /// What all parts of the node share: the store, the configuration, the time.
    pub node: Arc<Node>,
    /// The parts, which take in and send.
    pub dispatcher: Arc<Dispatcher>,
    /// Who reads at this moment.
    pub reads: Arc<Reads>,
}

impl Actions {
    /// All actions over this dispatcher.
    pub fn new(dispatcher: Arc<Dispatcher>) -> Self {
        Self { node: Arc::clone(&dispatcher.node), dispatcher, reads: Arc::default() }
    }

    /// Puts a change of configuration in force before its call is answered.
    pub async fn in_force(&self) -> Result<(), StoreError> {
        self.node.reconfigure().await
    }
}
