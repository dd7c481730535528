//! What a plan switches on in a skeleton, and what it fills its marks with.
//!
//! Said here once for all languages, with the few expressions that each of them writes in its own way.

use super::marks::Mark;
use super::pattern::{PathPattern, Pattern};
use super::plan::{Answer, BodyPiece, Plan};
use super::shape::{Reading, Shape};
use super::signing::{Carried, Check, Fresh, Signing, Step, Time};
use super::skeleton::{Flags, Marks};
use super::tongue::Tongue;
use super::words;
use crate::domain::dialect::digest::{Algorithm, Digest, KeyForm};
use crate::domain::dialect::facts::Unit;
use crate::domain::dialect::signed_text::QueryForm;
use crate::domain::encoding::encode;

/// What is switched on.
pub(super) fn flags(plan: &Plan) -> Flags {
    let mut flags = Flags::new();
    let mut set = |flag: &'static str, is_on: bool| flags.extend(is_on.then_some(flag));
    set("post", plan.is_post);
    set("get", !plan.is_post);
    set("secrets", !matches!(plan.check, Check::Address));
    set("secret", matches!(plan.check, Check::Secret(_)));
    set("address", matches!(plan.check, Check::Address));
    set("numbers", plan.has_numbers);
    set("user", plan.completion.user_id.is_some());
    set("amount", plan.completion.amount.is_some());
    set("reversal", plan.reversal.is_some());
    set("fresh", plan.fresh.is_some());
    set("milliseconds", plan.fresh.as_ref().is_some_and(|fresh| fresh.unit == Unit::Milliseconds));
    set("path", !paths(plan).is_empty());
    set("uses_path", plan.reversal.as_ref().is_some_and(|taken| matches!(taken.mark, Mark::Path(_))));
    set("zero", plan.reversal.as_ref().is_some_and(|taken| matches!(taken.mark, Mark::Zero(_))));
    if let Some(taken) = &plan.reversal {
        let differs = |of: fn(&Shape) -> &Option<Reading>| of(&taken.shape) != of(&plan.completion);
        set("prefixed", taken.is_prefixed);
        set("other_id", differs(|shape| &shape.transaction_id));
        set("other_user", plan.completion.user_id.is_some() && differs(|shape| &shape.user_id));
        set("other_amount", plan.completion.amount.is_some() && differs(|shape| &shape.amount));
    }
    let Some(signing) = plan.signing() else {
        set("headers", header_is_read(plan));
        return flags;
    };
    set("signed", true);
    set("other_text", signing.reversed_text.is_some());
    set("keyed", matches!(signing.algorithm, Algorithm::HmacSha256 | Algorithm::HmacSha1));
    set("unkeyed", !matches!(signing.algorithm, Algorithm::HmacSha256 | Algorithm::HmacSha1));
    set("decoded_key", signing.key != KeyForm::Text);
    set("hex", signing.digest == Digest::Hex);
    set("base64", signing.digest == Digest::Base64);
    set("base64url", signing.digest == Digest::Base64Url);
    set("last", matches!(signing.carried, Carried::Last(_)));
    set("parameter", matches!(signing.carried, Carried::Parameter(_)));
    let wrapped = match &signing.carried {
        Carried::Header(_, wrapped) => Some(wrapped),
        _ => None,
    };
    set("header", wrapped.is_some());
    set("wrapped", wrapped.is_some_and(|wrapped| wrapped.whole.is_some()));
    set("several", wrapped.is_some_and(|wrapped| wrapped.each.is_some()));
    let steps = || signing.text.iter().chain(signing.reversed_text.iter().flatten());
    set("url", steps().any(|step| *step == Step::Url));
    set("raw_query", steps().any(|step| *step == Step::RawQuery));
    set("whole", steps().any(|step| matches!(step, Step::Whole(_))));
    set("joined", steps().any(|step| matches!(step, Step::Joined { .. })));
    let encoded = |form: QueryForm| steps().any(|step| matches!(step, Step::Pairs { encode, .. } if *encode == form));
    let has_pairs = steps().any(|step| matches!(step, Step::Pairs { .. }));
    set("pairs", has_pairs);
    set("query_apart", has_pairs && !paths(plan).is_empty());
    set("form", encoded(QueryForm::Form));
    set("rfc3986", encoded(QueryForm::Rfc3986));
    set("decoded", encoded(QueryForm::None));
    let is_used =
        steps().any(|step| *step == Step::Time) || plan.fresh.as_ref().is_some_and(|fresh| fresh.reading.is_none());
    set("time", is_used && signing.time.is_some());
    set("time_wrapped", is_used && matches!(signing.time, Some(Time::Wrapped)));
    set("time_header", is_used && matches!(signing.time, Some(Time::Header(_))));
    set("headers", header_is_read(plan));
    flags
}

