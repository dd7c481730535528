//! `ringback serve`.

use std::process::ExitCode;

use clap::{ArgMatches, Command};
use tokio::signal::unix::{SignalKind, signal};

use crate::clock::Clock;
use crate::command::child::parent_gone;
use crate::command::server_process::{FIRST_TOKEN, LISTENS_ON, UNTIL_STDIN_ENDS};
use crate::command::{Failure, on_runtime, say, switch};
use crate::service::Service;
use crate::settings::{self, Settings};
use crate::telemetry;

pub(super) fn command() -> Command {
    Command::new("serve")
        .about("Serves API and console and delivers callbacks, until SIGTERM or Ctrl-C")
        .args(settings::flags())
        .arg(switch(UNTIL_STDIN_ENDS, "Stops when its standard input ends as well").hide(true))
}

pub(super) fn run(flags: &ArgMatches) -> Result<ExitCode, Failure> {
    let settings = Settings::load(flags)?;
    telemetry::start(settings.log.clone());
    // Lossy, because a name that is no text is no setting either, and must not end the process.
    let variables = std::env::vars_os().map(|(name, _)| name.to_string_lossy().into_owned());
    settings::unknown_variables(variables).iter().for_each(|line| tracing::warn!("{line}"));
    let until_stdin_ends = flags.get_flag(UNTIL_STDIN_ENDS);
    on_runtime(async move {
        // Registered before anything starts, so that an early signal is not the abrupt end it would be by default.
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let service = Service::start(&settings, Clock::system()).await?;
        announce(&service);
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
            () = parent_gone(), if until_stdin_ends => {}
        }
        tracing::info!("stopping: no new work is taken, what is being sent may finish");
        service.stop().await;
        Ok(ExitCode::SUCCESS)
    })
}

fn announce(service: &Service) {
    say(&format!("{LISTENS_ON}{}", service.address));
    if let Some(console) = &service.console {
        say(&format!("Console: {console}"));
        say(&format!("API documentation: {console}docs"));
        if service.links_stay_here {
            say(
                "These links, and those that it makes, open on this machine alone: set RINGBACK_PUBLIC_URL to where people",
            );
            say("reach the console, such as https://ringback.example.");
        }
    }
    if let Some(metrics) = service.metrics_address {
        say(&format!("Metrics: http://{metrics}/metrics"));
    }
    if let Some(link) = &service.first_operator {
        say("Nobody can sign in yet. Open this link to join; it opens once, within 24 hours.");
        say(&format!("First operator: {}", link.expose()));
    }
    if let Some(token) = &service.first_token {
        say(&format!("{FIRST_TOKEN}{token}"));
    }
}
