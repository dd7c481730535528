//! The story of a click that nothing has come of.

use super::{Story, Turn};
use crate::domain::click::Click;
use crate::domain::time::Timestamp;

/// Tells of a click that no report has named. `counts_until` is none where its app has been archived.
pub fn tell_click(click: &Click, counts_until: Option<Timestamp>, now: Timestamp) -> Story {
    let Click { id, offer_id, app_id, clicked_at, .. } = click;
    let (turn, next) = match counts_until {
        Some(until) if now < until => (
            Turn::OfferSystem,
            format!(
                "Nothing was reported with this click yet: the user has not completed the offer, or the offer system \
                 has not reported it, or not with its clickId. The click counts until {until}."
            ),
        ),
        Some(until) => (
            Turn::Nobody,
            format!(
                "Nothing was reported with this click until {until}, when it ceased to count. Whoever is to be rewarded \
                 all the same is credited by hand with POST /v1/apps/{app_id}/credits."
            ),
        ),
        None => (Turn::Nobody, "Nothing was reported with this click, and its app has been archived since.".to_owned()),
    };
    Story { lines: vec![format!("{clicked_at}: offer {offer_id} was clicked, as {id}")], turn, next }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_offer_systems_turn_while_a_click_counts_and_nobodys_afterwards() {
        let at = Timestamp::from_millis;
        let (id, offer_id, app_id) = ("clk_1".to_owned(), "off_1".to_owned(), "app_1".to_owned());
        let click = Click { id, offer_id, app_id, user_id: "u".to_owned(), sub: None, clicked_at: at(0) };
        for (until, now, turn) in [
            (Some(at(10)), at(9), Turn::OfferSystem),
            (Some(at(10)), at(10), Turn::Nobody),
            (None, at(0), Turn::Nobody),
        ] {
            let story = tell_click(&click, until, now);
            assert_eq!((story.turn, story.lines.len()), (turn, 1), "{story:?}");
        }
    }
}
