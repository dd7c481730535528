//! From what was typed to texts by setting: flags, then the environment, then the TOML file; each text with how it was given,
//! so that a fault is told by the name that its writer knows.

use std::collections::HashMap;
use std::fmt::Display;
use std::str::FromStr;

use super::{Setting, TABLE};
use crate::domain::strict_json::unknown;

/// The setting that names the file. It cannot stand in the file itself.
const CONFIG: &str = "RINGBACK_CONFIG";

/// A setting that means nothing.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// One setting has a value that it does not take.
    #[error("{name}: {reason}")]
    Value {
        /// The setting, as it was given: a flag, a variable or a key of the file.
        name: String,
        /// What it takes.
        reason: String,
    },
    /// The TOML file cannot be used.
    #[error("settings file {path} ({name}): {reason}")]
    File {
        /// The file.
        path: String,
        /// What named it: a flag or a variable.
        name: String,
        /// Why not.
        reason: String,
    },
}

/// A setting's text.
#[derive(Debug)]
struct Given {
    text: String,
    /// How whoever wrote it calls it.
    name: String,
}

pub(super) fn read(
    flag: impl Fn(&Setting) -> Option<String>,
    env: impl Fn(&str) -> Option<String>,
) -> Result<Typed, SettingsError> {
    let mut typed: HashMap<&'static str, Given> = HashMap::new();
    let is_set = |text: &String| !text.is_empty();
    for setting in &TABLE {
        let by_flag = || Some(Given { text: flag(setting).filter(is_set)?, name: format!("--{}", setting.flag()) });
        let by_env = || Some(Given { text: env(setting.env).filter(is_set)?, name: setting.env.to_owned() });
        if let Some(given) = by_flag().or_else(by_env) {
            typed.insert(setting.env, given);
        }
    }
    if let Some(config) = typed.get(CONFIG) {
        for (setting, given) in file(config)? {
            typed.entry(setting).or_insert(given);
        }
    }
    Ok(Typed(typed))
}

/// The TOML file's settings under their environment names. Lists and plain values read alike.
fn file(config: &Given) -> Result<Vec<(&'static str, Given)>, SettingsError> {
    let path = &config.text;
    let unusable = |reason: String| SettingsError::File { path: path.clone(), name: config.name.clone(), reason };
    let text = std::fs::read_to_string(path).map_err(|error| unusable(format!("cannot be read: {error}")))?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        unusable(format!("line {}: {}", before.matches('\n').count() + 1, error.message()))
    })?;
    let settings = || TABLE.iter().filter(|setting| setting.env != CONFIG);
    let mut found = Vec::new();
    for (key, value) in table {
        let setting = settings().find(|setting| setting.key() == key).ok_or_else(|| {
            let keys: Vec<String> = settings().map(Setting::key).collect();
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            unusable(format!("`{key}` {}", unknown(&key, &keys)))
        })?;
        let text = match value {
            toml::Value::Table(_) => {
                return Err(unusable(format!("`{key}` must be one value: a text, a number, true or false, or a list")));
            }
            toml::Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
            one => plain(&one),
        };
        if !text.is_empty() {
            found.push((setting.env, Given { text, name: format!("{key} in {path}") }));
        }
    }
    Ok(found)
}

fn plain(value: &toml::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// All that was given.
#[derive(Debug)]
pub(super) struct Typed(HashMap<&'static str, Given>);

impl Typed {
    pub(super) fn text(&self, name: &'static str) -> Option<&str> {
        self.0.get(name).map(|given| given.text.as_str())
    }

    /// What was typed, else what the table says holds without it.
    pub(super) fn text_or_default(&self, name: &'static str) -> &str {
        let default = || TABLE.iter().find(|setting| setting.env == name).map_or("", |setting| setting.default);
        self.text(name).unwrap_or_else(default)
    }

    pub(super) fn parsed<T: FromStr>(&self, name: &'static str, takes: &str) -> Result<T, SettingsError>
    where
        T::Err: Display,
    {
        self.text_or_default(name).parse().map_err(|error| wrong(name, format!("{takes} ({error})")))
    }

    pub(super) fn list(&self, name: &'static str) -> impl Iterator<Item = &str> {
        let items = self.text(name).unwrap_or_default().split(',');
        items.map(str::trim).filter(|item| !item.is_empty())
    }

    /// The same fault, told by the name that the setting was given by.
    pub(super) fn as_given(&self, error: SettingsError) -> SettingsError {
        match error {
            SettingsError::Value { name, reason } => {
                let given = self.0.get(name.as_str()).map(|given| given.name.clone());
                SettingsError::Value { name: given.unwrap_or(name), reason }
            }
            file @ SettingsError::File { .. } => file,
        }
    }
}

/// A fault of a setting, by the name of its environment variable.
pub(super) fn wrong(setting: &'static str, reason: impl Into<String>) -> SettingsError {
    SettingsError::Value { name: setting.to_owned(), reason: reason.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn given(flag: (&str, &str), env: (&str, &str)) -> Result<Typed, SettingsError> {
        let flag = |setting: &Setting| (setting.env == flag.0).then(|| flag.1.to_owned());
        read(flag, |name| (name == env.0).then(|| env.1.to_owned()))
    }

    fn refused(flag: (&str, &str), env: (&str, &str)) -> String {
        given(flag, env).unwrap_err().to_string()
    }

    #[test]
    fn a_wrong_value_is_told_by_the_name_that_it_was_given_by() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ringback.toml");
        std::fs::write(&path, "listen = \"8080\"\n").unwrap();
        let path = path.to_str().unwrap();
        for (flag, env, name) in [
            (("RINGBACK_LISTEN", "8080"), ("RINGBACK_LISTEN", "8081"), "--listen".to_owned()),
            (("", ""), ("RINGBACK_LISTEN", "8080"), "RINGBACK_LISTEN".to_owned()),
            (("RINGBACK_CONFIG", path), ("", ""), format!("listen in {path}")),
            (("", ""), ("", ""), "RINGBACK_LISTEN".to_owned()),
        ] {
            let told = given(flag, env).unwrap().as_given(wrong("RINGBACK_LISTEN", "must be an address"));
            assert_eq!(told.to_string(), format!("{name}: must be an address"));
        }
    }

    #[test]
    fn a_settings_file_that_cannot_be_used_is_named_with_what_named_it_and_why() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ringback.toml");
        let told = || refused(("RINGBACK_CONFIG", path.to_str().unwrap()), ("", ""));
        let missing = told();
        assert!(missing.contains("ringback.toml (--config): cannot be read: "), "{missing}");
        for (text, words) in [
            ("retension_days = 7\n", "`retension_days` is unknown; did you mean `retention_days`?"),
            ("zzz = 7\n", "`zzz` is unknown; known are listen, database_url, "),
            ("listen = \"127.0.0.1:0\"\nrole = api\n", "line 2: "),
            ("[listen]\nport = 1\n", "`listen` must be one value"),
        ] {
            std::fs::write(&path, text).unwrap();
            let told = told();
            assert!(told.contains("ringback.toml (--config): ") && told.contains(words), "{text}: {told}");
        }
        let told = refused(("", ""), ("RINGBACK_CONFIG", "/nowhere/ringback.toml"));
        assert!(told.contains("/nowhere/ringback.toml (RINGBACK_CONFIG)"), "{told}");
    }
}
