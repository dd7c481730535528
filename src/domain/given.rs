//! What is given of an app or an endpoint, read over what stands of it: strictly, and every fault by the name that was given.
//!
//! One object speaks of an app and of its first endpoint, so it is split here by the names that the two structs have. Whether a
//! value is good is not asked here.

use serde_json::{Map, Value};

use super::app_settings::{AppSettings, RESERVED};
use super::dialect::endpoint_settings::EndpointSettings;
use super::dialect_settings::SURFACE_ID;
use super::invalid::Invalid;
use super::strict_json::{as_object, fields, merged, unknown};

/// Whose an app is: no setting, since it never changes.
const PUBLISHER_ID: &str = "publisherId";
/// What an app or an endpoint cannot be without.
const NAME: &str = "name";
const DIALECT: &str = "dialect";
/// Settings that are not read over what stands as a whole.
const HEADERS: &str = "headers";
const DIALECT_SETTINGS: &str = "settings";

/// Settings as they are to stand.
#[derive(Debug)]
pub struct Given<T> {
    /// The settings.
    pub settings: T,
    /// What is wrong already, although everything could be read.
    pub faults: Invalid,
    /// What was not given, and a new one needs.
    missing: Option<&'static str>,
}

/// An app and its first endpoint as they are to stand.
#[derive(Debug)]
pub struct GivenApp {
    /// Whose it is, by id or ref.
    pub publisher_id: Option<String>,
    /// What is given that is not a publisher's to set.
    pub reserved: Option<&'static str>,
    /// The app.
    pub app: Given<AppSettings>,
    /// Its first endpoint.
    pub endpoint: Given<EndpointSettings>,
}

/// Reads an app and its first endpoint.
pub fn app(app: &AppSettings, endpoint: &EndpointSettings, mut given: Map<String, Value>) -> Result<GivenApp, Invalid> {
    let of_app = fields::<AppSettings>();
    let mut reading = Reading::of(&mut given, &[&[PUBLISHER_ID], of_app, &of_endpoint()].concat());
    let reserved = RESERVED.into_iter().find(|name| given.contains_key(*name));
    let publisher_id = reading.take(text(PUBLISHER_ID, given.shift_remove(PUBLISHER_ID)));
    let (to_app, to_endpoint) = given.into_iter().partition(|(name, _)| of_app.contains(&name.as_str()));
    let app = reading.take(over(app, to_app, NAME));
    let endpoint = reading.take(endpoint_over(endpoint, to_endpoint));
    let read = publisher_id.zip(app).zip(endpoint);
    let made = read.map(|((publisher_id, app), endpoint)| GivenApp { publisher_id, reserved, app, endpoint });
    reading.end(made)
}

/// Reads an endpoint.
pub fn endpoint(
    endpoint: &EndpointSettings,
    mut given: Map<String, Value>,
) -> Result<Given<EndpointSettings>, Invalid> {
    let mut reading = Reading::of(&mut given, &of_endpoint());
    let endpoint = reading.take(endpoint_over(endpoint, given));
    reading.end(endpoint)
}

impl<T> Given<T> {
    /// Checks that nothing is missing that a new one needs.
    pub fn check_complete(&self) -> Result<(), Invalid> {
        self.missing.map_or(Ok(()), |missing| Err(Invalid::field(missing, "is required")))
    }
}

impl GivenApp {
    /// Checks that nothing is missing that a new app needs.
    pub fn check_complete(&self) -> Result<(), Invalid> {
        let mut invalid = Invalid::none();
        invalid.take(self.app.check_complete());
        invalid.take(self.endpoint.check_complete());
        invalid.into_result()
    }
}

/// What may be said of an endpoint.
fn of_endpoint() -> Vec<&'static str> {
    fields::<EndpointSettings>().iter().copied().chain([SURFACE_ID]).collect()
}

fn over<T>(standing: &T, mut given: Map<String, Value>, required: &'static str) -> Result<Given<T>, Invalid>
where
    T: serde::Serialize + serde::de::DeserializeOwned,
{
    let mut faults = Invalid::none();
    if given.get(required).is_some_and(Value::is_null) {
        given.shift_remove(required);
        faults.push(required, "must not be null");
    }
    let missing = (!given.contains_key(required)).then_some(required);
    Ok(Given { settings: merged(standing, given)?, faults, missing })
}

fn endpoint_over(
    standing: &EndpointSettings,
    mut given: Map<String, Value>,
) -> Result<Given<EndpointSettings>, Invalid> {
    let clash = spell_surface_id(&mut given)?;
    if let Some(Value::Object(changes)) = given.get_mut(DIALECT_SETTINGS) {
        let mut all = as_object(&standing.dialect_settings);
        for (name, value) in std::mem::take(changes) {
            if value.is_null() { drop(all.shift_remove(&name)) } else { drop(all.insert(name, value)) }
        }
        *changes = all;
    }
    let keeps_headers = !given.contains_key(HEADERS);
    let mut read = over(standing, given, DIALECT)?;
    if keeps_headers {
        // Nothing can be written of them that could be read again.
        read.settings.headers = standing.headers.clone();
    }
    read.faults.extend(clash);
    Ok(read)
}

/// Writes `surfaceId` as the setting that it is another spelling of. The two must not say different things.
fn spell_surface_id(given: &mut Map<String, Value>) -> Result<Invalid, Invalid> {
    let Some(surface_id) = given.shift_remove(SURFACE_ID) else { return Ok(Invalid::none()) };
    let surface_id = text(SURFACE_ID, Some(surface_id))?.map_or(Value::Null, Value::String);
    let settings = given.entry(DIALECT_SETTINGS).or_insert_with(|| Map::new().into());
    let among_them = match settings {
        Value::Object(settings) => settings.entry(SURFACE_ID).or_insert_with(|| surface_id.clone()),
        other => other,
    };
    let message = "is another spelling of settings.surfaceId, which says something else";
    let says_other = *among_them != surface_id && (among_them.is_string() || among_them.is_null());
    Ok(if says_other { Invalid::field(SURFACE_ID, message) } else { Invalid::none() })
}

fn text(name: &str, value: Option<Value>) -> Result<Option<String>, Invalid> {
    match value {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Invalid::field(name, "must be a string")),
    }
}

