//! What is to be said of a click that nothing has come of.

use super::{Explanation, ResponsibleParty};
use crate::domain::click::Click;
use crate::domain::time::Timestamp;

/// Explains a click that no report has named. `counts_until` is none where its app has been archived.
pub(in crate::web) fn explain_click(click: &Click, counts_until: Option<Timestamp>, now: Timestamp) -> Explanation {
    let Click { id, offer_id, app_id, clicked_at, .. } = click;
    let (responsible, next) = match counts_until {
        Some(until) if now < until => (
            ResponsibleParty::OfferSystem,
            format!(
                "Nothing was reported with this click yet: the user has not completed the offer, or the offer system \
                 has not reported it, or not with its clickId. The click counts until {until}."
            ),
        ),
        Some(until) => (
            ResponsibleParty::Nobody,
            format!(
                "Nothing was reported with this click until {until}, when it ceased to count. Whoever is to be rewarded \
                 all the same is credited by hand with POST /v1/apps/{app_id}/credits."
            ),
        ),
        None => (
            ResponsibleParty::Nobody,
            "Nothing was reported with this click, and its app has been archived since.".to_owned(),
        ),
    };
    Explanation { lines: vec![format!("{clicked_at}: offer {offer_id} was clicked, as {id}")], responsible, next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_offer_system_has_to_act_while_a_click_counts_and_nobody_afterwards() {
        let at = Timestamp::from_millis;
        let (id, offer_id, app_id) = ("clk_1".to_owned(), "off_1".to_owned(), "app_1".to_owned());
        let click = Click { id, offer_id, app_id, user_id: "u".to_owned(), sub: None, clicked_at: at(0) };
        for (until, now, responsible) in [
            (Some(at(10)), at(9), ResponsibleParty::OfferSystem),
            (Some(at(10)), at(10), ResponsibleParty::Nobody),
            (None, at(0), ResponsibleParty::Nobody),
        ] {
            let explained = explain_click(&click, until, now);
            assert_eq!((explained.responsible, explained.lines.len()), (responsible, 1), "{explained:?}");
        }
    }
}
