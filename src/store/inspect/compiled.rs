//! How the SQLite in this binary was compiled, by its own account.

use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::store::{Store, StoreError};

#[derive(QueryableByName)]
struct CompileOption {
    #[diesel(sql_type = Text)]
    compile_options: String,
}

impl Store {
    /// The options that SQLite was compiled with; none on PostgreSQL.
    pub async fn sqlite_compile_options(&self) -> Result<Vec<String>, StoreError> {
        if self.is_shared() {
            return Ok(Vec::new());
        }
        let options = |conn: &mut _| diesel::sql_query("PRAGMA compile_options").load::<CompileOption>(conn);
        Ok(self.look(options).await?.into_iter().map(|option| option.compile_options).collect())
    }
}
