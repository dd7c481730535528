//! What is wrong with an input, field by field. Every parser of the product reports through this one type, so that a
//! caller is told all faults at once and by the names it wrote itself.

use std::fmt;

use serde::Serialize;

/// One fault: the field as the caller wrote it (`userReward`, `conversions[3].appId`) and a message for a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// The field's name in the request.
    pub field: String,
    /// What is wrong and, where possible, what would be right.
    pub message: String,
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

    /// Adds a fault.
    pub fn push(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldError {
            field: field.into(),
            message: message.into(),
        });
    }

    /// Adds all faults of another.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
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
