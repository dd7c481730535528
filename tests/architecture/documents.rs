//! What the documents say of the settings is what the code says.

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
fn the_readme_lists_the_settings_as_the_code_has_them() {
    let readme = fs::read_to_string(crate::root().join("README.md")).unwrap();
    let table = settings::markdown_table();
    assert!(readme.contains(&table), "README.md should hold this table:\n{table}");
}
