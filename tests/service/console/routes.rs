//! Every page × every role × what is foreign (J15). The paths are read off the sources, so a page that is added is tried here, and
//! fails until the table says for whom it is.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use ringback::actions::calls::Who::{self, Anyone, Everybody, Managers, Operators};
use ringback::domain::account::Role;
use serde_json::json;

use super::visitor::{PASSWORD, Visitor};
use crate::api::belongings::Belongings;
use crate::support::Ringback;

/// For whom each path is, as far as the object is its own. One line for each.
const PATHS: &[(&str, Who)] = &[
    ("/sign-in", Everybody),
    ("/sign-out", Anyone),
    ("/join/{link}", Everybody),
    ("/problems", Everybody),
    ("/problems/{kind}", Everybody),
    ("/", Anyone),
    ("/ui", Operators),
    ("/account", Anyone),
    ("/account/password", Anyone),
    ("/account/second-factor", Anyone),
    ("/account/second-factor/confirm", Anyone),
    ("/account/second-factor/remove", Anyone),
    ("/account/sessions", Anyone),
    ("/account/sessions/{session}", Anyone),
    ("/apps", Anyone),
    ("/apps/new", Anyone),
    ("/apps/{app}", Anyone),
    ("/apps/{app}/pause", Anyone),
    ("/apps/{app}/resume", Anyone),
    ("/apps/{app}/callback", Anyone),
    ("/apps/{app}/secrets", Anyone),
    ("/apps/{app}/secrets/{secret}/use", Anyone),
    ("/apps/{app}/secrets/{secret}/delete", Anyone),
    ("/apps/{app}/test", Anyone),
    ("/apps/{app}/test/sequence", Anyone),
    ("/apps/{app}/doctor", Anyone),
    ("/apps/{app}/receiver", Anyone),
    ("/apps/{app}/settings", Anyone),
    ("/apps/{app}/settings/terms", Managers),
    ("/apps/{app}/settings/archive", Anyone),
    ("/apps/{app}/settings/endpoints", Anyone),
    ("/apps/{app}/settings/endpoints/{endpoint}/enable", Anyone),
    ("/apps/{app}/settings/endpoints/{endpoint}/delete", Anyone),
    ("/apps/{app}/settings/endpoints/{endpoint}/switch", Anyone),
    ("/apps/{app}/credit", Managers),
    ("/dialects", Anyone),
    ("/dialects/{dialect}", Anyone),
    ("/dialects/{dialect}/receiver", Anyone),
    ("/dialects/{version}/withdraw", Operators),
    ("/dialects/drafts/new", Managers),
    ("/dialects/{draft}/draft", Managers),
    ("/dialects/{draft}/draft/check", Managers),
    ("/dialects/{draft}/draft/test", Managers),
    ("/dialects/{draft}/draft/publish", Operators),
    ("/dialects/{draft}/draft/delete", Managers),
    ("/lookup", Anyone),
    ("/lookup/erase", Anyone),
    ("/deliveries", Anyone),
    ("/deliveries/{delivery}", Anyone),
    ("/deliveries/{delivery}/replay", Anyone),
    ("/deliveries/{delivery}/cancel", Anyone),
    ("/completions", Anyone),
    ("/completions/export", Anyone),
    ("/completions/{completion}", Anyone),
    ("/completions/{completion}/reverse", Managers),
    ("/replays", Anyone),
    ("/replays/new", Anyone),
    ("/replays/{replay}", Anyone),
    ("/replays/{replay}/cancel", Anyone),
    ("/egress", Anyone),
    ("/egress/{address}", Anyone),
    ("/people", Anyone),
    ("/people/invite", Anyone),
    ("/people/invitations/{invitation}/withdraw", Anyone),
    ("/people/tokens", Anyone),
    ("/people/tokens/new", Anyone),
    ("/people/tokens/{token}/delete", Anyone),
    ("/people/{person}", Anyone),
    ("/people/{person}/reset", Managers),
    ("/people/{person}/disable", Managers),
    ("/people/{person}/enable", Managers),
    ("/people/{person}/second-factor", Managers),
    ("/people/{person}/delete", Managers),
];

