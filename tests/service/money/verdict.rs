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
        assert_eq!(self.deliveries("held").await, Vec::<Value>::new(), "a reversal waits for what was delivered");
        for (app, (dialect, _)) in DIALECTS.into_iter().enumerate() {
            let heard = by_transaction(self.receivers[app].so_far(), dialect);
            let of_app = || cases.iter().filter(|case| case.app == app);
            for case in of_app() {
                self.check_case(case, dialect, heard.get(&case.id).map_or(&[][..], Vec::as_slice)).await;
            }
            let known: HashSet<&str> = of_app().map(|case| case.id.as_str()).collect();
            assert!(heard.keys().all(|id| known.contains(id.as_str())), "{dialect} heard of what nobody reported");
        }
        let mut recorded = Sums::new();
        for case in cases.iter().filter(|case| case.reported) {
            let seen = self.nodes().read(case).await;
            let mut add = |name, amount: i64| *recorded.entry(name).or_default() += amount;
            add("completions", 1);
            add("payout", seen["payoutMinor"].as_i64().unwrap());
            add("reward", in_tenths(&seen["userReward"]));
            for reversal in seen["reversals"].as_array().unwrap() {
                add("reversals", 1);
                add("reversedPayout", reversal["payoutMinor"].as_i64().unwrap());
                add("reversedReward", in_tenths(&reversal["userReward"]));
            }
        }
        assert_eq!(recorded, sums(cases.iter()));
        println!("{} lives: {recorded:?}", cases.len());
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
