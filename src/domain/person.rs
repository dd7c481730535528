//! People: who signs in, in which role, and what a person is invited to. What proves that it is somebody (password, second
//! factor) is in `password` and `totp`, and never part of a [`Person`], so that no view can show it.

use super::account::Role;
use super::invalid::Invalid;
use super::made_by::MadeBy;
use super::time::Timestamp;
use super::words::words;

/// Longest address that mail goes to (RFC 5321), in bytes.
pub const LONGEST_EMAIL: usize = 254;
/// Longest part before the `@` (RFC 5321), in bytes.
const LONGEST_LOCAL: usize = 64;

/// An e-mail address that may exist. People write the same one in several ways, so two are the same whatever their case.
#[derive(Clone, Debug, Eq)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Reads what somebody typed; white space around it is not part of it.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let text = text.trim();
        if is_address(text) {
            Ok(Self(text.to_owned()))
        } else {
            Err(Invalid::field("email", "must be an e-mail address such as ana@example.com"))
        }
    }

    /// One that comes from our own store, where only such come that were read.
    pub fn known(text: String) -> Self {
        Self(text)
    }

    /// As it was typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The same for every way to write it.
    pub fn key(&self) -> String {
        self.0.to_lowercase()
    }
}

impl PartialEq for EmailAddress {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

/// Whether mail could go there. What else an address may be (quotes, comments, addresses of machines) nobody signs in with.
fn is_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_local = |c: char| c.is_alphanumeric() || "!#$%&'*+/=?^_`{|}~.-".contains(c);
    let is_label = |label: &str| {
        let inside = label.chars().all(|c| c.is_alphanumeric() || c == '-');
        !label.is_empty() && inside && !label.starts_with('-') && !label.ends_with('-')
    };
    text.len() <= LONGEST_EMAIL
        && (1..=LONGEST_LOCAL).contains(&local.len())
        && local.chars().all(is_local)
        && domain.contains('.')
        && domain.split('.').all(is_label)
}

words! {
    /// In which colours a person sees the console.
    #[derive(Default)]
    Theme {
        /// As the person's machine is set.
        #[default]
        System = "system",
        /// Dark on light.
        Light = "light",
        /// Light on dark.
        Dark = "dark",
    }
}

/// Somebody who signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// `usr_…`
    pub id: String,
    /// What it signs in with.
    pub email: EmailAddress,
    /// What others know it by.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// In which colours it sees the console.
    pub theme: Theme,
    /// Whether it may not sign in.
    pub disabled: bool,
    /// Whether it also needs the six digits of a second factor.
    pub has_second_factor: bool,
    /// When it joined.
    pub created_at: Timestamp,
    /// When it signed in last.
    pub last_sign_in_at: Option<Timestamp>,
}

impl Person {
    /// Whether it is an operator who can sign in. The last one stays.
    pub fn is_operator_who_can_sign_in(&self) -> bool {
        self.role == Role::Operator && !self.disabled
    }
}

words! {
    /// What a link that leads to `/join/…` is for.
    Purpose {
        /// The first operator of a store that has no person.
        FirstOperator = "first_operator",
        /// Somebody who was invited.
        Invitation = "invitation",
        /// A new password for a person.
        Reset = "reset",
    }
}

/// A link by which somebody joins, or gets a new password: good for one use, and for a while. Its text is shown once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// `inv_…`
    pub id: String,
    /// What it is for.
    pub purpose: Purpose,
    /// Whom it is for; not of the first operator, who says so.
    pub email: Option<EmailAddress>,
    /// What whoever invited calls that person, or what a person is called who gets a new password.
    pub name: Option<String>,
    /// What that person may do.
    pub role: Role,
    /// The person who gets a new password.
    pub user_id: Option<String>,
    /// Who made it; the first operator's is made by the server.
    pub made_by: MadeBy,
    /// When it was made.
    pub created_at: Timestamp,
    /// From then on it opens nothing.
    pub expires_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_the_same_in_any_case_and_without_what_was_pasted_around_it() {
        let address = EmailAddress::parse(" Ana@Example.COM\n").unwrap();
        assert_eq!(address.as_str(), "Ana@Example.COM");
        assert_eq!(address, EmailAddress::parse("ana@example.com").unwrap());
        assert_eq!(EmailAddress::parse("Ünal@Bücher.example").unwrap().key(), "ünal@bücher.example");
    }

    #[test]
    fn what_no_mail_could_go_to_is_no_address() {
        let long = format!("{}@example.com", "x".repeat(65));
        let longer = format!("a@{}.com", "x".repeat(250));
        for text in [
            "",
            "ana",
            "@",
            "ana@",
            "@example.com",
            "ana@example",
            "a b@example.com",
            "a@b@example.com",
            "ana@example..com",
            "ana@-example.com",
            "ana@example.com.",
            "ana\u{0}@example.com",
            "<ana@example.com>",
            &long,
            &longer,
        ] {
            assert!(EmailAddress::parse(text).is_err(), "{text:?}");
        }
        for text in ["a@b.co", "ana+wall@mail.example.com", "o'neil@example.com"] {
            assert!(EmailAddress::parse(text).is_ok(), "{text:?}");
        }
    }
}
