//! How the database answers what charts and counts ask: each along an index, up to a cap, whatever else an app has. What is prepared
//! once is explained as it is planned then, for no values.
//!
//! As with all plans, nothing is performed and nothing is judged here.

use diesel::prelude::*;

use super::explain::{Plan, explain, explain_statement};
use super::sample::Sample;
use crate::domain::delivery::Status;
use crate::domain::health::rollup::Step;
use crate::domain::health::series::Piece;
use crate::store::backend::{Conn, Statement};
use crate::store::delivery_counts::attention;
use crate::store::delivery_counts::queries as counted;
use crate::store::keys::{AppKey, EndpointKey};
use crate::store::queue::queries;
use crate::store::recipe_rollups::{self, Recipes};
use crate::store::{health_reads, rollups, tallies};

/// What charts and counts ask.
pub(super) fn of_health(conn: &mut Conn, sample: &Sample) -> QueryResult<Vec<Plan>> {
    let (apps, endpoints) = ([AppKey::of(&sample.app_id)], [EndpointKey::of(&sample.endpoint_id)]);
    let (since, now) = (Some(sample.before), sample.now);
    let piece = Piece { step: Step::FiveMinutes, from: sample.before, to: now };
    let [to_waiting, to_held] = queries::leaps(endpoints[0]);
    let plan = |query, text| Plan { query, text };
    let of_apps = explain(conn, health_reads::of_apps(&apps, &piece))?;
    let of_all = explain(conn, health_reads::of_all(&piece))?;
    let of_recipes = explain(conn, recipe_rollups::wanted(&Recipes::All, &piece))?;
    let of_recipe = explain(conn, recipe_rollups::wanted(&Recipes::Named("x".to_owned()), &piece))?;
    let old = explain(conn, diesel::sql_query(rollups::removal(Step::FiveMinutes, sample.before)))?;
    let old_of_recipes = explain(conn, diesel::sql_query(recipe_rollups::removal(Step::FiveMinutes, sample.before)))?;
    let mut counts = |query, statement| explain_statement(conn, statement).map(|text| plan(query, text));
    Ok(vec![
        plan("health of apps", of_apps),
        plan("health of all apps", of_all),
        plan("health of all recipes", of_recipes),
        plan("health of a recipe", of_recipe),
        counts("day of apps", tallies::of_piece(Some(&apps), &piece))?,
        counts("day of all apps", tallies::of_piece(None, &piece))?,
        plan("retention: roll-ups", old),
        plan("retention: roll-ups of recipes", old_of_recipes),
        counts("counts: dead of an app", counted::of_apps(&apps, Status::Dead, since))?,
        counts("counts: waiting of an app", counted::waiting_of(&apps))?,
        counts("counts: waiting of any app", counted::waiting_of_any())?,
        counts("counts: endpoints with any", Statement::of(queries::endpoints_with_any()))?,
        counts("counts: next endpoint with waiting ones", to_waiting)?,
        counts("counts: next endpoint with held ones", to_held)?,
        counts("counts: waiting of an endpoint", counted::of_endpoints(&endpoints, None, now))?,
        counts("counts: delivered", counted::delivered_of(&apps, since))?,
        counts("counts: sending", counted::sending(&apps, since))?,
        counts("counts: sending of any app", counted::sending_of_any())?,
        counts("counts: in line", counted::in_line(&apps, since))?,
        counts("counts: held, by reason", counted::held_reasons(&apps, since))?,
        counts("counts: held of endpoints together", attention::held_of(&endpoints))?,
        counts("counts: dead of apps together", attention::in_state_of(&apps, Status::Dead, Some(sample.before)))?,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::backend;

    /// On SQLite, whose plans also name the columns that an index is entered by.
    fn plan_of(query: &str) -> String {
        Plan::of(of_health(&mut backend::in_memory(), &Sample::default()).unwrap(), query)
    }

    #[test]
    fn of_a_backlog_and_of_what_waits_of_an_app_only_what_is_counted_is_walked_over() {
        for (query, entries) in [
            ("counts: waiting of an app", &["deliveries_unsettled (app_id=? AND status=?)"][..]),
            (
                "counts: waiting of any app",
                &["deliveries_unsettled (app_id>?)", "deliveries_unsettled (app_id=? AND status=?)"],
            ),
            ("counts: endpoints with any", &["deliveries_due (endpoint_id>?)", "deliveries_held (endpoint_id>?)"]),
            (
                "counts: waiting of an endpoint",
                &[
                    "deliveries_due (endpoint_id=? AND due_at<?)",
                    "deliveries_due (endpoint_id=? AND due_at>?)",
                    "deliveries_held (endpoint_id=?)",
                ],
            ),
        ] {
            let found = plan_of(query);
            let lacking: Vec<&&str> = entries.iter().filter(|entry| !found.contains(**entry)).collect();
            assert!(lacking.is_empty() && !found.contains("SCAN d"), "{query}: {lacking:?} {found}");
        }
    }
}
