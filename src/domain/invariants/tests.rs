use super::*;
use crate::domain::new_delivery::{NewDelivery, Start};
use crate::domain::reversal::{Asked, Reason};
use crate::domain::time::Timestamp;

const NOW: Timestamp = Timestamp::from_millis(2_000);

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

/// A completion with one delivered callback, and nothing wrong with it.
fn examined() -> Examined {
    let mut completion = crate::domain::sample_completion::from_fields(None, "app_1", "cmp_1".to_owned(), NOW).unwrap();
    completion.payout_minor = Some(100);
    completion.reward_minor = None;
    completion.gross_minor = Some(200);
    completion.user_reward = Some(decimal("1.0"));
    Examined {
        reversals_counted: 0,
        reversals: Vec::new(),
        callbacks: vec![callback("dlv_1", DeliveryKind::Completion, Status::Delivered, Told::Yes)],
        by_external_id: Some("cmp_1".to_owned()),
        by_transaction_id: Some("cmp_1".to_owned()),
        completion,
    }
}

fn callback(id: &str, kind: DeliveryKind, status: Status, told: Told) -> Delivery {
    let new = NewDelivery {
        id: id.to_owned(),
        endpoint_id: "end_1".to_owned(),
        recipe: "any@1".to_owned(),
        start: Start::Pending,
    };
    let reversal_id = (kind == DeliveryKind::Reversal).then(|| "rev_1".to_owned());
    Delivery { kind, reversal_id, status, told, ..new.of(&crate::domain::dialect::trial::completion()) }
}

fn reversal(ordinal: u32, whole: bool, payout_minor: i64, user_reward: &str) -> Reversal {
    Reversal {
        id: format!("rev_{ordinal}"),
        completion_id: "cmp_1".to_owned(),
        app_id: "app_1".to_owned(),
        reversal_id: None,
        asked: Asked::default(),
        reason: Reason::Refund,
        taken: TakenBack {
            ordinal,
            whole,
            user_reward: Some(decimal(user_reward)),
            reward_minor: None,
            payout_minor: Some(payout_minor),
            gross_minor: whole.then_some(200),
            reason: None,
            occurred_at: NOW,
        },
        recorded_at: NOW,
        manual: None,
    }
}

/// The same, taken back by these reversals.
fn taken_back(reversals: Vec<Reversal>) -> Examined {
    let mut examined = examined();
    examined.reversals_counted = i32::try_from(reversals.len()).unwrap();
    examined.reversals = reversals;
    examined.callbacks[0].reversed = extent(&examined.completion, &examined.reversals);
    examined
}

fn rules(examined: &Examined) -> Vec<(String, Rule)> {
    examined.breaches().into_iter().map(|breach| (breach.record, breach.rule)).collect()
}

fn broken(record: &str, rule: Rule) -> Vec<(String, Rule)> {
    vec![(record.to_owned(), rule)]
}

#[test]
fn records_as_they_should_be_break_nothing() {
    assert_eq!(rules(&examined()), []);
    assert_eq!(rules(&taken_back(vec![reversal(1, true, 100, "1")])), [], "one is one, however it is written");
    assert_eq!(rules(&taken_back(vec![reversal(1, false, 60, "0"), reversal(2, false, 40, "1.0")])), []);
}

#[test]
fn a_key_that_is_missing_or_leads_elsewhere_is_named() {
    let mut one = examined();
    one.by_external_id = None;
    one.by_transaction_id = Some("cmp_2".to_owned());
    assert_eq!(rules(&one), [broken("cmp_1", Rule::Keys), broken("cmp_1", Rule::Keys)].concat());
}

#[test]
fn reversals_are_counted_numbered_and_never_more_than_there_was() {
    let mut miscounted = taken_back(vec![reversal(1, false, 1, "0")]);
    miscounted.reversals_counted = 2;
    assert_eq!(rules(&miscounted), broken("cmp_1", Rule::Reversals));
    assert_eq!(rules(&taken_back(vec![reversal(2, false, 1, "0")])), broken("rev_2", Rule::Reversals));
    let too_much = taken_back(vec![reversal(1, false, 60, "0.5"), reversal(2, false, 41, "0.5")]);
    assert_eq!(rules(&too_much), broken("cmp_1", Rule::Reversals));
    let too_much = taken_back(vec![reversal(1, false, 0, "0.5"), reversal(2, false, 0, "0.500000001")]);
    assert_eq!(rules(&too_much), broken("cmp_1", Rule::Reversals));
    let mut of_nothing = taken_back(vec![reversal(1, false, 1, "0")]);
    of_nothing.reversals[0].taken.reward_minor = Some(0);
    assert_eq!(rules(&of_nothing), broken("cmp_1", Rule::Reversals));
}

