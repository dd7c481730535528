//! Texts with names in braces, as recipes wrap signatures in: filled in one pass, and read back.

/// Fills `{name}`s of a recipe's own text in one pass: what is filled in is never looked at again.
pub(super) fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        filled.push_str(&rest[..at]);
        let inside = &rest[at + 1..];
        let known =
            values.iter().find_map(|(name, value)| Some((value, inside.strip_prefix(name)?.strip_prefix('}')?)));
        match known {
            Some((value, after)) => {
                filled.push_str(value);
                rest = after;
            }
            None => {
                filled.push('{');
                rest = inside;
            }
        }
    }
    filled.push_str(rest);
    filled
}

/// What `{name}` stands for in a value that is written by a wrapping.
pub(super) fn unwrap(wrapping: &str, value: &str, name: &str) -> Option<String> {
    let (mut pattern, mut value) = (wrapping, value);
    loop {
        let open = pattern.find('{')?;
        value = value.strip_prefix(&pattern[..open])?;
        let close = open + pattern[open..].find('}')?;
        let found = &pattern[open + 1..close];
        pattern = &pattern[close + 1..];
        let literal = &pattern[..pattern.find('{').unwrap_or(pattern.len())];
        let end = if literal.is_empty() { value.len() } else { value.find(literal)? };
        if found == name {
            return (end > 0).then(|| value[..end].to_owned());
        }
        value = &value[end..];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_never_filled_again() {
        assert_eq!(fill("{t}.{body}", &[("t", "7"), ("body", "{\"t\":\"{t}\"}")]), "7.{\"t\":\"{t}\"}");
        assert_eq!(fill("t={t},{x}", &[("t", "1")]), "t=1,{x}");
    }

    #[test]
    fn a_wrapped_value_gives_back_its_parts() {
        let wrapping = "t={t},v1={signature}";
        assert_eq!(unwrap(wrapping, "t=17,v1=abc", "t").as_deref(), Some("17"));
        assert_eq!(unwrap(wrapping, "t=17,v1=abc", "signature").as_deref(), Some("abc"));
        assert_eq!(unwrap(wrapping, "v1=abc", "signature"), None);
        assert_eq!(unwrap("{signature}", "abc", "signature").as_deref(), Some("abc"));
        assert_eq!(unwrap("{signature}", "abc", "t"), None);
        assert_eq!(unwrap("{signature}", "", "signature"), None);
    }
}
