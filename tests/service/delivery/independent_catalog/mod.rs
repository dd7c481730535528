//! The catalog's dialects before the eyes of receivers that were written from what each vendor documents.
//!
//! [`publishers`] is the table: a later dialect is a row of it and of the table of reversals, and a test says so if one is
//! missing. The templates are those of `tests/receivers/README.md`.

mod answers;
mod app_walls;
mod awkward_values;
mod bodies;
mod changed_dialect;
mod families;
mod programs;
mod publishers;
mod reversals;
mod rotation;
mod secret_in_clear;
mod unsigned;
mod values;
