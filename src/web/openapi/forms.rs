//! What a field of a request's body may be: said once by the field's name, with the bounds that the domain checks.
//!
//! Only forms are described. That a name must mean something, that one instant lies before another and what a dialect asks
//! for cannot be said of a field, and is told when it is wrong.

use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{
    AdditionalProperties, AnyOfBuilder, Array, ArrayItems, KnownFormat, Object, ObjectBuilder, Schema, SchemaFormat,
    Type,
};

use super::kinds::{WITHOUT_NUL, address, decimal, is_nullable, minor, or, refuse_nul, text, words};
use crate::actions::recipe_drafts::{LONGEST_RECIPE, MOST_PUBLISHERS};
use crate::actions::sources::{LONGEST_OVERLAP, MOST_APPS};
use crate::domain::dialect::catalog::Catalog;
use crate::domain::fields::{EXTRA_NAME, EXTRA_PAIRS, EXTRA_VALUE};
use crate::domain::manual::LONGEST_REASON;
use crate::domain::naming::{LONGEST_NAME, LONGEST_PREFIX, LONGEST_REFERENCE};
use crate::domain::offer::{LONGEST_GOAL_ID, MOST_GOALS};
use crate::domain::person::LONGEST_EMAIL;
use crate::domain::replay::selection::ENDED;
use crate::domain::reversal::Reason;
use crate::domain::secret;
use crate::domain::{own_headers, password, report};
use crate::web::reports;

/// Bodies that are read as reports are: an empty text of theirs counts as absent.
const REPORTS: [&str; 4] = ["Conversion", "Credit", "Reversal", "TakingBack"];
/// Bodies that hold a recipe.
const RECIPES: [&str; 2] = ["NewRecipe", "RecipeReplacement"];
/// What a dialect of an operator's own is called.
const CUSTOM: &str = "x-[a-z0-9-]{1,62}";
/// Texts without control characters.
const PLAIN: &str = r"^[^\x00-\x1f\x7f-\x9f]*$";
/// The same, where something must be seen.
const NOT_BLANK: &str = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$";
/// Instants of the years 1970 to 9999.
const SINCE_1970: &str = "^(19[7-9]|[2-9][0-9]{2})[0-9]-";
/// Something without white space around it.
const UNPADDED: &str = r"^(?![\s\x85])(?![\s\S]*[\s\x85]$)[^\x00]+$";
/// Of what may have to be the whole body of an answer; in bytes, which no description counts.
const LONGEST_WHOLE_BODY: usize = 64;
const DECIMAL: &str = r"^(0|[1-9][0-9]{0,17})(\.[0-9]{1,9})?$";
const LONGEST_RETRY_WAIT: u64 = 604_800;
/// What begins a transaction id of ours, which nobody else gives.
const NOT_OURS: &str = "^(?!([rR][0-9]*|[tT][eE][sS][tT])-)";

/// Writes into a field what it may be.
pub(super) fn describe(schema: &str, name: &str, property: &mut RefOr<Schema>) {
    say_form(schema, name, property);
    refuse_nul(property);
}

fn say_form(schema: &str, name: &str, property: &mut RefOr<Schema>) {
    match property {
        RefOr::T(Schema::Object(own)) if matches!(name, "address" | "bind") => *property = RefOr::T(address(name, own)),
        RefOr::T(Schema::Object(own)) if RECIPES.contains(&schema) && name == "recipe" => {
            *property = RefOr::T(recipe(own));
        }
        RefOr::T(Schema::Object(own)) if REPORTS.contains(&schema) => of_report(schema, name, own),
        RefOr::T(Schema::Object(own)) => of_one(schema, name, own),
        RefOr::T(Schema::Array(list)) if name == "status" => *property = RefOr::T(word_or_words(list.clone())),
        RefOr::T(Schema::Array(list)) => of_list(name, list),
        RefOr::T(Schema::OneOf(or_null)) => {
            for item in &mut or_null.items {
                if let RefOr::T(Schema::Object(own)) = item
                    && !own.properties.is_empty()
                {
                    own.additional_properties = Some(Box::new(AdditionalProperties::FreeForm(false)));
                    own.properties.iter_mut().for_each(|(name, inner)| describe(schema, name, inner));
                }
            }
        }
        _ => {}
    }
}

