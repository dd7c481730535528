//! Node.js, with nothing but its standard library.

use super::shape::Reading;
use super::tongue::{Names, Tongue, in_quotes};
use crate::domain::dialect::digest::Algorithm;

pub(super) struct Node;

impl Tongue for Node {
    fn title(&self) -> &'static str {
        "Node.js"
    }

    fn name(&self) -> &'static str {
        "node"
    }

    fn file_name(&self) -> &'static str {
        "receiver.js"
    }

    fn run(&self) -> &'static str {
        "node receiver.js"
    }

    fn skeleton(&self) -> &'static str {
        include_str!("skeletons/receiver.js")
    }

    fn comment(&self) -> &'static str {
        "//"
    }

    fn quoted(&self, text: &str) -> String {
        in_quotes(text, "", |code| format!("\\u{code:04x}"))
    }

    fn regex(&self, regex: &str) -> String {
        format!("new RegExp({}, 's')", self.quoted(regex))
    }

    fn value(&self, reading: &Reading) -> String {
        match reading {
            Reading::Parameter(name) => format!("(values.get({}) ?? '')", self.quoted(name)),
            Reading::Field(path) => format!("field(values, {})", self.list_of(path)),
            Reading::Header(name) => format!("(headers[{}] ?? '')", self.quoted(&name.to_lowercase())),
        }
    }

    fn is(&self, one: &str, other: &str) -> String {
        format!("{one} === {other}")
    }

    fn differs(&self, one: &str, other: &str) -> String {
        format!("{one} !== {other}")
    }

    fn is_negative(&self, text: &str) -> String {
        format!("{text}.startsWith('-')")
    }

    fn is_zero(&self, amount: &str) -> String {
        format!("/^0+(\\.0+)?$/.test({amount})")
    }

    fn original(&self, id: &str) -> String {
        format!("{id}.replace(/^r\\d*-/, '')")
    }

    fn whole(&self, amount: &str) -> String {
        format!("whole({amount})")
    }

    fn pairs(&self, of: &str, only: &[String], _: bool) -> String {
        match only {
            [] => format!("pairs({of})"),
            only => format!("pairs([...{of}].filter(([name]) => {}.includes(name)))", self.list(only)),
        }
    }

    fn joined(&self, join: &str, values: &[(String, bool)]) -> String {
        let value = |(value, may_lack): &(String, bool)| {
            if *may_lack { format!("...[{value}].filter(Boolean)") } else { value.clone() }
        };
        let values: Vec<String> = values.iter().map(value).collect();
        format!("[{}].join({join})", values.join(", "))
    }

    fn algorithm(&self, algorithm: Algorithm) -> &'static str {
        match algorithm {
            Algorithm::HmacSha256 | Algorithm::Sha256 => "'sha256'",
            Algorithm::HmacSha1 | Algorithm::Sha1 => "'sha1'",
            Algorithm::Md5 => "'md5'",
        }
    }

    fn list(&self, texts: &[String]) -> String {
        format!("[{}]", self.list_of(texts))
    }

    fn paths(&self, paths: &[(String, String)]) -> String {
        let path = |(regex, names): &(String, String)| format!("[{regex}, {names}]");
        format!("[{}]", paths.iter().map(path).collect::<Vec<_>>().join(", "))
    }

    fn names(&self) -> Names {
        Names {
            secret: "secret",
            time: "timestamp",
            body: "body",
            url: "ORIGIN + before",
            raw_query: "before.split('?').slice(1).join('?')",
            path: "path",
            values: "values",
            in_query: "inQuery",
            transaction_id: "transactionId",
            user_id: "userId",
            amount: "amount",
            address: "address",
            typed: "",
            plus: " + ",
        }
    }
}
