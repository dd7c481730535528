//! People, sessions and links as any store must keep them.

use std::time::Duration;

use ringback::domain::account::Role;
use ringback::domain::made_by::MadeBy;
use ringback::domain::person::{EmailAddress, Invitation, Person, Purpose, Theme};
use ringback::domain::session::{IDLE, LONGEST, Session};
use ringback::domain::time::Timestamp;
use ringback::domain::totp::TotpKey;
use ringback::random;
use ringback::store::Store;
use ringback::store::people::attempts::{Attempt, MOST, WITHIN};
use ringback::store::people::invitations::{InvitationMade, Joined};
use ringback::store::people::sessions::SessionBeginning;
use ringback::store::people::{AccountChange, PersonChange, PersonChanged};
use ringback::store::role_scope::RoleScope;

use crate::setup::{NOW, all, publisher, store};

fn email(text: &str) -> EmailAddress {
    EmailAddress::parse(text).unwrap()
}

fn invitation(purpose: Purpose, to: Option<&str>, role: Role) -> Invitation {
    Invitation {
        id: random::new_id("inv"),
        purpose,
        email: to.map(email),
        name: None,
        role,
        user_id: None,
        made_by: MadeBy { token_id: None, user_id: None, name: "somebody".to_owned() },
        created_at: NOW,
        expires_at: NOW.plus(LONGEST),
    }
}

fn somebody(address: &str, role: Role) -> Person {
    Person {
        id: random::new_id("usr"),
        email: email(address),
        name: "Somebody".to_owned(),
        role,
        theme: Theme::Dark,
        disabled: false,
        has_second_factor: false,
        created_at: NOW,
        last_sign_in_at: None,
    }
}

/// A session by the password of everybody here, and by a second factor where a step of one is given.
fn beginning(user_id: &str, step: Option<i64>) -> SessionBeginning {
    let session = Session {
        id: random::new_id("ses"),
        user_id: user_id.to_owned(),
        created_at: NOW,
        last_seen_at: NOW,
        expires_at: NOW.plus(LONGEST),
        user_agent: Some("test".to_owned()),
        address: "192.0.2.1".to_owned(),
    };
    SessionBeginning {
        session,
        password_hash: "hash".to_owned(),
        has_second_factor: step.is_some(),
        step,
        attempt: None,
    }
}

