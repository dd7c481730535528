//! Hashing passwords with Argon2id: dear on purpose, in time and in memory, so that a stolen copy of the store is hard to try
//! passwords on.
//!
//! Each takes 19 MiB and some ten milliseconds of a core, hence two at a time: whoever sends a thousand attempts must take
//! neither the memory nor the cores of those who send callbacks. A few may wait for their turn.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash;
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::domain::password::Password;
use crate::random;
use crate::store::StoreError;

/// Memory of one hash, in KiB, passes over it, and lanes: what OWASP recommends for Argon2id.
const MEMORY: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;
/// At a time.
const AT_A_TIME: usize = 2;
/// Those under way and those that wait; a second's worth of them. Whoever comes then is told to come again.
const ROOM: usize = 64;
/// Bytes of a salt, as recommended.
const SALT: usize = 16;
/// The hash of no password, with the same parameters: it takes as long to compare with.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes passwords, a few at a time.
#[derive(Debug)]
pub struct Hasher {
    at_a_time: Arc<Semaphore>,
    room: Semaphore,
}

impl Default for Hasher {
    fn default() -> Self {
        Self { at_a_time: Arc::new(Semaphore::new(AT_A_TIME)), room: Semaphore::new(ROOM) }
    }
}

impl Hasher {
    /// The hash of a new password, in the PHC form.
    pub async fn hash(&self, password: Password) -> Result<String, StoreError> {
        self.in_turn(move || {
            let hashed = argon2().hash_password_with_salt(password.expose().as_bytes(), &random::bytes::<SALT>());
            hashed.map(|hash| hash.to_string()).map_err(|_| broken("a new password"))
        })
        .await
    }

    /// Whether a password is the one of this hash. Without one it is not, and that takes as long to find out.
    pub async fn is_right(&self, password: Password, hash: Option<String>) -> Result<bool, StoreError> {
        // Nobody's is so long, and it need not be hashed to know that; so much may be known from outside.
        let (password, hash) = if password.is_too_long() { (Password::typed(""), None) } else { (password, hash) };
        self.in_turn(move || {
            let hash = hash.as_deref().unwrap_or(NOBODYS);
            let parsed = PasswordHash::new(hash).map_err(|_| broken("users"))?;
            Ok(argon2().verify_password(password.expose().as_bytes(), &parsed).is_ok())
        })
        .await
    }

    /// Does it where blocking harms nobody. The turn ends with the work, also where its caller has gone away meanwhile.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let _room = self.room.try_acquire().map_err(|_| StoreError::Overloaded)?;
        let turn = Arc::clone(&self.at_a_time).acquire_owned().await.map_err(|_| StoreError::Closed)?;
        let work = move || {
            let _turn: OwnedSemaphorePermit = turn;
            work()
        };
        tokio::task::spawn_blocking(work).await.unwrap_or(Err(StoreError::Closed))
    }
}

fn argon2() -> Argon2<'static> {
    let params = Params::new(MEMORY, PASSES, LANES, None).expect("the recommended parameters are within all bounds");
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

fn broken(place: &str) -> StoreError {
    StoreError::Unreadable { place: format!("the hash of a password ({place})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_is_right_for_its_own_hash_and_two_hashes_of_it_differ() {
        let hasher = Hasher::default();
        let [one, other] = ["correct horse", "correct horse"].map(Password::typed);
        let (one, other) = (hasher.hash(one).await.unwrap(), hasher.hash(other).await.unwrap());
        assert_ne!(one, other);
        assert!(one.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{one}");
        let is_right = async |text: &str, hash: Option<&String>| {
            hasher.is_right(Password::typed(text), hash.cloned()).await.unwrap()
        };
        assert!(is_right("correct horse", Some(&one)).await && is_right("correct horse", Some(&other)).await);
        assert!(!is_right("correct horsf", Some(&one)).await);
        assert!(!is_right("", None).await && !is_right(&"x".repeat(1_000_000), Some(&one)).await);
    }

    #[test]
    fn the_hash_that_stands_for_nobodys_costs_as_much_as_a_persons() {
        let (nobodys, params) = (PasswordHash::new(NOBODYS).unwrap(), argon2().params().clone());
        assert_eq!(Params::try_from(&nobodys).unwrap(), Params::new(MEMORY, PASSES, LANES, Some(32)).unwrap());
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), (MEMORY, PASSES, LANES));
    }

    #[tokio::test]
    async fn whoever_comes_when_all_room_is_taken_is_told_to_come_again() {
        let hasher = Hasher::default();
        let _taken = hasher.room.acquire_many(u32::try_from(ROOM).unwrap()).await.unwrap();
        assert!(matches!(hasher.hash(Password::typed("x")).await, Err(StoreError::Overloaded)));
    }
}
