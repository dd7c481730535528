//! What may be saved, dialect by dialect.

use super::*;
use crate::domain::dialect::catalog::Catalog;
use crate::domain::dialect::trial::OFFERMARU;

fn checked_as(dialect: &str, which: UrlUse, text: &str, policy: &TargetPolicy) -> Result<Vec<String>, String> {
    let catalog = Catalog::builtin();
    let checked = CallbackUrl::new(text).check(catalog.get(dialect).unwrap(), which, policy);
    checked.map_err(|invalid| invalid.to_string())
}

/// What is warned of, or why it is refused.
fn checked(dialect: &str, text: &str) -> Result<Vec<String>, String> {
    checked_as(dialect, UrlUse::Callback, text, &TargetPolicy::default())
}

#[track_caller]
fn refused(dialect: &str, text: &str, words: &str) {
    let message = checked(dialect, text).expect_err(text);
    assert!(message.starts_with("callbackUrl: ") && message.contains(words), "{text}\n{message}");
}

#[test]
fn the_documented_urls_are_accepted_without_warnings() {
    for (dialect, text) in [
        ("besitos", "https://stage.kashkick.com/postback.php"),
        ("besitos", "https://pub.example/pb?uid=<user_id>&tx=<transaction_id>"),
        ("offermaru", OFFERMARU),
        ("affonso", "https://pub.example/hooks?tenant=7"),
        ("attribloom", "https://peer.example/v1/conversions"),
    ] {
        assert_eq!(checked(dialect, text), Ok(vec![]));
        assert_eq!(CallbackUrl::new(text).as_str(), text);
    }
}

#[test]
fn a_template_pasted_with_line_breaks_is_saved_without_them() {
    let pasted = OFFERMARU.replace('?', "?\n  ").replace('&', " &\r\n\t");
    assert_eq!(checked("offermaru", &pasted), Ok(vec![]));
    assert_eq!(CallbackUrl::new(&pasted), CallbackUrl::new(OFFERMARU));
    assert_eq!(CallbackUrl::new(&pasted).as_str(), OFFERMARU);
}

#[test]
fn a_template_escaped_on_its_way_is_refused_with_the_mended_one() {
    let mended = "probably meant: https://pub.example/pb?uid={user_id}&tx=<note>";
    refused("besitos", "https://pub.example/pb?uid=%7Buser_id%7D&amp;tx=&lt;note&gt;", mended);
}

#[test]
fn an_unknown_placeholder_is_refused_with_the_nearest_known_name() {
    refused("besitos", "https://pub.example/pb?a={userid}", "unknown placeholder {userid}; did you mean {user_id}?");
    refused("offermaru", &format!("{OFFERMARU}&s={{status}}"), "unknown placeholder {status}");
    refused("affonso", "https://pub.example/{user_id}", "takes none");
    assert!(checked("besitos", "https://pub.example/pb?a={extra.campaign}").is_ok());
    refused("besitos", "https://pub.example/pb?a={extra.}", "unknown placeholder");
}

#[test]
fn the_address_must_be_fixed_public_and_without_credentials() {
    refused("besitos", "https://{user_id}.example/pb", "placeholder in its host");
    refused("besitos", "https://pub.example:{user_id}/pb", "host or port");
    refused("besitos", "{note}://pub.example/pb", "placeholder in its scheme");
    refused("besitos", "https://user:pass@pub.example/pb", "credentials");
    refused("besitos", "https://pub.example/pb#top", "fragment");
    refused("besitos", "ftp://pub.example/pb", "must have https:// (or http://, where that is allowed)");
    refused("besitos", "pub.example/pb", "must begin with https:// (or http://, where that is allowed)");
    refused("besitos", "https://2130706433/pb", "not a public address");
    refused("besitos", "https://10.0.0.1/pb", "RINGBACK_ALLOW_TARGETS");
    refused("besitos", "http://pub.example/pb", "RINGBACK_ALLOW_HTTP");
    refused("besitos", "https://api.localhost./pb", "not a public address");
    refused("besitos", "http://pub.example/pb", "must be https");
}

#[test]
fn http_is_accepted_with_a_warning_where_it_is_allowed() {
    let policy = TargetPolicy::new(vec!["127.0.0.0/8".parse().unwrap()], true);
    for dialect in ["besitos", "affonso"] {
        let accepted = checked_as(dialect, UrlUse::Callback, "http://127.0.0.1/pb", &policy).unwrap();
        assert!(accepted[0].starts_with("http://"), "{accepted:?}");
    }
}

