//! Queries as values: what can be performed can be explained, word for word.
//!
//! A function that answers one of these hands out the query before anybody performs it, so that `inspect::plans` asks the
//! database about the very text that the product runs.

use diesel::Connection;
use diesel::query_builder::QueryFragment;
use diesel::query_dsl::RunQueryDsl;
use diesel::query_dsl::methods::{ExecuteDsl, LoadQuery};

use super::Conn;

/// A query that answers rows, as values of type `T`.
pub(in crate::store) trait Read<'query, T, C: Connection = Conn>:
    RunQueryDsl<C> + LoadQuery<'query, C, T> + QueryFragment<C::Backend>
{
}

impl<'query, T, C: Connection, Q> Read<'query, T, C> for Q where
    Q: RunQueryDsl<C> + LoadQuery<'query, C, T> + QueryFragment<C::Backend>
{
}

/// A statement that changes rows.
pub(in crate::store) trait Write<C: Connection = Conn>:
    RunQueryDsl<C> + ExecuteDsl<C> + QueryFragment<C::Backend>
{
}

impl<C: Connection, Q> Write<C> for Q where Q: RunQueryDsl<C> + ExecuteDsl<C> + QueryFragment<C::Backend> {}
