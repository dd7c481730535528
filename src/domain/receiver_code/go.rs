//! Go, with nothing but its standard library.

use super::shape::Reading;
use super::tongue::{Names, Tongue, in_quotes};
use crate::domain::dialect::digest::Algorithm;

pub(super) struct Go;

impl Tongue for Go {
    fn title(&self) -> &'static str {
        "Go"
    }

    fn name(&self) -> &'static str {
        "go"
    }

    fn file_name(&self) -> &'static str {
        "receiver.go"
    }

    fn run(&self) -> &'static str {
        "go run receiver.go"
    }

    fn skeleton(&self) -> &'static str {
        include_str!("skeletons/receiver.go.txt")
    }

    fn comment(&self) -> &'static str {
        "//"
    }

    fn quoted(&self, text: &str) -> String {
        in_quotes(text, "", |code| format!("\\u{code:04x}"))
    }

    fn regex(&self, regex: &str) -> String {
        self.quoted(&format!("(?s){regex}"))
    }

    fn value(&self, reading: &Reading) -> String {
        match reading {
            Reading::Parameter(name) => format!("values[{}]", self.quoted(name)),
            Reading::Field(path) => format!("field(values, {})", self.list_of(path)),
            Reading::Header(name) => format!("headers.Get({})", self.quoted(name)),
        }
    }

    fn is_negative(&self, text: &str) -> String {
        format!("strings.HasPrefix({text}, \"-\")")
    }

    fn is_zero(&self, amount: &str) -> String {
        format!("regexp.MustCompile(`^0+(\\.0+)?$`).MatchString({amount})")
    }

    fn original(&self, id: &str) -> String {
        format!("regexp.MustCompile(`^r\\d*-`).ReplaceAllString({id}, \"\")")
    }

    fn whole(&self, amount: &str) -> String {
        format!("whole({amount})")
    }

    fn pairs(&self, of: &str, only: &[String], _: bool) -> String {
        match only {
            [] => format!("pairs({of})"),
            only => format!("pairs({of}, {})", self.list_of(only)),
        }
    }

    fn joined(&self, join: &str, values: &[(String, bool)]) -> String {
        let left_out = values.iter().enumerate().filter(|(_, (_, may_lack))| *may_lack);
        let left_out: Vec<String> = left_out.map(|(at, _)| format!("{at}: true")).collect();
        let values: Vec<String> = values.iter().map(|(value, _)| value.clone()).collect();
        format!("joined({join}, []string{{{}}}, map[int]bool{{{}}})", values.join(", "), left_out.join(", "))
    }

    fn algorithm(&self, algorithm: Algorithm) -> &'static str {
        match algorithm {
            Algorithm::HmacSha256 | Algorithm::Sha256 => "sha256.New",
            Algorithm::HmacSha1 | Algorithm::Sha1 => "sha1.New",
            Algorithm::Md5 => "md5.New",
        }
    }

    fn list(&self, texts: &[String]) -> String {
        format!("[]string{{{}}}", self.list_of(texts))
    }

    fn paths(&self, paths: &[(String, String)]) -> String {
        let path = |(regex, names): &(String, String)| format!("{{{regex}, {names}}}");
        let paths: Vec<String> = paths.iter().map(path).collect();
        format!("[]struct {{\n\t\tpattern string\n\t\tnames   []string\n\t}}{{{}}}", paths.join(", "))
    }

    fn names(&self) -> Names {
        Names {
            secret: "secret",
            time: "timestamp",
            body: "body",
            url: "origin + before",
            raw_query: "strings.TrimPrefix(before, strings.SplitAfter(before+\"?\", \"?\")[0])",
            path: "path",
            values: "values",
            in_query: "inQuery",
            transaction_id: "transactionID",
            user_id: "userID",
            amount: "amount",
            address: "address",
            typed: "",
            plus: " + ",
        }
    }
}
