//! Columns that hold words, instants and ids of the domain, on either engine: words and ids of what is written all the time
//! as their codes and keys, all others as text.
//!
//! A stored word or code that this version does not know is an error of whatever reads it, and never taken for another one:
//! in a rolling upgrade a newer node may have written it, and knows what it means.

use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::expression::AsExpression;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{BigInt, Nullable, SingleValue, SmallInt, Text};
use serde::{Serialize, Serializer};

use super::codes::Coded;
use super::keys::{AppKey, ClaimKey, CompletionKey, DeliveryKey, EndpointKey, NodeKey, ReversalKey, SourceKey};
use crate::domain::amount::Decimal;
use crate::domain::audit;
use crate::domain::completion::ReviewState;
use crate::domain::delivery::{DeliveryKind, EndedReason, Extent, Outcome, Status, Told, WaitingFor};
use crate::domain::node::NodeRole;
use crate::domain::person::{Purpose, Theme};
use crate::domain::replay::ReplayState;
use crate::domain::reversal::Reason;
use crate::domain::secret::SecretState;
use crate::domain::time::Timestamp;

/// What makes a type a column: how its value is borrowed from it, and how it is made from a value, if it can be.
macro_rules! columns {
    ($sql:ty, $owned:ty, $borrowed:ty: $($type:ty),+; $borrow:ident, $make:expr) => {$(
        impl<DB: Backend> FromSql<$sql, DB> for $type where $owned: FromSql<$sql, DB> {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                let value = <$owned>::from_sql(bytes)?;
                let made: Option<Self> = $make(&value);
                made.ok_or_else(|| format!("{value:?} is no {} that this version knows", stringify!($type)).into())
            }
        }

        impl<DB: Backend> ToSql<$sql, DB> for $type where $borrowed: ToSql<$sql, DB> {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                let value: &$borrowed = self.$borrow();
                value.to_sql(out)
            }
        }

        impl<ST: SingleValue, DB: Backend> Queryable<ST, DB> for $type where Self: FromSql<ST, DB> {
            type Row = Self;

            fn build(row: Self) -> deserialize::Result<Self> {
                Ok(row)
            }
        }

        impl AsExpression<$sql> for $type {
            type Expression = <$owned as AsExpression<$sql>>::Expression;

            fn as_expression(self) -> Self::Expression {
                AsExpression::<$sql>::as_expression(<$borrowed>::to_owned(self.$borrow()))
            }
        }

        impl AsExpression<Nullable<$sql>> for $type {
            type Expression = <Option<Self> as AsExpression<Nullable<$sql>>>::Expression;

            fn as_expression(self) -> Self::Expression {
                AsExpression::<Nullable<$sql>>::as_expression(Some(self))
            }
        }

        impl<'a> AsExpression<$sql> for &'a $type {
            type Expression = <&'a $borrowed as AsExpression<$sql>>::Expression;

            fn as_expression(self) -> Self::Expression {
                AsExpression::<$sql>::as_expression(self.$borrow())
            }
        }

        impl<'a> AsExpression<Nullable<$sql>> for &'a $type {
            type Expression = <Option<&'a $borrowed> as AsExpression<Nullable<$sql>>>::Expression;

            fn as_expression(self) -> Self::Expression {
                AsExpression::<Nullable<$sql>>::as_expression(Some(self.$borrow()))
            }
        }
    )+};
}

columns! { Text, String, str:
    audit::Outcome, Decimal, NodeRole, Purpose, ReplayState, SecretState, Theme;
    as_str, |word: &String| Self::parse(word)
}
columns! { SmallInt, i16, i16:
    DeliveryKind, EndedReason, Extent, Outcome, Reason, ReviewState, Status, Told, WaitingFor;
    as_code, |code: &i16| Self::of_code(*code)
}
columns! { BigInt, i64, i64: Timestamp; as_ref, |ms: &i64| Some(Self::from_millis(*ms)) }
columns! { BigInt, i64, i64:
    AppKey, ClaimKey, CompletionKey, DeliveryKey, EndpointKey, NodeKey, ReversalKey, SourceKey;
    as_ref, |key: &i64| Some(Self::stored(*key))
}

/// Has a type of the domain read as the row that it is made from; `by_name` also from queries that are written by hand.
/// Rust wants the row to be as public as the type; its fields are private.
macro_rules! read_as_row {
    ($type:ty, $row:ty) => {
        impl<DB: diesel::backend::Backend> diesel::Selectable<DB> for $type
        where
            $row: diesel::Selectable<DB>,
        {
            type SelectExpression = <$row as diesel::Selectable<DB>>::SelectExpression;

            fn construct_selection() -> Self::SelectExpression {
                <$row>::construct_selection()
            }
        }

        impl<ST, DB: diesel::backend::Backend> diesel::Queryable<ST, DB> for $type
        where
            $row: diesel::Queryable<ST, DB>,
        {
            type Row = <$row as diesel::Queryable<ST, DB>>::Row;

            fn build(row: Self::Row) -> diesel::deserialize::Result<Self> {
                Ok(Self::try_from(<$row as diesel::Queryable<ST, DB>>::build(row)?)?)
            }
        }
    };
    ($type:ty, $row:ty, by_name) => {
        read_as_row!($type, $row);

        impl<DB: diesel::backend::Backend> diesel::QueryableByName<DB> for $type
        where
            $row: diesel::QueryableByName<DB>,
        {
            fn build<'a>(row: &impl diesel::row::NamedRow<'a, DB>) -> diesel::deserialize::Result<Self> {
                Ok(Self::try_from(<$row as diesel::QueryableByName<DB>>::build(row)?)?)
            }
        }
    };
}
pub(super) use read_as_row;

/// An instant as a row of JSON has it, for statements over many rows.
pub(super) fn in_millis<S: Serializer>(
    at: &(impl Copy + Into<Option<Timestamp>>),
    serializer: S,
) -> Result<S::Ok, S::Error> {
    (*at).into().map(Timestamp::as_millis).serialize(serializer)
}
