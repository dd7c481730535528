//! What a receiver's code says in plain words: its heading, what the values mean, and what is told beside it.

use super::plan::Plan;
use super::shape::Reading;
use super::signing::{Carried, Check, Step};
use super::tongue::{Tongue, harmless};
use crate::domain::dialect::callback_url::CallbackUrl;
use crate::domain::dialect::coverage::coverage;
use crate::domain::dialect::digest::{Algorithm, Digest, KeyForm};
use crate::domain::dialect::recipe::{Recipe, SecretNeed};

/// How wide a comment is.
const WIDTH: usize = 110;

/// What a reader learns first.
pub(super) fn heading(recipe: &Recipe, url: &CallbackUrl, is_sample: bool, plan: &Plan) -> Vec<String> {
    let method = if plan.is_post { "POST of a JSON body" } else { "GET" };
    let whose = if is_sample {
        "The endpoint has no callback URL yet, so this is written for one like"
    } else {
        "Each is sent to the endpoint's callback URL,"
    };
    let mut heading = vec![
        format!("Receives callbacks as {} ({}) sends them: a {method}. {whose}", recipe.title(), recipe.id()),
        format!("  {}", url.as_str()),
        proof(plan),
    ];
    heading.extend(gaps(recipe));
    heading.push(format!(
        "Each transaction id is credited once. What was taken in is answered with {}{}; any other answer has the callback \
         sent again later.",
        plan.answer.status,
        if plan.answer.body.is_empty() { "" } else { " and the body below" },
    ));
    heading
}

/// How a receiver knows who calls.
fn proof(plan: &Plan) -> String {
    let signing = match &plan.check {
        Check::Address => {
            return "Nothing is signed, so whoever knows the URL could call it: only the addresses in RINGBACK_ADDRESS are \
                    let in."
                .to_owned();
        }
        Check::Secret(reading) => {
            return format!("Nothing is signed: the secret itself stands in {}, and is compared.", place(reading));
        }
        Check::Signed(signing) => signing,
    };
    let algorithm = match signing.algorithm {
        Algorithm::HmacSha256 => "HMAC-SHA256",
        Algorithm::HmacSha1 => "HMAC-SHA1",
        Algorithm::Md5 => "MD5",
        Algorithm::Sha1 => "SHA-1",
        Algorithm::Sha256 => "SHA-256",
    };
    let digest = match signing.digest {
        Digest::Hex => "lower-case hex",
        Digest::Base64 => "base64",
        Digest::Base64Url => "base64url without padding",
    };
    let carried = match &signing.carried {
        Carried::Last(name) => format!("the parameter {name}, the last one"),
        Carried::Parameter(name) => format!("the parameter {name}"),
        Carried::Header(name, _) => format!("the header {name}"),
    };
    let key = match (&signing.key, signing.algorithm) {
        (KeyForm::Base64After(prefix), _) => {
            format!("keyed by what follows {prefix} in the secret, decoded from base64")
        }
        (KeyForm::Text, Algorithm::HmacSha256 | Algorithm::HmacSha1) => "keyed by the secret".to_owned(),
        (KeyForm::Text, _) => "which the secret is a part of".to_owned(),
    };
    format!("The signature is {algorithm} in {digest} of {}, {key}. It stands in {carried}.", signed(&signing.text))
}

fn signed(steps: &[Step]) -> String {
    match steps {
        [Step::Url] => "the URL as it was sent, up to the signature".to_owned(),
        [Step::RawQuery] => "the query as it was sent".to_owned(),
        [Step::Pairs { only, .. }] if only.is_empty() => "all parameters, sorted by name".to_owned(),
        [Step::Pairs { .. }] => "the parameters named below, sorted and decoded".to_owned(),
        [Step::Body] => "the raw body".to_owned(),
        steps if steps.contains(&Step::Body) => "the text put together below, in which the raw body is".to_owned(),
        _ => "the text put together below".to_owned(),
    }
}

/// Where a value stands.
pub(super) fn place(reading: &Reading) -> String {
    match reading {
        Reading::Parameter(name) => format!("the parameter {name}"),
        Reading::Field(path) => format!("the field {}", path.join(".")),
        Reading::Header(name) => format!("the header {name}"),
    }
}

/// What of a reward's meaning the signature leaves open.
fn gaps(recipe: &Recipe) -> Option<String> {
    let gaps = coverage(recipe)?.gaps;
    let words = |gap: &&str| match *gap {
        "user" => "the user",
        "transaction" => "the transaction id",
        "amount" => "the amount",
        _ => "whether something is taken back",
    };
    let open: Vec<&str> = gaps.iter().map(words).collect();
    (!open.is_empty()).then(|| {
        format!(
            "It does not cover {}: let only your egress IP call this, in your firewall or web server.",
            open.join(", ")
        )
    })
}

/// What is told beside the code.
pub(super) fn notes(recipe: &Recipe, plan: &Plan, untold: Option<&str>, is_instant_of_completion: bool) -> Vec<String> {
    let mut notes = Vec::new();
    if !recipe.about().is_empty() {
        notes.push(recipe.about().to_owned());
    }
    if plan.signing().is_some() && recipe.secret() == SecretNeed::Optional {
        notes.push(
            "Callbacks are signed once the endpoint has a secret; this code refuses those that are not.".to_owned(),
        );
    }
    if plan.signing().is_some_and(|signing| signing.text.contains(&Step::Url)) {
        notes.push(format!(
            "The URL is signed as it was sent, so the code puts {} before the path and query that arrive. A proxy in front \
             must pass both on unchanged.",
            plan.origin
        ));
    }
    if is_instant_of_completion && plan.signing().is_some() {
        notes.push(
            "The timestamp is the completion's, which a late retry repeats, so its age is not checked; with timestampSource \
             attempt it is."
                .to_owned(),
        );
    }
    notes.extend(untold.map(str::to_owned));
    notes.push(
        "What was credited is kept in a file, which is enough to try it out. In production keep the transaction id in the \
         database that holds the balance, under a unique index."
            .to_owned(),
    );
    notes
}

/// Paragraphs as a comment.
pub(super) fn comment(tongue: &dyn Tongue, paragraphs: &[String], indent: usize) -> String {
    let lines = paragraphs.iter().flat_map(|paragraph| {
        let text = tongue.commented(&harmless(paragraph));
        if text.starts_with(' ') { vec![text] } else { wrapped(&text, WIDTH - indent) }
    });
    lines.map(|line| format!("{} {line}\n", tongue.comment())).collect()
}

/// What the values mean, as a comment.
pub(super) fn meanings(tongue: &dyn Tongue, plan: &Plan) -> String {
    let meaning = |(name, meaning): &(String, String)| match plan.is_post {
        true => name.clone(),
        false => format!("  {name}: {meaning}"),
    };
    let all: Vec<String> = plan.meanings.iter().map(meaning).collect();
    match plan.is_post {
        true => comment(tongue, &[format!("values is the body: {}.", all.join(", "))], 4),
        false => comment(tongue, &[vec!["values holds what the callback says:".to_owned()], all].concat(), 4),
    }
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("there is a line from the start");
        if !line.is_empty() && line.len() + 1 + word.len() > width {
            lines.push(word.to_owned());
        } else {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