#[test]
fn the_whole_is_taken_back_in_one_go_and_in_every_amount() {
    assert_eq!(rules(&taken_back(vec![reversal(1, true, 99, "1.0")])), broken("rev_1", Rule::Reversals));
    let twice = taken_back(vec![reversal(1, true, 100, "1.0"), reversal(2, false, 0, "0")]);
    assert_eq!(rules(&twice), broken("rev_1", Rule::Reversals));
}

#[test]
fn the_mark_says_what_was_taken_back() {
    let mut unmarked = taken_back(vec![reversal(1, true, 100, "1.0")]);
    unmarked.callbacks[0].reversed = None;
    assert_eq!(rules(&unmarked), broken("dlv_1", Rule::Mark));
    unmarked.callbacks[0].reversed = Some(Extent::Part);
    assert_eq!(rules(&unmarked), broken("dlv_1", Rule::Mark));
    let mut marked = examined();
    marked.callbacks[0].reversed = Some(Extent::Part);
    assert_eq!(rules(&marked), broken("dlv_1", Rule::Mark));
}

#[test]
fn what_was_acknowledged_was_told() {
    let mut untold = examined();
    untold.callbacks[0].told = Told::Maybe;
    assert_eq!(rules(&untold), broken("dlv_1", Rule::Told));
}

#[test]
fn no_reversal_overtakes_its_completion_and_none_waits_for_what_has_come() {
    let with = |first: (Status, Told), second: (Status, Told), waits: bool| {
        let mut examined = taken_back(vec![reversal(1, false, 60, "0")]);
        (examined.callbacks[0].status, examined.callbacks[0].told) = first;
        let mut telling = callback("dlv_2", DeliveryKind::Reversal, second.0, second.1);
        telling.waiting_for = waits.then_some(WaitingFor::Completion);
        examined.callbacks.push(telling);
        rules(&examined)
    };
    let (delivered, never) = ((Status::Delivered, Told::Yes), Told::Never);
    for sound in [
        with(delivered, delivered, false),
        with(delivered, (Status::Pending, never), false),
        with(delivered, (Status::Held, never), false),
        with((Status::Dead, Told::Yes), (Status::Retrying, Told::Maybe), false),
        with((Status::Dead, Told::Maybe), (Status::Held, never), true),
        with((Status::Retrying, Told::Maybe), (Status::Canceled, never), false),
    ] {
        assert_eq!(sound, []);
    }
    for broken_order in [
        with((Status::Retrying, Told::Maybe), (Status::Pending, never), false),
        with((Status::Dead, Told::Maybe), (Status::Dead, Told::Maybe), false),
        with((Status::Pending, Told::Yes), (Status::Sending, never), false),
        with(delivered, (Status::Held, never), true),
        with((Status::Canceled, Told::Yes), (Status::Held, never), true),
    ] {
        assert_eq!(broken_order, broken("dlv_2", Rule::Order));
    }
}

#[test]
fn each_record_belongs_to_records_that_exist() {
    let owned = |app: Option<&str>, reversal: Option<(&str, Option<&str>)>| {
        let owned = Owned {
            id: "dlv_1".to_owned(),
            app_id: "app_1".to_owned(),
            at: NOW,
            completion_id: "cmp_1".to_owned(),
            app_of_completion: app.map(str::to_owned),
            reversal: reversal.map(|(id, of)| (id.to_owned(), of.map(str::to_owned))),
        };
        owned.breaches().len()
    };
    assert_eq!(owned(Some("app_1"), None) + owned(Some("app_1"), Some(("rev_1", Some("cmp_1")))), 0);
    assert_eq!((owned(None, None), owned(Some("app_2"), None)), (1, 1));
    assert_eq!(owned(Some("app_1"), Some(("rev_1", None))), 1);
    assert_eq!(owned(Some("app_1"), Some(("rev_1", Some("cmp_2")))), 1);
}

#[test]
fn each_key_leads_to_the_completion_that_has_it() {
    let key = |of_completion: Option<(&str, &str)>| {
        let pair = |(first, second): (&str, &str)| (first.to_owned(), second.to_owned());
        let (first, second) = pair(("src_1", "x1"));
        Key { first, second, completion_id: "cmp_1".to_owned(), of_completion: of_completion.map(pair) }.breaches()
    };
    assert_eq!(key(Some(("src_1", "x1"))), []);
    assert_eq!(key(Some(("src_1", "x2"))).len(), 1);
    assert_eq!(key(None)[0].record, "src_1 x1");
}
