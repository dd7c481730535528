//! All dialects as one table in Markdown, printed from the recipes: what docs/DIALECTS.md holds.

use std::fmt::Write;

use super::catalog::Catalog;
use super::coverage::coverage;
use super::recipe::{Recipe, Reversal, ReversalUrl, ReversedId, SecretNeed, Tells};
use super::signature::{Signature, Travels};
use super::signed_text::{QueryForm, SignedText, Sort};
use crate::domain::retry::RetrySchedule;

const HEAD: &str = "\
| dialect | sent as | signed | not covered by the signature | acknowledged by | waits | reversal | written from |
|---|---|---|---|---|---|---|---|
";

/// The newest version of every dialect, a row each.
pub fn table(catalog: &Catalog) -> String {
    let mut table = HEAD.to_owned();
    for recipe in catalog.newest() {
        let cells = [
            format!(
                "`{}` {}{}",
                recipe.id(),
                recipe.title(),
                if recipe.is_solid() { "" } else { ", **not confirmed**" }
            ),
            sent_as(recipe),
            signed(recipe),
            not_covered(recipe),
            acknowledged(recipe),
            waits(recipe),
            recipe.reversal().map_or_else(|| "not told".to_owned(), reversal),
            sources(recipe),
        ];
        // Writing to a string cannot fail.
        let _ = writeln!(table, "| {} |", cells.join(" | "));
    }
    table
}

fn sent_as(recipe: &Recipe) -> String {
    let how = match (recipe.method(), recipe.has_parameter_list()) {
        ("POST", _) => "JSON body",
        (_, true) => "its own list, or a template",
        (_, false) => "a template",
    };
    let brackets =
        if recipe.placeholders().is_empty() { String::new() } else { format!(" of `{}`", recipe.written("x")) };
    format!("{} {how}{brackets}", recipe.method())
}

fn signed(recipe: &Recipe) -> String {
    let Some(signature) = recipe.signature() else {
        let itself = if recipe.secret_in_clear() { "; the secret itself travels" } else { "" };
        return format!("nothing{itself}");
    };
    let need = if recipe.secret() == SecretNeed::Optional { ", where there is a secret" } else { "" };
    format!("{} of {}, {}{need}", algorithm(signature), text(&signature.signs), travels(signature))
}

fn algorithm(signature: &Signature) -> String {
    let word = |value: serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    format!("{} ({})", word(serde_json::json!(signature.algorithm)), word(serde_json::json!(signature.digest)))
}

fn text(signs: &SignedText) -> String {
    match signs {
        SignedText::Url => "the URL as sent".to_owned(),
        SignedText::Query { only: Some(names), .. } => format!("the parameters {}", names.join(", ")),
        SignedText::Query { sort: Sort::Sent, encode: QueryForm::Sent, .. } => "the query as sent".to_owned(),
        SignedText::Query { encode, .. } => {
            let form = match encode {
                QueryForm::Form => ", encoded as in a form",
                QueryForm::Rfc3986 => ", encoded by RFC 3986",
                QueryForm::None => ", decoded",
                QueryForm::Sent => "",
            };
            format!("all parameters by name{form}")
        }
        SignedText::Values { join, .. } => format!("the values by their placeholders' names, joined by `{join}`"),
        SignedText::Text { of, .. } => format!("`{of}`"),
    }
}

fn travels(signature: &Signature) -> String {
    match &signature.travels {
        Travels::Query(name) => format!("last as `{name}`"),
        Travels::Placeholder(_) => {
            let names = signature.placeholder().iter().map(|name| format!("`{name}`"));
            format!("where the template has {}", names.collect::<Vec<_>>().join(" or "))
        }
        Travels::Header(carrier) => {
            let chosen = carrier.name_setting.as_ref();
            let chosen = chosen.map(|setting| format!(", or in the header that `{setting}` names")).unwrap_or_default();
            format!("in `{}: {}`{chosen}", carrier.name, carrier.wrapping())
        }
    }
}

