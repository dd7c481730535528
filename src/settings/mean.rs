//! From texts to what they mean. Every fault names its setting and says what it takes.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use url::Url;

use super::read::{SettingsError, Typed, wrong};
use super::{BootstrapToken, Settings};
use crate::domain::amount::Decimal;
use crate::domain::egress::{self, Bind};
use crate::domain::node::NodeRole;
use crate::domain::session;
use crate::store::{Access, FEWEST_CONNECTIONS, Location};
use crate::telemetry::Filter;

/// Shortest bootstrap token.
const SHORTEST_TOKEN: usize = 32;
/// Bounds of the retry scale, in thousandths: a drill may want no delay at all; with more than a thousand, delays of hours become
/// years, which nobody means.
const RETRY_SCALES: std::ops::RangeInclusive<u64> = 0..=1_000_000;

pub(super) fn mean(typed: &Typed) -> Result<Settings, SettingsError> {
    const ADDRESS: &str = "must be an address with a port, such as 127.0.0.1:8080";
    let database = typed.text_or_default("RINGBACK_DATABASE_URL");
    let location = Location::parse(database).map_err(|error| wrong("RINGBACK_DATABASE_URL", error.to_string()))?;
    let role = typed.text_or_default("RINGBACK_ROLE");
    let role = NodeRole::parse(role)
        .ok_or_else(|| wrong("RINGBACK_ROLE", format!("must be all, api or worker, not {role:?}")))?;
    if role != NodeRole::All && !location.is_shared() {
        return Err(wrong("RINGBACK_ROLE", "roles can be split only over PostgreSQL; on SQLite leave it at `all`"));
    }
    let connections = format!("must be a whole number, {FEWEST_CONNECTIONS} or more");
    let pool_size = typed.parsed("RINGBACK_POOL_SIZE", &connections)?;
    if pool_size < FEWEST_CONNECTIONS {
        return Err(wrong("RINGBACK_POOL_SIZE", connections));
    }
    let days = "must be a whole number of days, 1 or more";
    let retention_days = typed.parsed("RINGBACK_RETENTION_DAYS", days)?;
    if retention_days == 0 {
        return Err(wrong("RINGBACK_RETENTION_DAYS", days));
    }
    Ok(Settings {
        listen: typed.parsed("RINGBACK_LISTEN", ADDRESS)?,
        store: Access { location, key_file: typed.text("RINGBACK_MASTER_KEY_FILE").map(PathBuf::from), pool_size },
        role,
        bootstrap_token: typed.text("RINGBACK_BOOTSTRAP_TOKEN").map(bootstrap_token).transpose()?,
        allow_targets: networks(typed, "RINGBACK_ALLOW_TARGETS")?,
        allow_http: typed.parsed("RINGBACK_ALLOW_HTTP", "must be true or false")?,
        retry_scale_thousandths: retry_scale(typed.text_or_default("RINGBACK_RETRY_SCALE"))?,
        egress_bind: egress_bind(typed)?,
        egress_echo_url: typed.text("RINGBACK_EGRESS_ECHO_URL").map(echo_url).transpose()?,
        retention_days,
        public_url: typed.text("RINGBACK_PUBLIC_URL").map(public_url).transpose()?,
        trusted_proxies: networks(typed, "RINGBACK_TRUSTED_PROXIES")?,
        metrics_listen: typed
            .text("RINGBACK_METRICS_LISTEN")
            .map(|text| text.parse().map_err(|_| wrong("RINGBACK_METRICS_LISTEN", ADDRESS)))
            .transpose()?,
        log: Filter::parse(typed.text_or_default("RINGBACK_LOG")).map_err(|fault| wrong("RINGBACK_LOG", fault))?,
    })
}

fn networks(typed: &Typed, name: &'static str) -> Result<Vec<IpNet>, SettingsError> {
    let network = |item: &str| {
        // A lone address is the network of that one address.
        let network = item.parse().or_else(|_| item.parse::<IpAddr>().map(Into::into));
        network.map_err(|_| wrong(name, format!("{item:?} is not a CIDR network, such as 127.0.0.0/8")))
    };
    typed.list(name).map(network).collect()
}

