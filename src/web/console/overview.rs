//! `/apps/{app}`: whether an app works, and what it lacks.

use std::collections::BTreeMap;
use std::time::Duration;

use actix_web::web::{Path, ServiceConfig};
use askama::Template;

use super::app_line::AppLine;
use super::frame::Frame;
use super::page_request::PageRequest;
use super::parts::chart::{Bucket, Columns};
use super::parts::delivery_list::{Columns as RowColumns, Row, Whom};
use super::parts::lines::Link;
use super::parts::state::Tone;
use super::sections::AppPage;
use super::words::instants::{self, Moment};
use super::words::{durations, sentences};
use super::{deliveries, pages, place, sections};
use crate::actions::app_names::Namesakes;
use crate::actions::asked::Asked;
use crate::domain::app::{App, Endpoint};
use crate::domain::health::rollup::Rollup;
use crate::domain::health::series::Series;
use crate::domain::refusal_run::RefusalKind;
use crate::domain::time::Timestamp;
use crate::web::Answer;
use crate::web::error::Problem;

/// Deliveries that are shown; all others are a page away.
const NEWEST: usize = 5;
const HOUR: u32 = 3_600;
const PERIOD: &str = "period";
const WEEK: &str = "7d";
/// The call that credits by hand.
const CREDITS: &str = "POST /v1/apps/{id}/credits";

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(pages::resource("/apps/{app}").get(show));
}

#[derive(Template)]
#[template(path = "overview.html")]
struct OverviewPage {
    frame: Frame,
    line: AppLine,
    /// How to resume, where it is paused.
    paused: Option<Paused>,
    /// What receivers refuse.
    refused: Vec<Refused>,
    /// `Allow on your server`, in the words of whoever reads it.
    allow: String,
    address: Option<String>,
    /// The address that follows, and from when on.
    next_address: Option<(String, Moment)>,
    warnings: Vec<String>,
    summary: String,
    times: Option<String>,
    chart: Columns,
    periods: Vec<(Link, bool)>,
    newest: Vec<Row>,
    columns: RowColumns,
    /// All deliveries of the app.
    deliveries: String,
    is_archived: bool,
    /// Where a user is credited by hand, for those who may.
    credit: Option<String>,
}

struct Paused {
    tone: Tone,
    text: String,
    path: String,
}

/// A trouble of a receiver that turns callbacks away, and where to look.
struct Refused {
    tone: Tone,
    text: String,
    act: Link,
}

async fn show(page: PageRequest, app: Path<String>) -> Answer {
    let query = page.query(&[PERIOD])?;
    let is_week = query.word(PERIOD, &["24h", WEEK], |word| word)? == Some(WEEK);
    let actions = &page.web.actions;
    let shown = actions.app_to_read(page.caller(), &app).await?;
    let app = &shown.app;
    let now = page.web.node.clock.now();
    let line = AppLine::of(actions, page.caller(), &Namesakes::default(), &shown, now);
    let is_archived = app.archived_at.is_some();
    let (address, warning) = actions.leaves_from(app);
    let of_endpoints = app.endpoints.iter().flat_map(|endpoint| actions.endpoint_warnings(endpoint));
    let warnings: Vec<String> = if is_archived {
        Vec::new()
    } else {
        warning.into_iter().chain(of_endpoints).map(|text| sentences::of(&text)).collect()
    };
    let series = series(is_week, now)?;
    let asked = Asked { app: Some(&app.id), publisher: None };
    let buckets =
        if is_archived { BTreeMap::new() } else { actions.health_series(page.caller(), asked, series).await? };
    let path = sections::path(app, "");
    let newest = deliveries::newest(&page, &app.id, NEWEST).await?;
    page.page(&OverviewPage {
        frame: sections::frame(&page, app, AppPage::Overview),
        paused: (app.settings.paused && !is_archived).then(|| paused(app, &line.waiting)),
        refused: if is_archived { Vec::new() } else { refused(&page, app) },
        allow: format!("Allow on {}", page.caller().reader().server()),
        address: address.map(|address| address.to_string()),
        next_address: page
            .web
            .node
            .directory
            .next_route(app, now)
            .map(|(at, egress_ip)| (egress_ip.address.to_string(), instants::listed(at, now))),
        warnings,
        summary: format!("{} delivered · {} dead · {} waiting", line.delivered, line.dead, line.waiting),
        times: times(&buckets),
        chart: chart(&series, &buckets, is_week),
        periods: vec![
            (Link::new("24 h", &path), !is_week),
            (Link::new("7 days", &format!("{path}?{PERIOD}={WEEK}")), is_week),
        ],
        line,
        newest,
        columns: RowColumns::default(),
        deliveries: deliveries::path_of(app.called()),
        is_archived,
        credit: (!is_archived && page.can(CREDITS)).then(|| sections::path(app, "credit")),
    })
}

