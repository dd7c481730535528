//! What happens to a request as a whole, its signature included: afterwards it cannot even be taken apart as it should be.
//!
//! These are undone before anything else, and each of the requests that they give is looked at like the one that came.

use super::claims::is_whole;
use super::code::{Code, Mistake};
use super::members::{name_of, replaced, squeezed};
use super::places;
use super::texts::without_entities;
use crate::domain::dialect::callback::CallbackConfig;
use crate::domain::dialect::received::{Received, Seen};
use crate::domain::dialect::recipe::Recipe;
use crate::domain::dialect::signature::Signature;
use crate::domain::encoding::encode;

/// A request as a whole, and what happened to it.
pub(super) struct Whole {
    pub(super) received: Received,
    pub(super) mistakes: Vec<Mistake>,
}

/// So many are looked at: each costs what the one that came costs.
const MOST: usize = 8;
/// So many of these may have happened to one request.
const DEEPEST: usize = 2;

/// What is known of the endpoint.
struct Known<'a> {
    recipe: &'a Recipe,
    config: &'a CallbackConfig,
    signature: &'a Signature,
    sent_to: Option<&'a (String, String)>,
}

type Undo = fn(&Known<'_>, &Received) -> Option<(Received, Mistake)>;

/// In the order in which they are undone.
const UNDOINGS: [Undo; 8] = [
    html_escaped,
    html_decoded,
    body_escaped,
    encoded_twice,
    header_renamed,
    header_rewritten,
    parameter_renamed,
    origin_changed,
];

/// The request that came, put where it was sent if it does not say where it went; then those that it may have been.
pub(super) fn wholes(
    recipe: &Recipe,
    config: &CallbackConfig,
    received: &Received,
    sent_to: Option<&(String, String)>,
) -> Vec<Whole> {
    let as_it_came = |received: Received| Whole { received, mistakes: Vec::new() };
    let Some(signature) = recipe.signature() else { return vec![as_it_came(received.clone())] };
    let known = Known { recipe, config, signature, sent_to };
    let placed = at_home(&known, received).filter(|(_, mistake)| mistake.is_none());
    let mut wholes = vec![as_it_came(placed.map_or_else(|| received.clone(), |(placed, _)| placed))];
    let mut next = 0;
    while next < wholes.len() && wholes.len() < MOST {
        if wholes[next].mistakes.len() < DEEPEST {
            for undo in UNDOINGS {
                let Some((received, mistake)) = undo(&known, &wholes[next].received) else { continue };
                if wholes.len() < MOST && !wholes.iter().any(|whole| whole.received == received) {
                    let mistakes = wholes[next].mistakes.iter().cloned().chain([mistake]).collect();
                    wholes.push(Whole { received, mistakes });
                }
            }
        }
        next += 1;
    }
    wholes
}

fn with_url(received: &Received, url: String, code: Code, words: &str) -> Option<(Received, Mistake)> {
    (url != received.url).then(|| (Received { url, ..received.clone() }, Mistake::new(code, words)))
}

/// An `&` as pages and their scripts write it.
const AMPERSANDS: [&str; 6] = ["&amp;", "&#38;", "&#038;", "&#x26;", "\\u0026", "\\x26"];

fn html_escaped(_: &Known<'_>, received: &Received) -> Option<(Received, Mistake)> {
    let url = AMPERSANDS.iter().fold(received.url.clone(), |url, escaped| url.replace(escaped, "&"));
    let words = "`&amp;` stands in place of `&`: the URL was escaped for HTML on the way.";
    with_url(received, url, Code::HtmlEscaped, words)
}

/// What browsers make of the names that parameters may begin with: `&note` begins with `&not`.
const ENTITIES: [(&str, &str, &str); 10] = [
    ("¬", "%C2%AC", "&not"),
    ("×", "%C3%97", "&times"),
    ("¤", "%C2%A4", "&curren"),
    ("®", "%C2%AE", "&reg"),
    ("©", "%C2%A9", "&copy"),
    ("§", "%C2%A7", "&sect"),
    ("¶", "%C2%B6", "&para"),
    ("°", "%C2%B0", "&deg"),
    ("µ", "%C2%B5", "&micro"),
    ("¥", "%C2%A5", "&yen"),
];

fn html_decoded(known: &Known<'_>, received: &Received) -> Option<(Received, Mistake)> {
    let names = known.recipe.placeholders().iter().map(|placeholder| placeholder.name());
    let names: Vec<&str> = names.chain(known.recipe.listed_names()).collect();
    let mut url = received.url.clone();
    let mut found = Vec::new();
    for (mark, encoded, entity) in ENTITIES {
        for name in names.iter().filter_map(|name| name.strip_prefix(&entity[1..])) {
            for mark in [mark, encoded] {
                let mended = url.replace(&format!("{mark}{name}="), &format!("{entity}{name}="));
                if mended != url {
                    found.push(format!("`{entity}{name}` as `{mark}{name}`"));
                    url = mended;
                }
            }
        }
    }
    let words =
        format!("The URL was read as HTML on the way, which takes the beginning of {} for a sign.", found.join(", "));
    with_url(received, url, Code::HtmlEscaped, &words)
}

fn body_escaped(known: &Known<'_>, received: &Received) -> Option<(Received, Mistake)> {
    let body = received.body.as_ref().filter(|body| known.signature.signs.holds_body() && body.contains("&quot;"))?;
    let body = without_entities(body);
    let words = "`&quot;` stands in the body in place of quotes: it was escaped for HTML on the way.";
    Some((Received { body: Some(body), ..received.clone() }, Mistake::new(Code::HtmlEscaped, words)))
}

fn encoded_twice(_: &Known<'_>, received: &Received) -> Option<(Received, Mistake)> {
    let words = "The values were encoded twice on the way: decode them once more.";
    with_url(received, received.url.replace("%25", "%"), Code::EncodedTwice, words)
}

/// The headers that are lacking, and others that look like them: by their names, or because a signature stands in one.
fn header_renamed(known: &Known<'_>, received: &Received) -> Option<(Received, Mistake)> {
    let seen = Seen::new(known.recipe, known.config, received);
    let carrier = known.signature.carrier();
    let lacking = seen.needed_headers(known.signature).into_iter().filter(|name| received.header(name).is_none());
    let owned = known.recipe.owned_headers(&known.config.settings.dialect_settings);
    let others = || received.headers.iter().filter(|(name, _)| !owned.iter().any(|own| own.eq_ignore_ascii_case(name)));
    let holds_one = |value: &str| {
        let read = carrier.map(|carrier| carrier.read(value.trim())).unwrap_or_default();
        read.iter().any(|text| is_whole(known.signature, text))
    };
    let like = |lacking: &str| {
        let is_carrier = carrier.is_some_and(|carrier| seen.header_of(carrier) == lacking);
        let by_value = || others().find(|(_, value)| is_carrier && holds_one(value));
        others().find(|(name, _)| is_like(name, lacking)).or_else(by_value)
    };
    let found: Vec<(&str, &(String, String))> = lacking.filter_map(|name| Some((name, like(name)?))).collect();
    let words = match found.as_slice() {
        [] => return None,
        [(lacking, (name, _))] => {
            format!(
                "It has no header {lacking}, but {name}, which looks like it: something on the way renamed the header."
            )
        }
        several => {
            let named: Vec<String> =
                several.iter().map(|(lacking, (name, _))| format!("{name} for {lacking}")).collect();
            format!("Headers have other names, {}: something on the way renamed them.", named.join(", "))
        }
    };
    let mut renamed = received.clone();
    renamed.headers.extend(found.iter().map(|(lacking, (_, value))| ((*lacking).to_owned(), value.clone())));
    Some((renamed, Mistake::new(Code::HeaderRenamed, words)))
}

/// Whether a header's name may have been another's before something on the way wrote it otherwise or put a word of its own
/// before it.
fn is_like(name: &str, wanted: &str) -> bool {
    let plain = |name: &str| {
        let name = squeezed(name);
        name.strip_prefix("http").map_or(name.clone(), str::to_owned)
    };
    let (name, wanted) = (plain(name), plain(wanted));
    let bare = wanted.strip_prefix('x').unwrap_or(&wanted);
    name == wanted || name.strip_prefix('x').unwrap_or(&name) == bare || name.ends_with(bare) && bare.len() > SHORTEST
}

/// Shorter names end others by chance.
const SHORTEST: usize = 8;

/// A header that carries the signature, but is not written as it is sent: with blanks, in quotes, or without its marks.
fn header_rewritten(known: &Known<'_>, received: &Received) -> Option<(Received, Mistake)> {
    let carrier = known.signature.carrier()?;
    let name = carrier.name_at(&known.config.settings.dialect_settings);
    let value = received.header(name)?;
    let reads = |value: &String| carrier.read(value).iter().any(|text| is_whole(known.signature, text));
    if reads(&value.to_owned()) {
        return None;
    }
    let bare: String = value.split_whitespace().collect();
    let unquoted = bare.replace(['"', '\''], "");
    let mut turned: Vec<&str> = unquoted.split([',', ';']).collect();
    turned.reverse();
    let marked = carrier.wrapping().replace("{signature}", &unquoted);
    let written = [bare.clone(), unquoted.clone(), turned.join(","), unquoted.replace(';', ","), marked];
    let value = written.into_iter().find(reads)?;
    let words =
        format!("Its header {name} is not written as `{}`: something on the way rewrote it.", carrier.wrapping());
    let mut rewritten = received.clone();
    for header in rewritten.headers.iter_mut().filter(|(own, _)| own.eq_ignore_ascii_case(name)) {
        header.1.clone_from(&value);
    }
    Some((rewritten, Mistake::new(Code::HeaderRewritten, words)))
}

/// A parameter that is to carry the signature and is lacking, and another one that looks like it.
fn parameter_renamed(known: &Known<'_>, received: &Received) -> Option<(Received, Mistake)> {
    let seen = Seen::new(known.recipe, known.config, received);
    let carriers = seen.signature_carriers(known.signature);
    let wanted = carriers.first()?;
    let (before, query) = received.url.split_once('?')?;
    let pairs: Vec<&str> = query.split('&').collect();
    if pairs.iter().any(|pair| carriers.contains(&name_of(pair))) {
        return None;
    }
    let template = seen.template.as_deref();
    let is_own = |name: &str| {
        let in_template = template.is_some_and(|own| own.parameters().iter().any(|own| own.decoded_name() == name));
        in_template || known.recipe.listed_names().any(|listed| listed == name)
    };
    let looks = |pair: &str| {
        let (name, value) = (name_of(pair), pair.split_once('=').map_or("", |(_, value)| value));
        let is_named = carriers.iter().any(|carrier| squeezed(carrier) == squeezed(&name));
        let holds_one = || is_whole(known.signature, &crate::domain::encoding::decode(value));
        is_named || !is_own(&name) && holds_one()
    };
    let at = pairs.iter().rposition(|pair| looks(pair))?;
    let (name, value) = (name_of(pairs[at]), pairs[at].split_once('=').map_or("", |(_, value)| value));
    let url = format!("{before}?{}", replaced(&pairs, at, &format!("{}={value}", encode(wanted))));
    let words = format!(
        "It has no parameter {wanted}, but {name}, which looks like it: something on the way renamed the parameter."
    );
    Some((Received { url, ..received.clone() }, Mistake::new(Code::ParameterRenamed, words)))
}

fn origin_changed(known: &Known<'_>, received: &Received) -> Option<(Received, Mistake)> {
    let (placed, mistake) = at_home(known, received)?;
    Some((placed, mistake?))
}

fn at_home(known: &Known<'_>, received: &Received) -> Option<(Received, Option<Mistake>)> {
    let seen = Seen::new(known.recipe, known.config, received);
    known.signature.signs_url().then(|| places::at_home(&seen, known.sent_to)).flatten()
}
