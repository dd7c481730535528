//! Lists: `?limit=&cursor=` in, `{items, nextCursor}` out, newest first.
//!
//! A cursor names the last item of the page before. It is opaque: what it is may change with any version.

use serde::Serialize;
use utoipa::ToSchema;

use super::error::Problem;
use super::query::Query;
use crate::domain::ids;
use crate::store::page::{Listed, Page};

/// Items of a page, unless the caller says otherwise.
pub(super) const DEFAULT: usize = 50;
/// Most items of a page.
pub(super) const MOST: usize = 1_000;

/// The parameters that every list takes.
pub const PARAMETERS: [&str; 2] = ["limit", "cursor"];

/// A page as it is answered.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PageOf<T> {
    /// Newest first.
    pub items: Vec<T>,
    /// Give it as `cursor` for the next page; null at the end.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

impl<T> From<Listed<T>> for PageOf<T> {
    fn from(listed: Listed<T>) -> Self {
        Self { items: listed.items, next_cursor: listed.next }
    }
}

impl<T> PageOf<T> {
    /// The same page of something else.
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> PageOf<U> {
        PageOf { items: self.items.into_iter().map(convert).collect(), next_cursor: self.next_cursor }
    }
}

/// Reads which page is asked for of a list whose ids have this prefix.
pub fn page_of(prefix: &str, query: &Query) -> Result<Page, Problem> {
    let page = page(query)?;
    match page.before.as_deref() {
        Some(before) if ids::key(prefix, before).is_none() => Err(Problem::field("cursor", OF_THIS_LIST)),
        _ => Ok(page),
    }
}

/// Reads what everything must be newer than, in a list whose ids have this prefix: an item of it, such as the newest that
/// somebody has seen.
pub fn after(prefix: &str, query: &Query) -> Result<Option<String>, Problem> {
    let read = |text: &str| {
        let id = ids::is_id(text).then(|| text.to_owned()).filter(|id| ids::key(prefix, id).is_some());
        id.ok_or_else(|| Problem::field("after", "must be the id of an item of this list"))
    };
    query.text("after").map(read).transpose()
}

fn page(query: &Query) -> Result<Page, Problem> {
    let limit = match query.text("limit") {
        None => DEFAULT,
        Some(text) => {
            let limit = text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
            limit.ok_or_else(|| Problem::field("limit", format!("must be a number from 1 to {MOST}")))?
        }
    };
    let before = query.text("cursor").map(read_cursor).transpose()?;
    Ok(Page { limit, before })
}

/// Reads a query that names nothing but a page.
pub fn only_page(query: &str) -> Result<Page, Problem> {
    page(&Query::read(query, &PARAMETERS)?)
}

/// A page of what is so little that it is at hand as a whole, newest first.
pub fn page_of_few<T>(items: Vec<T>, page: &Page, id: impl Fn(&T) -> &str) -> PageOf<T> {
    let after = items.into_iter().filter(|item| page.before.as_deref().is_none_or(|before| id(item) < before));
    page.cut(after.collect(), &id).into()
}

const OF_THIS_LIST: &str = "must be the nextCursor of a page of this list";

fn read_cursor(text: &str) -> Result<String, Problem> {
    let id = ids::is_id(text).then(|| text.to_owned());
    id.ok_or_else(|| Problem::field("cursor", OF_THIS_LIST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cursor_that_a_page_gives_is_taken_back_and_no_other() {
        let id = crate::random::new_id("app");
        let page_of: PageOf<()> = Listed { items: Vec::new(), next: Some(id.clone()) }.into();
        let cursor = page_of.next_cursor.unwrap();
        assert_eq!(only_page(&format!("cursor={cursor}&limit=7")).unwrap(), Page { limit: 7, before: Some(id) });
        for query in ["cursor=zz", "cursor=YWJj", "limit=0", "limit=1001", "limit=x", "limt=1", "limit=1&limit=2"] {
            assert!(only_page(query).is_err(), "{query}");
        }
        assert_eq!(only_page("").unwrap(), Page { limit: 50, before: None });
    }

    #[test]
    fn the_cursor_of_another_list_is_refused() {
        let id = crate::random::new_id("dlv");
        let page_of_deliveries: PageOf<()> = Listed { items: Vec::new(), next: Some(id.clone()) }.into();
        let query = Query::read(&format!("cursor={}", page_of_deliveries.next_cursor.unwrap()), &PARAMETERS).unwrap();
        assert_eq!(page_of("dlv", &query).unwrap().before, Some(id));
        assert!(page_of("cmp", &query).is_err());
    }

    #[test]
    fn what_everything_must_be_newer_than_is_an_item_of_the_list() {
        let id = crate::random::new_id("dlv");
        let query = Query::read(&format!("after={id}"), &["after"]).unwrap();
        assert_eq!(after("dlv", &query).unwrap(), Some(id));
        assert!(after("cmp", &query).is_err());
        assert!(after("dlv", &Query::read("after=dlv_1", &["after"]).unwrap()).is_err());
        assert_eq!(after("dlv", &Query::read("after=", &["after"]).unwrap()).unwrap(), None);
    }
}