/// What a part of a path names: the kind of a belonging.
const NAMES: [(&str, &str); 15] = [
    ("{user}", "userId"),
    ("{app}", "apps"),
    ("{secret}", "secretId"),
    ("{session}", "sessions"),
    ("{endpoint}", "endpointId"),
    ("{address}", "egress-ips"),
    ("{invitation}", "invitations"),
    ("{token}", "tokens"),
    ("{person}", "users"),
    ("{delivery}", "deliveries"),
    ("{completion}", "completions"),
    ("{replay}", "replays"),
    ("{dialect}", "recipes"),
    ("{version}", "recipes"),
    ("{draft}", "draft"),
];

/// What stands behind a path whose page is about what its query names.
const QUERIES: [(&str, &str); 1] = [("/lookup/erase", "?app={app}&user={user}")];

/// A path of pages, and what it takes.
#[derive(Default)]
struct Route {
    shows: bool,
    takes_forms: bool,
}

/// Every path that `pages::resource` registers.
fn registered() -> BTreeMap<String, Route> {
    let mut found = BTreeMap::new();
    for file in sources(&PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/web/console")) {
        let text = fs::read_to_string(&file).unwrap();
        for rest in text.split("pages::resource(").skip(1) {
            let (named, mut rest) = rest.split_once(')').unwrap();
            let mut route = Route::default();
            while let Some((method, behind)) = rest.trim_start().strip_prefix('.').and_then(|rest| rest.split_once('('))
            {
                match method {
                    "get" => route.shows = true,
                    "post" => route.takes_forms = true,
                    _ => break,
                }
                rest = behind.split_once(')').unwrap().1;
            }
            found.insert(literal(named, &text, &file), route);
        }
    }
    found
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below = |path: PathBuf| if path.is_dir() { sources(&path) } else { vec![path] };
    entries.flat_map(below).collect()
}

/// A path as it is written, or the constant that stands for it: of the same file, or of a module beside it.
fn literal(named: &str, text: &str, file: &Path) -> String {
    if let Some(path) = named.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return path.to_owned();
    }
    let (module, name) = named.rsplit_once("::").unwrap_or(("", named));
    let other = file.with_file_name(format!("{}.rs", module.trim_start_matches("super::")));
    let text = if module.is_empty() { text.to_owned() } else { fs::read_to_string(other).unwrap() };
    let beside = || sources(file.parent().unwrap()).into_iter().map(|file| fs::read_to_string(file).unwrap());
    let is = format!("const {name}: &str = \"");
    let value = std::iter::once(text).chain(beside()).find_map(|text| Some(text.split_once(&is)?.1.to_owned()));
    value.unwrap_or_else(|| panic!("{}: {named} is no text", file.display())).split('"').next().unwrap().to_owned()
}

/// A path with its query.
fn whole(pattern: &str) -> String {
    let query = QUERIES.into_iter().find(|(path, _)| *path == pattern).map_or("", |(_, query)| query);
    format!("{pattern}{query}")
}

/// The path about these belongings; nothing where it names what nobody has.
fn about(pattern: &str, of: &Belongings) -> String {
    let mut path = whole(pattern).replace("{kind}", "conflict").replace("{link}", "none");
    for (part, kind) in NAMES {
        if !path.contains(part) {
            continue;
        }
        path = path.replace(part, of.object(kind));
    }
    assert!(!path.contains('{'), "{pattern}: say in NAMES what its parts name");
    path
}

async fn signed_in(ringback: &Ringback, email: &str) -> Visitor {
    let mut visitor = Visitor::new(ringback);
    assert_eq!(visitor.sign_in(email, PASSWORD).await.status, 303, "{email}");
    visitor
}

