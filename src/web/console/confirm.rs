//! A page that asks before an act that is not undone lightly: what happens, what does not, and the way back. A script shows the same
//! form in a dialog.

use askama::Template;

use super::frame::Frame;
use super::parts::field::Field;

/// Such a page.
#[derive(Debug, Template)]
#[template(path = "confirm.html")]
pub(super) struct ConfirmPage {
    pub(super) frame: Frame,
    /// What is asked, above the form.
    pub(super) question: String,
    /// What happens and what does not, a paragraph each.
    pub(super) facts: Vec<String>,
    /// What should be looked at first.
    pub(super) warning: Option<String>,
    /// What has to be chosen, or typed where there is no choice.
    pub(super) choice: Option<Field>,
    pub(super) others: Vec<String>,
    /// What the form says besides.
    pub(super) hidden: Option<(&'static str, String)>,
    /// Where the form goes.
    pub(super) path: String,
    /// The words of the button.
    pub(super) act: String,
    /// Whether it takes something away.
    pub(super) is_danger: bool,
    /// The page that *Back* leads to.
    pub(super) back: String,
}
