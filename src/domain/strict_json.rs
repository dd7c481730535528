//! JSON read strictly: text → [`values`], duplicate keys refused → a body's own type ([`typed`]), every fault named by
//! the path of its field.

mod typed;
mod values;

pub use typed::{read, unknown};
pub use values::object;
