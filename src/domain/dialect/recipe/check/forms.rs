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
        let success = &self.success;
        for (list, items) in [("statuses", success.statuses()), ("body_is", success.body_is())] {
            let twice = items.iter().enumerate().find(|(at, item)| items[..*at].contains(item));
            if let Some((at, item)) = twice {
                findings.push(format!("success.{list}[{at}]"), format!("{item:?} stands twice"));
            }
        }
        for (list, statuses) in
            [("final_statuses", &self.final_statuses), ("disabling_statuses", &self.disabling_statuses)]
        {
            if let Some(twice) = statuses.twice() {
                findings.push(list, format!("\"{twice}\" stands twice"));
            }
        }
    }
}
