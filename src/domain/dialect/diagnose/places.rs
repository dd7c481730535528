//! What happens to where a request goes: every origin and path that a URL may have been signed with, since a proxy often
//! changes both.

use super::code::{Code, Mistake};
use super::ground::Ground;
use super::paths::of_paths;
use super::reading::{Pieces, Reading};
use crate::domain::dialect::callback::CallbackConfig;
use crate::domain::dialect::query::split_origin;
use crate::domain::dialect::received::{Received, Seen};
use crate::domain::encoding::decode;
use crate::domain::template::{Template, expand, unexpand};

/// So many paths are combined with so many origins; the others are tried alone.
const COMBINED: (usize, usize) = (3, 4);
/// So many segments of a path may be a prefix.
const LONGEST_PREFIX: usize = 3;

/// A piece as it may have been signed, with what is wrong if it was.
type Candidate = (String, Mistake);

/// The same request at other places.
pub(super) fn elsewhere(ground: &Ground<'_>, reading: &Reading) -> Vec<Reading> {
    if !ground.signature.signs_url() {
        return Vec::new();
    }
    let (origins, paths) = (origins(ground, &reading.url.origin), paths(ground, &reading.url.path));
    let with_origin = |reading: &Reading, (origin, mistake): &Candidate| {
        let reading = reading.with(mistake.clone());
        Reading { url: Pieces { origin: origin.clone(), ..reading.url }, ..reading }
    };
    let with_path = |(path, mistake): &Candidate| {
        let reading = reading.with(mistake.clone());
        Reading { url: Pieces { path: path.clone(), ..reading.url }, ..reading }
    };
    let of_paths: Vec<Reading> = paths.iter().map(with_path).collect();
    let both = of_paths.iter().take(COMBINED.0);
    let both = both.flat_map(|reading| origins.iter().take(COMBINED.1).map(move |origin| with_origin(reading, origin)));
    let both: Vec<Reading> = both.collect();
    let of_origins = origins.iter().map(|origin| with_origin(reading, origin));
    of_origins.chain(of_paths).chain(both).collect()
}

/// The request with the origin that it was sent to or that is signed in its place, where another one was seen.
pub(super) fn at_home(seen: &Seen<'_>, sent_to: Option<&(String, String)>) -> Option<(Received, Option<Mistake>)> {
    let (origin, rest) = split_origin(&seen.received.url);
    let expected = expected(seen.config, seen.template.as_deref(), sent_to).filter(|expected| origin != expected)?;
    let received = Received { url: format!("{expected}{rest}"), ..seen.received.clone() };
    // A server's log that holds only the path leaves nothing to differ.
    Some((received, (!origin.is_empty()).then(|| differs(&expected, origin))))
}

/// The origin that is signed, as far as that is known.
fn expected(
    config: &CallbackConfig,
    template: Option<&Template>,
    sent_to: Option<&(String, String)>,
) -> Option<String> {
    let signed = config.settings.signed_origin.clone();
    signed
        .or_else(|| sent_to.map(|(origin, _)| origin.clone()))
        .or_else(|| template.map(|own| own.origin().to_string()))
}

fn differs(signed: &str, seen: &str) -> Mistake {
    let words = format!(
        "It was signed for {signed}, but your server sees {seen} (a proxy that ends TLS or forwards to another port?). \
         Rebuild the URL with the public origin, or set signedOrigin."
    );
    Mistake::new(Code::OriginChanged, words)
}

/// Other origins that the URL may have been signed under, the likeliest first.
fn origins(ground: &Ground<'_>, seen: &str) -> Vec<Candidate> {
    let mut origins: Vec<Candidate> = Vec::new();
    let mut add = |origin: String| {
        if origin != seen && !origins.iter().any(|(known, _)| *known == origin) {
            let mistake = differs(&origin, seen);
            origins.push((origin, mistake));
        }
    };
    let (config, template) = (ground.seen.config, ground.seen.template.as_deref());
    let known = [config.settings.signed_origin.clone(), template.map(|template| template.origin().to_string())];
    known.into_iter().flatten().chain(ground.sent_to.map(|(origin, _)| origin.clone())).for_each(&mut add);
    if let Some((scheme, host)) = seen.split_once("://") {
        let end = host.rfind(']').unwrap_or(0);
        let name = host[end..].find(':').map_or(host, |colon| &host[..end + colon]);
        let other = if scheme == "http" { "https" } else { "http" };
        for origin in [format!("{other}://{host}"), format!("https://{name}"), format!("http://{name}")] {
            let lower = origin.to_lowercase();
            [origin, lower].into_iter().for_each(&mut add);
        }
    }
    if let Some(host) = ground.seen.received.header("x-forwarded-host") {
        let host = host.split(',').next().unwrap_or_default().trim();
        [format!("https://{host}"), format!("http://{host}")].into_iter().for_each(&mut add);
    }
    origins
}

/// Other paths that the URL may have been signed with, the likeliest first.
fn paths(ground: &Ground<'_>, seen: &str) -> Vec<Candidate> {
    let mut paths: Vec<Candidate> = Vec::new();
    let mut add = |path: String, mistake: Option<Mistake>| {
        if path != seen && !paths.iter().any(|(known, _)| *known == path) {
            let mistake = mistake.unwrap_or_else(|| of_paths(&path, seen));
            paths.push((path, mistake));
        }
    };
    let template = ground.seen.template.as_deref();
    let is_fixed = |template: &&Template| template.path().iter().all(|piece| piece.placeholder().is_none());
    if let Some(template) = template.filter(is_fixed) {
        add(expand(template.path(), str::to_owned), None);
    }
    if let Some((_, path)) = ground.sent_to {
        add(path.clone(), None);
    }
    match seen.strip_suffix('/') {
        Some(without) => add(without.to_owned(), None),
        None => add(format!("{seen}/"), None),
    }
    let decoded = decode(&seen.replace('+', "%2B"));
    let strict: Vec<String> = decoded.split('/').map(crate::domain::encoding::encode).collect();
    let words = format!("The path was decoded on the way: it was signed as {}.", strict.join("/"));
    add(strict.join("/"), Some(Mistake::new(Code::PathDecoded, words)));
    // Whose values stand in the path, or whose template is not known: with a prefix taken away, or the template's own put back.
    if template.as_ref().is_none_or(|template| !is_fixed(template)) {
        let starts = seen.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0);
        starts.take(LONGEST_PREFIX).for_each(|at| add(seen[at..].to_owned(), None));
        for prefix in template.map(prefixes).unwrap_or_default() {
            let whole = format!("{prefix}{seen}");
            if template.is_some_and(|template| unexpand(template.path(), &whole).is_some()) {
                add(whole, None);
            }
        }
    }
    paths
}

/// What a template's path begins with before its first value, segment by segment.
fn prefixes(template: &Template) -> Vec<String> {
    let first = template.path().iter().take_while(|piece| piece.placeholder().is_none());
    let first = expand(&first.cloned().collect::<Vec<_>>(), str::to_owned);
    let ends = first.match_indices('/').map(|(at, _)| at).filter(|at| *at > 0);
    ends.take(LONGEST_PREFIX).map(|at| first[..at].to_owned()).collect()
}
