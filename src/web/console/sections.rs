//! The pages of one app: their order, labels and paths.

use super::frame::{Frame, Section};
use super::page_request::PageRequest;
use super::parts::lines::Link;
use crate::domain::app::App;

/// A page of an app that its tabs lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AppPage {
    Overview,
    CallbackUrl,
    Secrets,
    Test,
    Doctor,
    ReceiverCode,
    Settings,
}

impl AppPage {
    /// In the order of the tabs.
    pub(super) const ALL: [Self; 7] = [
        Self::Overview,
        Self::CallbackUrl,
        Self::Secrets,
        Self::Test,
        Self::Doctor,
        Self::ReceiverCode,
        Self::Settings,
    ];

    /// What its tab says.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::CallbackUrl => "Callback URL",
            Self::Secrets => "Secrets",
            Self::Test => "Test",
            Self::Doctor => "Doctor",
            Self::ReceiverCode => "Receiver code",
            Self::Settings => "Settings",
        }
    }

    /// The end of its path.
    fn end(self) -> &'static str {
        match self {
            Self::Overview => "",
            Self::CallbackUrl => "callback",
            Self::Secrets => "secrets",
            Self::Test => "test",
            Self::Doctor => "doctor",
            Self::ReceiverCode => "receiver",
            Self::Settings => "settings",
        }
    }

    /// Whether there is anything to read on it of an app that is archived.
    fn outlives(self) -> bool {
        matches!(self, Self::Overview | Self::Settings)
    }
}

/// The path of a page of an app; by its ref, where it has one that still means it.
pub(super) fn path(app: &App, end: &str) -> String {
    let named = app.called();
    if end.is_empty() { format!("/apps/{named}") } else { format!("/apps/{named}/{end}") }
}

/// The frame of this page, or of one below it.
pub(super) fn frame(page: &PageRequest, app: &App, current: AppPage) -> Frame {
    let there = AppPage::ALL.into_iter().filter(|one| app.archived_at.is_none() || one.outlives());
    let section =
        |one: AppPage| Section { link: Link::new(one.label(), &path(app, one.end())), current: one == current };
    Frame {
        crumbs: vec![Link::new("Apps", "/apps")],
        sections: there.map(section).collect(),
        ..page.frame(&app.settings.name)
    }
}