/// Several readings of one object, of which the fault is told that was given first.
struct Reading {
    names: Vec<String>,
    first: Option<(usize, Invalid)>,
}

impl Reading {
    /// Takes out what nobody knows.
    fn of(given: &mut Map<String, Value>, known: &[&str]) -> Self {
        let names: Vec<String> = given.keys().cloned().collect();
        let stranger = names.iter().position(|name| !known.contains(&name.as_str()));
        let first = stranger.map(|place| (place, Invalid::field(&names[place], unknown(&names[place], known))));
        given.retain(|name, _| known.contains(&name.as_str()));
        Self { names, first }
    }

    fn take<T>(&mut self, read: Result<T, Invalid>) -> Option<T> {
        read.map_err(|invalid| {
            let field = invalid.0.first().map_or("", |fault| &fault.field);
            let name = field.split(['.', '[']).next().unwrap_or_default();
            let place = self.names.iter().position(|given| given == name).unwrap_or(usize::MAX);
            if self.first.as_ref().is_none_or(|(first, _)| place < *first) {
                self.first = Some((place, invalid));
            }
        })
        .ok()
    }

    fn end<T>(self, read: Option<T>) -> Result<T, Invalid> {
        match (self.first, read) {
            (None, Some(read)) => Ok(read),
            (first, _) => Err(first.map_or_else(Invalid::none, |(_, invalid)| invalid)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::headers::Headers;

    fn standing() -> EndpointSettings {
        EndpointSettings {
            timeout_ms: Some(9_000),
            headers: Headers(vec![("X-A".to_owned(), "a".to_owned())]),
            dialect_settings: [("surfaceId", "s"), ("other", "o")].map(|(a, b)| (a.to_owned(), b.to_owned())).into(),
            ..EndpointSettings::new("besitos")
        }
    }

    fn changed(given: Value) -> Result<EndpointSettings, String> {
        let Value::Object(given) = given else { panic!("{given} is no object") };
        let told = |invalid: Invalid| invalid.to_string();
        let Given { settings, faults, .. } = endpoint(&standing(), given).map_err(told)?;
        faults.into_result().map(|()| settings).map_err(told)
    }

    #[test]
    fn headers_stay_unless_others_are_given_and_then_all_are_replaced() {
        assert_eq!(changed(json!({})).unwrap(), standing());
        assert_eq!(changed(json!({"headers": {"X-B": "b"}})).unwrap().headers.names(), ["X-B"]);
        assert_eq!(changed(json!({"headers": null})).unwrap().headers.names(), [""; 0]);
    }

    #[test]
    fn what_a_dialect_wants_to_know_is_changed_by_its_name_and_the_surface_has_two_spellings() {
        let left = |given| {
            let settings = changed(given).unwrap().dialect_settings.into_iter();
            settings.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(left(json!({"settings": {"other": null, "new": "n"}})), "new=n surfaceId=s");
        assert_eq!(left(json!({"settings": null})), "");
        assert_eq!(left(json!({"surfaceId": "t"})), "other=o surfaceId=t");
        assert_eq!(left(json!({"surfaceId": null})), "other=o");
        assert_eq!(left(json!({"surfaceId": null, "settings": null})), "");
        assert_eq!(left(json!({"surfaceId": "t", "settings": {"surfaceId": "t"}})), "other=o surfaceId=t");
        for settings in [json!({"surfaceId": "u"}), json!({"surfaceId": null}), Value::Null] {
            let told = changed(json!({"surfaceId": "t", "settings": settings})).unwrap_err();
            assert_eq!(told, "surfaceId: is another spelling of settings.surfaceId, which says something else");
        }
    }

    #[test]
    fn what_cannot_be_left_out_cannot_be_null_and_only_a_new_one_needs_it() {
        assert_eq!(changed(json!({"dialect": null})).unwrap_err(), "dialect: must not be null");
        let new = endpoint(&EndpointSettings::default(), Map::new()).unwrap();
        assert_eq!(new.check_complete().unwrap_err().to_string(), "dialect: is required");
    }

    #[test]
    fn of_the_faults_of_an_app_and_its_endpoint_the_one_that_was_given_first_is_told() {
        let told = |given| {
            let Value::Object(given) = given else { panic!("{given} is no object") };
            app(&AppSettings::default(), &EndpointSettings::default(), given).unwrap_err().to_string()
        };
        assert_eq!(told(json!({"events": [1], "name": 1})), "events[0]: must be a string");
        assert_eq!(told(json!({"name": 1, "events": [1]})), "name: must be a string");
        assert_eq!(told(json!({"publisherId": 1, "zzzz": 1})), "publisherId: must be a string");
        assert_eq!(told(json!({"surfaceID": 1, "name": 1})), "surfaceID: is unknown; did you mean `surfaceId`?");
        assert!(told(json!({"zzzz": null})).starts_with("zzzz: is unknown; known are publisherId, name, ref, paused,"));
        assert_eq!(told(json!({"surfaceId": 1})), "surfaceId: must be a string");
        assert_eq!(told(json!({"settings": 1, "surfaceId": "s"})), "settings: must be an object");
    }
}