/// Whether any header is read.
fn header_is_read(plan: &Plan) -> bool {
    let of = |reading: &Reading| matches!(reading, Reading::Header(_));
    let apart = plan.reversal.as_ref().and_then(|taken| taken.told_apart_by.as_ref()).is_some_and(of);
    let signed = plan.signing().is_some_and(|signing| matches!(signing.carried, Carried::Header(..)));
    apart || signed
}

/// What the marks are filled with.
pub(super) fn marks(plan: &Plan, tongue: &dyn Tongue) -> Marks {
    let value =
        |reading: &Option<Reading>| reading.as_ref().map_or_else(|| tongue.quoted(""), |reading| tongue.value(reading));
    let mut marks = Marks::new();
    let mut set = |mark: &'static str, text: String| drop(marks.insert(mark, text));
    set("heading", words::comment(tongue, &plan.heading, 0));
    set("meanings", words::meanings(tongue, plan));
    set("origin", tongue.quoted(&plan.origin));
    set("transaction_id", value(&plan.completion.transaction_id));
    set("user_id", value(&plan.completion.user_id));
    set("amount", value(&plan.completion.amount));
    set("status", plan.answer.status.to_string());
    set("answer", answer(&plan.answer, tongue));
    let names = |named: &[(String, String)]| tongue.list(&named.iter().map(|(_, key)| key.clone()).collect::<Vec<_>>());
    let tongue_names = tongue.names();
    for (mark, typed, name, reading) in [
        ("_user", "_typed_user", tongue_names.user_id, &plan.completion.user_id),
        ("_amount", "_typed_amount", tongue_names.amount, &plan.completion.amount),
    ] {
        let is_told = reading.is_some();
        set(mark, if is_told { format!(", {name}") } else { String::new() });
        set(typed, if is_told { format!(", {}{name}", tongue_names.typed) } else { String::new() });
    }
    let is_compared = matches!(plan.check, Check::Address);
    let address = |typed: &str| if is_compared { format!(", {typed}{}", tongue_names.address) } else { String::new() };
    set("_address", address(""));
    set("_typed_address", address(tongue_names.typed));
    set("_final_user", if plan.completion.user_id.is_some() { ", user" } else { "" }.to_owned());
    set("_final_amount", if plan.completion.amount.is_some() { ", told" } else { "" }.to_owned());
    set("cs_values", if plan.is_post { "JsonElement" } else { "Dictionary<string, string>" }.to_owned());
    set("values_type", if plan.is_post { "map[string]any" } else { "map[string]string" }.to_owned());
    set("method", if plan.is_post { "POST" } else { "GET" }.to_owned());
    let is_prefixed = plan.reversal.as_ref().is_some_and(|taken| taken.is_prefixed);
    let id = tongue_names.transaction_id;
    set("completion", if is_prefixed { tongue.original(id) } else { id.to_owned() });
    let paths = paths(plan);
    let listed: Vec<(String, String)> =
        paths.iter().map(|path| (tongue.regex(&path.regex), names(&path.named))).collect();
    set("paths", tongue.paths(&listed));
    if let Check::Secret(reading) = &plan.check {
        set("claimed", tongue.value(reading));
    }
    if let Some(taken) = &plan.reversal {
        set("is_reversal", mark(&taken.mark, tongue));
        set("reversed_id", value(&taken.shape.transaction_id));
        set("reversed_user", value(&taken.shape.user_id));
        set("reversed_amount", value(&taken.shape.amount));
        let own = || tongue.names().transaction_id.to_owned();
        set("told_apart_by", taken.told_apart_by.as_ref().map_or_else(own, |reading| tongue.value(reading)));
    }
    if let Some(Fresh { reading, .. }) = &plan.fresh {
        let time = || tongue.names().time.to_owned();
        set("instant", reading.as_ref().map_or_else(time, |reading| tongue.value(reading)));
    }
    if let Some(signing) = plan.signing() {
        // What stands in the path is signed in no pair.
        let of = if paths.is_empty() { tongue_names.values } else { tongue_names.in_query };
        marks.append(&mut signed(signing, of, tongue));
    }
    marks
}

