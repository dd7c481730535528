//! Where the database is, as parsed from `RINGBACK_DATABASE_URL`.

use std::path::PathBuf;

use super::StoreError;

/// Where the database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// In a file of this machine.
    Sqlite {
        /// The file.
        path: PathBuf,
    },
    /// On a PostgreSQL server, or on several of which one takes writes.
    Postgres(PostgresUrl),
}

/// A PostgreSQL URL. It may hold a password, so it never shows itself.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl(String);

impl std::fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PostgresUrl(…)")
    }
}

/// What a lost connection may cost, unless the URL says otherwise: a server that vanished without a word is noticed
/// within ten seconds, so that a node knows of it before its heartbeat ends; and of several hosts the one that takes
/// writes is meant.
const DEFAULTS: [(&str, &str); 7] = [
    ("application_name", "ringback"),
    ("connect_timeout", "5"),
    ("keepalives_idle", "4"),
    ("keepalives_interval", "2"),
    ("keepalives_count", "3"),
    ("tcp_user_timeout", "10000"),
    ("target_session_attrs", "read-write"),
];

impl Location {
    /// Reads `sqlite://PATH` or `postgres://…`.
    pub fn parse(url: &str) -> Result<Self, StoreError> {
        match url.strip_prefix("sqlite://") {
            Some("" | ":memory:") => Err(StoreError::Location("name a file after sqlite://".to_owned())),
            Some(path) => Ok(Self::Sqlite { path: PathBuf::from(path) }),
            None if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                check_credentials(url)?;
                Ok(Self::Postgres(PostgresUrl(with_defaults(url))))
            }
            None => Err(StoreError::Location("must be sqlite://PATH or postgres://…".to_owned())),
        }
    }
}

impl Location {
    /// Where the master key is unless it is said otherwise; beside a server there is no such place.
    pub(in crate::store) fn key_file_beside(&self) -> Option<PathBuf> {
        self.beside(".key")
    }

    /// Where SQLite puts what is committed, before it moves into the file itself.
    pub(in crate::store) fn log_file(&self) -> Option<PathBuf> {
        self.beside("-wal")
    }

    fn beside(&self, ending: &str) -> Option<PathBuf> {
        let Self::Sqlite { path } = self else { return None };
        let mut beside = path.as_os_str().to_owned();
        beside.push(ending);
        Some(PathBuf::from(beside))
    }

    /// Whether several nodes can work on it.
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// For whoever works on what there is: a file that does not exist would be made by opening it.
    pub(in crate::store) fn must_exist(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite { path } if !path.exists() => Err(StoreError::Location(format!(
                "there is no store at {} (RINGBACK_DATABASE_URL); `ringback serve` makes one",
                path.display()
            ))),
            _ => Ok(()),
        }
    }

    /// What to say where it can be opened, and holds none of our tables.
    pub(in crate::store) fn holds_no_store(&self) -> StoreError {
        let place = match self {
            Self::Sqlite { path } => path.display().to_string(),
            Self::Postgres(_) => "the PostgreSQL database".to_owned(),
        };
        let words = "holds no store of Ringback's (RINGBACK_DATABASE_URL); `ringback serve` makes one";
        StoreError::Location(format!("{place} {words}"))
    }
}

impl PostgresUrl {
    /// The URL, password and all.
    pub(super) fn expose(&self) -> &str {
        &self.0
    }

    /// The URL, password and all, of the same database with its tables in this schema alone.
    pub(in crate::store) fn with_search_path(&self, schema: &str) -> String {
        let path = format!("-csearch_path%3D{schema}");
        // Every Postgres URL of ours has a query: our defaults stand there.
        let (before, query) = self.0.split_once('?').unwrap_or((&self.0, ""));
        let mut pairs: Vec<String> = query.split('&').map(str::to_owned).collect();
        match pairs.iter_mut().find(|pair| pair.starts_with(OPTIONS)) {
            // What comes last goes before what else is set there.
            Some(options) => options.push_str(&format!("%20{path}")),
            None => pairs.push(format!("{OPTIONS}{path}")),
        }
        format!("{before}?{}", pairs.join("&"))
    }
}

/// Refuses a password that libpq would take for something else: it would be shown as the host or the port that cannot
/// be found.
fn check_credentials(url: &str) -> Result<(), StoreError> {
    let authority = url.split_once("://").map_or("", |(_, rest)| rest).split('?').next().unwrap_or_default();
    let Some((credentials, _)) = authority.rsplit_once('@') else { return Ok(()) };
    let encoded = |part: &str| part.len() >= 2 && part.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    if credentials.contains(['@', '/']) || !credentials.split('%').skip(1).all(encoded) {
        let words = "percent-encode @, / and % in user name and password (%40, %2F, %25)";
        return Err(StoreError::Location(words.to_owned()));
    }
    Ok(())
}

/// libpq's parameter for what the server is told at the beginning of each session.
const OPTIONS: &str = "options=";

fn with_defaults(url: &str) -> String {
    let mut url = url.to_owned();
    let given: Vec<String> = match url.split_once('?') {
        Some((_, query)) => {
            query.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, _)| name.to_owned()).collect()
        }
        None => Vec::new(),
    };
    let mut separator = if url.contains('?') { '&' } else { '?' };
    for (name, value) in DEFAULTS {
        if !given.iter().any(|known| known == name) {
            url.push(separator);
            url.push_str(name);
            url.push('=');
            url.push_str(value);
            separator = '&';
        }
    }
    url
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_url_says_goes_before_our_defaults_and_nothing_of_it_is_shown() {
        let location = Location::parse("postgres://user:hunter2@a,b/ringback?connect_timeout=9").unwrap();
        assert!(!format!("{location:?}").contains("hunter2"));
        let Location::Postgres(url) = location else { panic!("{location:?}") };
        assert!(
            url.expose().starts_with("postgres://user:hunter2@a,b/ringback?connect_timeout=9&"),
            "{}",
            url.expose()
        );
        assert_eq!(url.expose().matches("connect_timeout").count(), 1);
        assert!(url.expose().contains("&target_session_attrs=read-write"));
    }

    #[test]
    fn a_password_that_would_be_read_as_a_host_is_refused_without_being_repeated() {
        for url in ["user:hunter2@2@host/ringback", "user:hun/ter2@host/ringback", "user:hunter2%@host/ringback"] {
            let refused = Location::parse(&format!("postgres://{url}")).unwrap_err().to_string();
            assert!(refused.contains("percent-encode") && !refused.contains("ter2"), "{refused}");
        }
        for url in ["user:hunter%402@host/ringback", "host/ringback?user=a@b", "[::1]:5432/ringback", ""] {
            assert!(Location::parse(&format!("postgres://{url}")).is_ok(), "{url}");
        }
    }

    #[test]
    fn a_schema_is_added_to_what_the_server_is_told_already() {
        for (url, options) in [
            ("postgres://a/ringback", "&options=-csearch_path%3Dmine"),
            ("postgres://a/ringback?options=-cwork_mem%3D1MB", "?options=-cwork_mem%3D1MB%20-csearch_path%3Dmine&"),
        ] {
            let Location::Postgres(url) = Location::parse(url).unwrap() else { panic!("{url}") };
            let url = url.with_search_path("mine");
            assert!(url.contains(options), "{url}");
            assert_eq!(url.matches("options=").count(), 1, "{url}");
        }
    }
}
