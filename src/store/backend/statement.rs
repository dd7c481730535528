//! A statement whose text is the same however many keys it asks about, and whichever they are.
//!
//! PostgreSQL takes as long to read and plan a text with two hundred keys in it as to answer it. So such a statement is prepared,
//! once per connection, and given its keys as one array. SQLite has no arrays, and plans in microseconds: it reads them within
//! the text.
//!
//! A text says `:rows` for the keys as the rows of a subquery, `:among` for the condition that something is one of them, and the
//! name of a number with a colon before it. Whatever it holds besides must be the same each time: a connection keeps every text
//! that it has prepared.

use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::sql_types::{Array, BigInt, Untyped};
use diesel::sqlite::Sqlite;

use super::conn::{Conn, on_backend};

/// The statement, and what it is asked with.
#[derive(Clone, Debug)]
pub(in crate::store) struct Statement {
    text: String,
    keys: Vec<i64>,
    numbers: Vec<(&'static str, i64)>,
    is_prepared: bool,
}

/// What a text consists of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part<'a> {
    Text(&'a str),
    Rows,
    Among,
    Number(&'a i64),
}

impl Statement {
    /// This text, which holds no colon but before the words above.
    pub(in crate::store) fn of(text: impl Into<String>) -> Self {
        Self { text: text.into(), keys: Vec::new(), numbers: Vec::new(), is_prepared: true }
    }

    /// Asks about these keys.
    pub(in crate::store) fn keys<K: AsRef<i64>>(mut self, keys: &[K]) -> Self {
        self.keys = keys.iter().map(|key| *key.as_ref()).collect();
        self
    }

    /// The number of this name.
    pub(in crate::store) fn number(mut self, name: &'static str, number: i64) -> Self {
        self.numbers.push((name, number));
        self
    }

    /// Of a text that is another one each time: it is not kept.
    pub(in crate::store) fn read_anew(mut self) -> Self {
        self.is_prepared = false;
        self
    }

    /// All rows that it finds.
    pub(in crate::store) fn all<T>(self, conn: &mut Conn) -> QueryResult<Vec<T>>
    where
        T: QueryableByName<Sqlite> + QueryableByName<Pg> + 'static,
    {
        on_backend!(conn, sqlite(conn) => self.load(conn), postgres(conn) => self.load(conn))
    }

    /// The one row that it finds.
    pub(in crate::store) fn one<T>(self, conn: &mut Conn) -> QueryResult<T>
    where
        T: QueryableByName<Sqlite> + QueryableByName<Pg> + 'static,
    {
        on_backend!(conn, sqlite(conn) => self.get_result(conn), postgres(conn) => self.get_result(conn))
    }

    fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let (first, rest) = self.text.split_once(':').unwrap_or((&self.text, ""));
        let words = rest.split(':').filter(|rest| !rest.is_empty()).flat_map(|rest| {
            let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
            let (word, text) = rest.split_at(end);
            [self.meant(word), Part::Text(text)]
        });
        [Part::Text(first)].into_iter().chain(words)
    }

    fn meant(&self, word: &str) -> Part<'_> {
        match word {
            "rows" => Part::Rows,
            "among" => Part::Among,
            name => {
                let number = self.numbers.iter().find(|(named, _)| *named == name);
                debug_assert!(number.is_some(), "{name} is no number of {}", self.text);
                Part::Number(number.map_or(&0, |(_, number)| number))
            }
        }
    }

    /// The keys between commas; none is a key that no row has, since an empty list is no SQL.
    fn listed(&self, of: impl Fn(&i64) -> String) -> String {
        let keys = if self.keys.is_empty() { &[-1][..] } else { &self.keys };
        keys.iter().map(of).collect::<Vec<_>>().join(", ")
    }
}

impl QueryFragment<Sqlite> for Statement {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.unsafe_to_cache_prepared();
        for part in self.parts() {
            match part {
                Part::Text(text) => out.push_sql(text),
                Part::Rows => out.push_sql(&format!("VALUES {}", self.listed(|key| format!("({key})")))),
                Part::Among => out.push_sql(&format!("IN ({})", self.listed(i64::to_string))),
                Part::Number(number) => out.push_sql(&number.to_string()),
            }
        }
        Ok(())
    }
}

impl QueryFragment<Pg> for Statement {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        if !self.is_prepared {
            out.unsafe_to_cache_prepared();
        }
        for part in self.parts() {
            match part {
                Part::Text(text) => out.push_sql(text),
                Part::Rows => {
                    out.push_sql("SELECT unnest(");
                    out.push_bind_param::<Array<BigInt>, _>(&self.keys)?;
                    out.push_sql(")");
                }
                Part::Among => {
                    out.push_sql("= ANY(");
                    out.push_bind_param::<Array<BigInt>, _>(&self.keys)?;
                    out.push_sql(")");
                }
                Part::Number(number) => out.push_bind_param::<BigInt, _>(number)?,
            }
        }
        Ok(())
    }
}

impl QueryId for Statement {
    type QueryId = ();

    // Statements of this type have different texts; it is the text that they are kept under.
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl Query for Statement {
    type SqlType = Untyped;
}

impl RunQueryDsl<SqliteConnection> for Statement {}
impl RunQueryDsl<PgConnection> for Statement {}

#[cfg(test)]
mod tests {
    use diesel::debug_query;

    use super::*;
    use crate::store::keys::AppKey;

    fn both(statement: &Statement) -> [String; 2] {
        [debug_query::<Sqlite, _>(statement).to_string(), debug_query::<Pg, _>(statement).to_string()]
    }

    #[test]
    fn sqlite_reads_keys_and_numbers_in_the_text_and_postgresql_is_given_them_beside_one_that_never_differs() {
        let keys = [7, 8].map(AppKey::stored);
        let statement = Statement::of("WITH a(id) AS (:rows) SELECT 1 WHERE app :among AND at <= :now;");
        assert_eq!(
            both(&statement.keys(&keys).number("now", 9)),
            [
                "WITH a(id) AS (VALUES (7), (8)) SELECT 1 WHERE app IN (7, 8) AND at <= 9; -- binds: []",
                "WITH a(id) AS (SELECT unnest($1)) SELECT 1 WHERE app = ANY($2) AND at <= $3; -- binds: [[7, 8], [7, 8], 9]",
            ]
        );
    }

    #[test]
    fn without_keys_nothing_is_found_and_a_text_without_words_stands_as_it_is() {
        let [on_sqlite, _] = both(&Statement::of("WHERE app :among").keys::<AppKey>(&[]));
        assert_eq!(on_sqlite, "WHERE app IN (-1) -- binds: []");
        assert_eq!(both(&Statement::of("SELECT 1")), ["SELECT 1 -- binds: []", "SELECT 1 -- binds: []"]);
    }
}