fn signed(signing: &Signing, pairs_of: &str, tongue: &dyn Tongue) -> Marks {
    let mut marks = Marks::new();
    let mut set = |mark: &'static str, text: String| drop(marks.insert(mark, text));
    set("algorithm", tongue.algorithm(signing.algorithm).to_owned());
    let package = match signing.algorithm {
        Algorithm::HmacSha256 | Algorithm::Sha256 => "crypto/sha256",
        Algorithm::HmacSha1 | Algorithm::Sha1 => "crypto/sha1",
        Algorithm::Md5 => "crypto/md5",
    };
    set("algorithm_package", package.to_owned());
    let digest = match signing.digest {
        Digest::Hex => "hex",
        Digest::Base64 => "base64",
        Digest::Base64Url => "base64url",
    };
    set("digest", tongue.quoted(digest));
    set("text", text(&signing.text, pairs_of, tongue));
    set("reversed_text", text(signing.reversed_text.as_deref().unwrap_or_default(), pairs_of, tongue));
    if let KeyForm::Base64After(prefix) = &signing.key {
        set("key_prefix", tongue.quoted(prefix));
        set("key_prefix_length", prefix.len().to_string());
    }
    if let Some(Time::Header(name)) = &signing.time {
        set("time_header", tongue.value(&Reading::Header(name.clone())));
    }
    let group = |pattern: &Pattern| pattern.signature.to_string();
    match &signing.carried {
        Carried::Last(name) => {
            let encoded = encode(name);
            set("last_regex", tongue.regex(&format!("^(.*)[?&]{}=([^&]*)$", encoded.replace('.', "\\."))));
            set("signature_name", tongue.quoted(name));
        }
        Carried::Parameter(name) => {
            set("claimed", tongue.value(&Reading::Parameter(name.clone())));
            set("signature_name", tongue.quoted(name));
        }
        Carried::Header(name, wrapped) => {
            set("claimed", tongue.value(&Reading::Header(name.clone())));
            if let Some(whole) = &wrapped.whole {
                set("whole_regex", tongue.regex(&whole.regex));
                set("signature_group", group(whole));
                set("time_group", whole.time.unwrap_or_default().to_string());
            }
            if let Some((join, each)) = &wrapped.each {
                set("join", tongue.quoted(join));
                set("each_regex", tongue.regex(&each.regex));
            }
        }
    }
    marks
}

/// The patterns of all paths in which values stand.
fn paths(plan: &Plan) -> Vec<&PathPattern> {
    let shapes = [Some(&plan.completion), plan.reversal.as_ref().map(|taken| &taken.shape)];
    let mut paths: Vec<_> = shapes.into_iter().flatten().filter_map(|shape| shape.path.as_ref()).collect();
    paths.dedup();
    paths
}

fn text(steps: &[Step], pairs_of: &str, tongue: &dyn Tongue) -> String {
    let names = tongue.names();
    let step = |step: &Step| match step {
        Step::Literal(text) => tongue.quoted(text),
        Step::Secret => names.secret.to_owned(),
        Step::Time => names.time.to_owned(),
        Step::Value(reading) => tongue.value(reading),
        Step::Whole(reading) => tongue.whole(&tongue.value(reading)),
        Step::Body => names.body.to_owned(),
        Step::Url => names.url.to_owned(),
        Step::RawQuery => names.raw_query.to_owned(),
        Step::Pairs { only, encode } => tongue.pairs(pairs_of, only, *encode != QueryForm::None),
        Step::Joined { join, values } => {
            let values: Vec<_> = values.iter().map(|(reading, may_lack)| (tongue.value(reading), *may_lack)).collect();
            tongue.joined(&tongue.quoted(join), &values)
        }
    };
    let steps: Vec<String> = steps.iter().filter(|step| **step != Step::Literal(String::new())).map(step).collect();
    if steps.is_empty() { tongue.quoted("") } else { steps.join(names.plus) }
}

fn mark(mark: &Mark, tongue: &dyn Tongue) -> String {
    let names = tongue.names();
    match mark {
        Mark::Word(reading, word) => tongue.is(&tongue.value(reading), &tongue.quoted(word)),
        Mark::Present(reading) => tongue.differs(&tongue.value(reading), &tongue.quoted("")),
        Mark::PrefixedId => tongue.differs(names.transaction_id, &tongue.original(names.transaction_id)),
        Mark::Negative(reading) => tongue.is_negative(&tongue.value(reading)),
        Mark::Zero(reading) => tongue.is_zero(&tongue.value(reading)),
        Mark::Path(path) => tongue.is(names.path, &tongue.quoted(path)),
    }
}

fn answer(answer: &Answer, tongue: &dyn Tongue) -> String {
    let piece = |piece: &BodyPiece| match piece {
        BodyPiece::Text(text) => tongue.quoted(text),
        BodyPiece::Value(reading) => tongue.value(reading),
    };
    answer.body.iter().map(piece).collect::<Vec<_>>().join(tongue.names().plus)
}
