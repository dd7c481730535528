//! The rail: which pages there are, in which order, and which of them a role sees.

use super::counts::Counts;
use crate::actions::calls::Who::{self, Anyone, Managers, Operators};
use crate::domain::account::Role;

/// The links of one group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name; the first has none.
    pub name: &'static str,
    /// In their order.
    pub links: Vec<Entry>,
}

/// A link of the rail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its words.
    pub label: &'static str,
    /// Where it leads.
    pub href: &'static str,
    /// Whether it leads to this page or to one above it.
    pub current: bool,
    /// What needs attention there.
    pub count: Option<String>,
}

/// Group, label, path, who sees it, and whether the page is built; a page that is not is not linked.
const LINKS: [(&str, &str, &str, Who, bool); 17] = [
    ("", "Home", "/", Anyone, true),
    ("", "Look up", "/lookup", Anyone, true),
    ("", "Deliveries", "/deliveries", Anyone, true),
    ("", "Completions", "/completions", Anyone, true),
    ("", "Replays", "/replays", Anyone, true),
    ("", "Reviews", "/reviews", Managers, false),
    ("Set up", "Publishers", "/publishers", Managers, false),
    ("Set up", "Apps", "/apps", Anyone, true),
    ("Set up", "Dialects", "/dialects", Anyone, true),
    ("Set up", "Offers", "/offers", Anyone, false),
    ("Set up", "Egress IPs", "/egress", Anyone, true),
    ("Set up", "Sources", "/sources", Operators, false),
    ("Run", "System", "/system", Operators, false),
    ("Run", "Ledger", "/ledger", Anyone, false),
    ("Run", "Audit", "/audit", Operators, false),
    ("Run", "People", "/people", Anyone, true),
    ("Run", "Notices", "/notices", Anyone, false),
];

/// The largest number that is written out.
const MOST: u64 = 999;

/// The rail of this role on the page at this path.
pub fn of(role: &Role, path: &str, counts: Counts, with_planned: bool) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (name, label, href, who, built) in LINKS {
        if !(built || with_planned) || !who.includes(role, true) {
            continue;
        }
        let link = Entry { label, href, current: leads_to(href, path), count: count(href, counts) };
        match groups.last_mut().filter(|group| group.name == name) {
            Some(group) => group.links.push(link),
            None => groups.push(Group { name, links: vec![link] }),
        }
    }
    groups
}

/// Whether there is a page at this path of the rail; one that is not built is not linked from anywhere.
pub fn is_built(path: &str) -> bool {
    LINKS.iter().any(|(_, _, href, _, built)| *href == path && *built)
}

fn leads_to(href: &str, path: &str) -> bool {
    path == href || (href != "/" && path.strip_prefix(href).is_some_and(|rest| rest.starts_with('/')))
}

fn count(href: &str, counts: Counts) -> Option<String> {
    let number = match href {
        "/deliveries" => counts.attention,
        "/notices" => counts.notices,
        _ => 0,
    };
    match number {
        0 => None,
        1..=MOST => Some(number.to_string()),
        _ => Some(format!("{MOST}+")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(role: &Role) -> Vec<&'static str> {
        let groups = of(role, "/", Counts::default(), true);
        groups.iter().flat_map(|group| group.links.iter().map(|link| link.label)).collect()
    }

    #[test]
    fn a_role_sees_what_is_for_it_and_no_more() {
        let publisher = Role::Publisher { publisher_id: "pub_1".to_owned() };
        let hidden = ["Reviews", "Publishers", "Sources", "System", "Audit"];
        assert!(labels(&publisher).iter().all(|label| !hidden.contains(label)));
        assert_eq!(labels(&publisher).len(), LINKS.len() - hidden.len());
        assert_eq!(labels(&Role::AccountManager).len(), LINKS.len() - 3);
        assert_eq!(labels(&Role::Operator).len(), LINKS.len());
    }

    #[test]
    fn the_current_link_is_that_of_the_page_or_of_what_it_lies_below() {
        let groups = of(&Role::Operator, "/apps/kash-wall/callback", Counts::default(), true);
        let current: Vec<&str> =
            groups.iter().flat_map(|group| &group.links).filter(|link| link.current).map(|link| link.href).collect();
        assert_eq!(current, ["/apps"]);
    }

    #[test]
    fn a_number_is_written_out_up_to_999() {
        let shown = |attention| count("/deliveries", Counts { attention, notices: 0 });
        assert_eq!([shown(0), shown(999), shown(1_000)], [None, Some("999".to_owned()), Some("999+".to_owned())]);
    }
}
