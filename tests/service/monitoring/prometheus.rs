//! A real Prometheus that scrapes one Ringback every second.

use std::path::Path;
use std::process::Stdio;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use super::file;
use crate::support::{Api, Home, PATIENCE};

/// Prometheus, which ends with the test.
pub(super) struct Prometheus {
    _process: Child,
    base: String,
    http: reqwest::Client,
}

impl Prometheus {
    /// Starts one in a folder of this home, with our alert rules.
    pub(super) async fn watching(ringback: &Api, home: &Home) -> Self {
        let configuration = home.path("prometheus.yml");
        std::fs::write(&configuration, scraping(&ringback.url(""), &file("alerts.yml"))).unwrap();
        let mut process = Command::new("prometheus")
            .arg(format!("--config.file={}", configuration.display()))
            .arg(format!("--storage.tsdb.path={}", home.path("prometheus").display()))
            .arg("--web.listen-address=127.0.0.1:0")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("prometheus is missing; tests/run installs it (Debian's package prometheus)");
        let mut lines = BufReader::new(process.stderr.take().unwrap()).lines();
        let address = tokio::time::timeout(PATIENCE, async {
            loop {
                let line = lines.next_line().await.unwrap().expect("it ended before it listened");
                if let Some((_, address)) = line.split_once("msg=\"Listening on\" address=") {
                    return address.to_owned();
                }
            }
        });
        let address = address.await.expect("it does not say where it listens");
        // Read all along, so that a log of any length cannot fill the pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { _process: process, base: format!("http://{address}/api/v1"), http }
    }

    /// What it answers a query.
    pub(super) async fn query(&self, query: &str) -> Vec<Value> {
        let url = url::Url::parse_with_params(&format!("{}/query", self.base), [("query", query)]).unwrap();
        let answer = self.get(url.as_str()).await;
        assert_eq!(answer["status"], "success", "{query}: {answer}");
        answer["data"]["result"].as_array().unwrap().clone()
    }

    /// What is wrong with the rules that it evaluates, as it says.
    pub(super) async fn rules(&self) -> Vec<(String, String)> {
        let answer = self.get(&format!("{}/rules", self.base)).await;
        let rules = answer["data"]["groups"][0]["rules"].as_array().cloned().unwrap_or_default();
        let text = |rule: &Value, field: &str| rule[field].as_str().unwrap_or_default().to_owned();
        rules.iter().map(|rule| (text(rule, "name"), text(rule, "health"))).collect()
    }

    async fn get(&self, url: &str) -> Value {
        // It answers 503 until it has read what it wrote before.
        let text = self.http.get(url).send().await.unwrap().text().await.unwrap();
        serde_json::from_str(&text).unwrap_or(Value::String(text))
    }
}

fn scraping(base: &str, rules: &Path) -> String {
    let target = base.trim_start_matches("http://");
    format!(
        "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\n\
         rule_files: ['{}']\n\
         scrape_configs:\n- job_name: ringback\n  static_configs: [{{targets: ['{target}']}}]\n",
        rules.display()
    )
}
