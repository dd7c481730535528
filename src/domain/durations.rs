//! Durations for people: `84 ms`, `1.2 s`, `4 min`, `2 h 5 min`, `3 d 4 h`.

use std::time::Duration;

/// A duration, cut to two of its units and never rounded up: what says `1 min` has lasted a minute.
pub fn written(duration: Duration) -> String {
    let (ms, seconds) = (duration.as_millis(), duration.as_secs());
    match seconds {
        0 => format!("{ms} ms"),
        1..10 if ms % 1000 >= 100 => format!("{seconds}.{} s", ms % 1000 / 100),
        1..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..86_400 => two(seconds / 3_600, "h", seconds % 3_600 / 60, "min"),
        _ => two(seconds / 86_400, "d", seconds % 86_400 / 3_600, "h"),
    }
}

fn two(large: u64, unit: &str, small: u64, of: &str) -> String {
    if small == 0 { format!("{large} {unit}") } else { format!("{large} {unit} {small} {of}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_written_in_at_most_two_units() {
        let of = |ms| written(Duration::from_millis(ms));
        assert_eq!([of(0), of(84), of(999), of(1_000), of(1_299)], ["0 ms", "84 ms", "999 ms", "1 s", "1.2 s"]);
        assert_eq!([of(30_900), of(60_000), of(299_000)], ["30 s", "1 min", "4 min"]);
        assert_eq!([of(7_500_000), of(7_200_000)], ["2 h 5 min", "2 h"]);
        assert_eq!([of(273_600_000), of(2_592_000_000)], ["3 d 4 h", "30 d"]);
    }
}