#[test]
fn another_port_is_warned_about_only_where_the_url_is_signed() {
    assert_eq!(checked("besitos", "https://pub.example:8443/pb").unwrap().len(), 1);
    assert!(checked("besitos", "https://pub.example:443/pb").unwrap().is_empty());
    assert!(checked("affonso", "https://pub.example:8443/pb").unwrap().is_empty());
}

#[test]
fn every_signed_parameter_stands_once_under_its_own_name_as_the_whole_value() {
    for (from, to, words) in [
        ("user_id={user_id}&", "", "lacks user_id={user_id}"),
        ("user_id={user_id}", "uid={user_id}", "lacks user_id={user_id}"),
        ("user_id={user_id}", "user_id={offer_id}", "must have user_id={user_id}"),
        ("user_id={user_id}", "user_id=x{user_id}", "must have user_id={user_id}"),
        ("user_id={user_id}", "user_id={user_id}&user_id={user_id}", "user_id more than once"),
        ("user_id={user_id}", "user_id={user_id}&user_id[]=1", "user_id more than once"),
        ("user_id={user_id}", "user.id={user_id}", "has user.id in place of user_id"),
    ] {
        refused("offermaru", &OFFERMARU.replace(from, to), words);
    }
    assert!(checked("offermaru", &format!("{OFFERMARU}&again=<user_id>&x=1&x=2&y")).is_ok());
    refused("offermaru", "https://pub.example/cb", "lacks timestamp={timestamp}");
}

#[test]
fn a_name_that_the_dialect_appends_is_reserved() {
    refused("besitos", "https://pub.example/pb?a={user_id}&verifier=1", "appends itself");
    refused("besitos", "https://pub.example/pb?a={user_id}&reverse=0", "appends itself");
    refused("besitos", "https://pub.example/pb?survey_id=1", "appends itself to a URL without placeholders");
    assert!(checked("besitos", "https://pub.example/pb?user_id={user_id}").is_ok());
}

#[test]
fn where_the_url_is_signed_its_query_must_survive_being_rebuilt() {
    refused("besitos", "https://pub.example/pb?a=1&a=2", "a twice");
    refused("besitos", "https://pub.example/pb?a=1&%61=2", "a twice");
    refused("besitos", "https://pub.example/pb?flag&a={note}", "bare key flag");
    refused("besitos", "https://pub.example/pb?=1", "without a name");
    for name in ["a.b", "a+b", "a[]", "a%2Eb", "a%20b"] {
        refused("besitos", &format!("https://pub.example/pb?{name}=1"), "PHP changes");
    }
    assert!(checked("affonso", "https://pub.example/pb?a.b=1&a.b=2&flag").is_ok());
}

#[test]
fn a_path_that_clients_rewrite_is_refused_with_the_rewritten_one() {
    refused("affonso", "https://pub.example/a/../b", "write it as https://pub.example/b");
    refused("affonso", "https://pub.example/a/%2e%2e/b", "write it as https://pub.example/b");
}

#[test]
fn a_reversal_url_is_only_for_dialects_that_use_one_and_knows_more_placeholders() {
    let policy = TargetPolicy::default();
    let text = format!("{OFFERMARU}&of={{original_transaction_id}}&s={{status}}");
    assert!(checked_as("offermaru", UrlUse::Reversal, &text, &policy).is_ok());
    let refused = checked_as("besitos", UrlUse::Reversal, "https://pub.example/pb", &policy).unwrap_err();
    assert!(refused.starts_with("reversalUrl: is not used"), "{refused}");
}

#[test]
fn a_placeholder_in_foreign_brackets_is_refused_with_its_own() {
    for (dialect, query, words) in [
        ("pollfish", "tx={tx_id}&s=[[signature]]", "`{tx_id}`, which goes out as it stands; write [[tx_id]]"),
        ("pollfish", "tx=%5B%5Btx_id%5D%5D&s=[[signature]]", "`[[tx_id]]`, which goes out as it stands"),
        ("wannads", "u={subId}&t=[[transId]]&r={reward}&s={signature}", "`[[transId]]`"),
        ("bitlabs", "uid=[%UID%]&tx=%TX%", "`%TX%`, which goes out as it stands; write [%TX%]"),
    ] {
        refused(dialect, &format!("https://pub.example/?{query}"), words);
    }
    assert!(checked("bitlabs", "https://pub.example/?uid=[%UID%]&x=5%25&type=[%TYPE%]&b=x(TX)").is_ok());
}

