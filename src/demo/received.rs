//! A callback as it arrived at a publisher's server, before anything is believed of it.

/// A request as received.
#[derive(Clone, Debug, Default)]
pub(super) struct Received {
    /// The `Host` header.
    pub host: String,
    /// The path, as sent.
    pub path: String,
    /// The query, as sent.
    pub query: String,
    /// Headers; their names in lower case.
    pub headers: Vec<(String, String)>,
    /// The raw body.
    pub body: Vec<u8>,
    /// When it came, in Unix milliseconds.
    pub at_ms: i64,
}

impl Received {
    /// The one value of a header; `None` where it is missing or doubled.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let value = values.next()?;
        if values.next().is_some() { None } else { Some(value) }
    }

    /// The query's parameters, decoded, in their order.
    pub(super) fn parameters(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.query.as_bytes()).into_owned().collect()
    }
}
