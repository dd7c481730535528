//! How first attempts go by recipe: of one dialect's versions, and those whose refusals jump.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Actions;
use super::caller::Caller;
use super::refusal::Refusal;
use crate::domain::health::recipes::{Jump, RecipeRollup, jumps};
use crate::domain::health::rollup::{Step, aligned};
use crate::domain::health::series::Series;
use crate::domain::time::Timestamp;
use crate::store::recipe_rollups::{RecipeSeries, Recipes};

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

impl Actions {
    /// What became of first attempts of a dialect's versions, or of one `name@version`, in each bucket of a series that has any.
    pub async fn recipe_health(&self, caller: &Caller, name: &str, series: Series) -> Result<RecipeSeries, Refusal> {
        let catalog = self.node.catalog();
        let of = match (catalog.get_version(name), catalog.get(name)) {
            (Some(_), _) => Recipes::Version(name.to_owned()),
            (None, Some(_)) => Recipes::Named(name.to_owned()),
            (None, None) => return Err(Refusal::Unknown("dialect")),
        };
        let _reading = self.reads.begin(caller)?;
        Ok(self.node.store.recipe_series(of, series).await?)
    }

    /// The recipes whose refusals jump, the worst first. Like all of Home it takes no turn from the caller's own reads.
    pub async fn recipe_jumps(&self) -> Result<Vec<Jump>, Refusal> {
        let step = Step::FiveMinutes.length();
        let end = aligned(self.node.now(), step).plus(step);
        let of = |from: Timestamp, to: Timestamp, step: Duration| async move {
            let found = self.node.store.recipe_series(Recipes::All, Series { from, to, step }).await?;
            Ok::<_, Refusal>(found.into_iter().map(|(recipe, buckets)| (recipe, sum(&buckets))).collect())
        };
        let hour: BTreeMap<String, RecipeRollup> = of(end.minus(HOUR), end, step).await?;
        // Without anything in the last hour nothing has jumped.
        if hour.is_empty() {
            return Ok(Vec::new());
        }
        // By whole hours, of which there are few rows: Home asks again and again.
        let hours_end = aligned(end.minus(HOUR), HOUR);
        let before = of(hours_end.minus(DAY), hours_end, HOUR).await?;
        Ok(jumps(hour, &before))
    }
}

/// All buckets together.
pub fn sum(buckets: &BTreeMap<Timestamp, RecipeRollup>) -> RecipeRollup {
    let mut sum = RecipeRollup::default();
    buckets.values().for_each(|rollup| sum.merge(rollup));
    sum
}
