//! A rendered text in parts: what stands in it, and from where, so that a page can mark the parts and a doctor compare them
//! one by one.
//!
//! The secret is a part without text: it stands as `{secret}` wherever the text is shown or kept, and is filled in only for
//! the computation of a digest.

use std::borrow::Cow;

use zeroize::Zeroizing;

use crate::domain::secret::SecretText;

/// What stands where the secret goes, wherever the text is shown.
pub const SECRET: &str = "{secret}";

/// One part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part<'a> {
    /// Its text; none for the secret.
    pub text: Cow<'a, str>,
    /// What it is.
    pub kind: PartKind<'a>,
}

/// What a part is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartKind<'a> {
    /// Text of the recipe's or of the URL's own.
    Literal,
    /// The value of a placeholder or a parameter, by its name.
    Value(Cow<'a, str>),
    /// The secret.
    Secret,
}

impl Part<'_> {
    /// Whose value it is, where it is one.
    pub fn name(&self) -> Option<&str> {
        match &self.kind {
            PartKind::Value(name) => Some(name),
            PartKind::Literal | PartKind::Secret => None,
        }
    }
}

/// A text in parts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parts<'a>(Vec<Part<'a>>);

impl<'a> Parts<'a> {
    pub(super) fn literal(&mut self, text: impl Into<Cow<'a, str>>) {
        self.push(text.into(), PartKind::Literal);
    }

    pub(super) fn value(&mut self, name: impl Into<Cow<'a, str>>, text: impl Into<Cow<'a, str>>) {
        self.push(text.into(), PartKind::Value(name.into()));
    }

    pub(super) fn secret(&mut self) {
        self.push(Cow::Borrowed(""), PartKind::Secret);
    }

    /// Whether the secret is a part of it.
    pub(super) fn holds_secret(&self) -> bool {
        self.0.iter().any(|part| part.kind == PartKind::Secret)
    }

    fn push(&mut self, text: Cow<'a, str>, kind: PartKind<'a>) {
        self.0.push(Part { text, kind });
    }

    /// The parts in order.
    pub fn iter(&self) -> impl Iterator<Item = &Part<'a>> {
        self.0.iter()
    }

    /// The text as it may be shown.
    pub fn shown(&self) -> String {
        let text = |part: &Part<'a>| if part.kind == PartKind::Secret { SECRET.len() } else { part.text.len() };
        let mut shown = String::with_capacity(self.0.iter().map(text).sum());
        for part in &self.0 {
            shown.push_str(if part.kind == PartKind::Secret { SECRET } else { &part.text });
        }
        shown
    }

    /// The text as it is signed.
    pub(super) fn signed(&self, secret: &SecretText) -> Zeroizing<Vec<u8>> {
        let secret = secret.expose().as_bytes();
        let bytes = |part: &Part<'_>| if part.kind == PartKind::Secret { secret.len() } else { part.text.len() };
        // As long as it becomes, so that no copy of the secret is left behind by growing.
        let mut text = Zeroizing::new(Vec::with_capacity(self.0.iter().map(bytes).sum()));
        for part in &self.0 {
            text.extend_from_slice(if part.kind == PartKind::Secret { secret } else { part.text.as_bytes() });
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_signed_and_never_shown() {
        let mut parts = Parts::default();
        parts.value("id", "{secret}");
        parts.literal(":");
        parts.secret();
        assert_eq!(parts.shown(), "{secret}:{secret}");
        assert_eq!(*parts.signed(&SecretText::known("sekret".to_owned())), b"{secret}:sekret");
    }
}
