//! Every page of an error, as a part of the sample page.

use crate::web::console::errors::Error;

/// An error with the status that it is answered with.
#[derive(Debug)]
pub(super) struct ErrorSample {
    pub(super) status: u16,
    pub(super) error: Error,
}

pub(super) fn all() -> Vec<ErrorSample> {
    let sample = |status, error| ErrorSample { status, error };
    vec![
        sample(403, Error::forbidden("Only an account manager or operator may do this.")),
        sample(403, Error::expired("/ui")),
        sample(404, Error::not_found("There is no such delivery.")),
        sample(
            409,
            Error::conflict(
                "The delivery is pending; it can be replayed only once it has ended: delivered, dead or canceled.",
                "/ui",
            ),
        ),
        sample(500, Error::internal("01JDV5ZT8Q3M9F0W")),
        sample(503, Error::away("The database cannot be reached at the moment; try again.")),
    ]
}