fn of_one(schema: &str, name: &str, own: &mut Object) {
    match (schema, name) {
        // Whatever is shown to sign in is told no more than that it opens nothing.
        ("SignInBody" | "PresentPassword" | "Code", _) => {}
        (_, "name") => text(own, NOT_BLANK, LONGEST_NAME),
        (_, "ref") => {
            let no_id = "^(?![a-z]{3}_[0-9a-z]{13}$)";
            own.pattern = Some(format!("{no_id}[A-Za-z0-9_-]{{1,{LONGEST_REFERENCE}}}$"));
            (own.min_length, own.max_length) = (None, None);
        }
        (_, "transactionPrefix") => {
            own.pattern = Some(format!("{NOT_OURS}[A-Za-z0-9._~-]{{1,{LONGEST_PREFIX}}}$"));
        }
        (_, "email") => {
            own.format = Some(SchemaFormat::KnownFormat(KnownFormat::Email));
            own.max_length = Some(LONGEST_EMAIL);
        }
        (_, "password") => (own.min_length, own.max_length) = (Some(password::SHORTEST), Some(password::LONGEST)),
        (
            _,
            "publisherId" | "appId" | "endpointId" | "egressIpId" | "sinceDeliveryId" | "deliveryId" | "secretId"
            | "completionId",
        ) => {
            own.pattern = Some("^[A-Za-z0-9_-]{1,128}$".to_owned());
        }
        ("GoalBody", "id") => {
            text(own, PLAIN, LONGEST_GOAL_ID);
            own.min_length = Some(1);
        }
        (_, "dialect") => {
            (own.min_length, own.max_length) = (None, None);
            own.pattern = Some(dialects());
        }
        (_, "secret") => {
            let inner = r"[^\x00-\x1f\x7f-\x9f]";
            own.pattern = Some(format!(r"^(?!\s)(?!.*\s$){inner}*$"));
            (own.min_length, own.max_length) = (Some(1), Some(secret::LONGEST));
        }
        ("AppBody" | "NewApp" | "EndpointBody" | "NewEndpoint", "headers") => {
            let visible = r"^([\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?)?$";
            let value = ObjectBuilder::new().schema_type(Type::String).pattern(Some(visible));
            own.additional_properties =
                Some(Box::new(AdditionalProperties::from(value.max_length(Some(own_headers::LONGEST_VALUE)))));
            let key = format!("^[A-Za-z0-9!#$%&'*+.^_`|~-]{{1,{}}}$", own_headers::LONGEST_NAME);
            let key = ObjectBuilder::new().schema_type(Type::String).pattern(Some(key));
            own.property_names = Some(Box::new(Schema::Object(key.build())));
            own.max_properties = Some(own_headers::MOST);
        }
        ("TestOf", "recipe") => own.pattern = Some(format!("^{CUSTOM}#draft$")),
        (_, "tamper") => words(own, ["signature"].into_iter()),
        (_, "attempt") => own.minimum = Some(1_u64.into()),
        (_, "destinationUrl") => own.pattern = Some("^[Hh][Tt][Tt][Pp][Ss]?://".to_owned()),
        (_, "currency") => own.pattern = Some("^[A-Z]{3}$".to_owned()),
        (_, "payoutMinor" | "payoutAboveMinor") => minor(own),
        (_, "rewardRate") => {
            decimal(own, r"^(?=.*[1-9])(0|[1-9][0-9]{0,8})(\.[0-9]{1,9})?$");
            (own.minimum, own.exclusive_minimum) = (None, Some(0_u64.into()));
            own.maximum = Some(999_999_999_u64.into());
        }
        (_, "userRewardAbove") => decimal(own, DECIMAL),
        (_, "overlapHours") => own.maximum = Some(LONGEST_OVERLAP.into()),
        (_, "activeFrom" | "activeUntil" | "activeAt" | "expiresAt" | "from" | "to") => {
            own.pattern = Some(SINCE_1970.to_owned());
        }
        (_, "reason") => words(own, Reason::ALL.iter().map(|reason| reason.as_str())),
        _ => {}
    }
}