fn not_covered(recipe: &Recipe) -> String {
    match coverage(recipe) {
        None => "everything".to_owned(),
        Some(coverage) if coverage.whole => "nothing".to_owned(),
        Some(coverage) => {
            let gaps = coverage.gaps.join(", ");
            let gaps = if gaps.is_empty() { "no part of the reward".to_owned() } else { format!("**{gaps}**") };
            let accepted = recipe.signature().is_some_and(|signature| signature.accepts_ambiguity);
            if accepted { format!("{gaps}; where one value ends and the next begins") } else { gaps }
        }
    }
}

fn acknowledged(recipe: &Recipe) -> String {
    let rule = serde_json::json!(recipe.success());
    let words = |name: &str| {
        let values = rule[name].as_array().into_iter().flatten().filter_map(|value| value.as_str());
        values.map(str::to_owned).collect::<Vec<_>>()
    };
    let mut told = words("statuses").join(", ");
    let bodies = words("bodyIs");
    if !bodies.is_empty() {
        let bodies: Vec<String> = bodies.iter().map(|body| format!("`{body}`")).collect();
        told.push_str(&format!(" and the body {}", bodies.join(" or ")));
    }
    if let Some(held) = rule["bodyContains"].as_str() {
        told.push_str(&format!(" and a body with `{held}`"));
    }
    format!("{told} within {} s", recipe.timeout().as_secs())
}

/// Runs of equal waits are told by their length.
fn waits(recipe: &Recipe) -> String {
    if *recipe.retry() == RetrySchedule::default() {
        return "the default".to_owned();
    }
    let told = |(wait, times): (u64, usize)| {
        let wait = in_words(wait);
        if times > 1 { format!("{times} × {wait}") } else { wait }
    };
    recipe.retry().runs().into_iter().map(told).collect::<Vec<_>>().join(", ")
}

fn in_words(seconds: u64) -> String {
    match seconds {
        _ if seconds.is_multiple_of(3_600) => format!("{} h", seconds / 3_600),
        _ if seconds.is_multiple_of(60) => format!("{} min", seconds / 60),
        _ => format!("{seconds} s"),
    }
}

fn reversal(reversal: &Reversal) -> String {
    let place = match reversal.url {
        ReversalUrl::Callback => "same URL",
        ReversalUrl::Separate => "URL of its own",
    };
    let id = match reversal.transaction_id {
        ReversedId::Same => "same id",
        ReversedId::Prefixed => "id `r-…`",
    };
    let amounts = match reversal.tells {
        Tells::Completion => "the same amounts",
        Tells::TakenBack => "amounts taken back",
        Tells::TakenBackNegative => "negative amounts",
        Tells::Zero => "zero amounts",
    };
    let marks: Vec<String> = reversal.told_by.iter().map(|name| format!("`{name}`")).collect();
    let marks = if marks.is_empty() { String::new() } else { format!(", only with {}", marks.join(" or ")) };
    let parts = if reversal.part { "" } else { ", as a whole" };
    format!("{place}, {id}, {amounts}{parts}{marks}")
}

fn sources(recipe: &Recipe) -> String {
    let link = |url: &String| {
        let host = url.split("://").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or(url);
        format!("[{host}]({url})")
    };
    if recipe.sources().is_empty() {
        return "–".to_owned();
    }
    recipe.sources().iter().map(link).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dialect_has_a_row_of_as_many_cells_as_the_head() {
        let catalog = Catalog::builtin();
        let table = table(&catalog);
        let cells = |row: &str| row.matches(" | ").count();
        let rows: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(rows.len(), catalog.newest().count());
        for row in rows {
            assert_eq!(cells(row), cells(HEAD.lines().next().unwrap()), "{row}");
        }
        assert!(table.contains("`growdeck@1` GrowDeck, **not confirmed** |"), "{table}");
    }
}