fn bootstrap_token(text: &str) -> Result<BootstrapToken, SettingsError> {
    if text.len() < SHORTEST_TOKEN || !text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') {
        let reason = format!("must have {SHORTEST_TOKEN} or more printable ASCII characters");
        return Err(wrong("RINGBACK_BOOTSTRAP_TOKEN", reason));
    }
    if text.starts_with(session::PREFIX) {
        let reason = format!("must not begin with {}: what does is looked for among sessions", session::PREFIX);
        return Err(wrong("RINGBACK_BOOTSTRAP_TOKEN", reason));
    }
    Ok(BootstrapToken(text.to_owned()))
}

fn echo_url(text: &str) -> Result<Url, SettingsError> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    url.ok_or_else(|| wrong("RINGBACK_EGRESS_ECHO_URL", "must be an http:// or https:// URL, such as https://…/ip"))
}

/// An origin and nothing behind it: pages stand at `/`, and cookies and the check of a page's `Origin` know no paths.
fn public_url(text: &str) -> Result<String, SettingsError> {
    let takes = "must be http:// or https:// with a host, and a port where needed, such as https://ringback.example";
    let url = Url::parse(text).map_err(|_| wrong("RINGBACK_PUBLIC_URL", takes))?;
    let is_origin = matches!(url.scheme(), "http" | "https")
        && url.has_host()
        && url.username().is_empty()
        && url.password().is_none()
        && matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none();
    if is_origin { Ok(url.origin().ascii_serialization()) } else { Err(wrong("RINGBACK_PUBLIC_URL", takes)) }
}

fn retry_scale(text: &str) -> Result<u64, SettingsError> {
    let takes = "must be a decimal from 0 to 1000 with at most three places, such as 0.01, 1 or 2.5";
    let decimal = Decimal::parse(text).ok_or_else(|| wrong("RINGBACK_RETRY_SCALE", takes))?;
    let (whole, fraction) = decimal.as_str().split_once('.').unwrap_or((decimal.as_str(), ""));
    let thousandths: Option<u64> =
        (fraction.len() <= 3).then(|| format!("{whole}{fraction:0<3}").parse().ok()).flatten();
    thousandths
        .filter(|thousandths| RETRY_SCALES.contains(thousandths))
        .ok_or_else(|| wrong("RINGBACK_RETRY_SCALE", takes))
}

