//! Every rule, by recipes that break it: each is refused by a finding with its place.

use super::*;

/// Changes that must be refused at this place, with these words.
#[track_caller]
pub(super) fn are_refused(changes: &[(&str, &str, &str, &str)]) {
    for (from, to, place, words) in changes {
        let found = findings(&with(from, to), &vectors());
        let is_it = |finding: &&Finding| finding.place == *place && finding.fault.contains(words);
        assert!(found.iter().any(|finding| is_it(&finding)), "{to}: {found:?}");
    }
}

/// The travelling header of the signature.
fn header(name: &str) -> String {
    format!("travels = {{ header = {{ name = \"{name}\" }} }}")
}

const QUERY: &str = "travels = { query = \"hash\" }";

#[test]
fn rule_1_no_header_of_the_protocol_or_of_ours_and_nothing_but_printable_ascii() {
    for name in [
        "Host",
        "content-type",
        "Content-Length",
        "Transfer-Encoding",
        "CONNECTION",
        "Upgrade",
        "Te",
        "Cookie",
        "Proxy-Authorization",
        "Forwarded",
        "X-Forwarded-For",
        "User-Agent",
        "X-Ringback-Test",
        "X-HTTP-Method-Override",
        "X-Real-IP",
        "",
        "X A",
        "X:A",
        "X\\r\\nHost",
    ] {
        are_refused(&[(QUERY, &header(name), "signature.travels.header.name", "")]);
        let beside = format!("timeout_seconds = 10\nheaders = [{{ name = \"{name}\", value = \"eventId\" }}]");
        are_refused(&[("timeout_seconds = 10", &beside, "headers[0].name", "")]);
    }
    for word in ["a\\r\\nX-B: c", "a\\n", "\\u0000", "é"] {
        let beside = format!("timeout_seconds = 10\nheaders = [{{ name = \"X-A\", when_completed = \"{word}\" }}]");
        are_refused(&[("timeout_seconds = 10", &beside, "headers[0]", "printable ASCII")]);
        let wrapped = format!("travels = {{ header = {{ name = \"X-A\", wrapping = \"{word}{{signature}}\" }} }}");
        are_refused(&[(QUERY, &wrapped, "signature.travels.header", "printable ASCII")]);
    }
    // A value is looked at where it is composed: the report that holds it is refused.
    let recipe =
        with("timeout_seconds = 10", "timeout_seconds = 10\nheaders = [{ name = \"X-Note\", value = \"note\" }]");
    let checked = check(&Written { recipe: &recipe, vectors: &vectors() }, 1);
    let case = checked.cases.iter().find(|case| case.name == "non_ascii").unwrap();
    assert!(case.refused.as_ref().unwrap().contains("printable ASCII"), "{case:?}");
}

#[test]
fn rule_3_only_200_to_299_are_a_success_and_no_call_for_patience_is_final() {
    for statuses in ["\"302\"", "\"404\"", "\"3xx\"", "", "\"200\", \"500\""] {
        let found = findings(&with("statuses = [\"200\"]", &format!("statuses = [{statuses}]")), &vectors());
        assert!(found[0].place.starts_with("line ") && found[0].fault.contains("success.statuses"), "{found:?}");
    }
    for statuses in ["408", "425", "429", "200", "2xx"] {
        let finals = format!("timeout_seconds = 10\nfinal_statuses = [\"{statuses}\"]");
        let found = findings(&with("timeout_seconds = 10", &finals), &vectors());
        assert!(found[0].place.starts_with("line "), "{statuses}: {found:?}");
    }
    for bodies in ["\"\"", &format!("\"{}\"", "x".repeat(65)), &["\"OK\""; 9].join(",")] {
        let found = findings(&with("body_is = [\"OK\"]", &format!("body_is = [{bodies}]")), &vectors());
        assert!(found[0].fault.contains("success.body_is"), "{found:?}");
    }
}

#[test]
fn rule_4_the_secret_is_shown_only_where_the_recipe_says_so_and_only_in_a_query() {
    are_refused(&[("value = \"userReward\"", "value = \"secret\"", "secret_in_clear", "exactly where")]);
    are_refused(&[(
        "secret = \"required\"",
        "secret = \"required\"\nsecret_in_clear = true",
        "secret_in_clear",
        "exactly where",
    )]);
    let in_header =
        "timeout_seconds = 10\nsecret_in_clear = true\nheaders = [{ name = \"X-Key\", value = \"secret\" }]";
    are_refused(&[("timeout_seconds = 10", in_header, "headers[0]", "elsewhere than in a URL")]);
    let shown = with("secret = \"required\"", "secret = \"required\"\nsecret_in_clear = true");
    let shown = shown.replace("\"userReward\"\nmeaning", "\"secret\"\nmeaning");
    let found = findings(&shown, &vectors());
    assert!(found.iter().any(|finding| finding.fault.contains("in what it signs")), "{found:?}");
}

