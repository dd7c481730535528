//! The fields that say in which role somebody is, as far as that is a choice of whoever fills them in: operators choose among all
//! roles, account managers among publishers, a publisher's people give their own.

use crate::actions::refusal::Refusal;
use crate::actions::roles::AskedRole;
use crate::domain::account::{Role, RoleWord};
use crate::web::console::forms::Form;
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::field::Field;
use crate::web::console::publisher_choice;
use crate::web::error::Problem;

/// The name of the role's field.
pub(super) const ROLE: &str = "role";

/// The fields.
#[derive(Debug)]
pub(super) struct RoleFields {
    pub(super) role: Option<Field>,
    pub(super) publisher: Option<Field>,
}

impl RoleFields {
    /// Those that this caller fills in.
    pub(super) async fn of(page: &PageRequest) -> Result<Self, Problem> {
        let caller = page.caller();
        if caller.limited_to().is_some() {
            return Ok(Self { role: None, publisher: None });
        }
        if !caller.is_operator() {
            return Ok(Self { role: None, publisher: Some(publisher_choice::field(page, None).await?) });
        }
        let role = Field::new(ROLE, "Role")
            .explained_choice(
                "publisher",
                "Publisher",
                "What one publisher has: its apps, their callbacks, its people.",
            )
            .explained_choice("account_manager", "Account manager", "All publishers, their apps and the egress IPs.")
            .explained_choice("operator", "Operator", "Everything.");
        let publisher = publisher_choice::field(page, Some("no publisher")).await?;
        let help = [publisher.help.as_deref().unwrap_or_default(), "For the role publisher alone."].join(" ");
        let publisher = publisher.help(help.trim());
        Ok(Self { role: Some(role), publisher: Some(publisher) })
    }

    /// The same, holding a role that stands.
    pub(super) fn holding(mut self, role: &Role, publisher_name: &str) -> Self {
        if let Some(field) = &mut self.role {
            role.as_str().clone_into(&mut field.value);
        }
        if let (Some(field), Some(id)) = (&mut self.publisher, role.publisher_id()) {
            publisher_choice::hold(field, id, publisher_name);
        }
        self
    }

    /// The same, holding what was typed.
    pub(super) fn typed(&mut self, form: &Form) {
        for field in self.all_mut() {
            field.value = form.typed(&field.name).to_owned();
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Field> {
        self.role.iter().chain(&self.publisher)
    }

    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut Field> {
        self.role.iter_mut().chain(&mut self.publisher)
    }
}

/// The role that a form asks for. A publisher is named for the role publisher alone; beside another one it is left out.
pub(super) async fn asked(page: &PageRequest, form: &Form) -> Result<AskedRole, Refusal> {
    let word = if page.caller().is_operator() { chosen(form.typed(ROLE))? } else { RoleWord::Publisher };
    let named = form.typed(publisher_choice::NAME);
    if word != RoleWord::Publisher || named.is_empty() {
        return Ok(AskedRole { word, publisher: None });
    }
    Ok(AskedRole { word, publisher: Some(publisher_choice::meant(page, named).await?) })
}

fn chosen(word: &str) -> Result<RoleWord, Refusal> {
    let known = || RoleWord::ALL.iter().map(|word| word.as_str()).collect::<Vec<_>>().join(", ");
    RoleWord::parse(word).ok_or_else(|| Refusal::field(ROLE, format!("must be one of {}", known())))
}
