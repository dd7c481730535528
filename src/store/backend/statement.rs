//! A statement whose text is the same however many keys it asks about, and whichever they are.
//!
//! PostgreSQL takes as long to read and plan a text with two hundred keys in it as to answer it. So such a statement is prepared,
//! once per connection, and given its keys as one array. SQLite has no arrays, and plans in microseconds: it reads them within
//! the text.
//!
//! A text says `:rows` for the keys as the rows of a subquery, `:among` for the condition that something is one of them, and the
//! name of a number with a colon before it. Between `:each` and `:end_each`, behind CROSS JOIN, stands a table, called `d`, with its
//! condition: either engine then reads that table anew for each row of what stands before it, in turn. Whatever a text holds besides
//! must be the same each time: a connection keeps every text that it has prepared.

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
    Each,
    EndEach,
    Number(&'a i64),
    /// A word that stands for nothing.
    Unknown(&'a str),
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

    /// Of a text that is another one each time, or whose keys PostgreSQL must know to look them up by their hash: it is not kept, and
    /// holds its keys.
    pub(in crate::store) fn read_anew(mut self) -> Self {
        self.is_prepared = false;
        self
    }

    /// Whether PostgreSQL keeps it.
    pub(in crate::store) fn is_prepared(&self) -> bool {
        self.is_prepared
    }

    /// All rows that it finds.
    pub(in crate::store) fn all<T>(self, conn: &mut Conn) -> QueryResult<Vec<T>>
    where
        T: QueryableByName<Sqlite> + QueryableByName<Pg> + 'static,
    {
        on_backend!(conn,
            sqlite(conn) => diesel::sql_query(self.written()?).load(conn),
            postgres(conn) => match self.is_prepared {
                true => self.load(conn),
                false => diesel::sql_query(self.written()?).load(conn),
            },
        )
    }

    /// The one row that it finds.
    pub(in crate::store) fn one<T>(self, conn: &mut Conn) -> QueryResult<T>
    where
        T: QueryableByName<Sqlite> + QueryableByName<Pg> + 'static,
    {
        let found = self.all(conn)?.into_iter().next();
        found.ok_or(diesel::result::Error::NotFound)
    }

    /// The text with everything in it. Diesel walks over a query several times, so it is not written while one does.
    pub(in crate::store) fn written(&self) -> QueryResult<String> {
        let mut written = String::new();
        for part in self.parts() {
            match part {
                Part::Text(text) => written.push_str(text),
                Part::Rows => written.push_str(&format!("VALUES {}", self.listed(|key| format!("({key})")))),
                Part::Among => written.push_str(&format!("IN ({})", self.listed(i64::to_string))),
                // SQLite takes CROSS JOIN for the order in which it reads.
                Part::Each | Part::EndEach => {}
                Part::Number(number) => written.push_str(&number.to_string()),
                Part::Unknown(word) => return unknown(word),
            }
        }
        Ok(written)
    }

    fn parts(&self) -> impl Iterator<Item = Part<'_>> {
        let mut pieces = self.text.split(':');
        let first = pieces.next().unwrap_or_default();
        let words = pieces.flat_map(|rest| {
            let end = rest.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').unwrap_or(rest.len());
            let (word, text) = rest.split_at(end);
            [self.meant(word), Part::Text(text)]
        });
        [Part::Text(first)].into_iter().chain(words)
    }

    fn meant<'a>(&'a self, word: &'a str) -> Part<'a> {
        match word {
            "rows" => Part::Rows,
            "among" => Part::Among,
            "each" => Part::Each,
            "end_each" => Part::EndEach,
            name => {
                let number = self.numbers.iter().find(|(named, _)| *named == name);
                number.map_or(Part::Unknown(name), |(_, number)| Part::Number(number))
            }
        }
    }

    /// The keys between commas; none is a key that no row has, since an empty list is no SQL.
    fn listed(&self, of: impl Fn(&i64) -> String) -> String {
        let keys = if self.keys.is_empty() { &[-1][..] } else { &self.keys };
        keys.iter().map(of).collect::<Vec<_>>().join(", ")
    }
}

