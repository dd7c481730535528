//! The ways in which a received callback may be read: first as it stands there, then without the distortions that proxies,
//! frameworks and habits put on it, each with the words for it.
//!
//! A reading is a request, so that what is signed of it is rendered by the one function that renders it anywhere.

use super::reading::{Pieces, Reading};
use super::{bodies, queries, urls};
use crate::domain::dialect::compose::LONGEST_URL;
use crate::domain::dialect::received::{Received, Seen};
use crate::domain::dialect::signature::Signature;

/// No callback has a longer URL, and a proxy adds little to it.
const LONGEST_RECEIVED: usize = 2 * LONGEST_URL;

/// All readings, the likeliest first. What is longer than anything that is sent has one.
pub(super) fn readings(seen: &Seen<'_>, signature: &Signature) -> Vec<Reading> {
    let as_it_stands = Reading { received: seen.received.clone(), time: None, mistake: None };
    if seen.received.url.len() > LONGEST_RECEIVED {
        return vec![as_it_stands];
    }
    let pieces = Pieces::of(signature, &seen.received.url);
    let mut readings = if signature.signs_url() {
        urls::readings(seen, &pieces)
    } else {
        let distorted = queries::distortions(seen, signature, &pieces.query);
        let of_queries = distorted.into_iter().map(|(query, mistake)| {
            let url = Pieces { query, ..pieces.clone() }.url();
            Reading { received: Received { url, ..seen.received.clone() }, time: None, mistake: Some(mistake) }
        });
        std::iter::once(as_it_stands).chain(of_queries).collect()
    };
    if signature.signs.holds_body() {
        readings.extend(bodies::readings(seen));
    }
    readings
}