#[test]
fn every_page_says_for_whom_it_is() {
    let known: Vec<&str> = PATHS.iter().map(|(path, _)| *path).collect();
    let registered = registered();
    let unknown: Vec<&String> = registered
        .keys()
        .filter(|path| !known.contains(&path.replace("/join/{token}", "/join/{link}").as_str()))
        .collect();
    assert!(unknown.is_empty(), "add a line to PATHS in tests/service/console/routes.rs for {unknown:?}");
    let gone: Vec<&&str> =
        known.iter().filter(|path| !registered.contains_key(&path.replace("{link}", "{token}"))).collect();
    assert!(gone.is_empty(), "nothing registers {gone:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_is_for_its_roles_and_shows_nobody_what_is_anothers() {
    let ringback = Ringback::start().await;
    let (ours, theirs) =
        (Belongings::of_a_publisher(&ringback, 1).await, Belongings::of_a_publisher(&ringback, 2).await);
    let operator = Visitor::joined(&ringback, "olga@example.com", json!({"role": "operator"})).await;
    let manager = Visitor::joined(&ringback, "max@example.com", json!({"role": "account_manager"})).await;
    let publisher = signed_in(&ringback, "ana1@example.com").await;
    let of_publisher = Role::Publisher { publisher_id: String::new() };
    let mut roles = [(Role::Operator, operator), (Role::AccountManager, manager), (of_publisher.clone(), publisher)];
    let registered = registered();
    let mut wrong = Vec::new();
    let mut holds = |holds: bool, what: String| {
        if !holds {
            wrong.push(what);
        }
    };
    for (pattern, who) in PATHS {
        let route = &registered[&pattern.replace("{link}", "{token}")];
        for (role, visitor) in &mut roles {
            let what = format!("{pattern} by {}", role.as_str());
            let is_let_in = who.includes(role, true);
            let names_something = NAMES.iter().any(|(part, _)| whole(pattern).contains(part));
            let own = about(pattern, &ours);
            if route.shows && *who != Everybody {
                let page = visitor.get(&own).await;
                // What has ended already cannot be canceled: that is said, or led past.
                let expected: &[u16] = if is_let_in { &[200, 303, 409] } else { &[403] };
                holds(expected.contains(&page.status), format!("{what} is answered {}", page.status));
                if *role == of_publisher {
                    for id in theirs.ids() {
                        holds(!page.html.contains(id), format!("{what} shows {id}, which is another publisher's"));
                    }
                }
            }
            if *role == of_publisher && names_something {
                let token = visitor.get("/account").await.hidden();
                let token = [("formToken", token[0].1.as_str())];
                let foreign = about(pattern, &theirs);
                if route.shows {
                    let page = visitor.get(&foreign).await;
                    // Whoever may not see the page of its own is told the same of a foreign one.
                    let is_refused = page.status == 404 || (page.status == 403 && !is_let_in);
                    holds(is_refused, format!("{what}, foreign, is answered {}", page.status));
                    let says = !is_let_in || page.html.contains("There is no such ");
                    holds(says, format!("{what}, foreign, does not say that there is none"));
                }
                if route.takes_forms {
                    let sent = visitor.post(&foreign, &token).await;
                    let is_refused = sent.status == 404 || (sent.status == 403 && !is_let_in);
                    holds(is_refused, format!("a form of {what}, foreign, is answered {}", sent.status));
                }
            }
            if route.takes_forms && pattern != &"/join/{link}" {
                // Without the token of the session nothing is changed, by nobody.
                let page = visitor.post(&own, &[]).await;
                holds(page.status == 403, format!("a form of {what} without a token is answered {}", page.status));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let mut stranger = Visitor::new(&ringback);
    for (pattern, who) in PATHS.iter().filter(|(pattern, _)| registered[&pattern.replace("{link}", "{token}")].shows) {
        let page = stranger.get(&about(pattern, &ours)).await;
        match who {
            Everybody => assert!([200, 404].contains(&page.status), "{pattern}: {}", page.status),
            _ => assert!(page.location.is_some_and(|to| to.starts_with("/sign-in")), "{pattern} is shown to strangers"),
        }
    }
}
