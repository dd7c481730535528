//! Distortions of a URL that is signed as a whole: every origin, path and query that it may have been signed with, in every
//! combination, since a proxy often changes more than one.

use super::code::{Code, Mistake};
use super::queries;
use super::reading::{Pieces, Reading};
use crate::domain::dialect::callback::CallbackConfig;
use crate::domain::dialect::received::{Received, Seen};
use crate::domain::encoding::decode;
use crate::domain::template::{Template, expand};

/// So many queries are combined with every origin and path; the others, each of one parameter changed, with the likeliest.
const COMBINED: usize = 6;
/// The origin and the path as they stand, and the next.
const LIKELIEST: usize = 2;

/// A piece as it may have been signed, with what is wrong if it was.
type Candidate = (String, Option<Mistake>);

pub(super) fn readings(seen: &Seen<'_>, pieces: &Pieces) -> Vec<Reading> {
    let Some(signature) = seen.recipe.signature() else { return Vec::new() };
    let template = seen.template.as_deref();
    let origins = origins(seen.config, template, &pieces.origin);
    let paths = paths(template, &pieces.path);
    let mut candidates: Vec<Candidate> = vec![(pieces.query.clone(), None)];
    for (query, mistake) in queries::distortions(seen, signature, &pieces.query) {
        candidates.push((query, Some(mistake)));
    }
    if !pieces.after.is_empty() {
        let mistake = "The signature does not stand last in the URL: parameters were reordered.";
        let query = [pieces.query.as_str(), &pieces.after].join("&");
        candidates.push((query, Some(Mistake::new(Code::Reordered, mistake))));
    }
    let added = (!pieces.after.is_empty())
        .then(|| format!("Something was added after the signature: {}. Check the URL as it was sent.", pieces.after))
        .map(|words| Mistake::new(Code::ParameterAdded, words));
    let mut readings = Vec::new();
    for (at, (query, of_query)) in candidates.iter().enumerate() {
        let most = if at < COMBINED { usize::MAX } else { LIKELIEST };
        for (path, of_path) in paths.iter().take(most) {
            for (origin, of_origin) in origins.iter().take(most) {
                let mistake = of_query.clone().or_else(|| of_path.clone()).or_else(|| of_origin.clone());
                let changed =
                    Pieces { origin: origin.clone(), path: path.clone(), query: query.clone(), ..pieces.clone() };
                let received = Received { url: changed.url(), ..seen.received.clone() };
                readings.push(Reading { received, time: None, mistake: mistake.or_else(|| added.clone()) });
            }
        }
    }
    readings
}

/// Origins that the URL may have been signed under.
fn origins(config: &CallbackConfig, template: Option<&Template>, seen: &str) -> Vec<Candidate> {
    let mut origins = vec![(seen.to_owned(), None)];
    let mut add = |origin: String, words: Option<String>| {
        let mistake = words.map(|words| Mistake::new(Code::OriginChanged, words));
        if !origins.iter().any(|(known, _)| *known == origin) {
            origins.push((origin, mistake));
        }
    };
    if let Some(signed) = &config.settings.signed_origin {
        add(signed.clone(), None);
    }
    let differs = |origin: &str| {
        format!(
            "It was signed for {origin}, but your server sees {seen} (a proxy that ends TLS or forwards to another port?). \
             Rebuild the URL with the public origin, or set signedOrigin."
        )
    };
    if let Some(template) = template {
        // A server's log that holds only the path leaves nothing to differ.
        let origin = template.origin().to_string();
        add(origin.clone(), (!seen.is_empty()).then(|| differs(&origin)));
    }
    if let Some((scheme, host)) = seen.split_once("://") {
        let end = host.rfind(']').unwrap_or(0);
        let name = host[end..].find(':').map_or(host, |colon| &host[..end + colon]);
        let other = if scheme == "http" { "https" } else { "http" };
        for origin in [format!("{other}://{host}"), format!("https://{name}"), format!("http://{name}")] {
            let lower = origin.to_lowercase();
            for origin in [origin, lower] {
                let mistake = differs(&origin);
                add(origin, Some(mistake));
            }
        }
    }
    origins
}

/// Paths that the URL may have been signed with.
fn paths(template: Option<&Template>, seen: &str) -> Vec<Candidate> {
    let mut paths = vec![(seen.to_owned(), None)];
    let mut add = |path: String, code: Code, words: &str| {
        if !paths.iter().any(|(known, _)| *known == path) {
            paths.push((path, Some(Mistake::new(code, words))));
        }
    };
    match seen.strip_suffix('/') {
        Some(without) => add(without.to_owned(), Code::PathSlash, "A slash was added to the path on the way."),
        None => add(format!("{seen}/"), Code::PathSlash, "A slash at the path's end was dropped on the way."),
    }
    // Values stand in few paths; those that do are not known here.
    if let Some(template) =
        template.filter(|template| template.path().iter().all(|piece| piece.placeholder().is_none()))
    {
        let path = expand(template.path(), str::to_owned);
        let mistake =
            format!("It was signed with the path {path}, but your server sees {seen}: a prefix was added or cut off.");
        add(path, Code::PathPrefix, &mistake);
    }
    let decoded = decode(&seen.replace('+', "%2B"));
    let strict: Vec<String> = decoded.split('/').map(crate::domain::encoding::encode).collect();
    add(strict.join("/"), Code::PathDecoded, "The path was decoded on the way.");
    paths
}
