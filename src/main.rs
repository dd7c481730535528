//! The `ringback` binary.

fn main() {}
