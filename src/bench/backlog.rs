//! Deliveries that are due: recorded in the store while no server works on it, as a long outage would have left them.

use crate::command::Failure;
use crate::domain::completion::Completion;
use crate::domain::identity::ReportedFields;
use crate::domain::new_delivery::{NewDelivery, Start};
use crate::random;
use crate::store::Store;
use crate::store::queue::{NewCompletion, Recorded};

/// The source that reports. No such source exists: a record names it, and nobody asks for it.
const SOURCE: &str = "src_present";

/// A completion to be recorded, its deliveries to these endpoints of the app due at once.
pub(super) fn new_completion(
    mut completion: Completion,
    app_id: &str,
    endpoint_ids: &[String],
    recipe: &str,
) -> NewCompletion {
    completion.id = random::new_id("cmp");
    completion.source_id = Some(SOURCE.to_owned());
    completion.app_id = app_id.to_owned();
    let delivery = |endpoint_id: &String| NewDelivery {
        id: random::new_id("dlv"),
        endpoint_id: endpoint_id.clone(),
        recipe: recipe.to_owned(),
        start: Start::Pending,
    };
    NewCompletion {
        given: ReportedFields::of_completion(&completion, None),
        completion,
        deliveries: endpoint_ids.iter().map(delivery).collect(),
    }
}

/// Records a group that nothing speaks against.
pub(super) async fn record(store: &Store, group: Vec<NewCompletion>) -> Result<(), Failure> {
    match store.record(group).await?.iter().find(|recorded| **recorded != Recorded::Accepted) {
        Some(refused) => Err(format!("a completion was not recorded: {refused:?}").into()),
        None => Ok(()),
    }
}
