//! `ringback sign` against the documented vectors.

use crate::command::ringback;

const BESITOS: &str = "https://pub.example/pb?user_id=u1&transaction_id=2601367&reward=0.00&payout=17.55&offer_id=Zd\
    &offer_name=Family%20Island&note=Successfully%20installed%20the%20app&reward_local_currency=60&goal_id=Zd_0";
const VERIFIER: &str = "872449cff303582d4dd6f05321754c88deeeef36d0e946462a7694040ca9f033";

#[test]
fn a_url_is_signed_as_it_stands() {
    let out = ringback(&["sign", "--dialect", "besitos", "--url", BESITOS], "", Some("sekret")).done();
    assert!(out.contains(&format!("Signed text:\n{BESITOS}\n")), "{out}");
    assert!(out.contains(&format!("Request:\nGET {BESITOS}&verifier={VERIFIER}\n")), "{out}");
}

#[test]
fn a_completion_is_told_to_a_callback_url_as_it_would_be_sent() {
    let completion = r#"{"externalId":"2601367","eventType":"goal","userId":"u1","offerId":"Zd","offerName":"Family Island",
        "goalId":"Zd_0","note":"Successfully installed the app","userReward":60,"rewardMinor":0,"payoutMinor":1755}"#;
    let flags =
        ["sign", "--dialect", "besitos@1", "--callback-url", "https://pub.example/pb", "--completion", "-", "--json"];
    let out = ringback(&flags, completion, Some("sekret")).done();
    let request: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(request["url"], format!("{BESITOS}&verifier={VERIFIER}"));
    assert_eq!((&request["signedText"], &request["method"]), (&BESITOS.into(), &"GET".into()));
}

#[test]
fn signed_parameters_get_their_headers() {
    let url = "https://p.example/cb?user_id=user_42&user_reward=100&offer_id=abc123&transaction_id=tx_987654\
        &publisher_payout=250&timestamp=1719859200000";
    let flags = ["sign", "--dialect", "offermaru", "--secret", "secret", "--app-id", "my-app", "--url", url];
    let out = ringback(&flags, "", None).done();
    let headers = "X-Offermaru-Signature: 73ec76c1990d5903744fd4eaee0bdc84c1eddf40a8429323c241fb65d8393877\n\
        X-Offermaru-Timestamp: 1719859200000\nX-Offermaru-App-Id: my-app\n";
    assert!(out.contains(headers), "{out}");
}

#[test]
fn a_body_is_signed_with_its_timestamp_by_a_secret_from_a_file() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "whsec_abc123xyz\n").unwrap();
    let path = file.path().to_str().unwrap();
    let flags = ["sign", "--dialect", "affonso", "--secret-file", path, "--body", "-", "--timestamp", "1704067200"];
    let out = ringback(&flags, "{\"id\":\"evt_1\"}", Some("not this one")).done();
    let header = "t=1704067200,v1=7dcb611cde78a062dffdc496e99c5fada0603ea09d02fb89812bbff632de77f2";
    assert!(out.contains(&format!("X-Affonso-Signature: {header}\n")), "{out}");
}

#[test]
fn a_reports_headers_are_printed_alone() {
    let flags = ["sign", "--report", "--surface", "srf_1", "--body", "-", "--at", "2024-07-01T18:40:00Z"];
    let out = ringback(&flags, "{\"externalId\":\"order_12345\"}", Some("secret")).done();
    assert_eq!(
        out,
        "x-ea-surface: srf_1\nx-ea-timestamp: 1719859200000\n\
         x-ea-signature: 1254fa949df5025693cccafe4938a8caeb8760034fb4f7db825f8ea845891ca2\n"
    );
}

#[test]
fn a_fault_names_its_flag_and_never_the_secret() {
    for (flags, flag) in [
        (&["--dialect", "besito", "--url", "https://p.example/"][..], "--dialect"),
        (&["--dialect", "besitos"], "--url"),
        (&["--dialect", "besitos", "--url", "https://p.example/?verifier=0"], "--url: carries a signature"),
        (&["--dialect", "offermaru", "--url", "https://p.example/?user_id=u"], "--url: Its URL lacks"),
        (&["--dialect", "attribloom", "--body", "-"], "--surface: "),
        (&["--dialect", "attribloom", "--body", "-", "--setting", "surface=s"], "--setting: surface: is not used"),
        (&["--dialect", "attribloom", "--body", "-", "--setting", "surfaceId"], "--setting"),
        (&["--dialect", "affonso", "--body", "-", "--at", "yesterday"], "--at"),
        (&["--dialect", "besitos", "--completion", "-"], "--callback-url"),
        (&["--report", "--body", "-"], "--surface"),
    ] {
        let refused = ringback(&[&["sign"], flags].concat(), "{}", Some("hunter2")).refused();
        assert!(refused.contains(flag) && !refused.contains("hunter2"), "{flags:?}: {refused}");
    }
    let lacking = ringback(&["sign", "--dialect", "besitos", "--url", "x"], "", None).refused();
    assert!(lacking.contains("RINGBACK_SECRET"), "{lacking}");
    let pasted = ringback(&["sign", "--dialect", "besitos", "--url", "x", "--secret", "hunter2 "], "", None).refused();
    assert!(pasted.contains("white space") && !pasted.contains("hunter2"), "{pasted}");
}

#[test]
fn the_surface_is_given_by_the_name_that_help_and_messages_use() {
    let help = ringback(&["sign", "--help"], "", None).done();
    assert!(help.contains("--surface <ID>") && !help.contains("--surface-id"), "{help}");
    assert!(
        help.contains("ringback sign --dialect <NAME> [OPTIONS]\n       ringback sign --report --surface <ID>"),
        "{help}"
    );
    let report = |flag: &str| {
        let at = "2024-07-01T18:40:00Z";
        ringback(&["sign", "--report", flag, "srf_1", "--body", "-", "--at", at], "{}", Some("secret")).done()
    };
    assert_eq!(report("--surface"), report("--surface-id"));
}

#[test]
fn the_example_of_a_completion_can_be_run_as_it_stands() {
    let help = ringback(&["sign", "--help"], "", None).done();
    let url = help.split("--callback-url '").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
    let completion = r#"{"externalId":"x1","eventType":"goal","userId":"u1","offerId":"o1","userReward":60,"rewardMinor":0,"payoutMinor":5}"#;
    let flags = ["sign", "--dialect", "besitos", "--completion", "-", "--callback-url", url];
    let out = ringback(&flags, completion, Some("sekret")).done();
    assert!(out.contains("GET https://pub.example/pb?user=u1&tx=x1&"), "{out}");
}
