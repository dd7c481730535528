//! Skeletons: a program with lines that are there or not, and with marks that are filled.
//!
//! A line `%% if NAME`, `%% unless NAME` or `%% end` is an instruction and goes nowhere; what stands between
//! `%% part NAME` and `%% part end` goes where `%% use NAME` is. `<<name>>` is a mark. One that stands alone in its line
//! takes the line's indent for all of its own lines, and no line at all where it is empty.

use std::collections::BTreeMap;

/// What is switched on.
pub(super) type Flags = Vec<&'static str>;
/// What the marks are filled with.
pub(super) type Marks = BTreeMap<&'static str, String>;

/// A skeleton as the program that it becomes.
pub(super) fn filled(skeleton: &str, flags: &Flags, marks: &Marks) -> String {
    let mut code = String::new();
    let mut open: Vec<bool> = Vec::new();
    for line in with_parts(skeleton) {
        if let Some(instruction) = line.trim_start().strip_prefix("%% ") {
            match instruction.split_once(' ') {
                Some(("if", names)) => open.push(names.split(" or ").any(|name| flags.contains(&name))),
                Some(("unless", name)) => open.push(!flags.contains(&name)),
                _ => drop(open.pop()),
            }
            continue;
        }
        if open.iter().all(|is_open| *is_open) {
            push(&mut code, line, marks);
        }
    }
    code
}

/// The lines, each part in its places.
fn with_parts(skeleton: &str) -> Vec<&str> {
    let mut parts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut defined = "end";
    let mut lines = Vec::new();
    for line in skeleton.lines() {
        match (line.strip_prefix("%% part "), line.strip_prefix("%% use ")) {
            (Some(name), _) => defined = name,
            (_, Some(name)) => lines.extend(parts.get(name).into_iter().flatten()),
            _ if defined == "end" => lines.push(line),
            _ => parts.entry(defined).or_default().push(line),
        }
    }
    lines
}

fn push(code: &mut String, line: &str, marks: &Marks) {
    let indent = &line[..line.len() - line.trim_start().len()];
    let alone = line.trim().strip_prefix("<<").and_then(|rest| rest.strip_suffix(">>"));
    if let Some(text) = alone.and_then(|name| marks.get(name)) {
        for line in text.lines() {
            code.push_str(format!("{indent}{line}").trim_end());
            code.push('\n');
        }
        return;
    }
    let mut rest = line;
    while let Some(at) = rest.find("<<") {
        let mark = rest[at + 2..].split_once(">>").and_then(|(name, after)| Some((marks.get(name)?, after)));
        let (before, after) = rest.split_at(at);
        code.push_str(before);
        rest = match mark {
            Some((text, after)) => {
                code.push_str(text);
                after
            }
            None => {
                code.push_str("<<");
                &after[2..]
            }
        };
    }
    code.push_str(rest);
    code.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skeleton_keeps_what_is_switched_on_and_fills_its_marks_once() {
        let skeleton = "%% part p\n  c\n%% part end\na\n%% if x or y\n  b <<m>> <<other>>\n%% unless y\n%% use p\n%% end\n%% end\n%% if z\nd\n%% end\n  <<lines>>\n";
        let marks = Marks::from([("m", "<<m>>".to_owned()), ("lines", "1\n\n2".to_owned())]);
        assert_eq!(filled(skeleton, &vec!["x"], &marks), "a\n  b <<m>> <<other>>\n  c\n  1\n\n  2\n");
        assert_eq!(filled(skeleton, &vec!["y"], &marks), "a\n  b <<m>> <<other>>\n  1\n\n  2\n");
    }
}
