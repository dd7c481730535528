//! What a test callback asks for, as it is kept with its delivery: whichever node sends it has all that it needs.
//!
//! It holds no secret and no signed URL: it names the secret, and the request is composed where it is sent.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::completion::Completion;
use crate::domain::dialect::callback::CallbackEvent;
use crate::domain::dialect::custom;
use crate::domain::dialect::recipe::Recipe;
use crate::domain::taken_back::TakenBack;
use crate::domain::time::Timestamp;

/// What a test callback asked for besides its invented completion.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestOptions {
    /// Tell the invented completion's reversal instead.
    pub reversal: bool,
    /// Sign with this secret, whatever its state.
    pub secret_id: Option<String>,
    /// Leave from this egress IP instead of the app's.
    pub egress_ip_id: Option<String>,
    /// Change one character of the signature, to see whether the receiver refuses it.
    #[serde(default)]
    pub tamper: bool,
    /// Send by this recipe, which is not published yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<TestedDraft>,
    /// Tell once more what another test has told, as a receiver sees it that is told again because its answer got lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeats: Option<Repeated>,
}

impl TestOptions {
    /// Whether it goes out as the app's callbacks do, so that its answer says what theirs would be; `active`: the secret that they
    /// are signed with.
    pub fn is_as_usual(&self, active: Option<&str>) -> bool {
        let is_signed_as_usual = self.secret_id.is_none() || self.secret_id.as_deref() == active;
        !self.tamper && is_signed_as_usual && self.egress_ip_id.is_none() && self.draft.is_none()
    }
}

/// A recipe that is not published yet, as it travels with its test: whichever node sends it must send by what was checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestedDraft {
    /// The dialect.
    pub name: String,
    /// The file.
    pub text: String,
    /// The version that it would be.
    pub version: u32,
}

impl TestedDraft {
    /// The recipe, read again; its vectors have proved it before the test, and are not carried along.
    pub fn recipe(&self) -> Option<Arc<Recipe>> {
        custom::published(&self.text, self.version, &[]).ok().map(Arc::new)
    }
}

/// The test that another one repeats.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repeated {
    /// Its delivery, whose event id it is told under.
    pub delivery_id: String,
    /// When that was created, which some dialects tell.
    pub created_at: Timestamp,
}

/// A test as it is kept with its delivery: tests leave no completion in the ledger.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoredTest {
    /// The invented completion.
    pub completion: Completion,
    /// What was asked for besides.
    pub options: TestOptions,
}

/// The whole of a completion, taken back: what a test's reversal tells.
pub fn whole_reversal(completion: &Completion) -> CallbackEvent {
    CallbackEvent::Reversed(TakenBack::whole(completion, None, completion.recorded_at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_goes_out_otherwise_than_callbacks_ends_no_run_of_refusals() {
        let usual = TestOptions::default();
        assert!(usual.is_as_usual(Some("sec_1")));
        let text = || Some("id".to_owned());
        let draft = TestedDraft { name: String::new(), text: String::new(), version: 1 };
        assert!(!TestOptions { tamper: true, ..usual.clone() }.is_as_usual(None));
        let signed = TestOptions { secret_id: text(), ..usual.clone() };
        assert!(
            signed.is_as_usual(text().as_deref()) && !signed.is_as_usual(Some("sec_1")) && !signed.is_as_usual(None)
        );
        assert!(!TestOptions { egress_ip_id: text(), ..usual.clone() }.is_as_usual(None));
        assert!(!TestOptions { draft: Some(draft), ..usual }.is_as_usual(None));
    }
}
