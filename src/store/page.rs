//! Pages of lists: newest first by id, because ids are ordered by the time of their making.
//!
//! A page is named by the last id of the one before it, so that what is added meanwhile shifts nothing.

/// Which part of a list is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// At most so many.
    pub limit: usize,
    /// Only what was made before this id.
    pub before: Option<String>,
}

impl Page {
    /// One more than asked for: whether there is a further page shows without counting.
    pub(super) fn rows(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::MAX).saturating_add(1)
    }

    /// Cuts the rows that were read to the page, and names the next one.
    pub fn cut<T>(&self, mut rows: Vec<T>, id: impl Fn(&T) -> &str) -> Listed<T> {
        let more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next = rows.last().filter(|_| more).map(|last| id(last).to_owned());
        Listed { items: rows, next }
    }
}

/// A page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// Newest first.
    pub items: Vec<T>,
    /// The id that the next page begins before; `None` at the end.
    pub next: Option<String>,
}

impl<T> Listed<T> {
    /// The same page of something else.
    pub fn map<U>(self, convert: impl FnMut(T) -> U) -> Listed<U> {
        Listed { items: self.items.into_iter().map(convert).collect(), next: self.next }
    }
}
