//! Floor 3: the machine that takes reports in and sends callbacks out.

pub mod directory;
pub mod machine;
pub mod metrics;
