//! Floor 1: the words of the product and their rules. Pure: no I/O, no clock, no randomness, no database;
//! the one exception is [`ids`], whose new ids take their order from the time and their rest from chance.

pub mod account;
pub mod amount;
pub mod app;
pub mod app_settings;
pub mod completion;
pub mod decision;
pub mod delivery;
pub mod destination;
pub mod dialect;
pub mod egress;
pub mod endpoint_rules;
pub mod fields;
pub mod identity;
pub mod ids;
pub mod invalid;
pub mod invented;
pub mod json;
pub mod naming;
pub mod own_headers;
pub mod report;
pub mod retry;
pub mod secret;
pub mod source;
pub mod surface;
pub mod template;
pub mod time;
