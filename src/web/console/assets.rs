//! Stylesheet, scripts and icons: embedded in the binary, compressed once, named by their digest, so that a browser asks for
//! each version once and never for an old one.

use std::io::Write;
use std::sync::LazyLock;

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// Digits of the digest that stand in a name: chance does not make two versions alike.
const DIGITS: usize = 12;

/// What is embedded: name, type, content.
const EMBEDDED: [(&str, &str, &[u8]); 5] = [
    ("console.css", "text/css; charset=utf-8", include_bytes!("../../../templates/assets/console.css")),
    ("console.js", "text/javascript; charset=utf-8", include_bytes!("../../../templates/assets/console.js")),
    ("htmx.js", "text/javascript; charset=utf-8", include_bytes!("../../../templates/assets/htmx.js")),
    ("favicon.svg", "image/svg+xml", include_bytes!("../../../templates/assets/favicon.svg")),
    ("favicon-notice.svg", "image/svg+xml", include_bytes!("../../../templates/assets/favicon-notice.svg")),
];

/// One file.
#[derive(Debug)]
pub struct Asset {
    name: &'static str,
    /// `/assets/console-1f2e3d4c5b6a.css`
    pub address: String,
    /// Its content type.
    pub content_type: &'static str,
    /// As it is.
    pub plain: &'static [u8],
    /// Compressed.
    pub gzipped: Vec<u8>,
}

static ASSETS: LazyLock<Vec<Asset>> = LazyLock::new(|| EMBEDDED.into_iter().map(Asset::of).collect());

impl Asset {
    fn of((name, content_type, plain): (&'static str, &'static str, &'static [u8])) -> Self {
        let digest = hex::encode(Sha256::digest(plain));
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
        let address = format!("/assets/{stem}-{}.{ending}", &digest[..DIGITS]);
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        let gzipped = encoder.write_all(plain).and_then(|()| encoder.finish());
        Self { name, address, content_type, plain, gzipped: gzipped.expect("memory takes every byte") }
    }
}

/// All of them.
pub fn all() -> &'static [Asset] {
    &ASSETS
}

/// Where the asset of this name is.
pub fn address(name: &str) -> Option<String> {
    all().iter().find(|asset| asset.name == name).map(|asset| asset.address.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(ending: &str) -> usize {
        all().iter().filter(|asset| asset.name.ends_with(ending)).map(|asset| asset.gzipped.len()).sum()
    }

    #[test]
    fn what_a_first_view_loads_is_small() {
        assert!(sent(".css") < 20_000, "stylesheet: {}", sent(".css"));
        assert!(sent(".js") < 30_000, "scripts: {}", sent(".js"));
        assert!(sent("console.js") < 5_000, "own script: {}", sent("console.js"));
    }

    #[test]
    fn a_name_holds_the_digest_of_its_content() {
        let names: Vec<&str> = all().iter().map(|asset| asset.address.as_str()).collect();
        assert!(names.iter().all(|name| name.len() > "/assets/.js".len() + DIGITS));
        assert_eq!(address("console.css").as_deref(), Some(names[0]));
        assert_eq!(address("none.css"), None);
    }
}
