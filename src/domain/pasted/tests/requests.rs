//! Whole requests in every form in which they are printed, of several dialects. Each is read as it was sent, so it verifies; where it
//! cannot, it is told why.

use super::stage::*;
use super::*;
use crate::domain::dialect::diagnose::Code;

/// Forms that hold everything.
const WHOLE: &[Form] = &[
    ("a request", |it| {
        format!(
            "{} {} HTTP/1.1\n{}\n\n{}",
            it.method,
            target(it),
            headers(it, |n, v| format!("{n}: {v}"), "\n"),
            body(it)
        )
    }),
    ("a request behind words", |it| {
        format!(
            "incoming request:\n{} {} HTTP/1.1\nHost: pub.example\n{}\n\n{}",
            it.method,
            target(it),
            headers(it, |n, v| format!("{}: {v}", n.to_lowercase()), "\n"),
            body(it)
        )
    }),
    ("curl -v", |it| {
        format!(
            "* Connected to pub.example\n> {} {} HTTP/1.1\n> Host: pub.example\n{}\n> \n< HTTP/1.1 401 Unauthorized\n",
            it.method,
            target(it),
            headers(it, |n, v| format!("> {n}: {v}"), "\n")
        )
    }),
    ("a line of JSON with headers", |it| {
        let headers = headers(it, |n, v| format!("{}:{}", json(&n.to_lowercase()), json(v)), ",");
        format!(
            "{{\"level\":\"info\",\"url\":{},\"method\":\"{}\",\"headers\":{{{headers}}},\"body\":{}}}",
            json(target(it)),
            it.method,
            json(body(it))
        )
    }),
    ("HAR", |it| {
        let headers = headers(it, |n, v| format!("{{\"name\":{},\"value\":{}}}", json(n), json(v)), ",");
        let body = json(body(it));
        format!(
            "{{\"log\":{{\"entries\":[{{\"request\":{{\"method\":\"{}\",\"url\":{},\"headers\":[{headers}],\"postData\":{{\"mimeType\":\"application/json\",\"text\":{body}}}}},\"response\":{{\"status\":401,\"headers\":[],\"content\":{{\"text\":\"no\"}}}}}}]}}}}",
            it.method,
            json(&it.url)
        )
    }),
    ("an event of a gateway", |it| {
        let (path, query) = target(it).split_once('?').unwrap_or((target(it), ""));
        let headers = headers(it, |n, v| format!("{}:{}", json(&n.to_lowercase()), json(v)), ",");
        format!(
            "{{\"version\":\"2.0\",\"rawPath\":\"{path}\",\"rawQueryString\":{},\"headers\":{{{headers},\"host\":\"pub.example\"}},\"requestContext\":{{\"http\":{{\"method\":\"{}\",\"path\":\"{path}\"}}}},\"body\":{},\"isBase64Encoded\":false}}",
            json(query),
            it.method,
            json(body(it))
        )
    }),
    ("a dictionary of Python", |it| {
        let quoted = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"));
        let headers = headers(it, |n, v| format!("{}: {}", quoted(n), quoted(v)), ", ");
        format!(
            "{{'method': '{}', 'url': {}, 'headers': {{{headers}}}, 'body': b{}}}",
            it.method,
            quoted(&it.url),
            quoted(body(it))
        )
    }),
    ("a hash of Ruby", |it| {
        let headers = headers(it, |n, v| format!("\"HTTP_{}\"=>{}", n.to_uppercase().replace('-', "_"), json(v)), ", ");
        format!(
            "{{\"REQUEST_METHOD\"=>\"{}\", \"REQUEST_URI\"=>{}, {headers}, \"rack.body\"=>{}, \"body\"=>{}}}",
            it.method,
            json(target(it)),
            json(""),
            json(body(it))
        )
    }),
    ("an object of Node", |it| {
        let quoted = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"));
        let headers = headers(it, |n, v| format!("    {}: {}", quoted(&n.to_lowercase()), quoted(v)), ",\n");
        format!(
            "{{\n  method: '{}',\n  url: {},\n  headers: {{\n    host: 'pub.example',\n{headers}\n  }},\n  body: {}\n}}",
            it.method,
            quoted(target(it)),
            quoted(body(it))
        )
    }),
    ("$_SERVER printed by PHP", |it| {
        let headers = headers(it, |n, v| format!("    [HTTP_{}] => {v}", n.to_uppercase().replace('-', "_")), "\n");
        format!(
            "Array\n(\n    [REQUEST_METHOD] => {}\n    [REQUEST_URI] => {}\n{headers}\n)\n{}",
            it.method,
            target(it),
            ""
        )
    }),
    ("curl with a body", |it| {
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
        let headers = headers(it, |n, v| format!("-H{}", quoted(&format!("{n}: {v}"))), " ");
        let data = if body(it).is_empty() { String::new() } else { format!("--data-binary {}", quoted(body(it))) };
        format!("curl -sSX {} {headers} {data} {}", it.method, quoted(&it.url))
    }),
];

