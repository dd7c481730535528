//! Every bound, by a recipe that is one beyond it, and by one that is not.

use super::*;

fn repeated(times: usize, one: impl Fn(usize) -> String) -> String {
    (0..times).map(one).collect()
}

/// A word of the language before the first table.
fn at_head(words: &str) -> String {
    with("timeout_seconds = 10", &format!("timeout_seconds = 10\n{words}"))
}

/// Whether a draft of this is refused at that place.
fn is_beyond(recipe: &str, place: &str) -> bool {
    let vectors = vectors();
    let found = draft(&Written { recipe, vectors: &vectors }).err().unwrap_or_default();
    found.iter().any(|finding| finding.place == place)
}

#[track_caller]
fn is_bounded(recipe: impl Fn(usize) -> String, most: usize, place: &str) {
    assert!(!is_beyond(&recipe(most), place), "{most} at {place}");
    assert!(is_beyond(&recipe(most + 1), place), "{} at {place}", most + 1);
}

#[test]
fn a_file_has_at_most_32_kib() {
    is_bounded(|bytes| format!("{GOOD}#{}", "x".repeat(bytes - GOOD.len() - 1)), 32 * 1024, "recipe");
}

#[test]
fn lists_have_their_most() {
    let placeholders = |count: usize| {
        let more = |at: usize| format!("\n[[placeholders]]\nname = \"p{at}\"\nvalue = \"note\"\nmeaning = \"m\"\n");
        format!("{GOOD}{}", repeated(count - 4, more))
    };
    is_bounded(placeholders, 64, "placeholders");
    let settings = |count| {
        format!("{GOOD}{}", repeated(count, |at| format!("\n[[settings]]\nname = \"s{at}\"\nmeaning = \"m\"\n")))
    };
    is_bounded(settings, 16, "settings");
    let names = |count| repeated(count, |at| format!("\"p{at}=1\","));
    is_bounded(|count| at_head(&format!("parameters = {{ other = [{}] }}", names(count))), 40, "parameters.other");
    is_bounded(|count| at_head(&format!("appended = [{}]", names(count))), 40, "appended");
    is_bounded(|count| at_head(&format!("appended_on_test = [{}]", names(count))), 40, "appended_on_test");
    let beside = |count| with("signs = \"url\"", &format!("signs = \"url\"\nappended = [{}]", names(count)));
    is_bounded(beside, 40, "signature.appended");
    let only = |count| {
        let signs =
            format!("signs = {{ query = {{ sort = \"name\", encode = \"form\", only = [{}] }} }}", names(count));
        with("signs = \"url\"", &signs)
    };
    is_bounded(only, 40, "signature.signs.query.only");
}

#[test]
fn event_types_are_counted_wherever_they_are_told_apart() {
    let lists = |count: usize| {
        let half = count / 2;
        let lists = repeated(half, |at| format!("l{at} = [],"));
        let words = repeated(count - half, |at| format!("w{at} = \"x\","));
        let recipe = at_head(&format!("parameters = {{ {lists} other = [] }}"));
        recipe.replacen("value = \"userId\"", &format!("value = \"userId\"\nwhen_event = {{ {words} }}"), 1)
    };
    is_bounded(lists, 20, "placeholders[0].when_event");
    let names = |count| repeated(count, |at| format!("l{at} = [],"));
    is_bounded(|count| at_head(&format!("parameters = {{ {} other = [] }}", names(count))), 20, "parameters");
}

#[test]
fn headers_are_counted_with_the_one_of_the_signature() {
    let headers = |count: usize| {
        let list = |from: usize, to: usize| {
            (from..to).map(|at| format!("{{ name = \"X-{at}\", value = \"eventId\" }},")).collect::<String>()
        };
        let recipe = at_head(&format!("headers = [{}]", list(0, count - 3)));
        let travels = format!("travels = {{ header = {{ name = \"X-S\" }} }}\nheaders = [{}]", list(20, 22));
        recipe.replacen("travels = { query = \"hash\" }", &travels, 1)
    };
    is_bounded(headers, 10, "headers");
}

#[test]
fn a_body_has_100_fields_in_4_levels() {
    let flat = |count| {
        at_head(&format!("body = [{}]", repeated(count, |at| format!("{{ name = \"f{at}\", value = \"note\" }},"))))
    };
    is_bounded(flat, 100, "body");
    let split = |count: usize| {
        let inside = repeated(count - 51, |at| format!("{{ name = \"f{at}\", value = \"note\" }},"));
        let beside = repeated(50, |at| format!("{{ name = \"g{at}\", value = \"note\" }},"));
        at_head(&format!("body = [{{ name = \"data\", fields = [{inside}] }},{beside}]"))
    };
    is_bounded(split, 100, "body");
    let deep = |levels: usize| {
        let inside = "{ name = \"f\", value = \"note\" }".to_owned();
        let field = (1..levels).fold(inside, |inside, _| format!("{{ name = \"f\", fields = [{inside}] }}"));
        at_head(&format!("body = [{field}]"))
    };
    is_bounded(deep, 4, "body[0].fields[0].fields[0].fields[0].fields");
}