/// Somebody who has joined; its session opens with its id.
async fn joined(store: &Store, address: &str, role: Role) -> Person {
    let link = format!("link of {address}");
    let made = store
        .create_invitation(invitation(Purpose::Invitation, Some(address), role.clone()), RoleScope::All, &link)
        .await;
    assert_eq!(made.unwrap(), InvitationMade::Made);
    let person = somebody(address, role);
    let (session, text) = (beginning(&person.id, None), person.id.clone());
    assert_eq!(store.join(&link, person.clone(), session, &text).await.unwrap(), Joined::Joined);
    store.person(&person.id).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_person_is_kept_as_it_joined_and_found_whatever_the_case_of_its_address() {
    let fresh = store();
    let acme = publisher(&fresh.store, None).await;
    assert!(!fresh.store.has_people().await.unwrap());
    let role = Role::Publisher { publisher_id: acme.id.clone() };
    let person = joined(&fresh.store, "Ana@Example.com", role.clone()).await;
    assert!(fresh.store.has_people().await.unwrap());
    let expected = Person { id: person.id.clone(), last_sign_in_at: Some(NOW), ..somebody("Ana@Example.com", role) };
    assert_eq!(person, expected);
    let proofs = fresh.store.proofs_by_email(&email("ana@EXAMPLE.com")).await.unwrap().unwrap();
    assert_eq!((proofs.person, proofs.password_hash.as_str()), (person.clone(), "hash"));
    let (session, of) = fresh.another_node().session_by_text(&person.id).await.unwrap().unwrap();
    assert_eq!((session.user_id, session.user_agent.as_deref(), of), (person.id.clone(), Some("test"), person));
    let found = fresh.store.people(RoleScope::OfPublisher(acme.id), all()).await.unwrap();
    assert_eq!(found.items.len(), 1);
    let others = fresh.store.people(RoleScope::OfPublisher("pub_none".to_owned()), all()).await.unwrap();
    assert!(others.items.is_empty());
}

#[tokio::test]
async fn an_address_belongs_to_one_person_and_a_first_operator_is_the_first() {
    let fresh = store();
    let store = &fresh.store;
    let first =
        |text| store.create_invitation(invitation(Purpose::FirstOperator, None, Role::Operator), RoleScope::All, text);
    assert_eq!(first("one").await.unwrap(), InvitationMade::Made);
    assert_eq!(first("two").await.unwrap(), InvitationMade::Made);
    let join = async |link: &str| {
        let person = somebody("ana@example.com", Role::Operator);
        let session = beginning(&person.id, None);
        store.join(link, person, session, link).await.unwrap()
    };
    let (one, two) = tokio::join!(join("one"), join("two"));
    assert_eq!([one, two].iter().filter(|joined| **joined == Joined::Joined).count(), 1);
    assert_eq!(first("three").await.unwrap(), InvitationMade::NotTheFirst);
    let again = |scope| {
        let again = invitation(Purpose::Invitation, Some("ANA@example.com"), Role::Operator);
        store.create_invitation(again, scope, "x")
    };
    assert_eq!(again(RoleScope::All).await.unwrap(), InvitationMade::EmailTaken);
    assert_eq!(again(RoleScope::OfPublishers).await.unwrap(), InvitationMade::Made, "of whom it knows nothing");
    assert_eq!(join("x").await, Joined::EmailTaken);
    let unknown = Role::Publisher { publisher_id: "pub_none".to_owned() };
    let unknown =
        store.create_invitation(invitation(Purpose::Invitation, Some("b@example.com"), unknown), RoleScope::All, "y");
    assert_eq!(unknown.await.unwrap(), InvitationMade::UnknownPublisher);
}

#[tokio::test]
async fn the_key_of_a_second_factor_lies_sealed_and_each_step_is_used_once() {
    let fresh = store();
    let person = joined(&fresh.store, "ana@example.com", Role::Operator).await;
    let key = TotpKey::of(*b"12345678901234567890");
    fresh.store.begin_second_factor(&person.id, &key).await.unwrap();
    let begun = fresh.store.proofs_of(&person.id).await.unwrap().unwrap();
    assert_eq!((begun.second_factor, begun.next_second_factor.as_ref()), (None, Some(&key)));
    let other = TotpKey::of(*b"09876543210987654321");
    assert!(
        !fresh.store.confirm_second_factor(&person.id, &other, 7, "kept").await.unwrap(),
        "it is not the begun one"
    );
    assert!(fresh.store.confirm_second_factor(&person.id, &key, 7, "kept").await.unwrap());
    assert!(!fresh.store.confirm_second_factor(&person.id, &key, 7, "kept").await.unwrap());
    assert!(fresh.store.session_by_text(&person.id).await.unwrap().is_none(), "it was begun without it");
    let confirmed = fresh.another_node().proofs_of(&person.id).await.unwrap().unwrap();
    assert_eq!(
        (confirmed.second_factor, confirmed.next_second_factor, confirmed.used_step),
        (Some(key), None, Some(7))
    );
    assert!(confirmed.person.has_second_factor);
    for (step, begins) in [(7, false), (8, true), (8, false), (6, false), (9, true)] {
        let begun = fresh.store.begin_session(beginning(&person.id, Some(step)), &step.to_string()).await.unwrap();
        assert_eq!(begun, begins, "step {step}");
    }
    fresh.store.remove_second_factor(&person.id, RoleScope::All).await.unwrap();
    assert!(!fresh.store.person(&person.id).await.unwrap().unwrap().has_second_factor);
}

#[tokio::test]
async fn the_last_operator_who_can_sign_in_is_neither_changed_nor_deleted() {
    let fresh = store();
    let (ana, ben) = (
        joined(&fresh.store, "ana@example.com", Role::Operator).await,
        joined(&fresh.store, "ben@example.com", Role::Operator).await,
    );
    let disabled = PersonChange { disabled: Some(true), ..PersonChange::default() };
    let demoted = PersonChange { role: Some(Role::AccountManager), ..PersonChange::default() };
    let change = |id: &str, change: &PersonChange| {
        let (store, id, change) = (fresh.store.clone(), id.to_owned(), change.clone());
        async move { store.change_person(&id, change, RoleScope::All, NOW).await.unwrap() }
    };
    assert!(matches!(change(&ben.id, &disabled).await, PersonChanged::Done(_)));
    assert!(fresh.store.session_by_text(&ben.id).await.unwrap().is_none(), "whoever is disabled is signed out");
    assert!(!fresh.store.begin_session(beginning(&ben.id, None), "again").await.unwrap());
    assert_eq!(change(&ana.id, &disabled).await, PersonChanged::LastOperator);
    assert_eq!(change(&ana.id, &demoted).await, PersonChanged::LastOperator);
    assert_eq!(fresh.store.delete_person(&ana.id, RoleScope::All).await.unwrap(), PersonChanged::LastOperator);
    assert!(matches!(fresh.store.delete_person(&ben.id, RoleScope::All).await.unwrap(), PersonChanged::Done(_)));
    assert_eq!(fresh.store.delete_person(&ben.id, RoleScope::All).await.unwrap(), PersonChanged::Unknown);
    assert!(fresh.store.session_by_text(&ana.id).await.unwrap().is_some());
}

#[tokio::test]
async fn a_link_to_a_new_password_is_void_where_its_person_has_another_role_than_it_says() {
    let fresh = store();
    let person = joined(&fresh.store, "ana@example.com", Role::Operator).await;
    let reset = |role| Invitation {
        user_id: Some(person.id.clone()),
        ..invitation(Purpose::Reset, Some("ana@example.com"), role)
    };
    let made = fresh.store.create_invitation(reset(Role::AccountManager), RoleScope::All, "one").await.unwrap();
    assert_eq!(made, InvitationMade::UnknownPerson);
    assert_eq!(
        fresh.store.create_invitation(reset(Role::Operator), RoleScope::All, "two").await.unwrap(),
        InvitationMade::Made
    );
    joined(&fresh.store, "ben@example.com", Role::Operator).await;
    let demoted = PersonChange { role: Some(Role::AccountManager), ..PersonChange::default() };
    fresh.store.change_person(&person.id, demoted, RoleScope::All, NOW).await.unwrap();
    let session = SessionBeginning { password_hash: "new".to_owned(), ..beginning(&person.id, None) };
    assert_eq!(fresh.store.reset_password("two", session, "text").await.unwrap(), Joined::Void);
    assert_eq!(fresh.store.proofs_of(&person.id).await.unwrap().unwrap().password_hash, "hash");
}

#[tokio::test]
async fn a_sign_in_that_was_under_way_proves_nothing_after_a_new_password_or_second_factor() {
    let fresh = store();
    let store = &fresh.store;
    let person = joined(store, "ana@example.com", Role::Operator).await;
    let begins = async |beginning: SessionBeginning| {
        let text = beginning.session.id.clone();
        store.begin_session(beginning, &text).await.unwrap()
    };
    assert!(begins(beginning(&person.id, None)).await);
    let change = AccountChange { password: Some(("new".to_owned(), "kept".to_owned())), ..AccountChange::default() };
    store.change_account(&person.id, change).await.unwrap();
    assert!(!begins(beginning(&person.id, None)).await);
    let by_new = |has_second_factor| SessionBeginning {
        password_hash: "new".to_owned(),
        has_second_factor,
        ..beginning(&person.id, None)
    };
    assert!(!begins(by_new(true)).await);
    assert!(begins(by_new(false)).await);
    let key = TotpKey::of(*b"12345678901234567890");
    store.begin_second_factor(&person.id, &key).await.unwrap();
    assert!(begins(by_new(false)).await, "it is not in force yet");
    store.confirm_second_factor(&person.id, &key, 7, "kept").await.unwrap();
    assert!(!begins(by_new(false)).await);
    assert!(begins(by_new(true)).await);

    let reset = Invitation { user_id: Some(person.id.clone()), ..invitation(Purpose::Reset, None, Role::Operator) };
    let reset = Invitation { email: Some(person.email.clone()), ..reset };
    assert_eq!(store.create_invitation(reset, RoleScope::All, "reset").await.unwrap(), InvitationMade::Made);
    let newest = SessionBeginning { password_hash: "newest".to_owned(), ..by_new(false) };
    assert_eq!(store.reset_password("reset", newest, "text").await.unwrap(), Joined::MustSignIn);
    assert!(store.session_by_text("text").await.unwrap().is_none());
    assert_eq!(store.proofs_of(&person.id).await.unwrap().unwrap().password_hash, "newest");
}

#[tokio::test]
async fn a_person_changes_its_name_theme_and_password_in_one_change() {
    let fresh = store();
    let person = joined(&fresh.store, "ana@example.com", Role::Operator).await;
    let change = AccountChange {
        name: Some("Ana A.".to_owned()),
        theme: Some(Theme::Light),
        password: Some(("new".to_owned(), "kept".to_owned())),
    };
    let expected = Person { name: "Ana A.".to_owned(), theme: Theme::Light, ..person.clone() };
    assert_eq!(fresh.store.change_account(&person.id, change).await.unwrap().as_ref(), Some(&expected));
    let proofs = fresh.store.proofs_of(&person.id).await.unwrap().unwrap();
    assert_eq!((proofs.person, proofs.password_hash.as_str()), (expected, "new"));
    assert!(fresh.store.session_by_text(&person.id).await.unwrap().is_none());
    assert_eq!(fresh.store.change_account("usr_none", AccountChange::default()).await.unwrap(), None);
}

#[tokio::test]
async fn whom_a_scope_does_not_take_in_is_neither_changed_nor_deleted() {
    let fresh = store();
    let store = &fresh.store;
    let acme = publisher(store, None).await;
    joined(store, "olga@example.com", Role::Operator).await;
    let ana = joined(store, "ana@example.com", Role::Publisher { publisher_id: acme.id.clone() }).await;
    let key = TotpKey::of(*b"12345678901234567890");
    store.begin_second_factor(&ana.id, &key).await.unwrap();
    assert!(store.confirm_second_factor(&ana.id, &key, 7, "kept").await.unwrap());
    let named = || PersonChange { name: Some("Ana A.".to_owned()), ..PersonChange::default() };
    let before = store.person(&ana.id).await.unwrap();
    let another = || RoleScope::OfPublisher("pub_none".to_owned());
    assert_eq!(store.change_person(&ana.id, named(), another(), NOW).await.unwrap(), PersonChanged::Unknown);
    assert!(!store.remove_second_factor(&ana.id, another()).await.unwrap());
    assert_eq!(store.delete_person(&ana.id, another()).await.unwrap(), PersonChanged::Unknown);
    assert_eq!(store.person(&ana.id).await.unwrap(), before);

    let own = || RoleScope::OfPublishers;
    assert!(matches!(store.change_person(&ana.id, named(), own(), NOW).await.unwrap(), PersonChanged::Done(_)));
    assert!(store.remove_second_factor(&ana.id, own()).await.unwrap());
    assert!(matches!(store.delete_person(&ana.id, own()).await.unwrap(), PersonChanged::Done(_)));
}

async fn attempt(store: &Store, account: &str, address: Option<&str>, now: Timestamp) -> Attempt {
    store.begin_attempt(random::new_id("att"), account, address, now).await.unwrap()
}

#[tokio::test]
async fn attempts_are_counted_per_account_and_per_address_on_all_nodes_together() {
    let fresh = store();
    let other = fresh.another_node();
    for one in 0..MOST {
        let node = if one % 2 == 0 { &fresh.store } else { &other };
        let now = NOW.plus(Duration::from_secs(u64::try_from(one).unwrap()));
        assert!(matches!(attempt(node, "ana", Some("192.0.2.1"), now).await, Attempt::Begun(_)));
    }
    let later = NOW.plus(Duration::from_secs(60));
    let until = NOW.plus(WITHIN);
    assert_eq!(attempt(&other, "ana", None, later).await, Attempt::TooMany { until });
    assert_eq!(attempt(&fresh.store, "ben", Some("192.0.2.1"), later).await, Attempt::TooMany { until });
    assert!(matches!(attempt(&fresh.store, "ben", Some("192.0.2.2"), later).await, Attempt::Begun(_)));
    // One is over, and an attempt that is forgotten leaves its place to another one.
    let Attempt::Begun(id) = attempt(&other, "ana", None, until).await else { panic!("it is over") };
    assert!(matches!(attempt(&other, "ana", None, until).await, Attempt::TooMany { .. }));
    fresh.store.forget_attempt(&id, until).await.unwrap();
    assert!(matches!(attempt(&other, "ana", None, until).await, Attempt::Begun(_)));
}

#[tokio::test]
async fn whoever_is_shut_out_and_goes_on_trying_writes_nothing() {
    let store = &store().store;
    for _ in 0..MOST {
        attempt(store, "ana", Some("192.0.2.1"), NOW).await;
    }
    let before = store.commits().changes.sum;
    for _ in 0..10 {
        assert!(matches!(attempt(store, "ana", Some("192.0.2.1"), NOW).await, Attempt::TooMany { .. }));
    }
    // A change is counted after it is answered and before the next one; so the last before and this one may come late.
    attempt(store, "ben", None, NOW).await;
    let changes = store.commits().changes.sum - before;
    assert!(changes <= 2, "{changes} changes");
}

#[tokio::test]
async fn of_many_attempts_at_once_no_more_are_begun_than_may_fail() {
    let fresh = store();
    let other = fresh.another_node();
    let attempts = (0..40).map(|one| {
        let node = if one % 2 == 0 { fresh.store.clone() } else { other.clone() };
        tokio::spawn(async move { attempt(&node, "ana", Some("192.0.2.1"), NOW).await })
    });
    let mut begun = 0;
    for attempt in attempts.collect::<Vec<_>>() {
        begun += i64::from(matches!(attempt.await.unwrap(), Attempt::Begun(_)));
    }
    assert_eq!(begun, MOST);
}

#[tokio::test]
async fn what_is_over_is_removed_and_what_is_not_stays() {
    let fresh = store();
    let person = joined(&fresh.store, "ana@example.com", Role::Operator).await;
    attempt(&fresh.store, "ana", Some("192.0.2.1"), NOW).await;
    assert_eq!(fresh.store.prune_people(NOW.plus(Duration::from_secs(1))).await.unwrap(), 0);
    fresh
        .store
        .saw_session(&fresh.store.sessions_of(&person.id, NOW).await.unwrap()[0].id, NOW.plus(IDLE))
        .await
        .unwrap();
    assert_eq!(fresh.store.prune_people(NOW.plus(WITHIN)).await.unwrap(), 2, "an attempt is a row per count");
    let later = NOW.plus(IDLE).plus(IDLE);
    assert_eq!(fresh.store.sessions_of(&person.id, later).await.unwrap(), []);
    // The session, and the link that was used more than a day ago.
    assert_eq!(fresh.store.prune_people(later.plus(Duration::from_secs(1))).await.unwrap(), 2);
    assert!(fresh.store.person(&person.id).await.unwrap().is_some());
}