fn text(algorithm: &str, of: &str, words: &str) -> String {
    format!("algorithm = \"{algorithm}\"\nsigns = {{ text = {{ of = \"{of}\" }} }}\n{words}")
}

#[test]
fn rule_5_a_signature_that_covers_too_little_says_exactly_what_it_leaves_open() {
    let place = "signature.not_covered";
    let signs = "signs = \"url\"";
    let all = "{user}:{tx}:{amount}:{status}:{secret}";
    let gaps = |of: &str, words: &str| {
        let found = findings(&with(signs, &text("sha256", of, words)), &vectors());
        found.into_iter().find(|finding| finding.place == place).map(|finding| finding.fault)
    };
    assert_eq!(gaps(all, ""), None);
    assert_eq!(gaps("{tx}:{secret}", "not_covered = [\"user\", \"amount\", \"reversal\"]"), None);
    assert!(gaps("{tx}:{secret}", "").unwrap().contains(r#"["user", "amount", "reversal"]"#));
    for said in
        ["[\"user\"]", "[\"user\", \"amount\", \"reversal\", \"transaction\"]", "[\"user\", \"user\", \"amount\"]"]
    {
        assert!(gaps("{tx}:{secret}", &format!("not_covered = {said}")).is_some(), "{said}");
    }
    assert!(gaps(all, "not_covered = [\"status\"]").unwrap().contains("must be left out"));
    are_refused(&[(signs, "signs = \"url\"\nnot_covered = [\"amount\"]", place, "must be left out")]);
}

#[test]
fn rule_5_a_reversal_at_a_url_of_its_own_needs_no_mark() {
    let separate = with("url = \"callback\"", "url = \"separate\"");
    let recipe = separate.replace("signs = \"url\"", &text("sha256", "{user}:{tx}:{amount}:{secret}", ""));
    let found = findings(&recipe, &vectors());
    assert!(found.iter().all(|finding| finding.place.starts_with("vectors")), "{found:?}");
}

#[test]
fn rule_5_a_body_beside_a_signed_url_is_open_to_whoever_stands_between() {
    let body = "timeout_seconds = 10\nbody = [{ name = \"reward\", value = \"userReward\" }]";
    let recipe = with("timeout_seconds = 10", body).replace("\"GET\"", "\"POST\"");
    let found = findings(&recipe, &vectors());
    let finding = found.iter().find(|finding| finding.place == "signature.not_covered").unwrap();
    assert!(finding.fault.contains(r#"["amount"]"#), "{finding}");
}

#[test]
fn rule_6_values_that_could_be_cut_elsewhere_are_accepted_in_words_or_refused_when_reported() {
    let signs = "signs = \"url\"";
    let place = "signature.signs";
    let touching = text("sha256", "{user}{tx}:{amount}:{status}:{secret}", "");
    are_refused(&[(signs, &touching, place, "ambiguity")]);
    are_refused(&[(signs, "signs = { values = { join = \"\" } }", place, "ambiguity")]);
    let accepted = with(signs, &format!("{touching}ambiguity = \"accepted\""));
    assert!(findings(&accepted, &vectors()).iter().all(|finding| finding.place.starts_with("vectors")));
    // A literal that a value may hold: whoever reports such a value is told.
    let literal = with(signs, &text("sha256", "{user}&{tx}&{amount}&{status}&{secret}", ""));
    let checked = check(&Written { recipe: &literal, vectors: &vectors() }, 1);
    let case = checked.cases.iter().find(|case| case.name == "space_and_separators").unwrap();
    assert!(case.refused.as_ref().unwrap().contains("ambiguous"), "{case:?}");
    assert!(checked.cases[0].read_back, "{:?}", checked.cases[0]);
}

#[test]
fn rule_7_a_way_of_signing_that_was_given_up_is_called_legacy_and_no_other_is() {
    let signs = "signs = \"url\"";
    let last = "{user}:{tx}:{amount}:{status}:{secret}";
    let first = "{secret}:{user}:{tx}:{amount}:{status}";
    let both = "{secret}:{user}:{tx}:{amount}:{status}:{secret}";
    let is_legacy = |algorithm: &str, of: &str| {
        let said = |words: &str| {
            let found = findings(&with(signs, &text(algorithm, of, words)), &vectors());
            found.iter().any(|finding| finding.place == "signature.legacy")
        };
        assert_ne!(said(""), said("legacy = true"), "{algorithm} {of}");
        said("")
    };
    assert!(is_legacy("md5", last) && is_legacy("md5", both) && is_legacy("sha1", last));
    assert!(is_legacy("sha256", first), "behind the secret the text can be lengthened");
    assert!(
        is_legacy("sha256", "{secret}:{user}:{secret}:{tx}:{amount}:{status}"),
        "and so can what is behind the last one"
    );
    assert!(!is_legacy("sha256", last) && !is_legacy("sha256", both));
    assert!(!is_legacy("hmac-sha1", last) && !is_legacy("hmac-sha256", first));
}

#[test]
fn rule_8_what_is_signed_can_be_seen_and_the_signature_arrives() {
    let signs = "signs = \"url\"";
    let at = "signature.signs";
    are_refused(&[
        (QUERY, &header("X_Signature"), "signature.travels.header.name", "nginx"),
        (QUERY, &header("Authorization"), "signature.travels.header.name", "Apache"),
        (QUERY, "travels = { placeholder = \"sig\" }", "signature.travels", "inside of what it signs"),
        (QUERY, "travels = { placeholder = [] }", "signature.travels.placeholder", "names no placeholder"),
        (QUERY, "travels = { query = \"sig.hash\" }", "signature.travels.query", "PHP"),
        (QUERY, "travels = { query = \"sig[]\" }", "signature.travels.query", "PHP"),
        (signs, "signs = { text = { of = \"{user}.{t}\" } }", at, "{t}, which does not travel"),
        (signs, "signs = { text = { of = \"{user}.{id}\" } }", at, "{id}, which does not travel"),
        (signs, "signs = { text = { of = \"{body}\" } }", at, "signs a body and has none"),
        (signs, "signs = { text = { of = \"{nobody}\" } }", at, "without a placeholder of that name"),
        (signs, "algorithm = \"sha256\"\nsigns = \"url\"", at, "does not hold {secret}"),
        (
            "meaning = \"the reward\"",
            "meaning = \"the reward\"\n\n[[settings]]\nname = \"a b\"\nmeaning = \"m\"",
            "settings[0].name",
            "must be of",
        ),
    ]);
    let lists = |words: &str| format!("timeout_seconds = 10\nparameters = {{ other = [{words}] }}");
    are_refused(&[
        ("timeout_seconds = 10", &lists("\"user\", \"user\""), "parameters.other", "twice"),
        ("timeout_seconds = 10", &lists("\"hash=1\""), "parameters.other", "twice"),
        ("timeout_seconds = 10", &lists("\"a.b=1\""), "parameters.other[0]", "PHP"),
        ("timeout_seconds = 10", &lists("\"nobody\""), "parameters.other[0]", "without a placeholder"),
        (
            "timeout_seconds = 10",
            "timeout_seconds = 10\nappended_on_test = [\"user\"]",
            "appended_on_test",
            "would have to sign",
        ),
    ]);
    let hidden = with("value = \"userReward\"", "value = \"userReward\"\nhidden = true");
    let found =
        findings(&hidden.replace(signs, &text("sha256", "{user}:{tx}:{amount}:{status}:{secret}", "")), &vectors());
    assert!(found.iter().any(|finding| finding.fault.contains("no receiver could rebuild")), "{found:?}");
}

#[test]
fn a_name_that_could_ship_one_day_is_refused_and_so_is_a_key_that_is_never_made() {
    for name in ["acme", "X-acme", "x-", "x-Acme", "x-a b", "x-acme@2", "x-acme#draft", "x-é"] {
        let found = draft(&Written { recipe: &with("x-acme", name), vectors: &[] }).unwrap_err();
        assert_eq!(found[0].place, "name", "{name}");
    }
    are_refused(&[
        (
            "signs = \"url\"",
            "key = { base64_after = \"whsec_\" }\nsigns = \"url\"",
            "secret_prefix",
            "secrets that are made here",
        ),
        ("title = \"Acme\"", "title = \"Acme\"\nsources = [\"javascript:alert(1)\"]", "sources[0]", "URL of a page"),
        ("title = \"Acme\"", "title = \"Acme\"\npayout_currency = \"usd\"", "payout_currency", "three capital letters"),
    ]);
}
