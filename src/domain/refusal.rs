//! Who refused a callback, as far as the answer shows it: the receiver's own code, or something that stands before it. A
//! refusal by a site password or a bot filter looks like a wrong signature, and costs a publisher days.

use super::attempt::ReceiverAnswer;

/// Statuses by which receivers refuse a signature that they have read, and that the doctor can explain.
const OF_A_SIGNATURE: [u16; 3] = [401, 403, 422];
/// Statuses by which receivers, and what stands before them, turn a request away.
const TURNED_AWAY: [u16; 5] = [401, 403, 406, 429, 503];
/// Headers by which an edge says that it has turned a request away itself; others, such as `cf-ray`, stand on every answer
/// that passes through one.
const OF_AN_EDGE: [&str; 3] = ["cf-mitigated", "x-sucuri-block", "x-amzn-waf-action"];
/// Ways to ask for a password that a server's own configuration sets, not the code that receives callbacks.
const SITE_PASSWORDS: [&str; 2] = ["basic", "digest"];

/// Whether an answer may say that the signature is wrong.
pub fn may_be_of_a_signature(status: u16) -> bool {
    OF_A_SIGNATURE.contains(&status)
}

/// What a refused callback's answer says, in words; `method` is the one that was sent.
pub fn explain(method: &str, answer: &ReceiverAnswer) -> String {
    let status = answer.status;
    let told = format!("the receiver answered {status}");
    let header = |name: &str| header(&answer.headers, name);
    if status == 405 {
        let methods = header("allow").unwrap_or_default().split(',').map(str::trim).filter(|method| !method.is_empty());
        let others: Vec<&str> = methods.filter(|allowed| !allowed.eq_ignore_ascii_case(method)).collect();
        let allowed = if others.is_empty() { String::new() } else { format!("; it allows {}", others.join(", ")) };
        return format!("{told}: it does not take {method} at this URL{allowed}");
    }
    match stands_before(status, &answer.headers, &answer.body) {
        Some(seen) => format!("{told}: something in front of your server answered: {seen}"),
        None => told,
    }
}

/// What stands before a receiver and has turned a callback away in its place, as far as the answer shows it.
pub fn stands_before(status: u16, headers: &[(String, String)], body: &str) -> Option<String> {
    if !TURNED_AWAY.contains(&status) {
        return None;
    }
    let header = |name: &str| header(headers, name);
    let asked = header("www-authenticate").map(str::to_ascii_lowercase).unwrap_or_default();
    if SITE_PASSWORDS.iter().any(|scheme| asked.starts_with(scheme)) {
        Some("it asks for a site password (WWW-Authenticate)".to_owned())
    } else if let Some(edge) = OF_AN_EDGE.into_iter().find(|name| header(name).is_some()) {
        Some(format!("an edge or a bot filter ({edge})"))
    } else if is_page(body) {
        Some("it sent a page for people".to_owned())
    } else {
        None
    }
}

fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// Whether a body is a page: receivers of callbacks answer in a word or in JSON.
fn is_page(body: &str) -> bool {
    let start = body.trim_start().get(..15).unwrap_or(body.trim_start()).to_ascii_lowercase();
    start.starts_with("<!doctype html") || start.starts_with("<html")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(status: u16, headers: &[(&str, &str)], body: &str) -> String {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        explain("GET", &ReceiverAnswer { status, headers, body: body.to_owned(), ..ReceiverAnswer::default() })
    }

    #[test]
    fn a_method_that_is_not_taken_is_named_with_those_that_are() {
        let told = explained(405, &[("Allow", "POST, OPTIONS")], "");
        assert_eq!(told, "the receiver answered 405: it does not take GET at this URL; it allows POST, OPTIONS");
        let told = explained(405, &[("Allow", "GET")], "");
        assert_eq!(told, "the receiver answered 405: it does not take GET at this URL");
        assert_eq!(explained(405, &[], ""), "the receiver answered 405: it does not take GET at this URL");
    }

    #[test]
    fn what_stands_before_a_receiver_is_told_apart_from_it() {
        for (status, headers, body) in [
            (401, &[("WWW-Authenticate", "Basic realm=\"staging\"")][..], ""),
            (403, &[("CF-Mitigated", "challenge")], ""),
            (403, &[("Server", "cloudflare"), ("CF-RAY", "8f1")], "<!doctype html>"),
            (503, &[], "\n<!DOCTYPE html><title>Just a moment"),
            (429, &[], "<html>"),
        ] {
            let told = explained(status, headers, body);
            assert!(told.contains("something in front of your server answered"), "{told}");
        }
    }

    #[test]
    fn a_receivers_own_refusal_is_its_own() {
        for (status, headers, body) in [
            (401, &[("Server", "nginx")][..], "bad signature"),
            // Every answer that passes through an edge bears its marks, and an API asks for tokens.
            (401, &[("Server", "cloudflare"), ("CF-RAY", "8f1")], "bad signature"),
            (401, &[("WWW-Authenticate", "Bearer")], ""),
            (403, &[], "{\"error\":\"signature\"}"),
            (500, &[("cf-ray", "8f1")], "<html>"),
            (422, &[], "<"),
        ] {
            assert_eq!(explained(status, headers, body), format!("the receiver answered {status}"));
        }
    }
}
