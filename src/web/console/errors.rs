//! Pages that say why there is no other page, in the words of the API and with what can be done.

use askama::Template;

use super::frame::Frame;
use super::parts::lines::Link;

/// What a page of an error says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// The heading.
    pub heading: &'static str,
    /// What happened, and what is safe.
    pub text: String,
    /// What can be done.
    pub act: Option<Link>,
    /// Seconds after which the page tries again by itself.
    pub retries_after: Option<u32>,
}

/// Seconds after which a page asks a database again that could not be reached.
const ASKS_AGAIN: u32 = 5;

impl Error {
    /// 403: the sentence names the role that may.
    pub fn forbidden(sentence: &str) -> Self {
        Self::new("Not allowed", sentence).leading("Home", "/")
    }

    /// 403: the token of a form is not that of the session, or the form was sent from elsewhere.
    pub fn expired(form: &str) -> Self {
        Self::new("Form expired", super::security::EXPIRED).leading("Open the page again", form)
    }

    /// 404, after the API's sentence: the same for what does not exist and for what is foreign.
    pub fn not_found(sentence: &str) -> Self {
        let sentence = sentence.trim_end_matches('.');
        Self::new("Not found", &format!("{sentence}, or it is not yours.")).leading("Home", "/")
    }

    /// 405: a page that takes no form, or a form that shows no page.
    pub fn wrong_method(sentence: &str) -> Self {
        Self::new("No such page", sentence).leading("Home", "/")
    }

    /// 409, in the API's sentence.
    pub fn conflict(sentence: &str, back: &str) -> Self {
        Self::new("This cannot be done now", sentence).leading("Back", back)
    }

    /// 500: what it is called in the log.
    pub fn internal(logged_as: &str) -> Self {
        Self::new("Our fault", &format!("This failed on our side. It is in the log as {logged_as}."))
            .leading("Home", "/")
    }

    /// 503 to whoever wanted to see a page: in the API's sentence, and the page asks again.
    pub fn away(sentence: &str) -> Self {
        let text = format!("{sentence} What was acknowledged is safe. This page retries in {ASKS_AGAIN} s.");
        Self { retries_after: Some(ASKS_AGAIN), ..Self::new("Not available at the moment", &text) }
    }

    /// 503 to whoever sent a form: only the form, sent once more, does what was asked for.
    pub fn not_done(sentence: &str, back: &str) -> Self {
        let text =
            format!("{sentence} What was acknowledged is safe. Go back in your browser to send the form once more.");
        Self::new("Not done", &text).leading("Open the page again", back)
    }

    fn new(heading: &'static str, text: &str) -> Self {
        Self { heading, text: text.to_owned(), act: None, retries_after: None }
    }

    fn leading(self, label: &str, href: &str) -> Self {
        Self { act: Some(Link::new(label, href)), ..self }
    }
}

/// Such a page.
#[derive(Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    frame: Frame,
    error: Error,
}

impl ErrorPage {
    /// In the frame of whoever asked, if that is known.
    pub fn new(frame: Frame, error: Error) -> Self {
        Self { frame: Frame { heading: error.heading.to_owned(), ..frame }, error }
    }
}
