//! What the documents say of settings and files is what the code says.

use std::fs;

use ringback::settings;

#[test]
fn the_example_of_three_nodes_is_made_of_settings_that_mean_something() {
    let folder = crate::root().join("docs/three-nodes");
    let mut egress_ips = Vec::new();
    for node in ["front.env", "sender-a.env", "sender-b.env"] {
        let text = fs::read_to_string(folder.join(node)).unwrap();
        let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
        let pairs: Vec<(&str, &str)> = lines.map(|line| line.split_once('=').unwrap()).collect();
        for (name, _) in &pairs {
            assert!(settings::TABLE.iter().any(|setting| setting.env == *name), "{node}: {name} is no setting");
        }
        let look_up = |name: &str| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let node = settings::Settings::from_env(look_up).unwrap();
        egress_ips.extend(node.egress_bind.into_iter().flatten().map(|(address, _)| address));
    }
    egress_ips.sort();
    egress_ips.dedup();
    assert_eq!(egress_ips.len(), 3, "each address is held by one node: {egress_ips:?}");
}

#[test]
fn the_settings_are_documented_as_the_code_has_them() {
    let document = fs::read_to_string(crate::root().join("docs/SETTINGS.md")).unwrap();
    let table = settings::markdown_table();
    assert!(document.contains(&table), "docs/SETTINGS.md should hold this table:\n{table}");
}

#[test]
fn the_table_of_rules_names_files_that_exist() {
    let text = fs::read_to_string(crate::root().join("docs/ARCHITECTURE.md")).unwrap();
    let table = text.split("## Where each rule lives").nth(1).unwrap().split("\n## ").next().unwrap();
    // Of each row, the odd parts stand in back-quotes; a pattern stands for its folder.
    let rooms = table.lines().flat_map(|row| row.split('`').skip(1).step_by(2));
    let paths =
        rooms.filter(|room| room.contains('/') || room.ends_with(".rs")).map(|room| room.split("/*").next().unwrap());
    let missing: Vec<&str> = paths.filter(|path| !crate::root().join("src").join(path).exists()).collect();
    assert!(missing.is_empty(), "docs/ARCHITECTURE.md names {missing:?}");
}

#[test]
fn every_source_file_that_a_document_names_exists() {
    let documents = [
        "README.md",
        "docs/ARCHITECTURE.md",
        "docs/CONSOLE.md",
        "docs/GLOSSARY.md",
        "docs/MONEY.md",
        "docs/SECURITY.md",
    ];
    for document in documents {
        let text = fs::read_to_string(crate::root().join(document)).unwrap();
        let quoted = text.split('`').skip(1).step_by(2);
        let quoted = quoted.filter(|quoted| quoted.ends_with(".rs") && !quoted.contains("NAME"));
        // As in the sources, or as within the folder that the text walks through.
        let exists = |path: &&str| {
            ["", "src", "src/dispatch", "src/web/console"]
                .iter()
                .any(|folder| crate::root().join(folder).join(path).is_file())
        };
        let missing: Vec<&str> = quoted.filter(|path| !exists(path)).collect();
        assert!(missing.is_empty(), "{document} names {missing:?}");
    }
}

#[test]
fn every_link_from_one_document_to_another_leads_to_a_file_and_its_heading() {
    let docs = fs::read_dir(crate::root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let documents =
        docs.filter(|path| path.extension().is_some_and(|of| of == "md")).chain([crate::root().join("README.md")]);
    let mut missing = Vec::new();
    for document in documents {
        let text = fs::read_to_string(&document).unwrap();
        for link in
            text.split("](").skip(1).filter_map(|rest| rest.split(')').next()).filter(|link| !link.contains("://"))
        {
            let (path, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { document.clone() } else { document.parent().unwrap().join(path) };
            let has_heading = || headings(&fs::read_to_string(&target).unwrap()).any(|known| known == heading);
            if !target.exists() || !(heading.is_empty() || has_heading()) {
                missing.push(format!("{}: {link}", document.file_name().unwrap().display()));
            }
        }
    }
    assert!(missing.is_empty(), "links that lead nowhere: {missing:#?}");
}

/// The headings of a document, as links name them.
fn headings(text: &str) -> impl Iterator<Item = String> {
    let name = |heading: &str| -> String {
        let letters = heading.trim().to_lowercase();
        letters
            .chars()
            .filter(|one| one.is_alphanumeric() || " -_".contains(*one))
            .map(|one| if one == ' ' { '-' } else { one })
            .collect()
    };
    let lines = text.lines().filter(|line| line.starts_with('#'));
    lines.map(|line| name(line.trim_start_matches('#'))).collect::<Vec<_>>().into_iter()
}
