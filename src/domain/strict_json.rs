//! JSON read strictly: text → `values`, duplicate keys refused → a body's own type (`typed`), every fault named by
//! the path of its field; and a change, read over what stands ([`merged`]).

mod choice;
mod fault;
mod merged;
mod typed;
mod values;

pub use fault::{nearest, unknown};
pub use merged::{as_object, fields, merged};
pub use typed::{read, read_value};
pub use values::object;
