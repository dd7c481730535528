//! A callback from its report to its end: what stands on the wire, from which address it leaves, how an attempt ends,
//! what waits and for what, and that no crash loses it. What several nodes do with it is in `nodes`.

mod awkward;
mod circuit;
mod crash;
mod delivering;
mod disabled;
mod egress;
mod egress_echo;
mod egress_proxy;
mod endings;
mod held;
mod hostile;
mod in_clear;
mod in_line;
mod independent;
mod independent_catalog;
mod independent_publisher;
pub(crate) mod independent_receiver;
mod lifecycle;
mod limits;
mod queue;
mod receiver_code;
mod refused;
mod replays;
mod wire;
