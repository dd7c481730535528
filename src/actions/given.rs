//! What a caller gives with an act: one JSON object, whatever it came in. A form makes the same one that the API is sent, so
//! that both are told the same.
//!
//! It is read by the act itself: nobody is told anything about it before it is clear who asks, and for what.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::refusal::Refusal;
use crate::domain::strict_json;

/// An object that has not been read yet.
pub trait Given {
    /// The object, in which what stands at these paths are decimals, as they were written.
    fn object(&self, decimals: &[&str]) -> Result<Map<String, Value>, Refusal>;

    /// The object as this type reads it.
    fn read_as<T: DeserializeOwned>(&self) -> Result<T, Refusal> {
        Ok(strict_json::read(self.object(&[])?)?)
    }
}

/// What was made here has its decimals as texts.
impl Given for Map<String, Value> {
    fn object(&self, _decimals: &[&str]) -> Result<Self, Refusal> {
        Ok(self.clone())
    }
}
