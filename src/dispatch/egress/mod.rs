//! Egress: the addresses that callbacks leave from, and the clients that leave from them.
//!
//! [`addresses`] knows which of the issued egress IPs this machine really holds, by what it can bind and by what the
//! [`echo`] sees from outside; [`clients`] makes one HTTP client per source address; [`resolver`] hands a client only such
//! addresses as callbacks may go to. Nothing here knows of other nodes, apps or deliveries.

pub mod addresses;
pub mod clients;
pub mod echo;
pub mod resolver;
