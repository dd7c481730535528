//! What the parts of a page are given: one type per part, whose template is the macro of the same name in `templates/parts`.
//!
//! They say what is shown and never where it comes from; a page fills them from what an action answered.

pub mod chart;
pub mod comparison;
pub mod delivery_list;
pub mod exchange;
pub mod field;
pub mod happened;
pub mod lines;
pub mod page_of;
pub mod state;
pub mod steps;
