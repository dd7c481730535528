//! Roll-ups of recipes as rows: written, folded, read and removed as those of apps are.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel::upsert::excluded;

use super::backend::{Conn, Engine, upsert};
use super::keys::NodeKey;
use super::rollups::{ALL_NODES, REMOVED, folded_until, stored};
use super::schema::recipe_rollups as table;
use super::{Store, StoreError};
use crate::domain::health::recipes::{RecipeRollup, RefusedCounts};
use crate::domain::health::rollup::Step;
use crate::domain::health::series::{Piece, Series};
use crate::domain::time::Timestamp;

/// What one process has added up of a recipe within five minutes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NodeRecipeRollup {
    /// name@version
    pub recipe: String,
    /// When the five minutes begin.
    pub at: Timestamp,
    /// All of it so far.
    pub rollup: RecipeRollup,
}

/// Which recipes are asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recipes {
    /// All versions of this name.
    Named(String),
    /// This name@version alone.
    Version(String),
    /// All there are.
    All,
}

/// What became of first attempts, by recipe and by the beginning of the bucket.
pub type RecipeSeries = BTreeMap<String, BTreeMap<Timestamp, RecipeRollup>>;

/// A row of `recipe_rollups`.
#[derive(Clone, Debug, Queryable, Selectable, Insertable)]
#[diesel(table_name = table)]
pub(super) struct Row {
    recipe: String,
    step: i32,
    at: Timestamp,
    node: NodeKey,
    first_attempts: i64,
    delivered: i64,
    refused_401: i64,
    refused_403: i64,
    refused_405: i64,
    refused_422: i64,
    unwanted_body: i64,
}

impl Row {
    fn new(recipe: String, step: Step, at: Timestamp, node: NodeKey, rollup: &RecipeRollup) -> Self {
        let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let refused = &rollup.refused;
        Self {
            recipe,
            step: stored(step),
            at,
            node,
            first_attempts: count(rollup.first_attempts),
            delivered: count(rollup.delivered),
            refused_401: count(refused.unauthorized),
            refused_403: count(refused.forbidden),
            refused_405: count(refused.method_not_allowed),
            refused_422: count(refused.unprocessable),
            unwanted_body: count(refused.unwanted_body),
        }
    }

    fn rollup(&self) -> RecipeRollup {
        let count = |count: i64| u64::try_from(count).unwrap_or(0);
        RecipeRollup {
            first_attempts: count(self.first_attempts),
            delivered: count(self.delivered),
            refused: RefusedCounts {
                unauthorized: count(self.refused_401),
                forbidden: count(self.refused_403),
                method_not_allowed: count(self.refused_405),
                unprocessable: count(self.refused_422),
                unwanted_body: count(self.unwanted_body),
            },
        }
    }
}

impl Store {
    /// Writes what a process has added up of recipes so far, over what it wrote of the same before.
    pub async fn write_recipe_rollups(&self, node: &str, rollups: Vec<NodeRecipeRollup>) -> Result<(), StoreError> {
        let node = NodeKey::of(node);
        let row = |one: NodeRecipeRollup| Row::new(one.recipe, Step::FiveMinutes, one.at, node, &one.rollup);
        let rows: Vec<Row> = rollups.into_iter().map(row).collect();
        self.write(move |conn| write_rows(conn, &rows)).await
    }

    /// What became of first attempts of these recipes, in each bucket of a series that has any.
    pub async fn recipe_series(&self, of: Recipes, series: Series) -> Result<RecipeSeries, StoreError> {
        self.snapshot(move |conn| {
            let mut found = RecipeSeries::new();
            for piece in series.pieces(folded_until(conn)?) {
                for row in wanted(&of, &piece).load::<Row>(conn)? {
                    let buckets = found.entry(row.recipe.clone()).or_default();
                    buckets.entry(series.bucket_of(row.at)).or_default().merge(&row.rollup());
                }
            }
            Ok(found)
        })
        .await
    }

    /// Removes a step of the roll-ups of this length that begin before then, oldest first; answers how many went.
    pub async fn prune_recipe_rollups(&self, step: Step, before: Timestamp) -> Result<usize, StoreError> {
        self.write_in_turn(Conn::begin_removing, move |conn| diesel::sql_query(removal(step, before)).execute(conn))
            .await
    }
}

/// The rows that an hour's five minutes are folded into.
pub(super) fn folded(conn: &mut Conn, hour: Timestamp) -> QueryResult<Vec<Row>> {
    let piece = Piece { step: Step::FiveMinutes, from: hour, to: hour.plus(Step::Hour.length()) };
    let mut recipes: BTreeMap<String, RecipeRollup> = BTreeMap::new();
    for row in wanted(&Recipes::All, &piece).load::<Row>(conn)? {
        recipes.entry(row.recipe.clone()).or_default().merge(&row.rollup());
    }
    let node = NodeKey::stored(ALL_NODES);
    Ok(recipes.into_iter().map(|(recipe, sum)| Row::new(recipe, Step::Hour, hour, node, &sum)).collect())
}

pub(super) fn write_rows(conn: &mut Conn, rows: &[Row]) -> QueryResult<()> {
    upsert!(conn, rows, |conn, some| diesel::insert_into(table::table)
        .values(some)
        .on_conflict((table::recipe, table::step, table::at, table::node))
        .do_update()
        .set((
            table::first_attempts.eq(excluded(table::first_attempts)),
            table::delivered.eq(excluded(table::delivered)),
            table::refused_401.eq(excluded(table::refused_401)),
            table::refused_403.eq(excluded(table::refused_403)),
            table::refused_405.eq(excluded(table::refused_405)),
            table::refused_422.eq(excluded(table::refused_422)),
            table::unwanted_body.eq(excluded(table::unwanted_body)),
        )))
}

/// A query of roll-ups.
type Rows =
    diesel::dsl::IntoBoxed<'static, diesel::dsl::Select<table::table, diesel::dsl::AsSelect<Row, Engine>>, Engine>;

/// The roll-ups of a piece. A day of all recipes is some thousand rows.
pub(super) fn wanted(of: &Recipes, piece: &Piece) -> Rows {
    let rows = table::table.select(Row::as_select()).into_boxed();
    let rows = rows.filter(table::step.eq(stored(piece.step)));
    let rows = rows.filter(table::at.ge(piece.from)).filter(table::at.lt(piece.to));
    match of {
        Recipes::All => rows,
        Recipes::Version(recipe) => rows.filter(table::recipe.eq(recipe.clone())),
        // Between `name@` and what would follow all of its versions, byte by byte.
        Recipes::Named(name) => {
            rows.filter(table::recipe.ge(format!("{name}@"))).filter(table::recipe.lt(format!("{name}A")))
        }
    }
}

/// What removes a step of old roll-ups. Numbers, as literals, read the same to either engine.
pub(super) fn removal(step: Step, before: Timestamp) -> String {
    let (step, before) = (stored(step), before.as_millis());
    format!(
        "DELETE FROM recipe_rollups WHERE (recipe, step, at, node) IN (
             SELECT recipe, step, at, node FROM recipe_rollups WHERE step = {step} AND at < {before} ORDER BY at LIMIT {REMOVED})"
    )
}
