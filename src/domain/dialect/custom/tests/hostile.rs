//! Files that were written to break whoever reads them: each is refused and nothing panics.

use super::*;
use crate::domain::dialect::callback::CallbackConfig;
use crate::domain::dialect::callback_url::CallbackUrl;
use crate::domain::dialect::compose::reversal_silence;
use crate::domain::dialect::endpoint_settings::EndpointSettings;
use crate::domain::dialect::sample_report;

#[track_caller]
fn is_refused(recipe: &str) -> Vec<Finding> {
    let vectors = vectors();
    let checked = check(&Written { recipe, vectors: &vectors }, 1);
    assert!(!checked.publishable && !checked.findings.is_empty());
    assert!(checked.findings.len() <= 50);
    checked.findings
}

#[test]
fn what_goes_deep_is_refused_without_being_built() {
    let levels = 15_000;
    for deep in [
        format!("a = {}", "[".repeat(levels)),
        format!("a = {}{}", "[".repeat(levels), "]".repeat(levels)),
        format!("a = {}", "{ a = ".repeat(levels / 3)),
        format!("{}a = 1", "a.".repeat(levels)),
        format!("[{}a]", "a.".repeat(levels)),
        format!("[[{}a]]", "a.".repeat(levels)),
        format!("body = [{}", "{ name = \"a\", fields = [".repeat(1_000)),
        format!("{}1", "a.b = { ".repeat(levels / 8)),
        format!("a{}", "\n.a".repeat(levels / 3)),
        format!("\"{}", "a\".\"".repeat(levels / 4)),
        // A text may end with quotes of its own, behind which the rest is no text.
        format!("k = [\"\"\"x\"\"\"\", {}1{}]", format!("{{{}a = ", "a.".repeat(70)).repeat(75), "}".repeat(75)),
    ] {
        is_refused(&deep);
        is_refused(&format!("{}\n{deep}", &GOOD[..GOOD.len() / 2]));
    }
}

#[test]
fn what_is_long_or_no_text_of_toml_is_refused() {
    for text in [
        String::new(),
        "\u{0}".repeat(1_000),
        "\u{feff}name = \"x-a\"".to_owned(),
        "x".repeat(10_000_000),
        "\"\"\"".repeat(9_000),
        "'''".to_owned(),
        "\"\\".to_owned(),
        "a = \"\\u".to_owned(),
        "# é".to_owned(),
        "é = '漢".to_owned(),
        (0..3_000).map(|at| format!("k{at} = 1\n")).collect(),
        (0..2_000).map(|at| format!("[t{at}]\n")).collect(),
        "[[placeholders]]\n".repeat(1_900),
        format!("a = {}", "9".repeat(30_000)),
        format!("a = [{}]", "1,".repeat(15_000)),
    ] {
        is_refused(&text);
    }
}

#[test]
fn a_word_that_the_language_does_not_know_is_told_with_its_line() {
    for (word, line) in [
        ("timout_seconds = 5", 9),
        ("scheme = \"http\"", 9),
        ("host = \"internal\"", 9),
        ("port = 22", 9),
        ("follow_redirects = true", 9),
        ("include = \"/etc/passwd\"", 9),
        ("expression = \"{a} + {b}\"", 9),
        ("timeout_seconds = 10", 9),
    ] {
        let found = is_refused(&with("timeout_seconds = 10", &format!("timeout_seconds = 10\n{word}")));
        assert_eq!(found[0].place, format!("line {line}"), "{word}: {found:?}");
    }
    let found = is_refused(&with("value = \"userId\"", "value = \"userId\"\nregex = \"(a+)+\""));
    assert!(found[0].place.starts_with("line ") && found[0].fault.contains("regex"), "{found:?}");
    for (from, to) in [
        ("\"GET\"", "\"PUT\""),
        ("\"GET\"", "\"get\""),
        ("\"userId\"", "\"env.HOME\""),
        ("\"userId\"", "\"userid\""),
        ("\"userId\"", "\"extra.\""),
        ("signs = \"url\"", "signs = { text = { of = \"{user\" } }"),
        ("signs = \"url\"", "signs = \"headers\""),
        ("signs = \"url\"", "signs = \"url\"\nalgorithm = \"none\""),
        ("meaning = \"your user\"", "meaning = \"your user\"\nformat = { cut = -1 }"),
        ("meaning = \"your user\"", "meaning = \"your user\"\nformat = { cut = 99999999999999999999 }"),
        ("timeout_seconds = 10", "timeout_seconds = 1e9"),
    ] {
        let found = is_refused(&with(from, to));
        assert!(found[0].place.starts_with("line "), "{to}: {found:?}");
    }
}

