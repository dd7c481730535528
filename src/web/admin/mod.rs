//! The admin API, one module per kind of object: what each call takes, who may make it, what it answers.

pub mod app_view;
pub mod apps;
pub mod audit;
mod body_fields;
pub mod completions;
mod criteria;
mod csv;
pub mod deliveries;
pub mod delivery_counts;
pub mod diagnosis;
pub mod dialects;
pub mod egress;
pub mod egress_assignments;
pub mod endpoints;
pub(in crate::web) mod exports;
pub mod health;
mod health_part;
pub mod invitations;
pub mod ledger;
mod ledger_csv;
mod ledger_view;
pub mod lookup;
pub mod manual;
pub mod me;
pub mod offers;
pub mod own_sessions;
pub mod people;
pub mod previews;
pub mod publishers;
pub mod receiver;
pub mod recipe_drafts;
pub mod recipe_health;
mod replay_view;
pub mod replays;
pub mod reviews;
pub mod second_factor;
mod secret_view;
pub mod secrets;
pub mod sequences;
mod setup_part;
pub mod sign_in;
pub mod sources;
pub mod testing;
pub mod tokens;
pub mod users;

use actix_web::web::ServiceConfig;

/// Registers every call of the admin API.
pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .configure(publishers::routes)
        .configure(tokens::routes)
        .configure(sign_in::routes)
        .configure(me::routes)
        .configure(own_sessions::routes)
        .configure(second_factor::routes)
        .configure(people::routes)
        .configure(invitations::routes)
        .configure(sources::routes)
        .configure(apps::routes)
        .configure(users::routes)
        .configure(manual::routes)
        .configure(endpoints::routes)
        .configure(offers::routes)
        .configure(secrets::routes)
        .configure(egress::routes)
        .configure(egress_assignments::routes)
        .configure(previews::routes)
        .configure(receiver::routes)
        .configure(testing::routes)
        .configure(sequences::routes)
        .configure(diagnosis::routes)
        .configure(completions::routes)
        .configure(reviews::routes)
        .configure(delivery_counts::routes)
        .configure(deliveries::routes)
        .configure(health::routes)
        .configure(replays::routes)
        .configure(ledger::routes)
        .configure(audit::routes)
        .configure(lookup::routes)
        .configure(recipe_drafts::routes)
        .configure(dialects::routes)
        .configure(recipe_health::routes);
}
