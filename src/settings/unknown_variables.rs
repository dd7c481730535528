//! Environment variables that are no setting, but nearly one: a typing mistake, which would otherwise change nothing and say
//! nothing.
//!
//! It is no error, and nothing is said of what is like no setting: receivers have `RINGBACK_SECRET` in their environment, and
//! orchestrators put variables there that begin with the service's name.

use super::{Setting, TABLE};
use crate::domain::strict_json::nearest;

/// What to say of these names of variables, one line for each misspelt setting.
pub fn unknown_variables(names: impl IntoIterator<Item = String>) -> Vec<String> {
    let keys: Vec<String> = TABLE.iter().map(Setting::key).collect();
    let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    let mut lines: Vec<String> = names.into_iter().filter_map(|name| line(&name, &keys)).collect();
    lines.sort_unstable();
    lines
}

fn line(name: &str, keys: &[&str]) -> Option<String> {
    // The prefix is alike in all of them, so it says nothing about likeness.
    let key = name.strip_prefix("RINGBACK_")?.to_lowercase();
    if TABLE.iter().any(|setting| setting.env == name) {
        return None;
    }
    let meant = nearest(&key, keys)?.to_uppercase();
    Some(format!("the environment variable {name} is no setting, and is ignored; did you mean RINGBACK_{meant}?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_setting_is_told_with_the_one_that_was_meant() {
        let told = unknown_variables(["RINGBACK_LISTN", "RINGBACK_Retry_Scale", "RINGBACK_LISTEN"].map(str::to_owned));
        let line = |name: &str, meant: &str| {
            format!("the environment variable {name} is no setting, and is ignored; did you mean {meant}?")
        };
        let lines = [("RINGBACK_LISTN", "RINGBACK_LISTEN"), ("RINGBACK_Retry_Scale", "RINGBACK_RETRY_SCALE")];
        assert_eq!(told, lines.map(|(name, meant)| line(name, meant)));
    }

    #[test]
    fn nothing_is_said_of_what_others_put_into_the_environment() {
        let others = [
            "PATH",
            "RINGBACK_SECRET",
            "RINGBACK_SECRET_2",
            "RINGBACK_ADDRESS",
            "RINGBACK_URL",
            "RINGBACK_TOKEN",
            "RINGBACK_TEST_STORE",
            "RINGBACK_PORT",
            "RINGBACK_PORT_8080_TCP_ADDR",
            "RINGBACK_SERVICE_HOST",
        ];
        assert_eq!(unknown_variables(others.map(str::to_owned)), Vec::<String>::new());
    }
}
