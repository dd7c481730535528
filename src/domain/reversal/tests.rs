use super::*;
use crate::domain::json::Object;

const THEN: Timestamp = Timestamp::from_millis(2_000);

fn decimal(text: &str) -> Decimal {
    Decimal::parse(text).unwrap()
}

fn completion() -> Completion {
    let mut completion =
        crate::domain::sample_completion::from_fields(None, "app_1", "cmp_1".to_owned(), THEN).unwrap();
    completion.payout_minor = Some(1_755);
    completion.reward_minor = None;
    completion.gross_minor = Some(2_000);
    completion.user_reward = Some(decimal("100.0"));
    completion
}

fn report(reversal_id: Option<&str>, payout_minor: Option<Minor>, user_reward: Option<&str>) -> ReversalReport {
    ReversalReport {
        external_id: "x1".to_owned(),
        reversal_id: reversal_id.map(str::to_owned),
        asked: Asked { payout_minor, reward_minor: None, user_reward: user_reward.map(decimal) },
        reason: Reason::Refund,
        occurred_at: None,
    }
}

fn reversal(taken: TakenBack) -> Reversal {
    Reversal {
        id: format!("rev_{}", taken.ordinal),
        completion_id: "cmp_1".to_owned(),
        app_id: "app_1".to_owned(),
        reversal_id: None,
        asked: Asked::default(),
        reason: Reason::Refund,
        taken,
        recorded_at: THEN,
        manual: None,
    }
}

fn refused(before: &[Reversal], report: &ReversalReport) -> String {
    take_back(&completion(), before, report, THEN).unwrap_err().to_string()
}

#[test]
fn without_amounts_the_whole_is_taken_back_in_the_completions_own_digits() {
    let taken = take_back(&completion(), &[], &report(None, None, None), THEN).unwrap();
    assert_eq!(
        (taken.ordinal, taken.whole, taken.payout_minor, taken.gross_minor),
        (1, true, Some(1_755), Some(2_000))
    );
    assert_eq!(taken.user_reward, Some(decimal("100.0")));
    let named = take_back(&completion(), &[], &report(None, Some(1_755), Some("100")), THEN).unwrap();
    assert_eq!(named, taken, "all of it by its amounts is the whole");
}

#[test]
fn parts_add_up_to_the_completion_and_never_to_more() {
    let first = take_back(&completion(), &[], &report(Some("a"), Some(755), None), THEN).unwrap();
    assert_eq!((first.whole, first.payout_minor, first.user_reward.clone()), (false, Some(755), Some(decimal("0"))));
    let before = [reversal(first)];
    assert_eq!(
        refused(&before, &report(Some("b"), Some(1_001), Some("100.1"))),
        "payoutMinor: is more than the 1000 that are left; userReward: is more than the 100.0 that are left"
    );
    let rest = take_back(&completion(), &before, &report(Some("b"), None, None), THEN).unwrap();
    assert_eq!((rest.ordinal, rest.whole, rest.payout_minor), (2, false, Some(1_000)));
    assert_eq!(rest.user_reward, Some(decimal("100.0")));
    let all = [before[0].clone(), reversal(rest)];
    let taken = [extent(&completion(), &[]), extent(&completion(), &before), extent(&completion(), &all)];
    assert_eq!(taken, [None, Some(Extent::Part), Some(Extent::Whole)]);
    assert_eq!(
        refused(&all, &report(Some("c"), None, None)),
        "externalId: has been taken back already; nothing is left of it"
    );
}

#[test]
fn a_part_needs_a_name_an_amount_and_an_amount_that_the_completion_has() {
    assert_eq!(refused(&[], &report(None, Some(1), None)), "reversalId: is required to take back a part");
    assert!(refused(&[], &report(Some("a"), Some(0), Some("0.0"))).starts_with("payoutMinor: takes nothing back"));
    let mut asked = report(Some("a"), None, None);
    asked.asked.reward_minor = Some(1);
    assert_eq!(refused(&[], &asked), "rewardMinor: the completion has no such amount");
}

#[test]
fn a_report_names_every_fault() {
    let object = |text: &str| Object::parse(text.as_bytes()).unwrap();
    let faults = ReversalReport::parse(&object(r#"{"payoutMinor":-1,"reason":"mood","amount":1}"#), THEN).unwrap_err();
    let fields: Vec<&str> = faults.0.iter().map(|fault| fault.field.as_str()).collect();
    assert_eq!(fields, ["amount", "externalId", "payoutMinor", "reason"]);
    let report =
        ReversalReport::parse(&object(r#"{"externalId":"x","reason":"fraud","userReward":0.10}"#), THEN).unwrap();
    assert_eq!((report.reason, report.asked.user_reward), (Reason::Fraud, Some(decimal("0.10"))));
}

#[test]
fn nothing_is_credited_only_to_be_taken_back_and_no_reversal_overtakes_its_completion() {
    use {Extent::*, Order::*};
    for (status, told, extent, expected) in [
        (Status::Pending, Told::Never, Whole, CancelBoth),
        (Status::Held, Told::Never, Whole, CancelBoth),
        (Status::Dead, Told::Never, Whole, CancelBoth),
        (Status::Pending, Told::Never, Part, Wait),
        (Status::Sending, Told::Never, Whole, Wait),
        (Status::Retrying, Told::Maybe, Whole, Wait),
        (Status::Dead, Told::Maybe, Whole, Wait),
        (Status::Delivered, Told::Yes, Whole, Go),
        (Status::Delivered, Told::Yes, Part, Go),
        (Status::Pending, Told::Yes, Whole, Wait),
        (Status::Canceled, Told::Yes, Whole, Go),
    ] {
        assert_eq!(order(status, told, extent), expected, "{status:?} {told:?} {extent:?}");
    }
}
