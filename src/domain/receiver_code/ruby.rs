//! Ruby, with nothing but its standard library, in which there is no web server.

use super::shape::Reading;
use super::tongue::{Names, Tongue, in_quotes};
use crate::domain::dialect::digest::Algorithm;

pub(super) struct Ruby;

impl Tongue for Ruby {
    fn title(&self) -> &'static str {
        "Ruby"
    }

    fn name(&self) -> &'static str {
        "ruby"
    }

    fn file_name(&self) -> &'static str {
        "receiver.rb"
    }

    fn run(&self) -> &'static str {
        "ruby receiver.rb"
    }

    fn skeleton(&self) -> &'static str {
        include_str!("skeletons/receiver.rb")
    }

    fn comment(&self) -> &'static str {
        "#"
    }

    fn commented(&self, text: &str) -> String {
        // Between two `-*-` a comment changes how the program is read.
        text.replace("*-", "* -")
    }

    fn quoted(&self, text: &str) -> String {
        in_quotes(text, "#", |code| format!("\\u{code:04x}"))
    }

    fn regex(&self, regex: &str) -> String {
        // `^` and `$` are the ends of a line here.
        let inside = regex.strip_prefix('^').and_then(|rest| rest.strip_suffix('$')).unwrap_or(regex);
        format!("Regexp.new({}, Regexp::MULTILINE)", self.quoted(&format!("\\A{inside}\\z")))
    }

    fn value(&self, reading: &Reading) -> String {
        match reading {
            Reading::Parameter(name) => format!("values.fetch({}, '')", self.quoted(name)),
            Reading::Field(path) => format!("field(values, {})", self.list_of(path)),
            Reading::Header(name) => format!("headers[{}]", self.quoted(&name.to_lowercase())),
        }
    }

    fn is_negative(&self, text: &str) -> String {
        format!("{text}.start_with?('-')")
    }

    fn is_zero(&self, amount: &str) -> String {
        format!("{amount}.match?(/\\A0+(\\.0+)?\\z/)")
    }

    fn original(&self, id: &str) -> String {
        format!("{id}.sub(/\\Ar\\d*-/, '')")
    }

    fn whole(&self, amount: &str) -> String {
        format!("whole({amount})")
    }

    fn pairs(&self, of: &str, only: &[String], is_encoded: bool) -> String {
        let chosen = match only {
            [] => of.to_owned(),
            only => format!("{of}.slice({})", self.list_of(only)),
        };
        let written = if is_encoded { "#{encode(name)}=#{encode(value)}" } else { "#{name}=#{value}" };
        format!("{chosen}.sort.map {{ |name, value| \"{written}\" }}.join('&')")
    }

    fn joined(&self, join: &str, values: &[(String, bool)]) -> String {
        let value = |(value, may_lack): &(String, bool)| {
            if *may_lack { format!("*[{value}].reject(&:empty?)") } else { value.clone() }
        };
        let values: Vec<String> = values.iter().map(value).collect();
        format!("[{}].join({join})", values.join(", "))
    }

    fn algorithm(&self, algorithm: Algorithm) -> &'static str {
        match algorithm {
            Algorithm::HmacSha256 | Algorithm::Sha256 => "'SHA256'",
            Algorithm::HmacSha1 | Algorithm::Sha1 => "'SHA1'",
            Algorithm::Md5 => "'MD5'",
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
            raw_query: "before.partition('?').last",
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
