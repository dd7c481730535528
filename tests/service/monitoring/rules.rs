//! The alert rules, tried by `promtool`.

use std::process::Command;

use super::{file, read};

/// Runs `promtool`, which must find nothing wrong.
fn promtool(arguments: &[&str]) {
    let folder = file("");
    let ran = Command::new("promtool").args(arguments).current_dir(folder).output();
    let output = ran.expect("promtool is missing; tests/run installs it (Debian's package prometheus)");
    let [told, complaint] = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    assert!(output.status.success(), "{told}{complaint}");
}

#[test]
fn the_alert_rules_fire_when_they_should_and_not_otherwise() {
    promtool(&["check", "rules", "--lint=all", "--lint-fatal", "alerts.yml"]);
    promtool(&["test", "rules", "alerts.test.yml"]);
}

#[test]
fn each_alert_says_what_to_do_and_has_a_test_in_which_it_fires() {
    let (rules, tests) = (read("alerts.yml"), read("alerts.test.yml"));
    let alerts: Vec<&str> = rules.split("- alert: ").skip(1).collect();
    assert!(alerts.len() >= 10, "{alerts:?}");
    for alert in alerts {
        let name = alert.lines().next().unwrap();
        assert!(alert.contains("summary: ") && alert.contains("action: ") && alert.contains("severity: "), "{alert}");
        let fires = [
            format!("alertname: {name}\n        exp_alerts:\n"),
            format!("alertname=\"{name}\", alertstate=\"firing\", severity="),
        ];
        assert!(fires.iter().any(|fires| tests.contains(fires)), "{name}");
    }
}