fn egress_bind(typed: &Typed) -> Result<Option<HashMap<IpAddr, Bind>>, SettingsError> {
    let takes = |item: &str| {
        // The part behind `=` may hold a proxy's credentials.
        let public = item.split_once('=').map_or("(without =)", |(public, _)| public);
        let form = "PUBLIC=ADDRESS or PUBLIC=socks5://[user:password@]ADDRESS:PORT, both of one family";
        wrong("RINGBACK_EGRESS_BIND", format!("the entry for {public:?} is not {form}"))
    };
    let mut binds = HashMap::new();
    for item in typed.list("RINGBACK_EGRESS_BIND") {
        let (public, bind) = item.split_once('=').unwrap_or((item, item));
        let public: IpAddr = public.trim().parse().map_err(|_| takes(item))?;
        let bind = egress::bind(bind.trim()).map_err(|_| takes(item))?;
        egress::check_pair(public, &bind).map_err(|_| takes(item))?;
        binds.insert(public, bind);
    }
    Ok((!binds.is_empty()).then_some(binds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(pairs: &[(&str, &str)]) -> Result<Settings, SettingsError> {
        Settings::from_env(|name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn an_empty_variable_counts_as_unset() {
        let settings = from(&[("RINGBACK_LISTEN", ""), ("RINGBACK_RETRY_SCALE", "")]).unwrap();
        assert_eq!((settings.listen.port(), settings.retry_scale_thousandths), (8080, 1000));
    }

    #[test]
    fn a_wrong_value_is_refused_by_the_name_of_its_setting() {
        for (name, value) in [
            ("RINGBACK_LISTEN", "8080"),
            ("RINGBACK_DATABASE_URL", "mysql://x"),
            ("RINGBACK_BOOTSTRAP_TOKEN", "short"),
            ("RINGBACK_BOOTSTRAP_TOKEN", "rbs_0123456789012345678901234567"),
            ("RINGBACK_ALLOW_TARGETS", "10.0.0.0/8,nowhere"),
            ("RINGBACK_TRUSTED_PROXIES", "10.0.0.0/33"),
            ("RINGBACK_ALLOW_HTTP", "yes"),
            ("RINGBACK_RETRY_SCALE", "1e3"),
            ("RINGBACK_RETRY_SCALE", "0.0001"),
            ("RINGBACK_RETRY_SCALE", "1000.001"),
            ("RINGBACK_RETRY_SCALE", "99999999999999"),
            ("RINGBACK_LOG", "inof"),
            ("RINGBACK_LOG", "info,ringback=loud"),
            ("RINGBACK_EGRESS_BIND", "nowhere=1.2.3.4"),
            ("RINGBACK_EGRESS_BIND", "192.0.2.7=http://10.0.0.1:3128"),
            ("RINGBACK_EGRESS_ECHO_URL", "echo.example/ip"),
            ("RINGBACK_RETENTION_DAYS", "0"),
            ("RINGBACK_ROLE", "worker"),
            ("RINGBACK_POOL_SIZE", "5"),
            ("RINGBACK_ROLE", "boss"),
            ("RINGBACK_PUBLIC_URL", "ringback.example"),
            ("RINGBACK_PUBLIC_URL", "ftp://ringback.example"),
            ("RINGBACK_PUBLIC_URL", "https://ringback.example/console"),
            ("RINGBACK_PUBLIC_URL", "https://ringback.example/?a=b"),
            ("RINGBACK_PUBLIC_URL", "https://me:secret@ringback.example"),
        ] {
            let error = from(&[(name, value)]).unwrap_err().to_string();
            assert!(error.starts_with(name), "{name}={value}: {error}");
        }
    }

    #[test]
    fn the_public_url_is_kept_as_browsers_write_an_origin() {
        for (text, origin) in [
            ("https://Ringback.Example/", "https://ringback.example"),
            ("https://ringback.example:443", "https://ringback.example"),
            ("http://10.0.0.1:8080", "http://10.0.0.1:8080"),
            ("http://[::1]:8080/", "http://[::1]:8080"),
        ] {
            assert_eq!(from(&[("RINGBACK_PUBLIC_URL", text)]).unwrap().public_url.as_deref(), Some(origin), "{text}");
        }
    }

    #[test]
    fn the_retry_scale_is_read_exactly() {
        for (text, thousandths) in
            [("1", 1000), ("0.01", 10), ("2.5", 2500), ("0.001", 1), ("0", 0), ("1000", 1_000_000)]
        {
            assert_eq!(from(&[("RINGBACK_RETRY_SCALE", text)]).unwrap().retry_scale_thousandths, thousandths);
        }
    }

    #[test]
    fn the_environment_goes_before_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ringback.toml");
        let text = "retention_days = 7\nallow_http = true\nallow_targets = [\"10.0.0.0/8\", \"127.0.0.1\"]\n";
        std::fs::write(&path, text).unwrap();
        let settings = Settings::from_env(|name| match name {
            "RINGBACK_CONFIG" => path.to_str().map(str::to_owned),
            "RINGBACK_RETENTION_DAYS" => Some("8".to_owned()),
            _ => None,
        });
        let settings = settings.unwrap();
        assert_eq!((settings.retention_days, settings.allow_http, settings.allow_targets.len()), (8, true, 2));
    }
}
