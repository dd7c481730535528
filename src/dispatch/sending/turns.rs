//! Whose turn it is: how the deliveries that may be claimed in one step are shared out.
//!
//! By turn among publishers, then among each one's endpoints, then by age, so that whoever has a backlog on a thousand
//! endpoints takes one turn among the others. Pure: it must not know what is due, nor take anything.

use std::collections::{HashMap, VecDeque};

/// Whoever has something due, and how much may be claimed of it at most.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate<'a> {
    pub(super) publisher: &'a str,
    pub(super) room: usize,
}

/// How many each candidate gets of `most`; `candidates` are in the order of age.
pub(super) fn shares(candidates: &[Candidate<'_>], most: usize) -> Vec<usize> {
    let mut shares = vec![0; candidates.len()];
    let mut place_of: HashMap<&str, usize> = HashMap::new();
    let mut publishers: VecDeque<VecDeque<usize>> = VecDeque::new();
    for (index, candidate) in candidates.iter().enumerate().filter(|(_, candidate)| candidate.room > 0) {
        let place = *place_of.entry(candidate.publisher).or_insert_with(|| {
            publishers.push_back(VecDeque::new());
            publishers.len() - 1
        });
        publishers[place].push_back(index);
    }
    let mut left = most;
    while let Some(mut endpoints) = publishers.pop_front()
        && left > 0
    {
        // An endpoint that has had its turn is the last among its publisher's, and the publisher the last of all.
        let Some(index) = endpoints.pop_front() else { continue };
        shares[index] += 1;
        left -= 1;
        if shares[index] < candidates[index].room {
            endpoints.push_back(index);
        }
        if !endpoints.is_empty() {
            publishers.push_back(endpoints);
        }
    }
    shares
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates<'a>(of: &[(&'a str, usize)]) -> Vec<Candidate<'a>> {
        of.iter().map(|(publisher, room)| Candidate { publisher, room: *room }).collect()
    }

    #[test]
    fn publishers_take_turns_however_many_endpoints_they_have() {
        let many = candidates(&[("a", 9), ("a", 9), ("a", 9), ("b", 9)]);
        assert_eq!(shares(&many, 8), [2, 1, 1, 4]);
    }

    #[test]
    fn what_one_cannot_take_is_anothers() {
        assert_eq!(shares(&candidates(&[("a", 1), ("b", 9), ("c", 0)]), 6), [1, 5, 0]);
        assert_eq!(shares(&candidates(&[("a", 1), ("b", 2)]), 100), [1, 2]);
    }

    #[test]
    fn where_not_everybody_gets_a_turn_the_oldest_do() {
        assert_eq!(shares(&candidates(&[("a", 1), ("b", 1), ("c", 1)]), 2), [1, 1, 0]);
    }
}
