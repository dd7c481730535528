//! Offers: what tracking links lead to. Account managers keep them; a publisher reads them, to show them to its users.

use super::Actions;
use super::admission::Created;
use super::refusal::Refusal;
use crate::domain::invalid::Invalid;
use crate::domain::offer::{Offer, OfferSettings};
use crate::random;
use crate::store::offers::{OfferRecord, OfferSaved};
use crate::store::page::{Listed, Page};

/// How often a change is tried again that another one overtook: two changes by hand never meet more than once.
const TRIES: usize = 5;

impl Actions {
    /// All offers; nobody's in particular.
    pub async fn offers(&self, page: Page) -> Result<Listed<Offer>, Refusal> {
        Ok(self.node.store.offers(page).await?)
    }

    /// The offer with this id or `ref`.
    pub async fn offer(&self, id_or_ref: &str) -> Result<Offer, Refusal> {
        Ok(self.offer_record(id_or_ref).await?.offer)
    }

    async fn offer_record(&self, id_or_ref: &str) -> Result<OfferRecord, Refusal> {
        self.node.store.offer(id_or_ref).await?.ok_or(Refusal::Unknown("offer"))
    }

    /// Creates an offer.
    pub async fn create_offer(&self, settings: OfferSettings) -> Result<Created<Offer>, Refusal> {
        let node = &self.node;
        let offer = settings.check(random::new_id("ofr"), node.clock.now(), &node.targets)?;
        saved(node.store.create_offer(offer.clone()).await?)?;
        self.in_force().await?;
        Ok(Created::new(offer.id.clone(), offer))
    }

    /// Changes an offer, as it stands when this is applied to it. It holds for clicks that were made before, too.
    pub async fn change_offer(
        &self,
        id_or_ref: &str,
        apply: impl Fn(&mut OfferSettings) -> Result<(), Invalid>,
    ) -> Result<Offer, Refusal> {
        for _ in 0..TRIES {
            let OfferRecord { offer, revision } = self.offer_record(id_or_ref).await?;
            let mut settings = OfferSettings::of(&offer);
            apply(&mut settings)?;
            let offer = settings.check_over(&offer, &self.node.targets)?;
            match self.node.store.change_offer(offer.clone(), revision).await? {
                OfferSaved::Overtaken => {}
                outcome => {
                    saved(outcome)?;
                    self.in_force().await?;
                    return Ok(offer);
                }
            }
        }
        Err(overtaken())
    }
}

fn saved(outcome: OfferSaved) -> Result<(), Refusal> {
    match outcome {
        OfferSaved::Saved => Ok(()),
        OfferSaved::RefTaken => Err(Refusal::ref_taken()),
        OfferSaved::Overtaken => Err(overtaken()),
    }
}

fn overtaken() -> Refusal {
    Refusal::conflict("The offer was changed at the same time; try again.")
}
