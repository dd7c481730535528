//! What happened to a path, in words with both of them.

use super::code::{Code, Mistake};

/// The mistake by which one path became the other.
pub(super) fn of_paths(sent: &str, seen: &str) -> Mistake {
    let both = |what: &str| format!("It was sent to the path {sent}, but your server sees {seen}: {what}");
    if seen.strip_suffix('/') == Some(sent) {
        return Mistake::new(Code::PathSlash, both("a slash was added to its end."));
    }
    if sent.strip_suffix('/') == Some(seen) {
        return Mistake::new(Code::PathSlash, both("a slash at its end was dropped."));
    }
    if seen.replace("//", "/") == sent {
        return Mistake::new(Code::PathSlash, both("a slash was added."));
    }
    if let Some(prefix) = longer_by(seen, sent) {
        return Mistake::new(Code::PathPrefix, both(&format!("the prefix {prefix} was added.")));
    }
    if let Some(prefix) = longer_by(sent, seen) {
        return Mistake::new(Code::PathPrefix, both(&format!("the prefix {prefix} was cut off.")));
    }
    if let Some(end) = seen.strip_prefix(sent) {
        return Mistake::new(Code::PathChanged, both(&format!("{end} was added to its end.")));
    }
    if let Some(end) = sent.strip_prefix(seen) {
        return Mistake::new(Code::PathChanged, both(&format!("{end} was cut off its end.")));
    }
    Mistake::new(Code::PathChanged, both("it is another path altogether."))
}

/// What a path has before it ends as the other one; nothing where that is a whole path no more.
fn longer_by<'a>(long: &'a str, short: &str) -> Option<&'a str> {
    let short = if short == "/" { "" } else { short };
    let prefix = long.strip_suffix(short)?;
    (!prefix.is_empty() && prefix != "/" && (short.is_empty() || short.starts_with('/'))).then_some(prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_tells_what_was_added_and_what_was_taken_away() {
        for (sent, seen, code, words) in [
            ("/pb", "/app/pb", Code::PathPrefix, "the prefix /app was added"),
            ("/api/v1/pb", "/pb", Code::PathPrefix, "the prefix /api/v1 was cut off"),
            ("/app/", "/", Code::PathPrefix, "cut off"),
            ("/pb", "/pb/", Code::PathSlash, "a slash was added"),
            ("/pb/", "/pb", Code::PathSlash, "a slash at its end was dropped"),
            ("/a/pb", "/a//pb", Code::PathSlash, "a slash was added"),
            ("/pb", "//pb", Code::PathSlash, "a slash was added"),
            ("/pb", "/pb/index.php", Code::PathChanged, "/index.php was added to its end"),
            ("/pb.php", "/pb", Code::PathChanged, ".php was cut off its end"),
            ("/pb", "/callback", Code::PathChanged, "another path altogether"),
            ("/pb", "/xpb", Code::PathChanged, "another path altogether"),
        ] {
            let mistake = of_paths(sent, seen);
            assert_eq!(mistake.code, code, "{sent} {seen}: {}", mistake.words);
            assert!(mistake.words.contains(words), "{}", mistake.words);
            assert!(mistake.words.contains(sent) && mistake.words.contains(seen), "{}", mistake.words);
        }
    }
}
