//! Dialects: how a callback looks, how it is signed, and what counts as its acknowledgement.
//!
//! # Who is who
//! * A **recipe** ([`recipe`]) is data: a TOML file in `catalog/`, compiled in, one per offerwall and version. Adding an
//!   offerwall adds a file. It must not be possible to tell from the code which offerwall a callback belongs to.
//! * The **engine** ([`compose`]) executes a recipe, in two steps: recorded completion + endpoint → a draft; draft + event
//!   id + instant + key → the exact request. It must not read a clock, must not normalise (what is signed is what goes
//!   out, byte for byte), and must not know any dialect by name.
//! * The **signed text** ([`signed_text`]) is rendered by one function from one trait of facts, whoever asks: a completion to
//!   be told, a request as received, a draft made by hand. It comes in [`parts`], in which the secret stays a word.
//! * The **template** ([`crate::domain::template`]) is a publisher's callback URL, checked against the recipe that will
//!   sign it ([`callback_url`]) when it is saved, and taken apart only when it is saved or loaded.
//! * A **custom** recipe ([`custom`]) is one of an operator's own, which came by the API: checked more strictly, executed alike.
//! * The **diagnosis** ([`diagnose`]) takes a callback as received and says in words why it does not verify.

pub(crate) mod ambiguity;
mod body;
pub mod callback;
pub mod callback_url;
pub mod carrier;
pub mod catalog;
pub mod compose;
pub mod coverage;
pub mod custom;
pub mod describe;
pub mod diagnose;
pub mod digest;
mod draft_text;
pub mod endpoint_settings;
pub mod facts;
pub mod format;
pub mod listed;
pub mod marked;
pub mod named;
pub mod naming;
pub mod parts;
mod query;
pub mod received;
pub mod recipe;
mod request_uuid;
pub mod requirements;
pub mod sample;
mod sample_report;
pub mod sign_draft;
pub mod signature;
pub mod signed_text;
mod signed_url;
pub mod statuses;
pub mod success;
pub mod table;
mod target;
pub mod text_of;
#[cfg(test)]
pub(crate) mod trial;
pub mod value;
mod values;
pub mod vector;
mod wrapping;
mod written_value;
mod wrong_signature;
