//! Settings: flags, environment variables `RINGBACK_*`, a TOML file, in that order of precedence.
//!
//! Two layers: [`TABLE`] says each setting as an operator types it (one table makes `--help`, the table of docs/SETTINGS.md and the
//! keys of the TOML file, so they cannot disagree), and [`Settings`] says what it means. An empty value counts as unset.
//! Nothing below the floors of `main`, `cli` and `service` may read settings.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use clap::{Arg, ArgMatches};
use ipnet::IpNet;
use url::Url;

use crate::domain::egress::Bind;
use crate::domain::node::NodeRole;
use crate::store::Access;
use crate::telemetry::Filter;

mod mean;
mod read;
mod unknown_variables;

pub use read::SettingsError;
pub use unknown_variables::unknown_variables;

/// One setting, as it is typed.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The environment variable; the flag and the key of the TOML file follow from it.
    pub env: &'static str,
    /// What it means.
    pub meaning: &'static str,
    /// What holds without it.
    pub default: &'static str,
}

/// Every setting of `ringback serve`.
pub const TABLE: [Setting; 17] = [
    Setting { env: "RINGBACK_LISTEN", meaning: "address of API and console", default: "127.0.0.1:8080" },
    Setting {
        env: "RINGBACK_DATABASE_URL",
        meaning: "where the store is: `sqlite://PATH` or `postgres://…`, with libpq's parameters",
        default: "sqlite://ringback.db",
    },
    Setting {
        env: "RINGBACK_MASTER_KEY_FILE",
        meaning: "file holding the key that encrypts secrets; created (mode 0600) only while the store holds no secret. \
                  Keep a copy apart: losing it loses every secret",
        default: "beside the SQLite file (`.key`); required with PostgreSQL, the same key on every node",
    },
    Setting {
        env: "RINGBACK_BOOTSTRAP_TOKEN",
        meaning: "32 or more printable ASCII characters: the first operator token while the store has none, then \
                  ignored; without it one is made and printed once",
        default: "none",
    },
    Setting {
        env: "RINGBACK_ALLOW_TARGETS",
        meaning: "CIDR list that callback targets may lie in although not public (tests, private networks)",
        default: "empty",
    },
    Setting {
        env: "RINGBACK_ALLOW_HTTP",
        meaning: "`true`: allow `http://` callback URLs, for every dialect",
        default: "false",
    },
    Setting {
        env: "RINGBACK_RETRY_SCALE",
        meaning: "multiplies every retry delay (tests, drills): 0 to 1000, with at most three places",
        default: "1",
    },
    Setting {
        env: "RINGBACK_EGRESS_BIND",
        meaning: "egress IPs this node holds: `PUBLIC=BIND,…`, where BIND is a local address or \
                  `socks5://[user:password@]ADDRESS:PORT`",
        default: "all that the store lists and the host can bind",
    },
    Setting {
        env: "RINGBACK_EGRESS_ECHO_URL",
        meaning: "answers with the caller's address; asked through every bind at start and every 5 min: `verified`, \
                  `assumed` (no echo set) or `wrong` (then not held)",
        default: "none",
    },
    Setting {
        env: "RINGBACK_RETENTION_DAYS",
        meaning: "days that attempts and ended deliveries are kept, or as many as an app's refund window has",
        default: "90",
    },
    Setting {
        env: "RINGBACK_ROLE",
        meaning: "`api` takes reports and answers people, `worker` sends, `all` does both; on SQLite one process does all",
        default: "all",
    },
    Setting {
        env: "RINGBACK_PUBLIC_URL",
        meaning: "where people reach the console, such as `https://ringback.example`: links, cookies, origin check",
        default: "`http://` + the listen address",
    },
    Setting {
        env: "RINGBACK_TRUSTED_PROXIES",
        meaning: "CIDR list of the proxies whose `X-Forwarded-For` says where a visitor comes from",
        default: "none",
    },
    Setting {
        env: "RINGBACK_CONFIG",
        meaning: "TOML file with these settings, each under its name without `RINGBACK_` and in lower case: `retry_scale = 0.5`",
        default: "none",
    },
    Setting { env: "RINGBACK_METRICS_LISTEN", meaning: "an address for `/metrics` alone", default: "none" },
    Setting {
        env: "RINGBACK_POOL_SIZE",
        meaning: "PostgreSQL connections of this node, 6 or more; without effect on SQLite",
        default: "16",
    },
    Setting {
        env: "RINGBACK_LOG",
        meaning: "what is logged: a level (`info`, or 0 to 5), a module, or both, as in `warn,ringback=debug`",
        default: "info,actix_server=warn",
    },
];

