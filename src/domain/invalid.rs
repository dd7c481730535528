//! What is wrong with an input, field by field. Every parser of the product reports through this one type, so that a
//! caller is told all faults at once and by the names it wrote itself.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

/// Most faults that are listed: whoever has more mends these first. An answer must not outgrow what it answers.
pub const MOST_FAULTS: usize = 20;
/// What is said of a name that the caller wrote: none of ours is longer.
const LONGEST_NAME: usize = 128;

/// One fault: the field as the caller wrote it (`userReward`, `conversions[3].appId`) and a message for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field's name in the request.
    pub field: String,
    /// What is wrong and, where possible, what would be right.
    pub message: String,
    /// The whole value as it was probably meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

/// One or more faults of one input.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Invalid(pub Vec<FieldError>);

impl Invalid {
    /// No fault yet.
    pub fn none() -> Self {
        Self::default()
    }

    /// A single fault.
    pub fn field(field: impl Into<String>, message: impl Into<String>) -> Self {
        let mut invalid = Self::none();
        invalid.push(field, message);
        invalid
    }

    /// Adds a fault, unless as many are known as are listed.
    pub fn push(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.push_with(field, message, None);
    }

    /// The same with the whole value as it was probably meant, where that is known.
    pub fn push_with(&mut self, field: impl Into<String>, message: impl Into<String>, suggestion: Option<String>) {
        if !self.is_full() {
            let field = field.into();
            let field = if field.len() > LONGEST_NAME { shortened(&field).into_owned() } else { field };
            self.0.push(FieldError { field, message: message.into(), suggestion });
        }
    }

    /// The same faults, of fields that stand below this one in what was given.
    #[must_use]
    pub fn below(mut self, field: &str) -> Self {
        self.0.iter_mut().for_each(|fault| fault.field = format!("{field}.{}", fault.field));
        self
    }

    /// Adds the faults of another, as far as they are listed.
    pub fn extend(&mut self, other: Self) {
        let room = MOST_FAULTS.saturating_sub(self.0.len());
        self.0.extend(other.0.into_iter().take(room));
    }

    /// Whether a further fault would not be listed, so that nobody need look for one.
    pub fn is_full(&self) -> bool {
        self.0.len() >= MOST_FAULTS
    }

    /// Keeps the value of a parse, or notes its faults and answers `None`.
    pub fn take<T>(&mut self, result: Result<T, Self>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(invalid) => {
                self.extend(invalid);
                None
            }
        }
    }

    /// `Ok` if nothing is wrong.
    pub fn into_result(self) -> Result<(), Self> {
        if self.0.is_empty() { Ok(()) } else { Err(self) }
    }
}

/// A name that the caller wrote, cut to what is worth repeating.
pub fn shortened(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(LONGEST_NAME) {
        Some((end, _)) => Cow::Owned(format!("{}…", &name[..end])),
        None => Cow::Borrowed(name),
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{}: {}", fault.field, fault.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Invalid {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_most_twenty_faults_are_listed_and_no_name_is_repeated_at_length() {
        let mut invalid = Invalid::field("é".repeat(1_000_000), "is unknown");
        for _ in 0..100 {
            invalid.push("name", "is wrong");
            invalid.extend(Invalid::field("other", "is wrong"));
        }
        assert_eq!(invalid.0.len(), 20);
        assert_eq!(invalid.0[0].field, format!("{}…", "é".repeat(128)));
    }
}
