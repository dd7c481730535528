//! What a process has used of the machine, as Linux tells it under `/proc`.

use std::fs;

use crate::command::Failure;
use crate::store::Location;
use crate::store::inspect::engine;

/// Clock ticks are hundredths of a second wherever Linux shows them to programs.
const MILLISECONDS_OF_A_TICK: u64 = 10;

/// CPU time, memory and writes of a process, or of several: the sum of all, but the memory of the one that takes most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Usage {
    /// In user and kernel together, since it started.
    pub(super) cpu_ms: u64,
    /// Resident now, in KiB.
    pub(super) resident_kib: u64,
    /// Resident at most, in KiB.
    pub(super) peak_kib: u64,
    /// Bytes that were to go to a disk on its account; `None` where that is not told.
    pub(super) written_bytes: Option<u64>,
}

/// What `/proc/…/stat` tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stat {
    /// The program's name.
    pub(super) name: String,
    /// The process that started it.
    pub(super) parent: u32,
    /// In user and kernel together.
    pub(super) cpu_ms: u64,
    /// The same of all its children that have ended.
    pub(super) ended_children_cpu_ms: u64,
}

impl Usage {
    /// Of the process with this id.
    pub(super) fn of(process: u32) -> Result<Self, Failure> {
        let read = |file: &str| read(process, file).map_err(|error| format!("{error}; the bench needs Linux"));
        let (stat, status) = (read("stat")?, read("status")?);
        let parsed = Self::parse(&stat, &status, read("io").ok().as_deref());
        parsed.ok_or_else(|| "what /proc tells of a process has another form".into())
    }

    fn parse(stat: &str, status: &str, io: Option<&str>) -> Option<Self> {
        let kib = |name| number_after(status, name);
        Some(Self {
            cpu_ms: Stat::parse(stat)?.cpu_ms,
            resident_kib: kib("VmRSS:")?,
            peak_kib: kib("VmHWM:")?,
            written_bytes: io.and_then(|io| number_after(io, "write_bytes:")),
        })
    }
}

impl Stat {
    /// Of the process with this id, unless it is gone.
    pub(super) fn of(process: u32) -> Option<Self> {
        Self::parse(&read(process, "stat").ok()?)
    }

    fn parse(stat: &str) -> Option<Self> {
        // The second field is the name in brackets and may hold anything. The parent is field 4; `utime`, `stime` and
        // the same of children that were waited for are 14 to 17.
        let (before, after) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = after.split_whitespace().collect();
        let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        Some(Self {
            name: before.split_once('(')?.1.to_owned(),
            parent: u32::try_from(field(4)?).ok()?,
            cpu_ms: (field(14)? + field(15)?) * MILLISECONDS_OF_A_TICK,
            ended_children_cpu_ms: (field(16)? + field(17)?) * MILLISECONDS_OF_A_TICK,
        })
    }
}

fn read(process: u32, file: &str) -> Result<String, String> {
    let path = format!("/proc/{process}/{file}");
    fs::read_to_string(&path).map_err(|error| format!("{path}: {error}"))
}

/// The number in the line that begins with this name.
fn number_after(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

impl std::iter::Sum for Usage {
    fn sum<I: Iterator<Item = Self>>(usages: I) -> Self {
        let none = Self { cpu_ms: 0, resident_kib: 0, peak_kib: 0, written_bytes: Some(0) };
        usages.fold(none, |all, one| Self {
            cpu_ms: all.cpu_ms + one.cpu_ms,
            resident_kib: all.resident_kib.max(one.resident_kib),
            peak_kib: all.peak_kib.max(one.peak_kib),
            written_bytes: all.written_bytes.zip(one.written_bytes).map(|(all, one)| all + one),
        })
    }
}

/// What the processes of a PostgreSQL server are called.
const NAMES: [&str; 2] = ["postgres", "postmaster"];

/// The processes of a PostgreSQL server on this machine. All of them are children of one, the postmaster: each connection's,
/// and those that write and tidy up in the background. What they do for others meanwhile is in their CPU time as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DatabaseServer {
    postmaster: u32,
}

impl DatabaseServer {
    /// The server of this store; `None` where there is none, or where its processes cannot be seen from here.
    pub(super) fn of(store: &Location) -> Result<Option<Self>, Failure> {
        let parent = |process| Stat::of(process).filter(is_of_a_server).map(|stat| stat.parent);
        let postmaster = engine::at_server_process(store, parent)?.flatten();
        Ok(postmaster
            .filter(|id| Stat::of(*id).as_ref().is_some_and(is_of_a_server))
            .map(|postmaster| Self { postmaster }))
    }

    /// CPU time of all its processes since it started, those that have ended included.
    pub(super) fn cpu_ms(self) -> Option<u64> {
        let itself = Stat::of(self.postmaster)?;
        let processes = fs::read_dir("/proc").ok()?.flatten();
        let processes = processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let children = processes.filter_map(Stat::of).filter(|stat| stat.parent == self.postmaster);
        Some(itself.cpu_ms + itself.ended_children_cpu_ms + children.map(|stat| stat.cpu_ms).sum::<u64>())
    }
}

fn is_of_a_server(stat: &Stat) -> bool {
    NAMES.contains(&stat.name.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const STAT: &str = "7 (a) b (c)) S 3 7 7 0 -1 4194560 100 0 0 0 30 12 5 4 20 0 5 0 9 0 0";

    #[test]
    fn a_name_with_brackets_does_not_shift_the_fields() {
        let name = "a) b (c)".to_owned();
        assert_eq!(Stat::parse(STAT), Some(Stat { name, parent: 3, cpu_ms: 420, ended_children_cpu_ms: 90 }));
    }

    #[test]
    fn what_is_written_is_unknown_where_the_system_does_not_tell() {
        let status = "Name:\tx\nVmHWM:\t   2048 kB\nVmRSS:\t   1024 kB\n";
        let told = Usage::parse(STAT, status, Some("wchar: 9\nwrite_bytes: 4096\ncancelled_write_bytes: 1\n")).unwrap();
        let expected = Usage { cpu_ms: 420, resident_kib: 1024, peak_kib: 2048, written_bytes: Some(4096) };
        assert_eq!(told, expected);
        let untold = Usage::parse(STAT, status, None).unwrap();
        assert_eq!([told, untold].into_iter().sum::<Usage>().written_bytes, None);
    }
}
