//! What each kind of problem means to whoever is answered so, and what to do about it: what its `type` leads to.

use super::ProblemKind;

/// A kind of problem, explained. Each text is one or more sentences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Meaning {
    /// What has happened, and what has not.
    pub means: &'static str,
    /// What to do.
    pub act: &'static str,
    /// Whether the same call may be made once more.
    pub again: &'static str,
}

impl ProblemKind {
    /// What the kind means.
    pub fn meaning(self) -> Meaning {
        let (means, act, again) = match self {
            Self::Malformed => (
                "The request cannot be read: its body is not JSON, is no object, names a field twice or is nested too deeply. \
                 Nothing was done.",
                "Send what the description of the call says. The detail says where reading ended.",
                "No. The same request is answered the same.",
            ),
            Self::Unauthorized => (
                "Nobody known is calling: the token is missing, unknown, deleted or expired; or the signature or the timestamp of a \
                 report is wrong; or the e-mail, the password or the six digits are. Nothing was done.",
                "Send a good token in the header Authorization. Of a report, compare the length and the SHA-256 of the body as it was \
                 received (bodyLength, bodySha256) and the time here (serverTime) with what you signed.",
                "Only with other credentials. A report: yes, once it is signed rightly; until then it is not recorded.",
            ),
            Self::Forbidden => (
                "It is known who calls, and this is not for that role. Nothing was done.",
                "The detail names the role that may. Ask somebody who has it.",
                "No.",
            ),
            Self::NotFound => (
                "There is nothing of that name, or it is somebody else's: the answer to both is the same.",
                "Check the id or ref in the path, and with which token you call.",
                "No. A reversal whose completion is still to be reported is the exception: send it again after that.",
            ),
            Self::MethodNotAllowed => (
                "The path is right and the method is not. Nothing was done.",
                "Look the call up in the API description.",
                "No.",
            ),
            Self::Conflict => (
                "It contradicts what stands: a ref is taken, the object is in another state, or something of this id was recorded \
                 with other values. Nothing was changed.",
                "The detail says what it contradicts, and errors in which fields. Read what stands, then decide.",
                "No, not before what it contradicts has changed.",
            ),
            Self::TransactionIdTaken => (
                "Another completion of the app has this transaction id, upper and lower case being the same. Nothing was recorded.",
                "Report it under a transaction id of its own. A transactionPrefix of each source keeps sources apart.",
                "No, not with this transaction id.",
            ),
            Self::Invalid => (
                "Fields are missing, unknown or wrong. Nothing was done.",
                "Every entry of errors names a field and what would be right; a suggestion is the whole value as it was probably \
                 meant. At most 20 are listed.",
                "Only with these fields put right.",
            ),
            Self::NarrowIt => (
                "No index leads to what is asked for, and one call looks through no more than 100,000 records or 31 days.",
                "Name a shorter time (from, to) or an app (appId).",
                "Only narrowed.",
            ),
            Self::TooLarge => (
                "The body is larger than the call takes: 1 MiB, and 8 MiB of a batch. Nothing was done, and the connection is closed.",
                "Send less at a time.",
                "Only in parts.",
            ),
            Self::BodyTooSlow => (
                "The body did not arrive in time. Nothing was done, and the connection is closed.",
                "Send the body as soon as the connection stands.",
                "Yes.",
            ),
            Self::TooMany => (
                "As many of these calls as may be are under way, such as tests of one endpoint. Nothing was done.",
                "Wait for one of them to end.",
                "Yes, after the seconds in Retry-After.",
            ),
            Self::TooManyAttempts => (
                "Too many attempts to show a password have failed for this account or from this address.",
                "Wait until the instant in retryAfter. Before that no further attempt is looked at, a right one neither.",
                "Yes, after that instant.",
            ),
            Self::TooManyReads => (
                "This caller has as many reads under way as it may have.",
                "Read the pages of a list one after the other.",
                "Yes, after the seconds in Retry-After.",
            ),
            Self::TooSlow => (
                "The read went on for too long and was ended.",
                "Ask for less: a shorter time, one app, fewer items of a page.",
                "Yes, after the seconds in Retry-After.",
            ),
            Self::Overloaded => (
                "More work waits than can be taken on, the disk is full, the database cannot be reached, or an endpoint speaks a \
                 dialect of a newer version. Nothing of this call was recorded. What was acknowledged before is safe.",
                "Come again. A report is sent again with the same externalId: it is recorded once, however often it comes.",
                "Yes, after the seconds in Retry-After.",
            ),
            Self::Internal => (
                "This failed on our side. It is in the log.",
                "Tell whoever runs this installation when it was.",
                "Yes. A report is recorded once, however often it comes; after another call, look first whether it was done.",
            ),
        };
        Meaning { means, act, again }
    }

    /// The kind whose `type` ends so.
    pub fn named(end: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.row().1 == end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_every_kind_leads_to_what_it_means_in_whole_sentences() {
        for kind in ProblemKind::ALL {
            let uri = kind.uri();
            assert_eq!(uri.strip_prefix("/problems/").and_then(ProblemKind::named), Some(kind));
            let Meaning { means, act, again } = kind.meaning();
            for text in [means, act, again] {
                assert!(text.ends_with('.') && !text.contains("  "), "{uri}: {text}");
            }
        }
        assert_eq!(ProblemKind::named("no-such-kind"), None);
    }
}
