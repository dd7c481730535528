//! What a process has used of the machine, as Linux tells it under `/proc`.

use crate::command::Failure;

/// Clock ticks are hundredths of a second wherever Linux shows them to programs.
const MILLISECONDS_OF_A_TICK: u64 = 10;

/// CPU time and memory of a process, or of several: the time of all, and the memory of the one that takes most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Usage {
    /// In user and kernel together, since it started.
    pub(super) cpu_ms: u64,
    /// Resident now, in KiB.
    pub(super) resident_kib: u64,
    /// Resident at most, in KiB.
    pub(super) peak_kib: u64,
}

impl Usage {
    /// Of the process with this id.
    pub(super) fn of(process: u32) -> Result<Self, Failure> {
        let read = |file: &str| {
            let path = format!("/proc/{process}/{file}");
            std::fs::read_to_string(&path).map_err(|error| format!("{path}: {error}; the bench needs Linux"))
        };
        let (stat, status) = (read("stat")?, read("status")?);
        Self::parse(&stat, &status).ok_or_else(|| "what /proc tells of a process has another form".into())
    }

    fn parse(stat: &str, status: &str) -> Option<Self> {
        // The second field is the command's name in brackets and may hold anything; `utime` and `stime` are 14 and 15.
        let after_name: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |field: usize| after_name.get(field - 3)?.parse::<u64>().ok();
        let kib = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.trim_start_matches(':').trim().trim_end_matches(" kB").parse::<u64>().ok()
        };
        let cpu_ms = (ticks(14)? + ticks(15)?) * MILLISECONDS_OF_A_TICK;
        Some(Self { cpu_ms, resident_kib: kib("VmRSS")?, peak_kib: kib("VmHWM")? })
    }
}

impl std::iter::Sum for Usage {
    fn sum<I: Iterator<Item = Self>>(usages: I) -> Self {
        let none = Self { cpu_ms: 0, resident_kib: 0, peak_kib: 0 };
        usages.fold(none, |all, one| Self {
            cpu_ms: all.cpu_ms + one.cpu_ms,
            resident_kib: all.resident_kib.max(one.resident_kib),
            peak_kib: all.peak_kib.max(one.peak_kib),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_does_not_shift_the_fields() {
        let stat = "7 (a) b (c)) S 1 7 7 0 -1 4194560 100 0 0 0 30 12 0 0 20 0 5 0 9 0 0";
        let status = "Name:\tx\nVmHWM:\t   2048 kB\nVmRSS:\t   1024 kB\n";
        assert_eq!(Usage::parse(stat, status), Some(Usage { cpu_ms: 420, resident_kib: 1024, peak_kib: 2048 }));
    }
}