/// Whoever has several endpoints is told which of them it is. A method that is not taken is no matter of what is signed.
fn refused(page: &PageRequest, app: &App) -> Vec<Refused> {
    let is_one = app.endpoints.len() < 2;
    let named = |endpoint: &Endpoint| {
        let number = app.endpoint_number(&endpoint.id).unwrap_or(1);
        format!("endpoint {}", place::endpoint_label(number, endpoint))
    };
    let of_endpoint = |endpoint: &Endpoint| {
        let at = |end: &str| place::path(app, end, place::among_several(app, endpoint), &[]);
        let act = move |kind| match kind {
            RefusalKind::MethodNotAllowed => Link::new("Callback URL", &at("callback")),
            _ => Link::new("Diagnose", &at("doctor")),
        };
        let whose = if is_one { String::new() } else { format!("{}: ", named(endpoint)) };
        let told = page.web.actions.refusal_warnings(endpoint, page.caller().reader()).into_iter();
        let text = move |text: String| {
            if whose.is_empty() { sentences::of(&text) } else { sentences::of(&format!("{whose}{text}")) }
        };
        told.map(move |(kind, said)| Refused { tone: Tone::Bad, text: text(said), act: act(kind) }).collect::<Vec<_>>()
    };
    app.endpoints.iter().flat_map(of_endpoint).collect()
}

fn paused(app: &App, waiting: &str) -> Paused {
    let text = match waiting {
        "0" => "Paused. Callbacks wait, and are sent when you resume.".to_owned(),
        "1" => "Paused. 1 callback waits and is sent when you resume.".to_owned(),
        many => format!("Paused. {many} callbacks wait and are sent when you resume."),
    };
    Paused { tone: Tone::Hold, text, path: sections::path(app, "resume") }
}

/// By the hour: of a day, or of a week.
fn series(is_week: bool, now: Timestamp) -> Result<Series, Problem> {
    let days = if is_week { 7 } else { 1 };
    let from = now.minus(Duration::from_secs(days * 86_400));
    Ok(Series::asked(Some(from), None, Some(HOUR), now)?)
}

/// A week is shown by three hours: so many columns can be told apart, and so many lines of figures be read.
fn chart(series: &Series, buckets: &BTreeMap<Timestamp, Rollup>, is_week: bool) -> Columns {
    let (period, stretch, hours) = if is_week { ("7 days", "3 hours", 3) } else { ("24 h", "hour", 1) };
    let bucket = |hours: &[Timestamp]| {
        let known = || hours.iter().filter_map(|at| buckets.get(at));
        Bucket {
            name: hours.first().copied().map(instants::hour).unwrap_or_default(),
            delivered: known().map(|rollup| rollup.tally.delivered).sum(),
            failed: known().map(|rollup| rollup.tally.dead + rollup.tally.failed_attempts).sum(),
        }
    };
    Columns {
        title: format!("Callbacks of the last {period}, by {stretch}"),
        buckets: series.buckets().collect::<Vec<_>>().chunks(hours).map(bucket).collect(),
    }
}

/// How long answers took; nothing where there was none.
fn times(buckets: &BTreeMap<Timestamp, Rollup>) -> Option<String> {
    let mut all = Rollup::default();
    buckets.values().for_each(|rollup| all.merge(rollup));
    let written =
        |thousandths| all.latencies.quantile(thousandths).map(|ms| durations::written(Duration::from_millis(ms)));
    Some(format!("Answer time p50 {} · p95 {} · p99 {}", written(500)?, written(950)?, written(990)?))
}
