//! What only one place may know.

use crate::floors::floor;
use crate::house::{HOUSE, Module, Target};
use crate::paths::Path;

/// The modules for which this is so, by their files.
fn files(is_so: impl Fn(&Path, &Module) -> bool) -> Vec<String> {
    let mut files: Vec<String> =
        HOUSE.modules().filter(|(at, module)| is_so(at, module)).map(|(_, module)| module.file.clone()).collect();
    files.dedup();
    files
}

#[test]
fn status_codes_are_decided_in_the_error_module_of_the_web_floor_alone() {
    let deciding = files(|at, module| {
        let decides = |path: &Path| path.iter().rev().skip(1).any(|segment| segment == "StatusCode");
        // The demo's servers of publishers answer as somebody else would.
        floor(at) != Some("demo") && module.reading.paths.iter().any(decides)
    });
    assert_eq!(deciding, ["web/error.rs"]);
}

#[test]
fn what_is_said_holds_no_run_of_blanks() {
    // rustfmt leaves none in code, so one that stands in a line is a text whose continuation broke.
    let is_wide = |line: &&str| {
        let code = line.trim_start();
        let runs = code.match_indices("  ").map(|(at, _)| (&code[..at], code[at..].trim_start()));
        let mut within = runs.filter(|(before, behind)| !before.ends_with(['"', ' ']) && !behind.starts_with('"'));
        !code.starts_with("//") && within.next().is_some()
    };
    for (_, module) in HOUSE.modules().filter(|(at, _)| matches!(floor(at), Some("actions" | "web"))) {
        let text = std::fs::read_to_string(crate::root().join("src").join(&module.file)).unwrap();
        let wide: Vec<&str> = text.lines().filter(is_wide).collect();
        assert!(wide.is_empty(), "{}: {wide:#?}", module.file);
    }
}

#[test]
fn which_engine_it_is_matters_in_the_stores_backend_queue_and_inspect_alone() {
    let engines = ["Conn::Sqlite", "Conn::Postgres", "Location::Sqlite", "Location::Postgres"];
    let words = ["on_backend", "SqliteConnection", "PgConnection"];
    let asking = files(|at, module| {
        let asks = |path: &Path| path.windows(2).any(|pair| engines.contains(&pair.join("::").as_str()));
        let may =
            ["backend", "queue", "inspect"].iter().any(|room| at.starts_with(&["store", room].map(str::to_owned)));
        let asks =
            module.reading.paths.iter().any(asks) || words.iter().any(|word| module.reading.words.contains(*word));
        asks && !may
    });
    assert!(asking.is_empty(), "these ask which engine they run on: {asking:?}");
}

#[test]
fn the_calls_of_the_api_act_and_ask_through_the_actions_alone() {
    let reaching = files(|at, module| {
        let reaches = ["store", "dispatcher"].iter().any(|part| module.reading.fields.contains(*part));
        at.starts_with(&["web", "admin"].map(str::to_owned)) && reaches
    });
    assert!(reaching.is_empty(), "these reach past the actions, which know whose what is: {reaching:?}");
}

#[test]
fn settings_are_read_by_the_commands_and_the_service_alone() {
    let reading = HOUSE.imports().filter(|import| match &import.to {
        Target::Module(to) => floor(to) == Some("settings"),
        Target::Crate(_) => false,
    });
    let may = ["settings", "service", "cli", "bench"];
    let wrongly = reading.filter(|import| !floor(import.from).is_some_and(|floor| may.contains(&floor)));
    let wrongly: Vec<String> = wrongly.map(|import| import.told()).collect();
    assert!(wrongly.is_empty(), "these read settings: {wrongly:?}");
}

#[test]
fn a_dialect_is_data_and_no_code_names_one() {
    let dialects = ["besitos", "offermaru", "affonso", "attribloom", "standard-webhooks"];
    let naming = files(|at, module| {
        let names = |word: &String| dialects.iter().any(|dialect| word.to_lowercase().contains(dialect));
        let may = module.file == "domain/dialect/catalog.rs" || matches!(floor(at), Some("cli" | "demo" | "bench"));
        !may && module.reading.words.iter().any(names)
    });
    assert!(naming.is_empty(), "these name a dialect: {naming:?}");
}
