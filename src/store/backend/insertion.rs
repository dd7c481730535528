//! The INSERT of one row on SQLite, where a statement is a call within this process and preparing it costs more than
//! performing it.
//!
//! Diesel walks over a row four times: to see whether it has values, whether the statement may be kept, what its text is, and
//! what the values are. A text that never differs is kept under its type, and the row is walked over for its values alone.

/// Declares `INSERT INTO table (columns) VALUES (…)`, or another verb, with the type of each column. The row has a field for each
/// and no other: one that is left out here does not compile.
macro_rules! insertion {
    (
        $(#[$doc:meta])*
        $visible:vis $name:ident of $row:ident $(<$borrowed:lifetime>)?, $into:literal {
            $first:ident: $first_type:ty $(, $column:ident: $column_type:ty)* $(,)?
        }
    ) => {
        $(#[$doc])*
        $visible struct $name<'a>($visible &'a $row $(<$borrowed>)?);

        impl diesel::query_builder::QueryFragment<diesel::sqlite::Sqlite> for $name<'_> {
            fn walk_ast<'b>(
                &'b self,
                mut out: diesel::query_builder::AstPass<'_, 'b, diesel::sqlite::Sqlite>,
            ) -> diesel::QueryResult<()> {
                let $row { $first, $($column),* } = self.0;
                out.push_sql(concat!($into, " (", stringify!($first) $(, ", ", stringify!($column))*, ") VALUES ("));
                out.push_bind_param::<$first_type, _>($first)?;
                $(
                    out.push_sql(", ");
                    out.push_bind_param::<$column_type, _>($column)?;
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
