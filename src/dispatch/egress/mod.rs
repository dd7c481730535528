//! Egress: the addresses that callbacks leave from, and the clients that leave from them.
//!
//! [`addresses`] knows which of the issued egress IPs this machine really holds, by what it can bind and by what the
//! [`echo`] sees from outside; [`clients`] holds one HTTP client per source address. A [`client`] sends a request on one of
//! its `idle` connections or on a new one, which its `connector` makes to such addresses only as [`resolver`] allows; a
//! `connection` reads no more than its `meter` was granted. Nothing here knows of other nodes, apps or deliveries.

pub mod addresses;
pub mod client;
pub mod clients;
mod connection;
pub mod connector;
pub mod echo;
mod idle;
mod meter;
pub mod resolver;
