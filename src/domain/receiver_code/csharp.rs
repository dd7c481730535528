//! C#, with nothing but .NET's library.

use super::shape::Reading;
use super::tongue::{Names, Tongue, in_quotes};
use crate::domain::dialect::digest::Algorithm;

pub(super) struct CSharp;

impl Tongue for CSharp {
    fn title(&self) -> &'static str {
        "C#"
    }

    fn name(&self) -> &'static str {
        "csharp"
    }

    fn file_name(&self) -> &'static str {
        "Program.cs"
    }

    fn run(&self) -> &'static str {
        "dotnet run"
    }

    fn skeleton(&self) -> &'static str {
        include_str!("skeletons/Receiver.cs.txt")
    }

    fn comment(&self) -> &'static str {
        "//"
    }

    fn quoted(&self, text: &str) -> String {
        in_quotes(text, "", |code| format!("\\u{code:04x}"))
    }

    fn regex(&self, regex: &str) -> String {
        self.quoted(regex)
    }

    fn value(&self, reading: &Reading) -> String {
        match reading {
            Reading::Parameter(name) => format!("Value(values, {})", self.quoted(name)),
            Reading::Field(path) => format!("Field(values, {})", self.list_of(path)),
            Reading::Header(name) => format!("header({})", self.quoted(name)),
        }
    }

    fn is_negative(&self, text: &str) -> String {
        format!("{text}.StartsWith(\"-\", StringComparison.Ordinal)")
    }

    fn is_zero(&self, amount: &str) -> String {
        format!("Regex.IsMatch({amount}, \"^0+(\\\\.0+)?$\")")
    }

    fn original(&self, id: &str) -> String {
        format!("Regex.Replace({id}, \"^r\\\\d*-\", \"\")")
    }

    fn whole(&self, amount: &str) -> String {
        format!("Whole({amount})")
    }

    fn pairs(&self, of: &str, only: &[String], _: bool) -> String {
        match only {
            [] => format!("Pairs({of})"),
            only => format!("Pairs({of}, {})", self.list_of(only)),
        }
    }

    fn joined(&self, join: &str, values: &[(String, bool)]) -> String {
        let value = |(value, may_lack): &(String, bool)| {
            if *may_lack { format!("{value} == \"\" ? null : {value}") } else { value.clone() }
        };
        let values: Vec<String> = values.iter().map(value).collect();
        format!("string.Join({join}, new[] {{ {} }}.Where(value => value != null))", values.join(", "))
    }

    fn algorithm(&self, algorithm: Algorithm) -> &'static str {
        match algorithm {
            Algorithm::HmacSha256 => "HMACSHA256",
            Algorithm::HmacSha1 => "HMACSHA1",
            Algorithm::Md5 => "MD5",
            Algorithm::Sha1 => "SHA1",
            Algorithm::Sha256 => "SHA256",
        }
    }

    fn list(&self, texts: &[String]) -> String {
        self.list_of(texts)
    }

    fn paths(&self, paths: &[(String, String)]) -> String {
        let path = |(regex, names): &(String, String)| format!("new[] {{ {regex}, {names} }}");
        format!("new[] {{ {} }}", paths.iter().map(path).collect::<Vec<_>>().join(", "))
    }

    fn names(&self) -> Names {
        Names {
            secret: "secret",
            time: "timestamp",
            body: "body",
            url: "Origin + before",
            raw_query: "Regex.Replace(before, \"^[^?]*\\\\??\", \"\")",
            path: "path",
            values: "values",
            in_query: "inQuery",
            transaction_id: "transactionId",
            user_id: "userId",
            amount: "amount",
            address: "address",
            typed: "string ",
            plus: " + ",
        }
    }
}
