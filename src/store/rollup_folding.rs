//! Folding: an hour's roll-ups of five minutes become one row for each app and for each recipe.

use std::collections::BTreeMap;

use super::backend::Conn;
use super::keys::{AppKey, NodeKey};
use super::rollups::{self, ALL_NODES, Row};
use super::{Store, StoreError, recipe_rollups};
use crate::domain::health::rollup::{Rollup, Step};
use crate::domain::time::Timestamp;

impl Store {
    /// Folds the oldest hour that is not folded yet and was over before `before`, of apps and of recipes; answers whether there was
    /// one. Every node may do the same at the same time: each writes the same rows.
    pub async fn fold_rollups(&self, before: Timestamp) -> Result<bool, StoreError> {
        let folded = self
            .look_by_index(move |conn| {
                let Some(hour) = rollups::next_to_fold(conn, Step::Hour.begin(before))? else { return Ok(None) };
                let mut apps: BTreeMap<AppKey, Rollup> = BTreeMap::new();
                for row in rollups::of_five_minutes(conn, hour, hour.plus(Step::Hour.length()))? {
                    apps.entry(row.app_id).or_default().merge(&row.rollup());
                }
                let node = NodeKey::stored(ALL_NODES);
                let row = |(app, rollup): (AppKey, Rollup)| Row::new(app, Step::Hour, hour, node, &rollup);
                let apps: Vec<Row> = apps.into_iter().map(row).collect();
                // Whatever tells of a recipe tells of an app as well, so its hours are among these.
                Ok(Some((apps, recipe_rollups::folded(conn, hour)?)))
            })
            .await?;
        let Some((of_apps, of_recipes)) = folded else { return Ok(false) };
        self.write_in_turn(Conn::begin_removing, move |conn| {
            rollups::write_rows(conn, &of_apps)?;
            recipe_rollups::write_rows(conn, &of_recipes)
        })
        .await?;
        Ok(true)
    }
}
