//! Where a tracking link leads: a URL template that no visitor can bend.
//!
//! Scheme, host and port are fixed when an offer is saved. Of what stands in the request only values go in, encoded so
//! strictly that they stay one value; and none that a visitor chooses freely goes into the path, where even `..`, which
//! consists of nothing that is ever encoded, would lead elsewhere.

use crate::domain::destination::TargetPolicy;
use crate::domain::encoding::encode;
use crate::domain::invalid::Invalid;
use crate::domain::template::{Piece, Template, TemplateForm, expand, text_fault, tidied};

const FIELD: &str = "destinationUrl";
/// What the advertiser gives back when the user has completed the offer.
const CLICK_ID: &str = "click_id";
/// The one value that a visitor chooses freely.
const SUB: &str = "sub";
const KNOWN: [&str; 4] = [CLICK_ID, "offer_id", "app_id", SUB];

/// The template of an offer's destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    text: String,
    template: Template,
}

/// Who arrives there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival<'a> {
    /// Empty where no click was recorded.
    pub click_id: &'a str,
    /// As advertisers know the offer.
    pub offer_id: &'a str,
    /// As advertisers know the app.
    pub app_id: &'a str,
    /// The publisher's own mark of the click.
    pub sub: &'a str,
}

impl Destination {
    /// Checks a template.
    pub fn parse(text: &str, policy: &TargetPolicy) -> Result<Self, Invalid> {
        let text = tidied(text);
        let template = text_fault(&text).map_or_else(|| Template::parse(&text, &TemplateForm::default()), Err);
        let template = template.map_err(|fault| Invalid::field(FIELD, fault))?;
        let mut invalid = Invalid::none();
        faults(&template, policy).into_iter().for_each(|fault| invalid.push(FIELD, fault));
        invalid.into_result().map(|()| Self { text, template })
    }

    /// One that was checked when it was saved.
    pub fn kept(text: String) -> Option<Self> {
        let template = Template::parse(&text, &TemplateForm::default()).ok()?;
        Some(Self { text, template })
    }

    /// The template as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The URL for somebody who arrives. Its origin and the structure of its path and query are the template's.
    pub fn url(&self, arrival: &Arrival<'_>) -> String {
        let value = |name: &str| {
            encode(match name {
                CLICK_ID => arrival.click_id,
                "offer_id" => arrival.offer_id,
                "app_id" => arrival.app_id,
                SUB => arrival.sub,
                _ => "",
            })
        };
        let mut url = format!("{}{}", self.template.origin(), expand(self.template.path(), value));
        for (index, parameter) in self.template.parameters().iter().enumerate() {
            url.push(if index == 0 { '?' } else { '&' });
            url.push_str(&parameter.name);
            if let Some(pieces) = &parameter.value {
                url.push('=');
                url.push_str(&expand(pieces, value));
            }
        }
        url
    }
}

fn faults(template: &Template, policy: &TargetPolicy) -> Vec<String> {
    let mut faults = Vec::new();
    if !template.origin().is_tls() && !policy.allows_http() {
        faults.push(TargetPolicy::HTTP_REFUSED.to_owned());
    }
    for name in template.placeholders().filter(|name| !KNOWN.contains(name)) {
        let lower = name.to_lowercase();
        let nearest = KNOWN.iter().min_by_key(|known| strsim::damerau_levenshtein(known, &lower));
        let hint = nearest.map(|nearest| format!("; did you mean {{{nearest}}}?")).unwrap_or_default();
        faults.push(format!("has the unknown placeholder {{{name}}}{hint}"));
    }
    match template.placeholders().filter(|name| *name == CLICK_ID).count() {
        1 => {}
        0 => faults.push("lacks {click_id}, by which a conversion is known to come of a click".to_owned()),
        _ => faults.push("has {click_id} more than once".to_owned()),
    }
    if template.path().iter().filter_map(Piece::placeholder).any(|name| name == SUB) {
        faults.push("has {sub} in its path, where free text could lead elsewhere; put it into the query".to_owned());
    }
    // Empty as well: whoever is not counted is forwarded without a click id.
    faults.extend(template.path_fault().map(str::to_owned).or_else(|| template.path_fault_with("")));
    faults
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parse(text: &str) -> Result<Destination, Invalid> {
        Destination::parse(text, &TargetPolicy::default())
    }

    fn arrival<'a>(click_id: &'a str, sub: &'a str) -> Arrival<'a> {
        Arrival { click_id, offer_id: "o", app_id: "a", sub }
    }

    #[test]
    fn a_destination_carries_the_click_id_in_path_or_query() {
        let in_query = parse("https://Ads.example?o={offer_id}&a=x-{app_id}&c={click_id}&s={sub}&bare").unwrap();
        let url = in_query.url(&arrival("clk_1", "é&x=1"));
        assert_eq!(url, "https://ads.example/?o=o&a=x-a&c=clk_1&s=%C3%A9%26x%3D1&bare");
        let in_path = parse("https://ads.example/go/{click_id}/end").unwrap();
        assert_eq!(in_path.url(&arrival("clk_1", "")), "https://ads.example/go/clk_1/end");
        assert_eq!(in_path.url(&arrival("", "")), "https://ads.example/go//end");
    }

    #[test]
    fn what_would_not_track_or_could_be_bent_is_refused() {
        for text in [
            "https://ads.example/",
            "https://ads.example/{click_id}?c={click_id}",
            "http://ads.example/?c={click_id}",
            "javascript:alert({click_id})",
            "{click_id}://ads.example/",
            "https://{click_id}.ads.example/",
            "https://ads.example:{click_id}/",
            "https://{click_id}@ads.example/",
            "https://ads.example{click_id}",
            "https://ads.example\\{click_id}",
            "//ads.example/{click_id}",
            "https://ads.example/?{click_id}=1",
            "https://ads.example/#{click_id}",
            "https://ads.example/?c={click_id}#x",
            "https://ads.example/{sub}/x?c={click_id}",
            "https://ads.example/../x?c={click_id}",
            "https://ads.example/.{click_id}",
            "https://ads.example/?c=%7Bclick_id%7D",
            "",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_misspelt_placeholder_is_named_with_the_nearest_known_one() {
        let told = parse("https://ads.example/?c={click_id}&o={offerid}").unwrap_err().to_string();
        assert_eq!(told, "destinationUrl: has the unknown placeholder {offerid}; did you mean {offer_id}?");
    }

    proptest! {
        #[test]
        fn whatever_a_visitor_sends_only_values_of_the_query_change(sub in any::<String>()) {
            let destination = parse("https://ads.example/go/{click_id}?s={sub}&n=1").unwrap();
            let url = url::Url::parse(&destination.url(&arrival("clk_1", &sub))).unwrap();
            prop_assert_eq!(url.origin().ascii_serialization(), "https://ads.example");
            prop_assert_eq!((url.path(), url.fragment()), ("/go/clk_1", None));
            let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
            prop_assert_eq!(pairs, vec![("s".to_owned(), sub), ("n".to_owned(), "1".to_owned())]);
        }
    }
}
