//! The INSERT of one row on SQLite, where a statement is a call within this process and preparing it costs more than
//! performing it.
//!
//! Diesel walks over a row four times: to see whether it has values, whether the statement may be kept, what its text is, and
//! what the values are. A text that never differs is kept under its type, and the row is walked over for its values alone.

/// Declares `INSERT INTO table (columns) VALUES (…)`, or another verb, with the type and the value of each column.
macro_rules! insertion {
    (
        $(#[$doc:meta])*
        $visible:vis $name:ident ($row:ident: $type:ty), $into:literal {
            $first:ident: $first_type:ty = $first_value:expr $(, $column:ident: $column_type:ty = $value:expr)* $(,)?
        }
    ) => {
        $(#[$doc])*
        $visible struct $name<'a>($visible &'a $type);

        impl diesel::query_builder::QueryFragment<diesel::sqlite::Sqlite> for $name<'_> {
            fn walk_ast<'b>(
                &'b self,
                mut out: diesel::query_builder::AstPass<'_, 'b, diesel::sqlite::Sqlite>,
            ) -> diesel::QueryResult<()> {
                let $row = self.0;
                out.push_sql(concat!($into, " (", stringify!($first) $(, ", ", stringify!($column))*, ") VALUES ("));
                out.push_bind_param::<$first_type, _>(&$first_value)?;
                $(
                    out.push_sql(", ");
                    out.push_bind_param::<$column_type, _>(&$value)?;
                )*
                out.push_sql(")");
                Ok(())
            }
        }

        impl diesel::query_builder::QueryId for $name<'_> {
            type QueryId = $name<'static>;

            const HAS_STATIC_QUERY_ID: bool = true;
        }

        impl diesel::RunQueryDsl<diesel::SqliteConnection> for $name<'_> {}
    };
}
pub(in crate::store) use insertion;