impl Setting {
    /// `RINGBACK_RETRY_SCALE` is the key `retry_scale` …
    pub fn key(&self) -> String {
        self.env.trim_start_matches("RINGBACK_").to_ascii_lowercase()
    }

    /// … and the flag `--retry-scale`.
    pub fn flag(&self) -> String {
        self.key().replace('_', "-")
    }
}

/// The flags of `ringback serve`.
pub fn flags() -> impl Iterator<Item = Arg> {
    TABLE.iter().map(flag)
}

/// The flags of commands that only need the store.
pub fn store_flags() -> impl Iterator<Item = Arg> {
    let of_store = ["RINGBACK_DATABASE_URL", "RINGBACK_MASTER_KEY_FILE", "RINGBACK_CONFIG"];
    TABLE.iter().filter(move |setting| of_store.contains(&setting.env)).map(flag)
}

fn flag(setting: &Setting) -> Arg {
    Arg::new(setting.env)
        .long(setting.flag())
        .value_name("VALUE")
        .help(format!("{} [default: {}] [env: {}]", setting.meaning, setting.default, setting.env))
}

/// The table of docs/SETTINGS.md.
pub fn markdown_table() -> String {
    let mut table = String::from("| setting | flag | meaning | default |\n|---|---|---|---|\n");
    for setting in &TABLE {
        let default = match setting.default {
            words @ ("none" | "empty") => words.to_owned(),
            words if words.contains(' ') => words.to_owned(),
            value => format!("`{value}`"),
        };
        table.push_str(&format!("| `{}` | `--{}` | {} | {default} |\n", setting.env, setting.flag(), setting.meaning));
    }
    table
}

/// What the settings mean.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where API and console listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where the store is, and how it is opened.
    pub store: Access,
    /// What this node does.
    pub role: NodeRole,
    /// The first operator token.
    pub bootstrap_token: Option<BootstrapToken>,
    /// Non-public targets that are allowed.
    pub allow_targets: Vec<IpNet>,
    /// Whether `http://` callback URLs are allowed.
    pub allow_http: bool,
    /// Every retry delay times this, in thousandths.
    pub retry_scale_thousandths: u64,
    /// The egress IPs of this node; `None`: all that it can bind.
    pub egress_bind: Option<HashMap<IpAddr, Bind>>,
    /// Answers with the caller's address.
    pub egress_echo_url: Option<Url>,
    /// Days that attempts and ended deliveries are kept.
    pub retention_days: u32,
    /// Where people reach the console: scheme, host and port, without a slash; `None`: where it listens.
    pub public_url: Option<String>,
    /// The proxies that say where a visitor comes from.
    pub trusted_proxies: Vec<IpNet>,
    /// Where `/metrics` alone listens.
    pub metrics_listen: Option<SocketAddr>,
    /// What is logged.
    pub log: Filter,
}

/// A token that must not show in a log of the settings.
#[derive(Clone, PartialEq, Eq)]
pub struct BootstrapToken(String);

impl BootstrapToken {
    /// The token's text.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for BootstrapToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("BootstrapToken(…)")
    }
}

impl Settings {
    /// From the flags of a command, the process's environment, and the TOML file that either of them names.
    pub fn load(flags: &ArgMatches) -> Result<Self, SettingsError> {
        let typed = |setting: &Setting| flags.try_get_one::<String>(setting.env).ok().flatten().cloned();
        Self::of(&read::read(typed, |name| std::env::var(name).ok())?)
    }

    /// From environment variables alone, given as a look-up.
    pub fn from_env(env: impl Fn(&str) -> Option<String>) -> Result<Self, SettingsError> {
        Self::of(&read::read(|_| None, env)?)
    }

    fn of(typed: &read::Typed) -> Result<Self, SettingsError> {
        mean::mean(typed).map_err(|error| typed.as_given(error))
    }
}
