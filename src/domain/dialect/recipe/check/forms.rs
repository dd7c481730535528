//! Words of a recipe that could not be written, or not be read back.

use super::super::Recipe;
use super::super::finding::Findings;

impl Recipe {
    pub(super) fn check_forms(&self, findings: &mut Findings) {
        let brackets = &self.template_form.brackets;
        if let Some(fault) = brackets.fault() {
            findings.push("brackets", fault);
        }
        for (at, placeholder) in self.placeholders.iter().enumerate() {
            if !brackets.can_write(&placeholder.name) {
                let fault = format!("{:?} is a name that its brackets cannot write", placeholder.name);
                findings.push(format!("placeholders[{at}].name"), fault);
            }
        }
        let of_signature = self.signature.iter().flat_map(|signature| signature.placeholder());
        for name in of_signature.filter(|name| !brackets.can_write(name)) {
            findings
                .push("signature.travels.placeholder", format!("{name:?} is a name that its brackets cannot write"));
        }
        for (place, rule) in self.placed_rules() {
            if !rule.format.is_bounded() {
                findings.push(
                    format!("{place}.format"),
                    "has more decimals than an amount has, or a clock that is shown nowhere",
                );
            }
        }
    }
}
