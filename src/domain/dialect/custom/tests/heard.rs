//! Every word of a file is heard or refused, and what is refused is named in words of the language.

use super::ruled::are_refused;
use super::*;

const HEAD: &str = "timeout_seconds = 10";
const SIGNS: &str = "signs = \"url\"";
const VALUE: &str = "value = \"userReward\"";

fn at_head(words: &str) -> String {
    format!("{HEAD}\n{words}")
}

#[track_caller]
fn at_head_is_refused(words: &str, place: &str, said: &str) {
    are_refused(&[(HEAD, &at_head(words), place, said)]);
}

#[test]
fn a_word_that_would_go_unheard_is_refused() {
    let runs = |run: &str| format!("[60, {{ {run} }}]");
    let own = "[60, { every = 300, times = 12 }]";
    are_refused(&[
        (own, &runs("every = 5, times = 2, jitter = 3"), "retry_seconds[1].jitter", "unknown"),
        (own, &runs("every = 5, times = 0"), "retry_seconds[1].times", "1 or more"),
        ("body_is", "bodyIs", "success.bodyIs", "did you mean `body_is`"),
        (VALUE, &format!("{VALUE}\nnumber = true"), "placeholders[2].number", "body fields alone"),
        (
            VALUE,
            &format!("{VALUE}\nfields = [{{ name = \"a\", value = \"note\" }}]"),
            "placeholders[2].fields",
            "body fields alone",
        ),
        (
            "when_completed = \"1\"",
            "when_completed = \"1\"\nformat = \"integer\"",
            "placeholders[3].format",
            "no value",
        ),
    ]);
    at_head_is_refused("brackets = [\"[\", \"]\", \"!\"]", "brackets", "two");
    at_head_is_refused(
        "headers = [{ name = \"X-A\", value = \"note\", meaning = \"m\" }]",
        "headers[0].meaning",
        "placeholders alone",
    );
    let both = "body = [{ name = \"a\", value = \"note\", fields = [{ name = \"b\", value = \"note\" }] }]";
    let post = with(HEAD, &at_head(both)).replace("\"GET\"", "\"POST\"");
    let found = findings(&post, &vectors());
    assert!(found.iter().any(|finding| finding.place == "body[0].value"), "{found:?}");
}

#[test]
fn what_cannot_be_read_is_told_by_its_key_and_in_words_of_the_language() {
    for (from, to, key) in [
        ("[60, {", "[\"a\", {", "retry_seconds"),
        ("[\"userId\", ", "[1, ", "required[0]"),
        ("success = { statuses = [\"200\"], body_is = [\"OK\"] }", "success = 1", "success"),
        ("timeout_seconds = 10", "timeout_seconds = \"10\"", "timeout_seconds"),
        ("travels = { query = \"hash\" }", "travels = { placeholder = 1 }", "signature.travels.placeholder"),
        (VALUE, "value = \"userReward\"\nformat = { cut = 2, fixed = 4 }", "placeholders[2].format"),
        (VALUE, "value = \"userReward\"\nformat = { cut = -1 }", "placeholders[2].format.cut"),
        (VALUE, "value = \"userReward\"\nformat = \"major\"", "placeholders[2].format"),
        (VALUE, "value = \"note\"\nformat = { date = { pattern = \"%Y\" } }", "placeholders[2].format.date.pattern"),
        ("title = \"Acme\"", "title = \"Acme\"\nbrackets = [\"[\"]", "brackets"),
    ] {
        let recipe = with(from, to);
        let found = findings(&recipe, &vectors()).remove(0);
        assert!(found.to_string().contains(key), "{to}: {found}");
        for internal in ["struct", "enum", "variant", "u64", "i64", "usize", "wanted", "tuple"] {
            assert!(!found.fault.contains(internal), "{to}: {found}");
        }
        // As an object it has no lines.
        let table: toml::Table = toml::from_str(&recipe).unwrap();
        let found = toml_of(&serde_json::to_value(table).unwrap()).unwrap_err();
        assert!(found.place.starts_with(key), "{to}: {found}");
    }
    let found = findings(&with(HEAD, "timeout_seconds = 99999999999999999999"), &vectors()).remove(0);
    assert!(found.fault.contains("too large"), "{found}");
}

