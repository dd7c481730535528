//! A request whose signature is wrong on purpose, for a test of its receiver: all else is what would have gone out.

use super::callback::CallbackRequest;
use crate::domain::encoding::decode;

impl CallbackRequest {
    /// The same with one character of its signature changed, wherever that stands: what no receiver that checks may accept.
    /// The characters that a record may keep stay as they are.
    #[must_use]
    pub fn with_wrong_signature(mut self) -> Self {
        let Some(signature) = self.signature.clone() else { return self };
        let at = changed_at(&signature);
        let is_signature = |hidden: &&String| decode(&hidden.replace('+', "%2B")) == signature;
        for right in self.hidden.iter().filter(is_signature).cloned().collect::<Vec<_>>() {
            let wrong = with_change(&right, at);
            self.url = self.url.replace(&right, &wrong);
            for header in &mut self.headers {
                header.value = header.value.replace(&right, &wrong);
            }
            self.hidden.push(wrong);
        }
        self.signature = self.signature.map(|right| with_change(&right, at));
        self
    }
}

/// The character of a signature that is changed: a letter or digit, which stands for itself in every encoding, behind those
/// that are kept, and not the last, of which a decoder may drop bits.
fn changed_at(signature: &str) -> usize {
    let plain = |(_, byte): &(usize, u8)| byte.is_ascii_alphanumeric();
    let behind = signature.bytes().enumerate().skip(SIGNATURE_START).find(plain);
    behind.or_else(|| signature.bytes().enumerate().find(plain)).map_or(0, |(at, _)| at)
}

/// A signature with that character changed; where it is percent-encoded, three characters count as one.
fn with_change(signature: &str, at: usize) -> String {
    let mut changed = String::with_capacity(signature.len());
    let (mut place, mut of_escape) = (0, 0_u8);
    for c in signature.chars() {
        let is_it = place == at && of_escape == 0 && c != '%';
        changed.push(if !is_it {
            c
        } else if c == '0' {
            '1'
        } else {
            '0'
        });
        of_escape = match (c, of_escape) {
            ('%', 0) => 2,
            (_, left) => left.saturating_sub(1),
        };
        place += usize::from(of_escape == 0);
    }
    changed
}

/// So many characters of a signature may be kept.
const SIGNATURE_START: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_character_changes_behind_those_that_are_kept_and_in_an_encoded_signature_too() {
        let at = changed_at("0123456789abcdef");
        assert_eq!(with_change("0123456789abcdef", at), "0123456709abcdef");
        let at = changed_at("abcdefg+/0==");
        assert_eq!(with_change("abcdefg+/0==", at), "abcdefg+/1==");
        assert_eq!(with_change("abcdefg%2B%2F0%3D%3D", at), "abcdefg%2B%2F1%3D%3D");
    }
}
