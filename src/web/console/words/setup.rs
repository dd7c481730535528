//! The five steps of setting an app up, in words: one table for all pages.

use crate::actions::setup_steps::SetupStep;

/// What is said of a step.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// As it stands in a list of the steps.
    pub name: &'static str,
    /// Where it is the next one, as a sentence.
    pub next: &'static str,
    /// Where it is what lacks, behind `2 of 5`.
    pub lacking: &'static str,
    /// Where an app needs somebody because of it; nothing where no callback waits for it.
    pub missing: Option<&'static str>,
}

/// What is said of this step.
pub fn of(step: SetupStep) -> Words {
    let (name, next, lacking, missing) = match step {
        SetupStep::CallbackUrl => {
            ("Callback URL", "Next: set the callback URL.", "callback URL", Some("callback URL missing"))
        }
        SetupStep::Secret => {
            ("Secret", "Next: add a secret. Callbacks wait until there is one.", "secret", Some("secret missing"))
        }
        SetupStep::EgressIp => (
            "Egress IP",
            "Next: assign an egress IP. Until then callbacks leave by the host's own route.",
            "egress IP",
            None,
        ),
        SetupStep::TestAnswered => ("Test answered", "Next: send a test callback.", "test", None),
        SetupStep::Verified => (
            "Verified",
            "Next: send a test callback with a wrong signature, which has to be refused.",
            "wrong signature",
            None,
        ),
    };
    Words { name, next, lacking, missing }
}