#[test]
fn a_text_holds_nothing_that_is_not_seen() {
    for unseen in ["\\u0000", "\\r\\n", "\\u202E", "\\u200B", "\\uFEFF"] {
        are_refused(&[
            ("meaning = \"your user\"", &format!("meaning = \"a{unseen}b\""), "placeholders[0].meaning", "U+"),
            (VALUE, &format!("{VALUE}\nabsent = \"a{unseen}b\""), "placeholders[2]", "U+"),
            ("when_completed = \"1\"", &format!("when_completed = \"a{unseen}b\""), "placeholders[3]", "U+"),
            ("body_is = [\"OK\"]", &format!("body_is = [\"a{unseen}b\"]"), "success.body_is[0]", "U+"),
            ("title = \"Acme\"", &format!("title = \"A{unseen}b\""), "title", ""),
        ]);
    }
    at_head_is_refused("about = \"a\\u0000b\"", "about", "U+0000");
    assert_eq!(findings(&with(HEAD, &at_head("about = \"Two\\nlines.\"")), &vectors()), []);
    let fields = |name: &str| {
        let body = format!("body = [{{ name = \"{name}\", value = \"note\" }}]");
        findings(&with(HEAD, &at_head(&body)).replace("\"GET\"", "\"POST\""), &vectors())
    };
    for name in ["", "a\\u0000"] {
        assert!(fields(name).iter().any(|finding| finding.place == "body[0].name"), "{name}");
    }
}

#[test]
fn what_a_report_cannot_hold_is_not_asked_of_it() {
    let own = "required = [\"userId\", \"transactionId\", \"userReward\"]";
    for (asked, place) in [
        ("\"secret\"", "required[0]"),
        ("\"eventId\"", "required[0]"),
        ("\"setting.a\"", "required[0]"),
        ("[]", "required[0]"),
        ("\"userId\", \"userId\"", "required[1]"),
        ("[\"note\", \"note\"]", "required[0][1]"),
    ] {
        are_refused(&[(own, &format!("required = [{asked}]"), place, "")]);
    }
    let word = |event_type: &str| format!("when_completed = \"1\"\nwhen_event = {{ \"{event_type}\" = \"3\" }}");
    for event_type in ["BAD TYPE", "chargeback"] {
        are_refused(&[("when_completed = \"1\"", &word(event_type), "placeholders[3].when_event", event_type)]);
        at_head_is_refused(&format!("parameters = {{ \"{event_type}\" = [], other = [] }}"), "parameters", event_type);
    }
    let statuses = vec!["\"200\""; 1_000].join(",");
    are_refused(&[("statuses = [\"200\"]", &format!("statuses = [{statuses}]"), "success.statuses[1]", "twice")]);
    at_head_is_refused("final_statuses = [\"410\", \"410\"]", "final_statuses", "twice");
}

#[test]
fn brackets_are_marks_that_stand_in_no_url() {
    for (brackets, said) in [
        ("[\"%\", \"%\"]", "encoded"),
        ("[\"+\", \"+\"]", "encoded"),
        ("[\"{\", \"{\"]", "one half"),
        ("[\"#\", \"#\"]", "`{name}`"),
    ] {
        at_head_is_refused(&format!("brackets = {brackets}"), "brackets", said);
    }
    for prefix in ["\\r\\n", "a b", "é"] {
        at_head_is_refused(&format!("secret_prefix = \"{prefix}\""), "secret_prefix", "letters");
    }
}

