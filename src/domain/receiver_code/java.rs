//! Java, with nothing but its standard library, in which there is no JSON.

use super::shape::Reading;
use super::tongue::{Names, Tongue, in_quotes};
use crate::domain::dialect::digest::Algorithm;

pub(super) struct Java;

impl Tongue for Java {
    fn title(&self) -> &'static str {
        "Java"
    }

    fn name(&self) -> &'static str {
        "java"
    }

    fn file_name(&self) -> &'static str {
        "Receiver.java"
    }

    fn run(&self) -> &'static str {
        "java Receiver.java"
    }

    fn skeleton(&self) -> &'static str {
        include_str!("skeletons/Receiver.java.txt")
    }

    fn comment(&self) -> &'static str {
        "//"
    }

    fn commented(&self, text: &str) -> String {
        // A backslash may begin the code of a character, a line's end among them, in a comment too.
        ascii(&text.replace('\\', "\\\\"))
    }

    fn quoted(&self, text: &str) -> String {
        // A `\u` is read before the text is, so the end of a line is written in octal; those beyond end no line in Java.
        let code = |code: u32| if code <= 0xff { format!("\\{code:03o}") } else { format!("\\u{code:04x}") };
        ascii(&in_quotes(text, "", code))
    }

    fn regex(&self, regex: &str) -> String {
        self.quoted(regex)
    }

    fn value(&self, reading: &Reading) -> String {
        match reading {
            Reading::Parameter(name) => format!("values.getOrDefault({}, \"\")", self.quoted(name)),
            Reading::Field(path) => format!("values.getOrDefault({}, \"\")", self.quoted(&path.join("."))),
            Reading::Header(name) => format!("header(headers, {})", self.quoted(name)),
        }
    }

    fn is(&self, one: &str, other: &str) -> String {
        format!("{one}.equals({other})")
    }

    fn differs(&self, one: &str, other: &str) -> String {
        format!("!{one}.equals({other})")
    }

    fn is_negative(&self, text: &str) -> String {
        format!("{text}.startsWith(\"-\")")
    }

    fn is_zero(&self, amount: &str) -> String {
        format!("{amount}.matches(\"0+(\\\\.0+)?\")")
    }

    fn original(&self, id: &str) -> String {
        format!("{id}.replaceFirst(\"^r\\\\d*-\", \"\")")
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
        let value = |(value, may_lack): &(String, bool)| {
            if *may_lack { format!("{value}.isEmpty() ? null : {value}") } else { value.clone() }
        };
        let values: Vec<String> = values.iter().map(value).collect();
        format!("Stream.of({}).filter(Objects::nonNull).collect(Collectors.joining({join}))", values.join(", "))
    }

    fn algorithm(&self, algorithm: Algorithm) -> &'static str {
        match algorithm {
            Algorithm::HmacSha256 => "\"HmacSHA256\"",
            Algorithm::HmacSha1 => "\"HmacSHA1\"",
            Algorithm::Md5 => "\"MD5\"",
            Algorithm::Sha1 => "\"SHA-1\"",
            Algorithm::Sha256 => "\"SHA-256\"",
        }
    }

    fn list(&self, texts: &[String]) -> String {
        self.list_of(texts)
    }

    fn paths(&self, paths: &[(String, String)]) -> String {
        let path = |(regex, names): &(String, String)| format!("{{{regex}, {names}}}");
        format!("new String[][] {{{}}}", paths.iter().map(path).collect::<Vec<_>>().join(", "))
    }

    fn names(&self) -> Names {
        Names {
            secret: "secret",
            time: "timestamp",
            body: "body",
            url: "ORIGIN + before",
            raw_query: "before.replaceFirst(\"^[^?]*\\\\??\", \"\")",
            path: "path",
            values: "values",
            in_query: "inQuery",
            transaction_id: "transactionId",
            user_id: "userId",
            amount: "amount",
            address: "address",
            typed: "String ",
            plus: " + ",
        }
    }
}

/// Older compilers read a file in the encoding of their machine.
fn ascii(text: &str) -> String {
    let mut written = String::new();
    for character in text.replace('…', "...").chars() {
        if character.is_ascii() {
            written.push(character);
        } else {
            let mut units = [0; 2];
            written.extend(character.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}")));
        }
    }
    written
}
