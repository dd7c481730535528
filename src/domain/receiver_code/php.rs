//! PHP, as a page of any web server.

use super::shape::Reading;
use super::tongue::{Names, Tongue, in_quotes};
use crate::domain::dialect::digest::Algorithm;

pub(super) struct Php;

impl Tongue for Php {
    fn title(&self) -> &'static str {
        "PHP"
    }

    fn name(&self) -> &'static str {
        "php"
    }

    fn file_name(&self) -> &'static str {
        "receiver.php"
    }

    fn run(&self) -> &'static str {
        "php -S 127.0.0.1:8000 receiver.php"
    }

    fn skeleton(&self) -> &'static str {
        include_str!("skeletons/receiver.php")
    }

    fn comment(&self) -> &'static str {
        "//"
    }

    fn commented(&self, text: &str) -> String {
        // It would end the page's code, in a comment too.
        text.replace("?>", "? >")
    }

    fn quoted(&self, text: &str) -> String {
        in_quotes(text, "$", |code| format!("\\u{{{code:x}}}"))
    }

    fn regex(&self, regex: &str) -> String {
        self.quoted(&format!("~{}~Ds", regex.replace('~', "\\~")))
    }

    fn value(&self, reading: &Reading) -> String {
        match reading {
            Reading::Parameter(name) => format!("($values[{}] ?? '')", self.quoted(name)),
            Reading::Field(path) => format!("field($values, {})", self.list_of(path)),
            Reading::Header(name) => {
                let name = name.to_uppercase().replace('-', "_");
                format!("($_SERVER[{}] ?? '')", self.quoted(&format!("HTTP_{name}")))
            }
        }
    }

    fn is(&self, one: &str, other: &str) -> String {
        format!("{one} === {other}")
    }

    fn differs(&self, one: &str, other: &str) -> String {
        format!("{one} !== {other}")
    }

    fn is_negative(&self, text: &str) -> String {
        format!("str_starts_with({text}, '-')")
    }

    fn is_zero(&self, amount: &str) -> String {
        format!("preg_match('/^0+(\\.0+)?$/D', {amount}) === 1")
    }

    fn original(&self, id: &str) -> String {
        format!("preg_replace('/^r\\d*-/', '', {id})")
    }

    fn whole(&self, amount: &str) -> String {
        format!("whole({amount})")
    }

    fn pairs(&self, of: &str, only: &[String], _: bool) -> String {
        match only {
            [] => format!("pairs({of})"),
            only => format!("pairs(array_intersect_key({of}, array_flip({})))", self.list(only)),
        }
    }

    fn joined(&self, join: &str, values: &[(String, bool)]) -> String {
        let value = |(value, may_lack): &(String, bool)| {
            if *may_lack { format!("...array_filter([{value}], 'strlen')") } else { value.clone() }
        };
        let values: Vec<String> = values.iter().map(value).collect();
        format!("implode({join}, [{}])", values.join(", "))
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
            secret: "$secret",
            time: "$timestamp",
            body: "$body",
            url: "ORIGIN . $before",
            raw_query: "(explode('?', $before, 2)[1] ?? '')",
            path: "$path",
            values: "$values",
            in_query: "$inQuery",
            transaction_id: "$transactionId",
            user_id: "$userId",
            amount: "$amount",
            address: "$address",
            typed: "string ",
            plus: " . ",
        }
    }
}
