//! How a completion came to its amounts, in sentences.

use crate::domain::calculation::{Calculation, PayoutCalculation, RewardCalculation};
use crate::domain::completion::Completion;
use crate::domain::rounding::Rounding;
use crate::web::console::words::amounts;

/// Payout and reward, each with what it was computed from.
pub(super) fn computed(completion: &Completion) -> Vec<String> {
    let minor = |amount| amounts::minor(amount, &completion.currency);
    let Some(Calculation { payout, reward, reported }) = &completion.calculation else {
        let by_hand = completion.manual.is_some();
        return vec![if by_hand { "As given by hand." } else { "As reported." }.to_owned()];
    };
    let mut said = Vec::new();
    if let Some((amount, from)) = completion.payout_minor.zip(payout.as_ref()) {
        let from = match from {
            PayoutCalculation::Goal { goal_id, .. } => format!("what the offer promises for the goal {goal_id}"),
            PayoutCalculation::Offer { .. } => "what the offer promises".to_owned(),
            PayoutCalculation::Reported { .. } => "as reported".to_owned(),
            PayoutCalculation::RevenueShare { gross_minor, revenue_share_bps } => {
                format!("{} of the gross amount of {}", percent(*revenue_share_bps), minor(*gross_minor))
            }
        };
        said.push(format!("Payout {}: {from}.", minor(amount)));
    }
    if let Some((amount, from)) = completion.user_reward.as_ref().zip(reward.as_ref()) {
        let from = match from {
            RewardCalculation::Rate { payout_minor, rate, decimals, rounding } => {
                let (payout, currency) = (minor(*payout_minor), &completion.currency);
                let digits = if *decimals == 1 { "1 digit".to_owned() } else { format!("{decimals} digits") };
                format!(
                    "the payout of {payout} at {} for 1 {currency}, {digits} after the point, {}",
                    rate.as_str(),
                    rounded(*rounding)
                )
            }
            RewardCalculation::Reported => "as reported".to_owned(),
        };
        said.push(format!("Reward {}: {from}.", amounts::reward(amount.as_str())));
    }
    let payout = reported.payout_minor.map(|payout| format!("payout {}", minor(payout)));
    let reward = reported.user_reward.as_ref().map(|reward| format!("reward {}", amounts::reward(reward.as_str())));
    let itself: Vec<String> = payout.into_iter().chain(reward).collect();
    said.push(match itself.as_slice() {
        [] => "The report itself said neither.".to_owned(),
        amounts => format!("The report itself said: {}.", amounts.join(", ")),
    });
    said
}

/// `70.5 %`, in digits alone.
fn percent(bps: u32) -> String {
    let (whole, behind) = (bps / 100, format!("{:02}", bps % 100));
    match behind.trim_end_matches('0') {
        "" => format!("{whole} %"),
        behind => format!("{whole}.{behind} %"),
    }
}

fn rounded(rounding: Rounding) -> &'static str {
    match rounding {
        Rounding::HalfEven => "halves to the even one",
        Rounding::HalfUp => "halves up",
        Rounding::Down => "cut off",
        Rounding::Up => "rounded up",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::amount::Decimal;
    use crate::domain::calculation::ReportedAmounts;
    use crate::domain::dialect::trial::completion;

    #[test]
    fn each_amount_is_said_with_what_it_comes_from() {
        let decimal = |text| Decimal::parse(text).unwrap();
        let rate = RewardCalculation::Rate {
            payout_minor: 1_755,
            rate: decimal("100"),
            decimals: 0,
            rounding: Rounding::HalfEven,
        };
        let calculation = Calculation {
            payout: Some(PayoutCalculation::RevenueShare { gross_minor: 2_500, revenue_share_bps: 7_020 }),
            reward: Some(rate),
            reported: ReportedAmounts { payout_minor: None, user_reward: Some(decimal("60.0")) },
        };
        let computed = computed(&Completion {
            payout_minor: Some(1_755),
            user_reward: Some(decimal("1755")),
            currency: "USD".to_owned(),
            calculation: Some(calculation),
            ..completion()
        });
        assert_eq!(
            computed,
            [
                "Payout 17.55 USD: 70.2 % of the gross amount of 25.00 USD.",
                "Reward 1755: the payout of 17.55 USD at 100 for 1 USD, 0 digits after the point, halves to the even one.",
                "The report itself said: reward 60.0.",
            ]
        );
        assert_eq!([percent(7_000), percent(5), percent(10_000)], ["70 %", "0.05 %", "100 %"]);
    }
}
