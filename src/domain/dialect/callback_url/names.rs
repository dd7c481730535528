//! The parameters of a template: reserved, doubled, mangled, or lacking what is signed.

use std::collections::HashSet;

use super::Check;
use crate::domain::dialect::recipe::{Placeholder, SecretNeed};
use crate::domain::dialect::signed_text::SignedText;
use crate::domain::dialect::value::{Fact, ValueSource};
use crate::domain::encoding::php_key;
use crate::domain::template::Parameter;

impl Check<'_> {
    /// Names of parameters: reserved, doubled, mangled, or not what is signed.
    pub(super) fn names(&self) -> Vec<String> {
        let mut faults = self.signed_names();
        for parameter in self.parameters() {
            let name = parameter.decoded_name();
            if self.recipe.reserved_names().any(|reserved| reserved == php_key(&name)) {
                faults.push(format!("has the parameter {name}, which this dialect appends itself"));
            } else if self.is_bare() && self.recipe.listed_names().any(|listed| listed == php_key(&name)) {
                faults.push(format!(
                    "has the parameter {name}, which this dialect appends itself to a URL without placeholders"
                ));
            }
        }
        if self.recipe.signature().is_some_and(|signature| signature.signs.needs_whole_query()) {
            faults.extend(self.rebuilt_names());
        }
        faults
    }

    /// Where parameters are signed by name, the receiver reads each of them back: once, under its own name, whole.
    fn signed_names(&self) -> Vec<String> {
        let signed = self.recipe.signature().map(|signature| signature.signed_parameters()).unwrap_or_default();
        let parameters = self.parameters();
        let mut faults = Vec::new();
        for name in signed {
            let own: Vec<&Parameter> =
                parameters.iter().filter(|parameter| php_key(&parameter.decoded_name()) == *name).collect();
            let placeholder = self.written(name);
            match own.as_slice() {
                [only] if only.decoded_name() != *name => {
                    faults.push(format!(
                        "has {} in place of {name}, which is signed under that name",
                        only.decoded_name()
                    ));
                }
                [only] if only.sole_placeholder() == Some(name) => {}
                [_] => faults.push(format!("must have {name}={placeholder}: the whole value is signed")),
                [] => faults.push(format!("lacks {name}={placeholder}, which is signed")),
                _ => faults.push(format!("has {name} more than once, so that the signed text cannot be rebuilt")),
            }
        }
        faults
    }

    /// Where the whole query is signed, the receiver rebuilds it from what its language parsed.
    fn rebuilt_names(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut seen = HashSet::new();
        for parameter in self.parameters() {
            let name = parameter.decoded_name();
            if name.is_empty() {
                faults
                    .push("has a parameter without a name, which receivers drop when they rebuild the URL".to_owned());
            } else if parameter.value.is_none() {
                faults.push(format!(
                    "has the bare key {name}; write {name}= so that receivers can rebuild the signed URL"
                ));
            }
            if name.bytes().all(|byte| byte.is_ascii_digit()) && !name.is_empty() {
                faults.push(format!("has the parameter {name}, a number, which PHP sorts otherwise than other names"));
            }
            if php_key(&name) != name {
                faults.push(format!(
                    "has the parameter {name}, whose name PHP changes, so that the signed URL is never rebuilt"
                ));
            }
            if !seen.insert(name.clone()) {
                faults.push(format!("has the parameter {name} twice, so that the signed URL cannot be rebuilt"));
            }
        }
        faults
    }

    /// The signature's placeholder, where the template has it nowhere.
    pub(super) fn unplaced_signature(&self) -> Option<&str> {
        let signature = self.recipe.signature()?;
        let is_placed = self.template.placeholders().any(|name| signature.stands_for(name));
        signature.placeholder().first().filter(|_| !is_placed).map(String::as_str)
    }

    /// The secret's placeholder, where the secret itself is all that proves a callback and the template has it nowhere.
    pub(super) fn unplaced_secret(&self) -> Option<&str> {
        let own = || self.recipe.placeholders().iter().filter(|known| known.rule.uses(Fact::Secret));
        let is_placed = self.is_bare() || own().any(|known| self.times(known.name()) > 0);
        own().next().filter(|_| !is_placed).map(Placeholder::name)
    }

    /// What the template must hold for a receiver to find the signature and to rebuild what was signed.
    pub(super) fn signature(&self) -> Vec<String> {
        let is_required = self.recipe.secret() == SecretNeed::Required;
        if let Some(lacking) = self.unplaced_secret().filter(|_| is_required) {
            return vec![format!("lacks {}, which alone proves who calls", self.written(lacking))];
        }
        let Some(signature) = self.recipe.signature().filter(|_| !self.is_bare()) else { return Vec::new() };
        let mut faults = Vec::new();
        if let Some(lacking) = self.unplaced_signature() {
            // Without a place for it nothing is signed, so nothing has to be rebuilt.
            if is_required {
                faults.push(format!("lacks {}, which carries the signature", self.written(lacking)));
            }
            return faults;
        }
        let own: Vec<&str> = self.template.placeholders().filter(|name| signature.stands_for(name)).collect();
        if let Some(first) = own.first() {
            let is_alone = own.len() == 1 && self.is_whole_value(first);
            let fault = || format!("must have {} once, as the whole value of a parameter", self.written(first));
            faults.extend((!is_alone).then(fault).or_else(|| self.doubled(first)));
        }
        match &signature.signs {
            SignedText::Text { .. } => {
                faults.extend(signature.signs.names().into_iter().filter_map(|name| self.rebuilt(name)));
            }
            SignedText::Values { .. } => {
                let others: Vec<&str> =
                    self.template.placeholders().filter(|name| !signature.stands_for(name)).collect();
                if others.is_empty() {
                    faults.push("has no placeholder but the signature, so that nothing would be signed".to_owned());
                }
                faults.extend(others.into_iter().filter_map(|name| self.read_back(name)));
            }
            SignedText::Url | SignedText::Query { .. } => {}
        }
        faults
    }

    /// What is lacking for a receiver to read the value of a signed placeholder back.
    fn rebuilt(&self, name: &str) -> Option<String> {
        let signed = self.recipe.placeholder(name)?;
        // What the dialect appends itself is there.
        if self.recipe.reserved_names().any(|reserved| reserved == name) {
            return None;
        }
        let carriers: Vec<&Placeholder> = if signed.hidden() {
            let source = signed.rule.source.as_ref()?;
            let visible = self.recipe.placeholders().iter().filter(|other| !other.hidden());
            visible.filter(|other| other.rule.source.as_ref() == Some(source)).collect()
        } else {
            self.recipe.carriers(signed).collect()
        };
        let used = || carriers.iter().map(|carrier| carrier.name()).filter(|name| self.times(name) > 0);
        // Twins of one value may both stand there; the one that is signed under its own name is read.
        let read = used().find(|used| *used == name).or_else(|| used().next());
        let is_known = || signed.rule.sources().all(|source| matches!(source, ValueSource::Setting(_)));
        match read {
            Some(read) if self.times(read) > 1 => {
                Some(format!("has {} more than once, so that the signed text cannot be rebuilt", self.written(read)))
            }
            Some(read) => self.read_back(read),
            // What the receiver's own account has does not have to travel.
            None if is_known() => None,
            None => carriers.first().map(|carrier| format!("lacks {}, which is signed", self.written(carrier.name()))),
        }
    }

    /// Why a receiver cannot read the value of this placeholder back.
    fn read_back(&self, name: &str) -> Option<String> {
        let in_path = self.template.path().iter().any(|piece| piece.placeholder() == Some(name));
        if !in_path && !self.is_whole_value(name) {
            let written = self.written(name);
            return Some(format!("must have {written} as the whole value of a parameter: it is signed"));
        }
        self.doubled(name)
    }

    /// What would hide the parameter with this placeholder: another of the same name, as PHP files them.
    fn doubled(&self, name: &str) -> Option<String> {
        let parameters = self.parameters();
        let own = parameters.iter().find(|parameter| parameter.sole_placeholder() == Some(name))?.decoded_name();
        let same = parameters.iter().filter(|other| php_key(&other.decoded_name()) == php_key(&own)).count();
        (same > 1).then(|| format!("has the parameter {own} more than once, so that the signed text cannot be rebuilt"))
    }

    fn times(&self, name: &str) -> usize {
        self.template.placeholders().filter(|own| *own == name).count()
    }

    fn is_whole_value(&self, name: &str) -> bool {
        self.parameters().iter().any(|parameter| parameter.sole_placeholder() == Some(name))
    }
}
