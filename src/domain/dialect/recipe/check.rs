//! What the parts of a recipe must not contradict in one another. A recipe that signs what no receiver could rebuild is
//! refused here, where it is read, so that no callback ever shows it first.

mod forms;
mod headers;
mod marks;
mod names;
mod signature;
mod strength;
mod texts;
mod values;

use super::Recipe;
use super::finding::{Finding, Findings};
use super::parts::SecretNeed;
use crate::domain::dialect::value::Fact;

/// How what is odd about a recipe begins where it is not solid …
const NOT_CONFIRMED: &str = "Not confirmed: ";
/// … and how it began before: recipes that were published then stay readable.
const NOT_SOLID: &str = "Not solid: ";

impl Recipe {
    /// All that is wrong, each with its place in the file.
    pub(super) fn check(&self) -> Result<(), Vec<Finding>> {
        let mut findings = Findings::default();
        self.check_head(&mut findings);
        self.check_secret(&mut findings);
        self.check_names(&mut findings);
        self.check_lists(&mut findings);
        self.check_forms(&mut findings);
        self.check_texts(&mut findings);
        self.check_values(&mut findings);
        self.check_required(&mut findings);
        self.check_headers(&mut findings);
        self.check_reversal(&mut findings);
        self.check_zero_payout(&mut findings);
        if let Some(signature) = &self.signature {
            self.check_signature(signature, &mut findings);
            self.check_strength(signature, &mut findings);
        }
        findings.into_result()
    }

    fn check_head(&self, findings: &mut Findings) {
        if self.vectors.is_empty() {
            findings.push("vectors", "are lacking: nobody could prove that it is right");
        }
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if self.name.is_empty() || !self.name.bytes().all(is_plain) {
            findings.push("name", "is not of lower-case letters, digits and `-`");
        }
        if self.solid == [NOT_CONFIRMED, NOT_SOLID].iter().any(|known| self.about.starts_with(known)) {
            let message = format!("must say solid = false exactly where its about begins with {NOT_CONFIRMED:?}");
            findings.push("solid", message);
        }
        if self.timeout.is_zero() {
            findings.push("timeout_seconds", "must be a second or more");
        }
        let is_code = |code: &str| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        if !self.payout_currency.as_deref().is_none_or(is_code) {
            findings.push("payout_currency", "must be a code of three capital letters, such as USD");
        }
        // They are shown as links.
        let is_page = |url: &String| {
            let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
            let is_plain = |c: char| c.is_ascii_graphic() && !"\"'<>()[]|`\\".contains(c);
            rest.is_some_and(|rest| !rest.is_empty() && rest.chars().all(is_plain))
        };
        let pages = self.sources.iter().enumerate().filter(|(_, url)| !is_page(url));
        pages.for_each(|(at, _)| findings.push(format!("sources[{at}]"), "is not the URL of a page: https://…"));
    }

    /// The secret is what a signature is made with; where it travels itself, that is said, and in a URL alone.
    fn check_secret(&self, findings: &mut Findings) {
        let shows = self.tells(Fact::Secret);
        if shows != self.secret_in_clear {
            findings.push("secret_in_clear", "must be said exactly where the secret itself is a value");
        }
        // It is typed and copied, and goes out where the secret does.
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        if !self.secret_prefix.bytes().all(is_plain) {
            findings.push("secret_prefix", "must be of letters, digits, `_`, `-` and `.`");
        }
        let elsewhere = self.placed_rules().into_iter().filter(|(place, rule)| {
            let is_in_url = place.starts_with("placeholders[");
            !is_in_url && rule.uses(Fact::Secret)
        });
        for (place, _) in elsewhere {
            findings.push(place, "shows the secret elsewhere than in a URL, where it would be kept");
        }
        if (self.secret == SecretNeed::None) != (self.signature.is_none() && !shows) {
            let place = if self.signature.is_none() { "secret" } else { "signature" };
            findings.push(place, "there must be a signature exactly where a secret is taken");
        }
    }
}