/// Why a statement is not performed: its text and what it is asked with do not go together.
#[derive(Debug, thiserror::Error)]
#[error("`:{0}` stands for nothing in a statement")]
struct UnknownWord(String);

fn unknown<T>(word: &str) -> QueryResult<T> {
    Err(diesel::result::Error::QueryBuilderError(Box::new(UnknownWord(word.to_owned()))))
}

impl QueryFragment<Pg> for Statement {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        for part in self.parts() {
            match part {
                Part::Text(text) => out.push_sql(text),
                Part::Rows => {
                    out.push_sql("SELECT unnest(CAST(");
                    out.push_bind_param::<Array<BigInt>, _>(&self.keys)?;
                    out.push_sql(" AS BIGINT[]))");
                }
                Part::Among => {
                    out.push_sql("= ANY(");
                    out.push_bind_param::<Array<BigInt>, _>(&self.keys)?;
                    out.push_sql(")");
                }
                // Where it takes a table for small, PostgreSQL would read that first, all of it, and compare each row with all keys.
                Part::Each => out.push_sql("LATERAL (SELECT * FROM"),
                Part::EndEach => out.push_sql("OFFSET 0) d"),
                Part::Number(number) => out.push_bind_param::<BigInt, _>(number)?,
                Part::Unknown(word) => return unknown(word),
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

impl RunQueryDsl<PgConnection> for Statement {}

#[cfg(test)]
mod tests {
    use diesel::debug_query;

    use super::*;
    use crate::store::keys::AppKey;

    fn both(statement: &Statement) -> [String; 2] {
        [statement.written().unwrap(), debug_query::<Pg, _>(statement).to_string()]
    }

    #[test]
    fn sqlite_reads_keys_and_numbers_in_the_text_and_postgresql_is_given_them_beside_one_that_never_differs() {
        let keys = [7, 8].map(AppKey::stored);
        let statement = Statement::of("WITH a(id) AS (:rows) SELECT 1 WHERE app :among AND at <= :now;");
        assert_eq!(
            both(&statement.keys(&keys).number("now", 9)),
            [
                "WITH a(id) AS (VALUES (7), (8)) SELECT 1 WHERE app IN (7, 8) AND at <= 9;",
                "WITH a(id) AS (SELECT unnest(CAST($1 AS BIGINT[]))) SELECT 1 WHERE app = ANY($2) AND at <= $3; \
                 -- binds: [[7, 8], [7, 8], 9]",
            ]
        );
    }

    #[test]
    fn postgresql_is_told_as_well_to_read_a_table_for_one_row_after_the_other() {
        let statement =
            Statement::of("SELECT 1 FROM a CROSS JOIN :each deliveries d WHERE d.app = a.id :end_each LIMIT 9");
        assert_eq!(
            both(&statement),
            [
                "SELECT 1 FROM a CROSS JOIN  deliveries d WHERE d.app = a.id  LIMIT 9",
                "SELECT 1 FROM a CROSS JOIN LATERAL (SELECT * FROM deliveries d WHERE d.app = a.id OFFSET 0) d LIMIT 9 -- binds: []",
            ]
        );
    }

    #[test]
    fn without_keys_nothing_is_found_and_a_text_without_words_stands_as_it_is() {
        let among = Statement::of("WHERE app :among").keys::<AppKey>(&[]);
        assert_eq!(among.written().unwrap(), "WHERE app IN (-1)");
        assert_eq!(both(&Statement::of("SELECT 1")), ["SELECT 1", "SELECT 1 -- binds: []"]);
    }

    #[test]
    fn a_word_that_stands_for_nothing_is_an_error() {
        for text in ["SELECT 1::bigint", "SELECT :then", "SELECT :rowsx", "SELECT 1:"] {
            let fault = Statement::of(text).number("now", 9).one::<Found>(&mut crate::store::backend::in_memory());
            assert!(fault.unwrap_err().to_string().contains("stands for nothing"), "{text}");
        }
    }

    #[derive(Debug, QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        _found: i64,
    }
}