#[test]
fn names_have_64_characters_and_fixed_words_256() {
    let long = |length: usize| "n".repeat(length);
    is_bounded(|length| with("name = \"user\"", &format!("name = \"{}\"", long(length))), 64, "placeholders[0].name");
    is_bounded(|length| with("\"Acme\"", &format!("\"{}\"", long(length))), 64, "title");
    is_bounded(|length| with("x-acme", &format!("x-{}", long(length - 2))), 64, "name");
    is_bounded(
        |length| with("query = \"hash\"", &format!("query = \"{}\"", long(length))),
        64,
        "signature.travels.query",
    );
    is_bounded(|length| with("[\"status\"]", &format!("[\"{}\"]", long(length))), 64, "reversal.told_by[0]");
    is_bounded(|length| at_head(&format!("appended = [\"{}=1\"]", long(length))), 64, "appended[0]");
    is_bounded(|length| at_head(&format!("appended = [\"a={}\"]", long(length))), 256, "appended[0]");
    is_bounded(|length| with("= \"userId\"", &format!("= \"extra.{}\"", long(length))), 64, "placeholders[0].value");
    is_bounded(|length| with("= \"2\"", &format!("= \"{}\"", long(length))), 256, "placeholders[3].when_reversed");
    let event = |length| with("= \"2\"", &format!("= \"2\"\nwhen_event = {{ {} = \"x\" }}", long(length)));
    is_bounded(event, 64, "placeholders[3].when_event");
    is_bounded(|length| at_head(&format!("secret_prefix = \"{}\"", long(length))), 64, "secret_prefix");
}

#[test]
fn a_signed_text_has_1_000_characters_and_32_parts() {
    let text = |text: &str| with("signs = \"url\"", &format!("signs = {{ text = {{ of = \"{text}\" }} }}"));
    let place = "signature.signs.text.of";
    is_bounded(|length| text(&"é".repeat(length)), 1_000, place);
    is_bounded(|parts| text(&"{user}".repeat(parts)), 32, place);
}

#[test]
fn an_answer_is_waited_for_1_to_60_seconds() {
    let timeout = |seconds: usize| with("timeout_seconds = 10", &format!("timeout_seconds = {seconds}"));
    is_bounded(timeout, 60, "timeout_seconds");
    assert!(is_beyond(&timeout(0), "timeout_seconds") && !is_beyond(&timeout(1), "timeout_seconds"));
    assert!(is_beyond(&with("timeout_seconds = 10", "timeout_seconds = -1"), "timeout_seconds"));
}

#[test]
fn waits_are_of_a_second_to_a_week_at_most_2_000_of_them_and_end_within_30_days() {
    let waits = |waits: &str| with("[60, { every = 300, times = 12 }]", waits);
    let run = |every: usize, times: usize| waits(&format!("[{{ every = {every}, times = {times} }}]"));
    is_bounded(|wait| run(wait, 1), 604_800, "retry_seconds");
    is_bounded(|times| run(1, times), 2_000, "retry_seconds");
    is_bounded(|wait| waits(&format!("[{{ every = 604800, times = 4 }}, {wait}]")), 172_800, "retry_seconds");
    assert!(is_beyond(&waits("[0]"), "retry_seconds") && is_beyond(&waits("[-1]"), "retry_seconds"));
    assert!(is_beyond(&run(1, 99_999_999_999), "retry_seconds") && is_beyond(&waits("60"), "retry_seconds"));
}

#[test]
fn an_answer_is_searched_for_a_token_of_64_bytes_at_most() {
    let token = |bytes: usize| with("body_is = [\"OK\"]", &format!("body_contains = \"{}\"", "x".repeat(bytes)));
    is_bounded(token, 64, "success.body_contains");
    assert!(is_beyond(&token(0), "success.body_contains"));
}

#[test]
fn vectors_are_64_at_most_and_256_kib_in_all() {
    let one = vectors().remove(0);
    let refused = |vectors: &[Value]| draft(&Written { recipe: GOOD, vectors }).is_err();
    assert!(!refused(&vec![one.clone(); 64]) && refused(&vec![one; 65]));
    assert!(refused(&[json!("x".repeat(256 * 1024))]));
}

#[test]
fn what_is_sent_is_bounded_however_often_a_recipe_repeats_a_value() {
    // Each placeholder is a long id once more: the URL of the case with long ids outgrows what is sent.
    let many = |at: usize| format!("\n[[placeholders]]\nname = \"p{at}\"\nvalue = \"userId\"\nmeaning = \"m\"\n");
    let recipe = format!("{GOOD}{}", repeated(60, many));
    let checked = check(&Written { recipe: &recipe, vectors: &vectors() }, 1);
    let case = checked.cases.iter().find(|case| case.name == "long_ids").unwrap();
    assert!(case.refused.as_ref().is_some_and(|why| why.contains("at most 7500 are sent")), "{case:?}");
    assert!(checked.publishable, "{:?}", checked.findings);
    let fields = repeated(100, |at| format!("{{ name = \"f{at}\", value = \"extra\" }},"));
    let post = at_head(&format!("body = [{fields}]")).replace("\"GET\"", "\"POST\"");
    let recipe = Arc::new(
        Recipe::numbered(&post.replace("signs = \"url\"", BODY).replace(QUERY, HEADER), 1, vectors()).unwrap(),
    );
    let mut completion = cases::samples(&recipe).remove(0).completion;
    completion.extra = (0..20).map(|at| (format!("k{at}"), "v".repeat(500))).collect();
    let told = crate::domain::dialect::requirements::check_report(
        &recipe,
        &sample::endpoints(&recipe).unwrap()[0],
        &completion,
    );
    assert_eq!(told.unwrap_err().0[0].field, "body");
}

const BODY: &str =
    "signs = { text = { of = \"{body}\" } }\nnot_covered = [\"user\", \"transaction\", \"amount\", \"reversal\"]";
const QUERY: &str = "travels = { query = \"hash\" }";
const HEADER: &str = "travels = { header = { name = \"X-Signature\" } }";
