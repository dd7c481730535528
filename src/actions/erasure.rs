//! A user's wish to be forgotten: its name is taken out of everything that was recorded of it. Amounts stay, and what was
//! reported stays a duplicate.

use super::Actions;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::domain::fields::check_text;
use crate::domain::report;
use crate::random;
use crate::store::erasure::{Erased, Erasure};

/// What a user is called afterwards, before something that means nothing.
const PSEUDONYM: &str = "erased";

impl Actions {
    /// Erases a user of an app, of an archived one as well, whose records stay; that one is named by its id.
    pub async fn erase_user(&self, caller: &Caller, app: &str, user_id: String) -> Result<(), Refusal> {
        check_text(&user_id, report::ID).map_err(|fault| Refusal::field("userId", fault))?;
        let app_id = self.app_id_to_read(caller, app).await?;
        let erasure = Erasure { app_id, user_id, pseudonym: random::new_id(PSEUDONYM), now: self.node.clock.now() };
        let store = &self.node.store;
        if store.has_open_deliveries(erasure.clone()).await? {
            return Err(open());
        }
        store.erase_tests(erasure.clone()).await?;
        self.erase_completions(&erasure).await?;
        while store.erase_clicks(erasure.clone()).await? > 0 {}
        // What a report has made of one of those clicks meanwhile.
        self.erase_completions(&erasure).await?;
        tracing::info!(app = erasure.app_id, by = caller.id(), "a user was erased");
        Ok(())
    }

    async fn erase_completions(&self, erasure: &Erasure) -> Result<(), Refusal> {
        loop {
            match self.node.store.erase_user(erasure.clone()).await? {
                Erased::Completions(0) => return Ok(()),
                Erased::Completions(_) => {}
                Erased::OpenDeliveries => return Err(open()),
            }
        }
    }
}

fn open() -> Refusal {
    Refusal::conflict("Deliveries of this user are open; wait, or cancel them.")
}
