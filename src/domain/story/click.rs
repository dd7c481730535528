//! A click that no report has named: whose turn it is, and what its user may be told.

use super::{Event, EventKind, Story, Turn, sentence};
use crate::domain::click::Click;
use crate::domain::moment::{bare, spoken};
use crate::domain::time::Timestamp;

/// A click, and what is known beside it.
#[derive(Clone, Copy, Debug)]
pub struct ClickSubject<'a> {
    /// The click.
    pub click: &'a Click,
    /// What its offer is called.
    pub offer_name: Option<&'a str>,
    /// Until when it counts; none where its app has been archived.
    pub counts_until: Option<Timestamp>,
}

/// What is to be said of a click that nothing has come of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClickOutlook {
    /// What happened, whose turn it is, and what comes next.
    pub story: Story,
    /// What its user may be told.
    pub reply: String,
}

impl ClickOutlook {
    /// As of now.
    pub fn of(subject: &ClickSubject<'_>, now: Timestamp) -> Self {
        let ClickSubject { click, offer_name, counts_until } = *subject;
        let offer = offer_name.unwrap_or("an offer");
        let opened = format!("You opened {offer} {}.", spoken(click.clicked_at, now));
        let (turn, next, reply) = match counts_until {
            Some(until) if now < until => (
                Turn::OfferSystem,
                format!(
                    "Nothing was reported with this click yet: the user has not completed the offer, or the offer system has \
                     not reported it, or not with this click. The click counts until {}.",
                    bare(until, now)
                ),
                format!(
                    "Nothing has been reported for it yet. That can take a while after you have completed it; a report counts \
                     until {}.",
                    bare(until, now)
                ),
            ),
            Some(until) => (
                Turn::Nobody,
                format!(
                    "Nothing was reported with this click until {}, when it ceased to count. Whoever is to be rewarded all \
                     the same is credited by hand.",
                    bare(until, now)
                ),
                format!(
                    "Nothing was reported for it until {}, so it no longer counts. If you completed it before then, ask the \
                     app's support.",
                    bare(until, now)
                ),
            ),
            None => (
                Turn::Nobody,
                "Nothing was reported with this click, and its app has been archived since.".to_owned(),
                "Nothing was reported for it, and the app no longer takes part.".to_owned(),
            ),
        };
        let text = sentence(&format!("the user opened {offer}"));
        let events = vec![Event { at: click.clicked_at, kind: EventKind::Clicked, text }];
        Self { story: Story { events, turn, next }, reply: format!("{opened} {reply}") }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::story::tests::{is_for_the_end_user, is_plain};

    fn outlook(counts_until: Option<Timestamp>, now: Timestamp) -> ClickOutlook {
        let (id, offer_id, app_id) = ("clk_1".to_owned(), "off_1".to_owned(), "app_1".to_owned());
        let clicked_at = Timestamp::from_millis(0);
        let click = Click { id, offer_id, app_id, user_id: "u".to_owned(), sub: None, clicked_at };
        ClickOutlook::of(&ClickSubject { click: &click, offer_name: Some("Zen Koi"), counts_until }, now)
    }

    #[test]
    fn the_offer_system_has_to_act_while_a_click_counts_and_nobody_afterwards() {
        let at = Timestamp::from_millis;
        let until = at(30 * 86_400_000);
        for (counts_until, now, turn) in [
            (Some(until), at(30 * 86_400_000 - 1), Turn::OfferSystem),
            (Some(until), until, Turn::Nobody),
            (None, at(0), Turn::Nobody),
        ] {
            let outlook = outlook(counts_until, now);
            assert_eq!(outlook.story.turn, turn, "{outlook:?}");
            let clicked = Event { at: at(0), kind: EventKind::Clicked, text: "The user opened Zen Koi.".to_owned() };
            assert_eq!(outlook.story.events, [clicked]);
            is_plain(&outlook.story);
            is_for_the_end_user(&outlook.reply);
        }
    }

    #[test]
    fn its_user_is_told_until_when_it_can_still_be_reported() {
        let outlook = outlook(Some(Timestamp::from_millis(30 * 86_400_000)), Timestamp::from_millis(0));
        assert_eq!(
            outlook.reply,
            "You opened Zen Koi at 00:00 UTC. Nothing has been reported for it yet. That can take a while after you have \
             completed it; a report counts until 31 Jan at 00:00 UTC."
        );
        assert!(outlook.story.next.ends_with("The click counts until 31 Jan at 00:00 UTC."), "{outlook:?}");
    }
}
