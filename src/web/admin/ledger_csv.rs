//! The ledger as CSV: a line for each item of the JSON, with the very same figures.

use std::iter;

use actix_web::HttpResponse;
use actix_web::web::Bytes;
use futures_util::stream;

use super::csv::{self, cell};
use super::ledger_view::{Count, FiguresView, LedgerLine};
use crate::web::respond;

/// The columns, in an order that never changes; later ones are added behind them.
const COLUMNS: &str = "appId,day,currency,completions,payoutMinor,rewardMinor,userReward,reversals,reversedPayoutMinor,\
                       reversedRewardMinor,reversedUserReward,delivered,waiting,dead,canceled\r\n";
/// Lines that are written at a time, some hundred kilobytes: a year of all apps need not stand in memory as text as well.
const AT_A_TIME: usize = 2_000;

/// All lines, as a stream.
pub(super) fn answer(items: Vec<LedgerLine>) -> HttpResponse {
    let mut items = items.into_iter();
    let written = move || -> String { items.by_ref().take(AT_A_TIME).map(|item| line(&item)).collect() };
    let chunks = iter::once(COLUMNS.to_owned()).chain(iter::repeat_with(written).take_while(|text| !text.is_empty()));
    respond::stream(csv::CONTENT_TYPE, stream::iter(chunks.map(|text| Ok(Bytes::from(text)))))
}

fn line(item: &LedgerLine) -> String {
    let LedgerLine { app_id, day, currency, figures } = item;
    let FiguresView { completions, payout_minor, reward_minor, user_reward, .. } = figures;
    let FiguresView { reversals, reversed_payout_minor, reversed_reward_minor, reversed_user_reward, .. } = figures;
    let FiguresView { delivered, waiting, dead, canceled, .. } = figures;
    let number = |Count(number): &Count| number.to_string();
    let decimal = |amount: &Option<String>| amount.clone().unwrap_or_default();
    let cells = [
        cell(app_id),
        day.to_string(),
        cell(currency),
        number(completions),
        number(payout_minor),
        number(reward_minor),
        decimal(user_reward),
        number(reversals),
        number(reversed_payout_minor),
        number(reversed_reward_minor),
        decimal(reversed_user_reward),
        number(delivered),
        number(waiting),
        number(dead),
        number(canceled),
    ];
    cells.join(",") + "\r\n"
}
