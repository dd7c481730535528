//! What is earned, by whom, and what is taken back: offers and clicks, amounts and their terms, reversals, reviews,
//! credits by hand, the ledger, and random lives of completions that a model of their own accounts for.

mod amounts;
mod attribution;
mod by_hand;
mod ledger;
mod lives;
pub(crate) mod offers;
mod reversals;
mod reviews;
