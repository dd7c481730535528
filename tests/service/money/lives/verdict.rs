//! The verdict: what was recorded and what receivers heard, against the model.

use std::collections::HashSet;

use serde_json::Value;

use super::heard::{Heard, by_transaction, expected, without_repetitions};
use super::model::{Case, Sums, sums};
use super::stage::{DIALECTS, Stage};

impl Stage {
    /// Every amount is the model's, and every receiver heard what it must, in order.
    #[expect(clippy::print_stdout, reason = "what the lives came to shows that the check had something to check")]
    pub(super) async fn check(&mut self, cases: &[Case]) {
        assert_eq!(self.api().deliveries("held").await, Vec::<Value>::new(), "a reversal waits for what was delivered");
        for (app, (dialect, _)) in DIALECTS.into_iter().enumerate() {
            let heard = by_transaction(self.walls[app].receiver.so_far(), dialect);
            let of_app = || cases.iter().filter(|case| case.app == app);
            for case in of_app() {
                self.check_case(case, dialect, heard.get(&case.id).map_or(&[][..], Vec::as_slice)).await;
            }
            let known: HashSet<&str> = of_app().map(|case| case.id.as_str()).collect();
            assert!(heard.keys().all(|id| known.contains(id.as_str())), "{dialect} heard of what nobody reported");
        }
        for (app, (dialect, _)) in DIALECTS.into_iter().enumerate() {
            let of_app = cases.iter().filter(|case| case.app == app);
            assert_eq!(self.ledger(app).await, sums(of_app), "{dialect}");
        }
        let reconciled = self.home.run(&["reconcile"]).await;
        assert!(reconciled.status.success(), "{reconciled:?}");
        println!("{} lives: {:?}", cases.len(), sums(cases.iter()));
    }

    /// What an app's ledger comes to.
    async fn ledger(&self, app: usize) -> Sums {
        let ledger = self.api().get(&format!("/v1/ledger?appId={}", self.walls[app].id)).await;
        let mut recorded = Sums::new();
        for total in ledger["totals"].as_array().unwrap() {
            let number = |name: &str| total[name].as_i64().unwrap();
            for (name, amount) in [
                ("completions", number("completions")),
                ("payout", number("payoutMinor")),
                ("reward", in_tenths(&total["userReward"])),
                ("reversals", number("reversals")),
                ("reversedPayout", number("reversedPayoutMinor")),
                ("reversedReward", in_tenths(&total["reversedUserReward"])),
            ] {
                *recorded.entry(name).or_default() += amount;
            }
        }
        recorded
    }

    async fn check_case(&self, case: &Case, dialect: &str, heard: &[Heard]) {
        let story = || format!("{dialect}, {case:#?}: {heard:#?}");
        if !case.reported {
            assert_eq!(heard, [], "{}", story());
            return;
        }
        let is_taken = |heard: &Heard| matches!(heard, Heard::Taken(..));
        let first_taken = heard.iter().position(is_taken).unwrap_or(heard.len());
        assert!(heard[first_taken..].iter().all(is_taken), "a reversal overtook: {}", story());
        let mut once = without_repetitions(heard);
        let mut expected = expected(case, dialect);
        // Reversals of a completion may come in any order.
        once.sort();
        expected.sort();
        if once.is_empty() && case.is_whole_taken_back() {
            let seen = self.nodes().read(case).await;
            let told: Vec<&Value> = seen["deliveries"].as_array().unwrap().iter().map(|one| &one["told"]).collect();
            assert!(told.iter().all(|told| *told == "never"), "{told:?}: {}", story());
            return;
        }
        assert_eq!(once, expected, "{}", story());
    }
}

/// A reward of one digit after the point, as it stands in an answer.
fn in_tenths(written: &Value) -> i64 {
    written.as_str().unwrap().replace('.', "").parse().unwrap()
}
