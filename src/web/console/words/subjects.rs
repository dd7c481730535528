//! What an act is about, in one line, wherever somebody is asked before it.

use super::amounts;
use super::cuts::{self, OF_A_NAME};
use crate::domain::amount::Decimal;

/// `u1 · Family Island · reward 60 · Kash wall`: whom it is about, for what, how much, and where.
pub fn about(user: Option<String>, offer: Option<&str>, reward: Option<&Decimal>, app: &str) -> String {
    let name = |text: &str| cuts::text(text, OF_A_NAME).shown;
    let reward = reward.map(|reward| format!("reward {}", amounts::reward(reward.as_str())));
    [user, offer.map(name), reward, Some(name(app))].into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
