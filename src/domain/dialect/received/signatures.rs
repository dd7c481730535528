//! Where the signature of a received callback stands, and what has to stand beside it. Whether it is right is not asked here.

use super::Seen;
use crate::domain::dialect::carrier::Carrier;
use crate::domain::dialect::query::Query;
use crate::domain::dialect::signature::{Signature, Travels};
use crate::domain::dialect::signed_text::SignedText;
use crate::domain::dialect::signed_url::{SignedUrl, no_parameter};
use crate::domain::dialect::text_of::TextPiece;
use crate::domain::dialect::value::Fact;
use crate::domain::encoding::decode;
use crate::domain::template::Parameter;

impl<'a> Seen<'a> {
    /// The signatures that it carries; the error says in words what is lacking.
    pub(in crate::domain::dialect) fn claimed(&self, signature: &Signature) -> Result<Vec<String>, String> {
        match &signature.travels {
            Travels::Query(_) => Ok(vec![SignedUrl::read(signature, &self.received.url)?.claimed]),
            Travels::Placeholder(_) => {
                let query = Query::read(&self.received.url);
                let found = self.signature_parameters(signature).find(|name| query.first(name).is_some());
                let first = || self.signature_parameters(signature).next().unwrap_or_default();
                let name = found.ok_or_else(|| no_parameter(&first()))?;
                query.only(&name).map(|value| vec![decode(value)]).map_err(|lacking| lacking.words)
            }
            Travels::Header(carrier) => {
                let name = self.header_of(carrier);
                let value = self
                    .received
                    .header(name)
                    .ok_or_else(|| format!("It has no header {name}, so nothing is signed."))?;
                let claimed = carrier.read(value);
                let unread = || format!("Its header {name} is not written as `{}`.", carrier.wrapping());
                if claimed.is_empty() { Err(unread()) } else { Ok(claimed) }
            }
        }
    }

    /// The name of the header that carries it at this endpoint.
    pub(in crate::domain::dialect) fn header_of(&self, carrier: &'a Carrier) -> &'a str {
        carrier.name_at(&self.config.settings.dialect_settings)
    }

    /// The parameters that the signature may stand in.
    pub(in crate::domain::dialect) fn signature_parameters<'s>(
        &'s self,
        signature: &'s Signature,
    ) -> impl Iterator<Item = String> + 's {
        let is_own =
            |parameter: &&Parameter| parameter.sole_placeholder().is_some_and(|name| signature.stands_for(name));
        let templates = self.template.iter().flat_map(|template| template.parameters());
        templates.filter(is_own).map(Parameter::decoded_name).chain(signature.placeholder().iter().cloned())
    }

    /// The parameters that carry nothing but the signature, wherever it travels in a URL.
    pub(in crate::domain::dialect) fn signature_carriers(&self, signature: &Signature) -> Vec<String> {
        self.signature_parameters(signature).chain(signature.query_parameter().map(str::to_owned)).collect()
    }

    /// The headers without which nothing can be verified: the one that carries the signature, and those beside it whose values
    /// are signed.
    pub(in crate::domain::dialect) fn needed_headers(&self, signature: &'a Signature) -> Vec<&'a str> {
        let signs = |fact: Fact| match (&signature.signs, fact) {
            (SignedText::Text { of, .. }, Fact::EventId) => of.pieces().contains(&TextPiece::EventId),
            (SignedText::Text { of, .. }, _) => of.pieces().contains(&TextPiece::Time),
            _ => false,
        };
        let carrier = signature.carrier();
        let is_wrapped = carrier.is_some_and(|carrier| carrier.wrapping().contains("{t}"));
        let facts = [(Fact::EventId, true), (Fact::AttemptedAt, !is_wrapped)];
        let facts = facts.into_iter().filter(|(fact, travels)| *travels && signs(*fact));
        let headers = || self.recipe.headers().iter().chain(&signature.headers);
        let beside = facts.filter_map(|(fact, _)| headers().find(|header| header.rule.uses(fact)));
        carrier
            .map(|carrier| self.header_of(carrier))
            .into_iter()
            .chain(beside.map(|header| header.name.as_str()))
            .collect()
    }
}