#[test]
fn a_name_that_clashes_is_told_once_and_by_itself() {
    let query = "travels = { query = \"hash\" }";
    for (name, said) in [("user", "placeholder"), ("sig&x=1", "no name"), ("é", "no name")] {
        let found = findings(&with(query, &format!("travels = {{ query = \"{name}\" }}")), &vectors());
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].place == "signature.travels.query" && found[0].fault.contains(said), "{found:?}");
    }
    at_head_is_refused("appended = [\"user=x\"]", "appended[0]", "placeholder");
    let header = "travels = { header = { name = \"X-S\" } }";
    let named = with(query, header).replace("name = \"user\"", "name = \"signature\"");
    let found = findings(&named, &vectors());
    assert!(found.iter().any(|finding| finding.place == "placeholders[0].name"), "{found:?}");
    let wrapped = "travels = { header = { name = \"X-S\", wrapping = \"{user};{signature}\" } }";
    are_refused(&[(query, wrapped, "signature.travels.header", "{user}")]);
}

#[test]
fn values_that_are_left_out_are_accepted_in_words_where_nobody_could_tell_which() {
    let left_out = |names: &str, words: &str| {
        let signs = format!("signs = {{ values = {{ join = \":\", leave_out_empty = [{names}] }} }}\n{words}");
        let found = findings(&with(SIGNS, &signs), &vectors());
        found.into_iter().filter(|finding| !finding.place.starts_with("vectors")).collect::<Vec<_>>()
    };
    assert_eq!(left_out("\"amount\"", ""), []);
    assert!(left_out("\"amount\", \"user\"", "")[0].fault.contains("ambiguity"));
    assert_eq!(left_out("\"amount\", \"user\"", "ambiguity = \"accepted\""), []);
    let place = |at: usize| format!("signature.signs.values.leave_out_empty[{at}]");
    assert_eq!(left_out("\"nobody\"", "")[0].place, place(0));
    assert_eq!(left_out("\"user\", \"user\"", "ambiguity = \"accepted\"")[0].place, place(1));
    // Where nothing can be cut elsewhere, nothing is accepted.
    let accepted = |signs: &str| format!("{signs}\nambiguity = \"accepted\"");
    are_refused(&[
        (SIGNS, &accepted(SIGNS), "signature.ambiguity", "must be left out"),
        (
            SIGNS,
            &accepted("signs = { query = { sort = \"name\", encode = \"form\" } }"),
            "signature.ambiguity",
            "must be left out",
        ),
    ]);
}

#[test]
fn a_word_of_a_number_is_a_number_and_goes_out_as_one() {
    let post = |word: &str| {
        let body = format!("body = [{{ name = \"n\", when_completed = \"{word}\", number = true }}]");
        with(HEAD, &at_head(&body)).replace("\"GET\"", "\"POST\"")
    };
    for word in ["one", "01", "0x1", "1e", " 1", ""] {
        let found = findings(&post(word), &vectors());
        assert!(found.iter().any(|finding| finding.place == "body[0]"), "{word}: {found:?}");
    }
    let checked = check(&Written { recipe: &post("-1.5"), vectors: &vectors() }, 1);
    let body = checked.cases[0].request.as_ref().and_then(|request| request.body.clone());
    assert_eq!(body.as_deref(), Some("{\"n\":-1.5}"), "{:?}", checked.findings);
}

#[test]
fn minor_units_are_divided_by_what_the_currency_has() {
    let major = |digits: u32, currency: &str| {
        let recipe = with(HEAD, &at_head(&format!("payout_currency = \"{currency}\"")));
        let recipe = recipe.replace(VALUE, &format!("value = \"payoutMinor\"\nformat = {{ major = {digits} }}"));
        let found = findings(&recipe, &vectors());
        found.into_iter().any(|finding| finding.place == "placeholders[2].format")
    };
    assert!(!major(2, "USD") && !major(0, "JPY") && !major(3, "KWD"));
    assert!(major(4, "USD") && major(2, "JPY") && major(2, "KWD"));
}
