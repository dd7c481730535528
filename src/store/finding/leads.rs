//! Several leads read as one list: those of many apps, or of several states.
//!
//! Their *heads*, the newest key of each, are found by one statement. The lead with the newest head is read first, and the rest
//! are done with once no head is newer than the last key that has a place. So a page costs at most as many reads as it has
//! rows, however many apps there are, and where nothing is new it costs the heads alone. What is read are keys, which an index
//! holds side by side; of each lead rows would lie scattered over the table, and most of them have no place on the page.

use std::cmp::Reverse;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Nullable};

use crate::store::backend::{Conn, Statement};
use crate::store::id_range::Span;
use crate::store::keys::AppKey;

/// Apps in one statement.
const CHUNK: usize = 200;

/// Whose leads these are.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) enum Apps<'a> {
    /// Of these apps.
    These(&'a [AppKey]),
    /// Of every app that has rows of which this holds: the condition of an index that begins with the app. They are found by
    /// leaping from each app's first entry to the next app's.
    With(&'a str),
}

/// The newest row of an app of which one of several conditions holds.
#[derive(Clone, Copy, Debug, QueryableByName)]
struct Head {
    #[diesel(sql_type = BigInt)]
    app: AppKey,
    /// Of the condition, among those that were asked about.
    #[diesel(sql_type = Integer)]
    place: i32,
    #[diesel(sql_type = Nullable<BigInt>)]
    head: Option<i64>,
}

/// The heads of a table's rows (`d` in the conditions), app by app and condition by condition: each with the place of its
/// condition. Where there is no row there is no head.
pub(super) fn heads(
    conn: &mut Conn,
    table: &str,
    conditions: &[String],
    apps: Apps<'_>,
    span: &Span,
) -> QueryResult<Vec<(i64, AppKey, usize)>> {
    let chunks: Vec<Apps<'_>> = match apps {
        Apps::These(apps) => apps.chunks(CHUNK).map(Apps::These).collect(),
        Apps::With(_) => vec![apps],
    };
    let mut found: Vec<Head> = Vec::new();
    for some in chunks.into_iter().filter(|_| !conditions.is_empty()) {
        found.extend(query(table, conditions, some, span).all::<Head>(conn)?);
    }
    let known = |found: Head| Some((found.head?, found.app, usize::try_from(found.place).ok()?));
    Ok(found.into_iter().filter_map(known).collect())
}

/// The query of the heads. Conditions are words of ours, so it holds them as literals: only then does a planner see that a partial
/// index covers a condition. Of its texts there are few, since the conditions are those of a table's indexes; whether PostgreSQL plans one of them
/// anew it decides by what that has cost before.
pub(in crate::store) fn query(table: &str, conditions: &[String], apps: Apps<'_>, span: &Span) -> Statement {
    let (keys, apps) = match apps {
        Apps::These(keys) => (keys, "WITH a (id) AS (:rows)".to_owned()),
        // The next app is asked for by its place in the order and not as the smallest: PostgreSQL looks for that among all,
        // if it takes the index for small.
        Apps::With(condition) => {
            let leaps = format!(
                "WITH RECURSIVE a (id) AS (
                    SELECT CAST(0 AS BIGINT)
                    UNION ALL
                    SELECT (SELECT d.app_id FROM {table} d WHERE {condition} AND d.app_id > a.id ORDER BY d.app_id LIMIT 1)
                    FROM a WHERE a.id IS NOT NULL
                )"
            );
            (&[][..], leaps)
        }
    };
    let head = |(place, condition): (usize, &String)| {
        let condition = if condition.is_empty() { String::new() } else { format!(" AND {condition}") };
        format!(
            "SELECT CAST(a.id AS BIGINT) AS app, {place} AS place, (SELECT d.id FROM {table} d
                 WHERE d.app_id = a.id{condition} AND d.id BETWEEN :first AND :last ORDER BY d.id DESC LIMIT 1) AS head
             FROM a WHERE a.id > 0"
        )
    };
    let heads: Vec<String> = conditions.iter().enumerate().map(head).collect();
    let (first, last) = (span.lower.unwrap_or(0), span.upper.map_or(i64::MAX, |upper| upper.saturating_sub(1)));
    let statement = Statement::of(format!("{apps} {}", heads.join(" UNION ALL "))).keys(keys);
    statement.number("first", first).number("last", last)
}

/// The newest keys of several leads, so many. Each lead comes with a key that none of its keys is newer than; of each as many
/// are read as can have a place.
pub(super) fn newest_of<L>(
    mut leads: Vec<(i64, L)>,
    mut span: Span,
    wanted: usize,
    mut read: impl FnMut(&L, &Span, usize) -> QueryResult<Vec<i64>>,
) -> QueryResult<Vec<i64>> {
    leads.sort_by_key(|(head, _)| Reverse(*head));
    let mut found: Vec<i64> = Vec::new();
    for (head, lead) in leads {
        if span.lower.is_some_and(|lower| head < lower) {
            break;
        }
        let newer = found.partition_point(|key| *key > head);
        found.extend(read(&lead, &span, wanted - newer)?);
        found.sort_unstable_by_key(|key| Reverse(*key));
        found.truncate(wanted);
        // What is older than the last that has a place has none.
        if let Some(last) = found.get(wanted.saturating_sub(1)) {
            span.lower = Some(*last);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The newest keys of these leads, so many, and the leads that were read, with how many of each at most.
    fn newest(leads: &[&[i64]], lower: Option<i64>, wanted: usize) -> (Vec<i64>, Vec<(usize, usize)>) {
        let mut read = Vec::new();
        let heads = leads.iter().enumerate().map(|(place, keys)| (keys[0], place)).collect();
        let found = newest_of(heads, Span { lower, upper: None }, wanted, |place, span, at_most| {
            read.push((*place, at_most));
            let keys = leads[*place].iter().copied().filter(|key| span.lower.is_none_or(|lower| *key >= lower));
            Ok(keys.take(at_most).collect())
        });
        (found.unwrap(), read)
    }

    #[test]
    fn the_newest_rows_of_all_leads_are_found_without_reading_those_that_have_none_of_them() {
        let leads: [&[i64]; 4] = [&[7, 1], &[30, 29, 3], &[28, 27], &[26]];
        assert_eq!(newest(&leads, None, 3), (vec![30, 29, 28], vec![(1, 3), (2, 1)]));
        assert_eq!(newest(&leads, None, 2), (vec![30, 29], vec![(1, 2)]));
        assert_eq!(newest(&leads, None, 9).0, [30, 29, 28, 27, 26, 7, 3, 1]);
        assert_eq!(newest(&leads, Some(28), 9), (vec![30, 29, 28], vec![(1, 9), (2, 7)]));
        assert_eq!(newest(&leads, Some(31), 9), (vec![], vec![]));
    }
}
