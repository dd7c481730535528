//! Open files: how many this process may have, and for what.
//!
//! Each connection is a file: those that reports and people come by, those that callbacks are sent over, and those that are
//! kept for the next callback. Without shares one kind takes the files of the others, and then the store cannot open its own.
//! A process that has too few of them does not start: it would fail at the first rush instead.

/// Files of the process itself: store, log, listeners, resolver, and some to spare.
const OWN: u64 = 256;
/// Fewest files to start with: of fewer, too little is left to be of use.
const FEWEST: u64 = 1_024;
/// Most sends in flight: more do not make a node any faster.
const MOST_SENDS: u64 = 16_384;
/// Most connections from outside: a few hundred report for thousands of offers.
const MOST_INBOUND: u64 = 8_192;

/// How the open files of this process are shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OpenFiles {
    /// All that the process may have.
    pub total: u64,
    /// Connections from outside.
    pub inbound: usize,
    /// Kept connections to receivers that send nothing at the moment.
    pub idle: usize,
    /// Sends in flight.
    pub sends: usize,
}

/// The process may have too few open files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "this process may have {total} open files, and needs at least {FEWEST} (better 65536): raise the hard limit (`ulimit -Hn`, \
     LimitNOFILE= of the unit, `--ulimit nofile` of the container)"
)]
pub struct TooFewFiles {
    /// All that it may have.
    pub total: u64,
}

impl OpenFiles {
    /// Raises the limit of this process as far as it goes, and shares it out.
    pub fn of_this_process() -> Result<Self, TooFewFiles> {
        // Where it cannot be raised, what counts is what it is.
        let raised = rlimit::increase_nofile_limit(u64::MAX);
        let total = raised.or_else(|_| rlimit::Resource::NOFILE.get_soft()).unwrap_or(FEWEST);
        Self::shared_out(total)
    }

    /// A quarter for connections from outside, a quarter for idle ones, the rest for sends.
    pub fn shared_out(total: u64) -> Result<Self, TooFewFiles> {
        if total < FEWEST {
            return Err(TooFewFiles { total });
        }
        let rest = total - OWN;
        let inbound = (rest / 4).min(MOST_INBOUND);
        let sends = (rest / 2).min(MOST_SENDS);
        let idle = rest - inbound - sends;
        let count = |files: u64| usize::try_from(files).unwrap_or(usize::MAX);
        Ok(Self { total, inbound: count(inbound), idle: count(idle), sends: count(sends) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_shares_together_are_never_more_than_there_are() {
        for total in [1_024, 4_096, 65_536, 1_048_576] {
            let files = OpenFiles::shared_out(total).unwrap();
            let shared = (files.inbound + files.idle + files.sends) as u64;
            assert!(shared + OWN <= total, "{files:?}");
            assert!(files.inbound >= 192 && files.sends >= 384 && files.idle >= 192, "{files:?}");
        }
        assert_eq!(OpenFiles::shared_out(65_536).unwrap().sends, 16_384);
    }

    #[test]
    fn too_few_files_are_refused_with_what_to_do() {
        let refused = OpenFiles::shared_out(1_023).unwrap_err();
        assert!(refused.to_string().contains("1023") && refused.to_string().contains("LimitNOFILE"), "{refused}");
    }
}
