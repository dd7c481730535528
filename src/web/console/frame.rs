//! What every page is given beside its own content: who looks at it, where it stands, what the last act came to.

use super::assets;
use super::counts::Counts;
use super::flash::Flash;
use super::navigation::{self, Group};
use super::parts::lines::Link;
use super::words::cuts::{self, Long};
use crate::domain::account::Role;
use crate::domain::person::Theme;

/// Characters of a heading: two lines on a phone.
const OF_A_HEADING: usize = 64;

/// Whoever looks at the page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// As it is called.
    pub name: String,
    /// What it may see.
    pub role: Role,
}

/// Whether the page renews itself, and where the other is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Live {
    /// Whether it does.
    pub on: bool,
    /// This page with the switch the other way.
    pub turned: String,
}

/// One of several pages of the same object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its link.
    pub link: Link,
    /// Whether it is this page.
    pub current: bool,
}

/// The frame around a page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// Whoever is signed in.
    pub person: Option<Person>,
    /// The path of the page.
    pub path: String,
    /// The heading.
    pub heading: String,
    /// What stands before the title in the browser: `Error: `, `✕ 3 dead · `.
    pub mark: String,
    /// From the first level down to the one above this page.
    pub crumbs: Vec<Link>,
    /// The pages beside it.
    pub sections: Vec<Section>,
    /// What the last act came to.
    pub flash: Option<Flash>,
    /// The colours.
    pub theme: Theme,
    /// What stands behind the links of the rail.
    pub counts: Counts,
    /// Whether it renews itself.
    pub live: Option<Live>,
    /// The token of the session, for every form of the page.
    pub form_token: String,
    /// Whether the rail also names pages that are not built yet; for `/ui` alone.
    pub shows_planned: bool,
}

impl Frame {
    /// The title in the browser, unique among open tabs: `Kash wall · Callback URL · Ringback`, `New app · Apps · Ringback`.
    pub fn title(&self) -> String {
        let section = self.sections.iter().find(|section| section.current).map(|section| &section.link.label);
        let behind = section.or(self.crumbs.last().map(|crumb| &crumb.label));
        let behind = behind.map(|label| format!("{label} · ")).unwrap_or_default();
        format!("{}{} · {behind}Ringback", self.mark, self.heading)
    }

    /// The heading as it stands on the page: what people called something may be a line or two, and the title has all of it.
    pub fn shown_heading(&self) -> Long {
        cuts::text(&self.heading, OF_A_HEADING)
    }

    /// The value of `data-theme`, unless the browser decides.
    pub fn data_theme(&self) -> Option<&'static str> {
        match self.theme {
            Theme::System => None,
            Theme::Light => Some("light"),
            Theme::Dark => Some("dark"),
        }
    }

    /// The rail of whoever is signed in.
    pub fn navigation(&self) -> Vec<Group> {
        self.person
            .as_ref()
            .map_or_else(Vec::new, |person| navigation::of(&person.role, &self.path, self.counts, self.shows_planned))
    }

    /// Whether there is a page at this path.
    pub fn has(&self, path: &str) -> bool {
        self.shows_planned || navigation::is_built(path)
    }

    /// The role in words.
    pub fn role(&self) -> &'static str {
        match self.person.as_ref().map(|person| &person.role) {
            Some(Role::Operator) => "operator",
            Some(Role::AccountManager) => "account manager",
            Some(Role::Publisher { .. }) => "publisher",
            None => "",
        }
    }

    /// The icon of the tab; it bears a dot while a notice is open.
    pub fn favicon(&self) -> String {
        self.asset(if self.counts.notices > 0 { "favicon-notice.svg" } else { "favicon.svg" })
    }

    /// The address of the asset of this name.
    pub fn asset(&self, name: &str) -> String {
        assets::address(name).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_names_mark_object_and_section() {
        let section = Section { link: Link::new("Callback URL", "/apps/kash-wall/callback"), current: true };
        let frame = Frame {
            heading: "Kash wall".to_owned(),
            mark: "Error: ".to_owned(),
            sections: vec![section],
            ..Frame::default()
        };
        assert_eq!(frame.title(), "Error: Kash wall · Callback URL · Ringback");
    }
}