#[test]
fn what_is_signed_by_its_value_is_read_back_once_and_whole() {
    let wannads = |query: &str| format!("https://pub.example/?{query}");
    for (query, words) in [
        ("a={subId}&a={transId}&r={reward}&s={signature}", "the parameter a more than once"),
        ("u={subId}&t={transId}&t=1&r={reward}&s={signature}", "the parameter t more than once"),
        ("u={subId}&t={transId}&r={reward}&s={signature}&s=", "the parameter s more than once"),
        ("u=x{subId}&t={transId}&r={reward}&s={signature}", "{subId} as the whole value"),
        ("u={subId}&t={transId}&r={reward}", "lacks {signature}"),
        ("t={transId}&r={reward}&s={signature}", "lacks {subId}"),
    ] {
        refused("wannads", &wannads(query), words);
    }
    refused("pollfish", "https://pub.example/?x=[[tx_id]][[cpa]]&s=[[signature]]", "as the whole value");
    refused("pollfish", "https://pub.example/?a=[[cpa]]&a=[[tx_id]]&s=[[signature]]", "the parameter a more than once");
    refused("cpx", "https://pub.example/?t={trans_id}&h={secure_hash}&x={hash}", "once, as the whole value");
    refused("ayet", "https://pub.example/?10={transaction_id}&9={offer_id}", "PHP sorts");
    // Of the reward the whole part is signed, and made of what travels.
    refused("pubscale", "https://pub.example/?u={user_id}&t={token}&s={signature}", "lacks {value}");
    refused("adjoe", "https://pub.example/?t={trans_uuid}&u={user_uuid}&c={coin_amount}&s={sid}", "lacks {device_id}");
    // The secret itself travels where no log of paths keeps it, and never in clear.
    let monlix = "https://pub.example/{{secretKey}}?u={{userId}}";
    refused("monlix", monlix, "in its path, where the secret would be logged");
    refused("monlix", "https://pub.example/mx?u={{userId}}", "lacks {{secretKey}}");
    let (plain, policy) = ("http://pub.example/mx?k={{secretKey}}", TargetPolicy::new(Vec::new(), true));
    let fault = checked_as("monlix", UrlUse::Callback, plain, &policy).unwrap_err();
    assert!(fault.contains("must be https://: the secret itself travels"), "{fault}");
    // The vendor's dashboard offers a macro for what stands last.
    refused("theoremreach", "https://pub.example/?t={tx_id}&hash={hash}", "which this dialect appends itself");
    assert!(checked("pollfish", "https://pub.example/[[request_uuid]]?t=[[tx_id]]&s=[[signature]]").is_ok());
}

#[test]
fn what_will_work_and_deserves_a_look_is_warned_of() {
    for (dialect, query, words) in [
        ("adgem-get", "u={player_id}&n={offer_name}", "leave out {offer_name}"),
        ("ayet", "", "told no user, no transaction id: add {external_identifier}, {transaction_id}"),
        ("besitos", "t={transaction_id}", "your server is told no user: add {user_id}"),
        ("pollfish", "t=[[tx_id]]", "not signed"),
        ("pollfish", "c=[[cpa]]&s=[[signature]]", "covers no transaction id"),
        ("cpx", "t={trans_id}&h={secure_hash}", "reversals are not told to it: without {status}"),
        ("adgate", "t={conversion_id}&s={state}&token=7", "a token of your own in the URL and the egress IP"),
        ("monlix", "t={{transactionId}}&k={{secretKey}}&s={{status}}", "the secret itself travels"),
        ("torox", "t={id}&o={oid}&u={user_id}&s={sig}", "reversals are not told to it: without {amount} or {payout}"),
    ] {
        let warnings = checked(dialect, &format!("https://pub.example/?{query}")).unwrap();
        assert!(warnings.iter().any(|warning| warning.contains(words)), "{dialect}: {warnings:?}");
    }
    for told in ["https://pub.example/pb", "https://pub.example/pb?u={user_id}&t={transaction_id}&r={reward}"] {
        let warnings = checked("besitos", told).unwrap();
        assert!(!warnings.iter().any(|warning| warning.contains("told no")), "{told}: {warnings:?}");
    }
    assert_eq!(checked("affonso", "https://pub.example/pb"), Ok(vec![]), "the body tells all");
    let warnings =
        checked("ayet", "https://pub.example/{external_identifier}?t={transaction_id}&c={is_chargeback}").unwrap();
    assert!(warnings[0].contains("stands in the path"), "{warnings:?}");
}
