//! How much of requests' bodies this process holds at a time, and for how long it waits for one.
//!
//! A body is held before anybody knows who sends it, so whoever has a thousand connections could fill the memory with bodies
//! that never end. Their bytes are taken from a budget, and a body that is not there in time is given up. The beginning of
//! each body has a share of its own: bodies that are large or stall can use the rest up, and still no report, which is
//! small, is turned away for them.

use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::{Bytes, BytesMut};
use futures_util::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::error::{Problem, ProblemKind};

/// Bytes of all bodies under way beyond their beginnings: eight batches of the largest size.
const LARGE: usize = 64 * 1024 * 1024;
/// What counts as a body's beginning: any report, and what people send.
const BEGINNING: usize = 16 * 1024;
/// Bytes of all beginnings: those of two thousand bodies.
const SMALL: usize = 2_048 * BEGINNING;
/// How long a body may take: the largest takes two seconds over a slow line of an office, and half a minute over the worst.
const PATIENCE: Duration = Duration::from_secs(30);

/// What is left of the budget.
#[derive(Debug)]
pub(super) struct Bodies {
    small: Arc<Semaphore>,
    large: Arc<Semaphore>,
}

/// A part of the budget, until its body is no longer needed.
#[derive(Debug, Default)]
pub(super) struct Taken {
    length: usize,
    parts: Vec<OwnedSemaphorePermit>,
}

impl Default for Bodies {
    fn default() -> Self {
        Self { small: Arc::new(Semaphore::new(SMALL)), large: Arc::new(Semaphore::new(LARGE)) }
    }
}

impl Bodies {
    /// Takes so many further bytes of a body from the budget.
    fn take(&self, taken: &mut Taken, bytes: usize) -> Result<(), Problem> {
        let small = BEGINNING.saturating_sub(taken.length).min(bytes);
        for (budget, bytes) in [(&self.small, small), (&self.large, bytes - small)] {
            let part =
                u32::try_from(bytes).ok().and_then(|bytes| Arc::clone(budget).try_acquire_many_owned(bytes).ok());
            let Some(part) = part else {
                return Err(Problem::new(ProblemKind::Overloaded, "Too many bodies are under way; try again.")
                    .before_the_body_ended());
            };
            // One permit for both budgets' bytes each, however many chunks come.
            match taken.parts.iter_mut().find(|held| Arc::ptr_eq(held.semaphore(), budget)) {
                Some(held) => held.merge(part),
                None => taken.parts.push(part),
            }
        }
        taken.length += bytes;
        Ok(())
    }
}

/// Reads a body of at most `most` bytes.
pub(super) async fn read(
    bodies: &Bodies,
    declared: Option<usize>,
    payload: Payload,
    most: usize,
) -> Result<(Bytes, Taken), Problem> {
    read_within(PATIENCE, bodies, declared, payload, most).await
}

async fn read_within(
    patience: Duration,
    bodies: &Bodies,
    declared: Option<usize>,
    mut payload: Payload,
    most: usize,
) -> Result<(Bytes, Taken), Problem> {
    let too_large = || Problem::new(ProblemKind::TooLarge, format!("A body has at most {most} bytes."));
    if declared.is_some_and(|length| length > most) {
        return Err(too_large());
    }
    let (mut body, mut taken) = (BytesMut::new(), Taken::default());
    let reading = async {
        while let Some(chunk) = payload.next().await {
            let chunk = chunk.map_err(|_| Problem::malformed("The body broke off."))?;
            if body.len() + chunk.len() > most {
                return Err(too_large());
            }
            bodies.take(&mut taken, chunk.len())?;
            body.extend_from_slice(&chunk);
        }
        Ok(())
    };
    match tokio::time::timeout(patience, reading).await {
        Ok(read) => read?,
        Err(_) => {
            let seconds = patience.as_secs();
            return Err(Problem::new(ProblemKind::BodyTooSlow, format!("The body did not arrive within {seconds} s.")));
        }
    }
    Ok((body.freeze(), taken))
}

/// The length that a request says its body has.
pub(super) fn declared(request: &HttpRequest) -> Option<usize> {
    request.headers().get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    #[test]
    fn bodies_that_use_everything_up_leave_room_for_the_beginnings_of_others() {
        let bodies = Bodies::default();
        let mut stalled: Vec<Taken> = (0..150).map(|_| Taken::default()).collect();
        // In turn, as they arrive, until nobody is given any more.
        while stalled.iter_mut().map(|one| bodies.take(one, 8 * 1024)).filter(Result::is_ok).count() > 0 {}
        let held: usize = stalled.iter().map(|one| one.length).sum();
        assert!((LARGE..=LARGE + SMALL).contains(&held), "{held} bytes are held");
        let (mut report, mut batch) = (Taken::default(), Taken::default());
        assert!(bodies.take(&mut report, 1_000).is_ok());
        assert!(bodies.take(&mut batch, 100_000).is_err());
        stalled.truncate(140);
        assert!(bodies.take(&mut batch, 100_000).is_ok());
    }

    #[tokio::test]
    async fn a_body_that_stalls_is_given_up_and_so_is_what_it_took() {
        let bodies = Bodies::default();
        let begun = stream::iter([Ok(Bytes::from_static(b"{\"externalId\":"))]);
        let payload: Payload = Payload::Stream { payload: Box::pin(begun.chain(stream::pending())) };
        let problem = read_within(Duration::from_millis(1), &bodies, Some(8_000), payload, 10_000).await.unwrap_err();
        assert_eq!(problem.kind(), ProblemKind::BodyTooSlow);
        assert_eq!(bodies.small.available_permits(), SMALL);
    }

    #[tokio::test]
    async fn a_body_that_says_itself_that_it_is_too_large_is_not_read() {
        let payload: Payload = Payload::Stream { payload: Box::pin(stream::pending()) };
        let problem = read(&Bodies::default(), Some(11), payload, 10).await.unwrap_err();
        assert_eq!(problem.kind(), ProblemKind::TooLarge);
    }

    #[test]
    fn what_a_body_took_is_given_back_with_it() {
        let bodies = Bodies::default();
        let mut taken = Taken::default();
        for _ in 0..100 {
            bodies.take(&mut taken, 1_000).unwrap();
        }
        assert_eq!(bodies.small.available_permits(), SMALL - BEGINNING);
        assert_eq!(bodies.large.available_permits(), LARGE - (100_000 - BEGINNING));
        assert_eq!(taken.parts.len(), 2);
        drop(taken);
        assert_eq!((bodies.small.available_permits(), bodies.large.available_permits()), (SMALL, LARGE));
    }
}
