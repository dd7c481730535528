//! Where two texts differ: the runs of characters that stand in one and not in the other.

use serde::Serialize;

/// So many differences are told; whoever has more mends these first.
const MOST: usize = 20;
/// So far ahead both texts are looked through for where they go on alike.
const WINDOW: usize = 256;
/// So many characters alike are no accident; where little is left out, as many as that.
const ALIKE: std::ops::RangeInclusive<usize> = 3..=6;

/// A run of characters that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The byte of the signed text at which it begins.
    pub at: usize,
    /// What was received there.
    pub received: String,
    /// What was signed there.
    pub signed: String,
}

/// The differences of two texts, in order.
pub(super) fn differences(received: &str, signed: &str) -> Vec<Difference> {
    let (theirs, ours): (Vec<char>, Vec<char>) = (received.chars().collect(), signed.chars().collect());
    let (mut i, mut j, mut at) = (0, 0, 0);
    let mut found = Vec::new();
    while (i < theirs.len() || j < ours.len()) && found.len() < MOST {
        if i < theirs.len() && theirs.get(i) == ours.get(j) {
            at += ours[j].len_utf8();
            (i, j) = (i + 1, j + 1);
            continue;
        }
        let (more, less) = next_alike(&theirs[i..], &ours[j..]);
        let differing: String = ours[j..j + less].iter().collect();
        let begins = at;
        at += differing.len();
        found.push(Difference { at: begins, received: theirs[i..i + more].iter().collect(), signed: differing });
        (i, j) = (i + more, j + less);
    }
    found
}

/// How much is left out of each text until both go on alike: as little as possible in all.
fn next_alike(theirs: &[char], ours: &[char]) -> (usize, usize) {
    let goes_on = |more: usize, less: usize| {
        let enough = (more + less).clamp(*ALIKE.start(), *ALIKE.end());
        let (Some(theirs), Some(ours)) = (theirs.get(more..), ours.get(less..)) else { return false };
        let length = enough.min(theirs.len()).min(ours.len());
        // At the end of one text both must end.
        let is_enough = length == enough || theirs.len() == ours.len();
        is_enough && theirs[..length] == ours[..length]
    };
    for total in 1..=WINDOW {
        for more in 0..=total {
            if goes_on(more, total - more) {
                return (more, total - more);
            }
        }
    }
    (theirs.len(), ours.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(received: &str, signed: &str) -> Vec<(usize, String, String)> {
        differences(received, signed).into_iter().map(|one| (one.at, one.received, one.signed)).collect()
    }

    fn own(at: usize, received: &str, signed: &str) -> (usize, String, String) {
        (at, received.to_owned(), signed.to_owned())
    }

    #[test]
    fn each_run_that_differs_is_told_with_its_place_in_the_signed_text() {
        assert_eq!(shown("abc", "abc"), []);
        let spaces = shown("user_id=u+1&note=a+long+note", "user_id=u%201&note=a%20long%20note");
        assert_eq!(spaces, [own(9, "+", "%20"), own(20, "+", "%20"), own(27, "+", "%20")]);
        assert_eq!(shown("/app/pb?a=1", "/pb?a=1"), [own(1, "app/", "")]);
        assert_eq!(shown("a=1&note=", "a=1"), [own(3, "&note=", "")]);
        assert_eq!(shown("é=100", "é=100.0"), [own(6, "", ".0")]);
        assert_eq!(shown("", "abc"), [own(0, "", "abc")]);
    }

    #[test]
    fn texts_that_have_nothing_in_common_are_one_difference() {
        let (long, other) = ("a".repeat(5_000), "b".repeat(5_000));
        assert_eq!(differences(&long, &other).len(), 1);
        let many = (0..100).map(|at| format!("{at:03}+value&")).collect::<String>();
        assert_eq!(differences(&many, &many.replace('+', "%20")).len(), MOST);
    }
}
