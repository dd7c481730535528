use super::*;
use crate::domain::app_settings::AppSettings;
use crate::domain::dialect::callback_url::CallbackUrl;
use crate::domain::dialect::trial::config;
use crate::domain::setup::Setup;
use crate::domain::time::Timestamp;

const IN_ALL: usize = 1_024;

fn pacing() -> Pacing {
    Pacing::new(Arc::default(), true, IN_ALL, Clock::system())
}

/// An app of this publisher with one endpoint, which bears the app's name.
fn app(publisher_id: &str, name: &str) -> App {
    let mut config = config("besitos");
    config.settings.callback_url = Some(CallbackUrl::new(&format!("https://{name}.example/cb")));
    let endpoint =
        Endpoint { id: format!("end_{name}"), config, disabled: None, secrets: Vec::new(), setup: Setup::default() };
    App {
        id: format!("app_{name}"),
        publisher_id: publisher_id.to_owned(),
        settings: AppSettings::new(name),
        created_at: Timestamp::from_millis(0),
        archived_at: None,
        revision: 1,
        endpoints: vec![endpoint],
    }
}

fn admit(pacing: &Pacing, app: &App) -> Option<Seat> {
    pacing.admit(app, &app.endpoints[0])
}

fn for_store(pacing: &Pacing, app: &App) -> StoreSeats {
    pacing.for_store(app, &app.endpoints[0])
}

/// All permits and places that an endpoint still gives to what is new.
fn admitted(pacing: &Pacing, app: &App) -> (Vec<Permit>, Vec<Place>) {
    let (mut permits, mut places) = (Vec::new(), Vec::new());
    while let Some(seat) = admit(pacing, app) {
        match seat {
            Seat::Permit(permit) => permits.push(permit),
            Seat::Place(place) => places.push(place),
        }
    }
    (permits, places)
}

#[test]
fn one_endpoints_permits_and_places_run_out_without_touching_anothers() {
    let (pacing, slow, quick) = (pacing(), app("pub_1", "slow"), app("pub_1", "quick"));
    let (permits, places) = admitted(&pacing, &slow);
    assert_eq!(permits.len(), FIRST);
    assert!(!places.is_empty());
    assert!(matches!(admit(&pacing, &quick), Some(Seat::Permit(_))));
    assert_eq!(pacing.in_flight(), FIRST);
}

#[test]
fn three_hundred_endpoints_of_one_publisher_leave_permits_and_places_to_another_one() {
    let pacing = pacing();
    let held: Vec<_> = (0..300).map(|number| admitted(&pacing, &app("pub_greedy", &format!("a{number}")))).collect();
    assert!(held.iter().map(|(permits, _)| permits.len()).sum::<usize>() >= IN_ALL / 2);
    let (permits, places) = admitted(&pacing, &app("pub_small", "healthy"));
    assert_eq!(permits.len(), FIRST);
    assert!(!places.is_empty());
}

#[test]
fn what_waits_in_the_store_goes_before_what_is_new() {
    let (pacing, app) = (pacing(), app("pub_1", "one"));
    let waiting = for_store(&pacing, &app);
    assert!(waiting.room() > FIRST);
    let seats: Vec<Seat> = (0..=FIRST).map_while(|_| waiting.take()).collect();
    assert_eq!(seats.iter().filter(|seat| seat.begins()).count(), FIRST);
    drop(seats);
    assert!(admit(&pacing, &app).is_none());
    waiting.caught_up();
    assert!(admit(&pacing, &app).is_some());
}

#[test]
fn asking_how_much_may_be_claimed_takes_no_permit_from_anybody() {
    let (pacing, app) = (pacing(), app("pub_1", "one"));
    for_store(&pacing, &app).room();
    assert_eq!(pacing.in_flight(), 0);
}

#[test]
fn a_line_that_was_full_is_not_new_deliveries_to_fill_before_the_store_has_caught_up() {
    let (pacing, app) = (pacing(), app("pub_1", "one"));
    drop(admitted(&pacing, &app));
    assert!(admit(&pacing, &app).is_none());
    for_store(&pacing, &app).caught_up();
    assert!(admit(&pacing, &app).is_some());
}

#[test]
fn what_was_refused_a_seat_still_waits_in_the_store() {
    let (pacing, app) = (pacing(), app("pub_1", "one"));
    let waiting = for_store(&pacing, &app);
    let all = admitted(&pacing, &app);
    waiting.room();
    assert!(waiting.take().is_none());
    waiting.caught_up();
    drop(all);
    assert!(admit(&pacing, &app).is_none());
}

#[test]
fn after_closing_nothing_is_admitted() {
    let (pacing, app) = (pacing(), app("pub_1", "one"));
    assert!(pacing.close().is_empty());
    assert!(admit(&pacing, &app).is_none());
    assert!(for_store(&pacing, &app).take().is_none());
}

#[test]
fn an_endpoint_that_is_no_more_is_forgotten_as_soon_as_nothing_of_it_is_here() {
    let (pacing, app) = (pacing(), app("pub_1", "one"));
    let seat = admit(&pacing, &app);
    pacing.forget(|_| false);
    assert!(pacing.gate("end_one").is_some());
    drop(seat);
    pacing.forget(|_| false);
    assert!(pacing.gate("end_one").is_none());
}

#[test]
fn a_test_that_is_watched_takes_no_permit_from_whoever_sends_it() {
    let (pacing, app) = (pacing(), app("pub_1", "one"));
    let endpoint = &app.endpoints[0];
    let watched = [(); 2].map(|()| pacing.permit_to_watch_test(&app, endpoint).unwrap());
    assert!(pacing.permit_to_watch_test(&app, endpoint).is_none());
    assert!(pacing.permit_for_test(&app, endpoint).is_some());
    drop(watched);
}

#[test]
fn two_tests_at_a_time_go_to_an_endpoint_and_64_in_all_whatever_else_is_in_flight() {
    let (pacing, busy) = (pacing(), app("pub_1", "busy"));
    let test = |app: &App| pacing.permit_for_test(app, &app.endpoints[0]);
    let held = admitted(&pacing, &busy);
    let two = [(); 2].map(|()| test(&busy).unwrap());
    assert!(test(&busy).is_none());
    drop(two);
    let apps: Vec<App> = (0..32).map(|number| app("pub_1", &format!("a{number}"))).collect();
    let all: Vec<TestPermit> = apps.iter().flat_map(|app| [(); 2].map(|()| test(app).unwrap())).collect();
    assert_eq!(all.len(), 64);
    assert!(test(&busy).is_none());
    drop(held);
}