fn of_report(schema: &str, name: &str, own: &mut Object) {
    let is_required = !is_nullable(own);
    match (schema, name) {
        ("Credit", "reason") | ("TakingBack", "note") => text(own, NOT_BLANK, LONGEST_REASON),
        (_, "reason") => words(own, Reason::ALL.iter().map(|reason| reason.as_str()).chain([""])),
        (_, "eventType") if is_required => own.pattern = Some("^[a-z0-9_.-]{1,32}$".to_owned()),
        // A credit is no reversal.
        (_, "eventType") => {
            let reserved = report::REVERSALS.map(|(event_type, _)| event_type).join("|");
            own.pattern = Some(format!("^(?!({reserved})$)[a-z0-9_.-]{{0,32}}$"));
        }
        (_, "transactionId") => own.pattern = Some(format!("{NOT_OURS}[A-Za-z0-9._~-]{{0,{}}}$", report::ID)),
        (_, "currency") => own.pattern = Some("^([A-Z]{3})?$".to_owned()),
        (_, "offerName") => text(own, PLAIN, report::NAME),
        (_, "note") => text(own, PLAIN, report::NOTE),
        (_, "userReward") => decimal(own, &format!("^$|{DECIMAL}")),
        (_, "rewardMinor" | "payoutMinor" | "grossMinor") => minor(own),
        (_, "occurredAt") => {
            own.pattern = Some(format!("^$|{SINCE_1970}"));
            own.minimum = Some(0_u64.into());
            or(own, Type::Integer);
        }
        (_, "extra") => {
            let value =
                ObjectBuilder::new().schema_type(Type::String).pattern(Some(PLAIN)).max_length(Some(EXTRA_VALUE));
            let key = ObjectBuilder::new().pattern(Some(format!("^[A-Za-z0-9_-]{{1,{EXTRA_NAME}}}$")));
            own.additional_properties = Some(Box::new(AdditionalProperties::from(value)));
            own.property_names = Some(Box::new(Schema::Object(key.schema_type(Type::String).build())));
            own.max_properties = Some(EXTRA_PAIRS);
        }
        _ => {
            text(own, PLAIN, report::ID);
            own.min_length = is_required.then_some(1);
        }
    }
}

fn of_list(name: &str, list: &mut Array) {
    match name {
        "appIds" => (list.min_items, list.max_items) = (Some(1), Some(MOST_APPS)),
        "status" => list.min_items = Some(1),
        "goals" => list.max_items = Some(MOST_GOALS),
        "publishers" => list.max_items = Some(MOST_PUBLISHERS),
        "events" => list.unique_items = true,
        "conversions" => (list.min_items, list.max_items) = (Some(1), Some(reports::MOST)),
        _ => {}
    }
    let ArrayItems::RefOrSchema(item) = &mut list.items else { return };
    let RefOr::T(Schema::Object(item)) = item.as_mut() else { return };
    match name {
        "appIds" | "publishers" => item.pattern = Some("^[A-Za-z0-9_-]{1,128}$".to_owned()),
        "events" => item.pattern = Some("^[a-z0-9_.-]{1,32}$".to_owned()),
        "eventTypes" | "offerIds" => (item.min_length, item.max_length) = (Some(1), Some(report::ID)),
        "retrySchedule" => {
            item.minimum = Some(1_u64.into());
            item.maximum = Some(LONGEST_RETRY_WAIT.into());
        }
        "statuses" => item.pattern = Some("^2([0-9]{2}|xx)$".to_owned()),
        "bodyIs" => text(item, UNPADDED, LONGEST_WHOLE_BODY),
        "status" => words(item, ENDED.iter().map(|status| status.as_str())),
        _ => {}
    }
}

/// One of the dialects that ship, or one of an operator's own, which no description knows.
fn dialects() -> String {
    let shipped: Vec<String> = Catalog::builtin().newest().map(|recipe| recipe.name().to_owned()).collect();
    format!("^({}|{CUSTOM}(@[1-9][0-9]{{0,8}})?)$", shipped.join("|"))
}

/// A recipe's file as text, or the same words as an object.
fn recipe(own: &Object) -> Schema {
    let text =
        ObjectBuilder::new().schema_type(Type::String).pattern(Some(WITHOUT_NUL)).max_length(Some(LONGEST_RECIPE));
    let object = ObjectBuilder::new().additional_properties(Some(AdditionalProperties::FreeForm(true)));
    let any = AnyOfBuilder::new().description(own.description.clone());
    Schema::AnyOf(any.item(text).item(object).build())
}

/// Several words, or one that stands for a list of itself.
fn word_or_words(mut list: Array) -> Schema {
    of_list("status", &mut list);
    let mut any = AnyOfBuilder::new().description(list.description.take());
    if let ArrayItems::RefOrSchema(word) = &list.items {
        any = any.item(word.as_ref().clone());
    }
    Schema::AnyOf(any.item(list).build())
}
