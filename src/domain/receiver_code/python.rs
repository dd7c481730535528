//! Python, with nothing but its standard library.

use super::shape::Reading;
use super::tongue::{Names, Tongue, in_quotes};
use crate::domain::dialect::digest::Algorithm;

pub(super) struct Python;

impl Tongue for Python {
    fn title(&self) -> &'static str {
        "Python"
    }

    fn name(&self) -> &'static str {
        "python"
    }

    fn file_name(&self) -> &'static str {
        "receiver.py"
    }

    fn run(&self) -> &'static str {
        "python3 receiver.py"
    }

    fn skeleton(&self) -> &'static str {
        include_str!("skeletons/receiver.py")
    }

    fn comment(&self) -> &'static str {
        "#"
    }

    fn quoted(&self, text: &str) -> String {
        in_quotes(text, "", |code| format!("\\u{code:04x}"))
    }

    fn regex(&self, regex: &str) -> String {
        self.quoted(regex)
    }

    fn value(&self, reading: &Reading) -> String {
        match reading {
            Reading::Parameter(name) => format!("values.get({}, \"\")", self.quoted(name)),
            Reading::Field(path) => format!("field(values, {})", self.list_of(path)),
            Reading::Header(name) => format!("headers.get({}, \"\")", self.quoted(name)),
        }
    }

    fn is_negative(&self, text: &str) -> String {
        format!("{text}.startswith(\"-\")")
    }

    fn is_zero(&self, amount: &str) -> String {
        format!("re.fullmatch(r\"0+(\\.0+)?\", {amount}) is not None")
    }

    fn original(&self, id: &str) -> String {
        format!("re.sub(r\"^r\\d*-\", \"\", {id})")
    }

    fn whole(&self, amount: &str) -> String {
        format!("whole({amount})")
    }

    fn pairs(&self, of: &str, only: &[String], is_encoded: bool) -> String {
        let written = if is_encoded { "{encode(name)}={encode(value)}" } else { "{name}={value}" };
        let chosen = match only {
            [] => String::new(),
            only => format!(" if name in {}", self.list(only)),
        };
        format!("\"&\".join(f\"{written}\" for name, value in sorted({of}.items()){chosen})")
    }

    fn joined(&self, join: &str, values: &[(String, bool)]) -> String {
        let value = |(value, may_lack): &(String, bool)| {
            if *may_lack { format!("*filter(None, [{value}])") } else { value.clone() }
        };
        let values: Vec<String> = values.iter().map(value).collect();
        format!("{join}.join([{}])", values.join(", "))
    }

    fn algorithm(&self, algorithm: Algorithm) -> &'static str {
        match algorithm {
            Algorithm::HmacSha256 | Algorithm::Sha256 => "sha256",
            Algorithm::HmacSha1 | Algorithm::Sha1 => "sha1",
            Algorithm::Md5 => "md5",
        }
    }

    fn list(&self, texts: &[String]) -> String {
        format!("[{}]", self.list_of(texts))
    }

    fn paths(&self, paths: &[(String, String)]) -> String {
        let path = |(regex, names): &(String, String)| format!("({regex}, {names})");
        format!("[{}]", paths.iter().map(path).collect::<Vec<_>>().join(", "))
    }

    fn names(&self) -> Names {
        Names {
            secret: "secret",
            time: "timestamp",
            body: "body",
            url: "ORIGIN + before",
            raw_query: "before.partition(\"?\")[2]",
            path: "path",
            values: "values",
            in_query: "in_query",
            transaction_id: "transaction_id",
            user_id: "user_id",
            amount: "amount",
            address: "address",
            typed: "",
            plus: " + ",
        }
    }
}
