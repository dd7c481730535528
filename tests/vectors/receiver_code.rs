//! Receiver code can be written for whatever a recipe can say. That it works is shown where it runs, before the sender.

use ringback::domain::destination::TargetPolicy;
use ringback::domain::dialect::callback::CallbackConfig;
use ringback::domain::dialect::callback_url::{CallbackUrl, UrlUse};
use ringback::domain::dialect::endpoint_settings::EndpointSettings;
use ringback::domain::dialect::recipe::Recipe;
use ringback::domain::dialect::success::SuccessRule;
use ringback::domain::receiver_code::{Endpoint, Language, Plan, receiver_code, sample_url};

use crate::anything::{catalog, endpoints, read, recipes};

fn plan(recipe: &Recipe, config: &CallbackConfig) -> Plan {
    let endpoint = Endpoint { recipe, config, success: None };
    Plan::of(&endpoint).unwrap_or_else(|why| panic!("{} at {:?}: {why}", recipe.id(), config.settings.callback_url))
}

/// An endpoint with this callback URL.
fn at(url: &str) -> CallbackConfig {
    let settings = EndpointSettings { callback_url: Some(CallbackUrl::new(url)), ..EndpointSettings::default() };
    CallbackConfig { app_label: "app".to_owned(), settings }
}

#[test]
fn every_dialect_has_a_receiver_in_every_language_in_which_nothing_is_left_to_fill() {
    for recipe in recipes() {
        for config in endpoints(recipe).iter().chain([&CallbackConfig::default()]) {
            for language in Language::ALL {
                let code = receiver_code(&plan(recipe, config), language).code;
                let left = code.lines().find(|line| line.trim_start().starts_with("%%") || is_marked(line));
                assert_eq!(left, None, "{} in {}", recipe.id(), language.name());
                assert!(code.contains(&recipe.id()), "{code}");
            }
        }
    }
}

fn is_marked(line: &str) -> bool {
    line.split_once("<<").is_some_and(|(_, rest)| rest.contains(">>"))
}

#[test]
fn the_example_of_a_callback_url_could_be_saved_as_it_is() {
    for recipe in recipes() {
        let url = sample_url(recipe);
        let checked = url.check(recipe, UrlUse::Callback, &TargetPolicy::default());
        assert!(checked.is_ok(), "{}: {} {checked:?}", recipe.id(), url.as_str());
    }
}

#[test]
fn a_receiver_answers_what_its_endpoint_takes_for_an_acknowledgement() {
    let catalog = catalog();
    let recipe = catalog.get("levelplay").unwrap();
    let config = CallbackConfig::default();
    let code = |success: Option<&SuccessRule>| {
        let plan = Plan::of(&Endpoint { recipe, config: &config, success }).unwrap();
        receiver_code(&plan, Language::Python).code
    };
    assert!(code(None).contains("return 200, values.get(\"EVENT_ID\", \"\") + \":OK\""), "{}", code(None));
    let own = SuccessRule::new(vec!["202".to_owned()], vec!["DONE".to_owned()], None);
    assert!(code(Some(&own)).contains("return 202, \"DONE\""), "{}", code(Some(&own)));
}

#[test]
fn a_signed_text_that_no_plan_can_say_is_refused_in_words() {
    // Encoded anew, yet in the order in which it was sent.
    let own = include_str!("../../src/domain/dialect/catalog/rewardinghub.toml");
    let recipe = read(&own.replace("encode = \"sent\"", "encode = \"form\""));
    let config = CallbackConfig::default();
    let refused = Plan::of(&Endpoint { recipe: &recipe, config: &config, success: None }).unwrap_err();
    assert!(refused.to_string().starts_with("There is no receiver code for what"), "{refused}");
}

/// What ends a line for one compiler or another, or shows code in another order than it runs in.
fn hostile() -> impl Iterator<Item = char> {
    let controls = (0..=0x9f).filter_map(char::from_u32).filter(|character| character.is_control());
    let order = ('\u{202a}'..='\u{202e}').chain('\u{2066}'..='\u{2069}');
    controls.chain("\u{2028}\u{2029}\u{61c}\u{200e}\u{200f}\u{feff}".chars()).chain(order)
}

/// The code of a GET whose URL holds this text: as it is, encoded in a value, in a fixed value, and encoded in names.
fn holding(text: &str, language: Language) -> String {
    let catalog = catalog();
    let encoded: String = text.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let url = format!(
        "https://pub.example/a{text}alert()/{encoded}?own={text}alert()&a{text}alert()=[[reward_value]]\
            &b{encoded}alert()=[[click_id]]&tx{encoded}alert()=[[tx_id]]&sig=[[signature]]"
    );
    receiver_code(&plan(catalog.get("pollfish").unwrap(), &at(&url)), language).code
}

#[test]
fn the_text_of_a_template_ends_no_comment_and_no_page() {
    let catalog = catalog();
    let recipe = catalog.get("pollfish").unwrap();
    let url = r#"https://pub.example/a'b"c\u000ad*/?own=?>&tx=[[tx_id]]&sig=[[signature]]"#;
    let config = at(url);
    let java = receiver_code(&plan(recipe, &config), Language::Java).code;
    assert!(java.contains(r"c\\u000ad") && !java.replace(r"\\", "").contains(r"\u000a"), "{java}");
    let php = receiver_code(&plan(recipe, &config), Language::Php).code;
    assert!(!php.contains("?>"), "{php}");
    for language in Language::ALL {
        let lines = holding("x", language).lines().count();
        for character in hostile() {
            let code = holding(&character.to_string(), language);
            let what = format!("U+{:04X} in {}", u32::from(character), language.name());
            let raw = code.chars().find(|own| hostile().any(|other| other == *own) && !"\n\t".contains(*own));
            assert_eq!(raw, None, "{what}: {code}");
            assert_eq!(code.lines().count(), lines, "{what}: {code}");
            // Java reads the code of a character in a comment too.
            let read_first = |line: &str| line.replace(r"\\", "").contains(&format!(r"\u{:04x}", u32::from(character)));
            let comments = code.lines().filter(|line| line.trim_start().starts_with("//"));
            assert!(!comments.into_iter().any(read_first), "{what}: {code}");
        }
    }
}

#[test]
fn a_parameter_that_reads_like_a_declaration_of_the_encoding_declares_none() {
    let catalog = catalog();
    let config = at("https://pub.example/cb?encoding=json&tx=[[tx_id]]&sig=[[signature]]&-*-warn_indent:true-*-=1");
    let plan = plan(catalog.get("pollfish").unwrap(), &config);
    for language in [Language::Python, Language::Ruby] {
        let code = receiver_code(&plan, language).code;
        // The first line counts, and the second where the first declares none.
        assert_eq!(code.lines().next(), Some("# -*- coding: utf-8 -*-"), "{code}");
        assert!(code.contains("encoding=json"), "{code}");
    }
    let ruby = receiver_code(&plan, Language::Ruby).code;
    assert!(!ruby.contains("-*-warn_indent"), "{ruby}");
}