#[test]
fn a_request_is_read_however_it_was_printed() {
    let without_body = |form: &&Form| !matches!(form.0, "curl -v" | "$_SERVER printed by PHP");
    let with_body: Vec<Form> = WHOLE.iter().filter(without_body).copied().collect();
    let mut all = Vec::new();
    for dialect in ["besitos", "offermaru", "ayet"] {
        all.extend(faults(dialect, WHOLE));
    }
    for dialect in ["affonso", "attribloom", "standard-webhooks"] {
        all.extend(faults(dialect, &with_body));
    }
    assert!(all.is_empty(), "{}", all.join("\n\n"));
}

#[test]
fn parameters_that_were_decoded_before_they_were_printed_are_put_together_again() {
    let (config, received) = told("besitos");
    let pairs: Vec<(String, String)> =
        ::url::form_urlencoded::parse(target(&received).split_once('?').unwrap().1.as_bytes()).into_owned().collect();
    let of = |write: &dyn Fn(&str, &str) -> String, join: &str| {
        pairs.iter().map(|(name, value)| write(name, value)).collect::<Vec<_>>().join(join)
    };
    for text in [
        format!("Array\n(\n{}\n)", of(&|name, value| format!("    [{name}] => {value}"), "\n")),
        format!("{{{}}}", of(&|name, value| format!("{}:{}", json(name), json(value)), ",")),
        format!("ImmutableMultiDict([{}])", of(&|name, value| format!("('{name}', '{value}')"), ", ")),
        format!("  Parameters: {{{}}}", of(&|name, value| format!("{}=>{}", json(name), json(value)), ", ")),
        format!(
            "{{\"query\":{{{}}},\"path\":\"/pb\"}}",
            of(&|name, value| format!("{}:{}", json(name), json(value)), ",")
        ),
    ] {
        let found = found("besitos", &config, &text);
        assert!(matches!(found, Ok((true, ..))), "{found:?}\n{text}");
    }
}

#[test]
fn a_body_in_a_file_that_was_not_pasted_is_asked_for() {
    let (config, received) = told("affonso");
    let head = headers(&received, |name, value| format!("-H '{name}: {value}'"), " ");
    for data in ["-d @body.json", "--data-binary @body.json", "--json @body.json", "--data=@body.json"] {
        let refused = found("affonso", &config, &format!("curl -X POST https://pub.example/pb {head} {data}"));
        assert!(refused.as_ref().unwrap_err().contains("body.json"), "{data}: {refused:?}");
    }
    // A file of headers, or of what is not signed, takes nothing away.
    let (config, received) = told("besitos");
    let text = format!("curl -H @headers.txt -d @body.json '{}'", received.url);
    assert!(found("besitos", &config, &text).is_ok());
}

#[test]
fn the_words_of_a_command_are_those_of_its_shell() {
    let (config, received) = told("affonso");
    let head = headers(&received, |name, value| format!("-H $'{name}: {value}'"), " ");
    let data = body(&received).replace('\'', "\\u0027");
    let text = format!("curl 'https://pub.example/pb' {head} --data-raw $'{data}'");
    assert!(matches!(found("affonso", &config, &text), Ok((true, ..))), "{text}");
    let cmd = |text: &str| text.replace('"', "^\\^\"");
    let head = headers(&received, |name, value| format!("-H ^\"{name}: {value}^\""), " ^\n ");
    let text = format!("curl ^\"https://pub.example/pb^\" ^\n {head} ^\n --data-raw ^\"{}^\"", cmd(body(&received)));
    let found = found("affonso", &config, &text);
    assert!(matches!(found, Ok((true, ..))), "{found:?} {text}");
    let several = self::received("curl -d a=1 --data-urlencode 'b=x y' -d c=3 https://pub.example/pb");
    assert_eq!((several.method.as_str(), several.body.as_deref()), ("POST", Some("a=1&b=x%20y&c=3")));
}

#[test]
fn a_host_that_a_log_tells_is_the_one_that_was_seen() {
    let (config, received) = told("besitos");
    for (text, host) in [
        (format!("GET {} HTTP/1.1\nHost: inner.example:8080\n", target(&received)), "inner.example:8080"),
        (format!(":method: GET\n:authority: inner.example\n:path: {}", target(&received)), "inner.example"),
        (
            format!("{{\"url\":{},\"headers\":{{\"Host\":\"inner.example\"}}}}", json(target(&received))),
            "inner.example",
        ),
    ] {
        let (verifies, code, finding) = found("besitos", &config, &text).unwrap();
        assert!(!verifies && code == Code::OriginChanged && finding.contains(host), "{finding}\n{text}");
    }
}