#[test]
fn a_value_is_put_in_once_whatever_it_looks_like() {
    // A word, a value and a setting that look like placeholders are text, and so is what a template expands to.
    let recipe = with("when_completed = \"1\"", "when_completed = \"{user}{secret}{status}\"");
    let recipe = recipe.replace("told_by = [\"status\"]\n", "");
    let checked = check(&Written { recipe: &recipe, vectors: &vectors() }, 1);
    let case = checked.cases.iter().find(|case| case.name == "placeholder_as_value").unwrap();
    let url = &case.request.as_ref().unwrap().url;
    assert!(url.contains("user=%7Buser%7D%7Bsecret%7D&"), "{url}");
    assert!(url.contains("status=%7Buser%7D%7Bsecret%7D%7Bstatus%7D"), "{url}");
    assert!(case.read_back && case.fault.is_none(), "{case:?}");
}

#[test]
fn the_secret_is_in_no_answer_and_stays_a_word_in_the_signed_text() {
    let recipe = with(
        "signs = \"url\"",
        "algorithm = \"sha256\"\nsigns = { text = { of = \"{user}:{tx}:{amount}:{status}:{secret}\" } }",
    );
    let recipe = recipe.replace("timeout_seconds = 10", "timeout_seconds = 10\nsecret_in_clear = true");
    let recipe = format!("{recipe}\n[[placeholders]]\nname = \"key\"\nvalue = \"secret\"\nmeaning = \"your key\"\n");
    let checked = check(&Written { recipe: &recipe, vectors: &vectors() }, 1);
    assert_eq!(checked.cases.len(), 12, "{:?}", checked.findings);
    let secret = sample_report::secret(&recipe_unchecked(&recipe));
    let answer = serde_json::to_string(&checked.cases).unwrap();
    assert!(!answer.contains(secret.expose()), "{answer}");
    let plain = &checked.cases[0];
    assert!(plain.signed_text.as_ref().unwrap().ends_with(":{secret}"), "{plain:?}");
    assert!(plain.request.as_ref().unwrap().url.contains("&key=…"), "{plain:?}");
    assert!(
        checked.warnings.iter().any(|warning| warning.fault == "the secret itself travels"),
        "{:?}",
        checked.warnings
    );
}

#[test]
fn the_secret_is_no_value_of_what_is_signed() {
    let key = "\n[[placeholders]]\nname = \"key\"\nvalue = \"secret\"\nmeaning = \"your key\"\n";
    for signs in [
        "signs = { text = { of = \"{user}:{tx}:{amount}:{status}:{key}\" } }",
        "signs = { text = { of = \"{user}:{tx}:{amount}:{status}:{key}:{secret}\" } }",
        "signs = { values = { join = \":\" } }",
        "signs = { query = { sort = \"sent\", encode = \"sent\" } }",
    ] {
        let recipe = with("signs = \"url\"", signs);
        let recipe = recipe.replace("timeout_seconds = 10", "timeout_seconds = 10\nsecret_in_clear = true");
        let found = is_refused(&format!("{recipe}{key}"));
        assert!(found.iter().any(|finding| finding.place == "signature.signs"), "{signs}: {found:?}");
    }
}

fn recipe_unchecked(recipe: &str) -> Recipe {
    published(recipe, 1, &vectors()).unwrap()
}

#[test]
fn a_reversal_that_looks_like_a_reward_is_told_to_no_url_whatever_the_recipe_leaves_out() {
    let silent = with("told_by = [\"status\"]\n", "");
    let recipe = recipe_of(&silent, &vectors()).unwrap();
    let silence = |url: &str| {
        let settings =
            EndpointSettings { callback_url: Some(CallbackUrl::new(url)), ..EndpointSettings::new("x-acme") };
        reversal_silence(&recipe, &CallbackConfig { app_label: "app".to_owned(), settings })
    };
    let url = "https://pub.example/pb?u={user}&t={tx}&a={amount}";
    assert!(silence(url).is_some_and(|why| why.contains("no placeholder that marks a reversal")));
    assert_eq!(silence(&format!("{url}&s={{status}}")), None);
    assert_eq!(recipe.reversal_marks(), ["status"]);
    // A list of one's own must mark it for every event type.
    let list =
        "timeout_seconds = 10\nparameters = { goal = [\"user\", \"tx\"], other = [\"user\", \"tx\", \"status\"] }";
    let found = findings(&silent.replace("timeout_seconds = 10", list), &vectors());
    assert_eq!(found.iter().map(|one| one.place.as_str()).collect::<Vec<_>>(), ["parameters.goal"], "{found:?}");
}
