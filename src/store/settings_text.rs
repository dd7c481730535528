//! Settings as one value of a row: as the API writes them, but for the one that is a column of its own.
//!
//! What is not there has its default. A name that this version does not know is passed over when it is read and kept when
//! others are written: in a rolling upgrade a newer node may have set it, and an older one leaves it alone, as it would a column
//! that it does not ask for.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::domain::strict_json::{as_object, fields};

/// Settings as they are stored beside the column of this setting, over what stands there: empty of a new row.
pub(super) fn write<T: Serialize + DeserializeOwned>(settings: &T, column: &str, present: &str) -> String {
    let mut object = as_object(settings);
    object.retain(|name, value| name != column && !value.is_null());
    let known = fields::<T>();
    // What cannot be read was refused before anybody could change it.
    let others: Map<String, Value> = serde_json::from_str(present).unwrap_or_default();
    object.extend(others.into_iter().filter(|(name, _)| !known.contains(&name.as_str())));
    Value::Object(object).to_string()
}

/// What [`write`] wrote, and what stands in the column.
pub(super) fn read<T: DeserializeOwned>(
    text: &str,
    column: &str,
    in_column: Option<String>,
) -> Result<T, serde_json::Error> {
    let mut object: Map<String, Value> = serde_json::from_str(text)?;
    object.extend(in_column.map(|value| (column.to_owned(), value.into())));
    let known = fields::<T>();
    object.retain(|name, _| known.contains(&name.as_str()));
    serde_json::from_value(object.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::app_settings::AppSettings;

    #[test]
    fn what_is_not_there_has_its_default_and_what_a_newer_version_set_is_passed_over() {
        let read = |text: &str| read::<AppSettings>(text, "ref", Some("wall".to_owned())).unwrap();
        let usual = AppSettings { reference: Some("wall".to_owned()), ..AppSettings::new("a") };
        assert_eq!(read(r#"{"name":"a","ofTomorrow":[1]}"#), usual);
        assert_eq!(read(&write(&usual, "ref", "")), usual);
        assert!(!write(&usual, "ref", "").contains("wall"));
    }

    #[test]
    fn what_a_newer_version_set_stays_when_others_are_changed_and_nothing_else_does() {
        let present = r#"{"name":"a","ofTomorrow":[1],"paused":true}"#;
        let written = write(&AppSettings::new("b"), "ref", present);
        assert!(written.contains(r#""ofTomorrow":[1]"#) && written.contains(r#""name":"b""#), "{written}");
        assert_eq!(super::read::<AppSettings>(&written, "ref", None).unwrap(), AppSettings::new("b"));
    }

    #[test]
    fn a_value_that_cannot_be_read_is_an_error_and_never_the_default() {
        assert!(read::<AppSettings>(r#"{"name":"a","rewardRounding":"escalated"}"#, "ref", None).is_err());
    }
}
