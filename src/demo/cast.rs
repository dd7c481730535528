//! Who takes part in the demo: publishers' servers, what each speaks, where it listens, and how it behaves.
//!
//! Data alone: what a server checks is in `checks`, what it answers in `receiver`, how it is made known in `setup`.

use std::net::Ipv4Addr;

/// The egress IPs that are issued. Loopback addresses, so that every Linux host has them.
pub(super) const EGRESS: [Ipv4Addr; 2] = [Ipv4Addr::new(127, 0, 0, 2), Ipv4Addr::new(127, 0, 0, 3)];
/// The publishers, each with the egress IP assigned to all its apps.
pub(super) const PUBLISHERS: [(&str, &str, Ipv4Addr); 2] =
    [("coinrush", "Coinrush Games", EGRESS[0]), ("pollnest", "Pollnest Surveys", EGRESS[1])];
/// The remote surface that the `attribloom` app's endpoint is to use.
pub(super) const REMOTE_SURFACE: &str = "srf-of-the-next-system";

/// How callbacks to a server look and are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// GET, signature over the URL.
    Besitos,
    /// GET, signature over six parameters in a header.
    Offermaru,
    /// POST, time and signature in one header.
    Affonso,
    /// POST, as reports are taken in.
    Attribloom,
}

/// How a server behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Temper {
    /// It answers 200.
    Steady,
    /// It answers 500 to the first two callbacks of each transaction.
    Flaky,
    /// It answers 503 for ever.
    Dead,
}

/// One app with its publisher's server.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// The app's ref: what it is called everywhere.
    pub app: &'static str,
    /// Its publisher's ref.
    pub publisher: &'static str,
    /// What it speaks.
    pub dialect: Dialect,
    /// Where its server listens, on a free port.
    pub listens_on: Ipv4Addr,
    /// What stands behind the origin in its callback URL.
    pub callback: &'static str,
    /// Where its callbacks must come from.
    pub egress: Ipv4Addr,
    /// How its server behaves.
    pub temper: Temper,
}

const fn receiver(last: u8) -> Ipv4Addr {
    Ipv4Addr::new(127, 0, 0, last)
}

const OFFERMARU: &str = "/callback?user_id={user_id}&user_reward={user_reward}&offer_id={offer_id}\
                         &offer_name=<offer_name>&transaction_id={transaction_id}\
                         &publisher_payout={publisher_payout}&timestamp={timestamp}";

/// Everybody who takes part.
pub(super) const CAST: [Part; 7] = [
    Part {
        app: "besitos-list",
        publisher: "coinrush",
        dialect: Dialect::Besitos,
        listens_on: receiver(11),
        // Without a placeholder the dialect appends its fixed list of parameters.
        callback: "/postback.php",
        egress: EGRESS[0],
        temper: Temper::Steady,
    },
    Part {
        app: "besitos-url",
        publisher: "coinrush",
        dialect: Dialect::Besitos,
        listens_on: receiver(12),
        callback: "/pb?uid=<user_id>&transaction_id=<transaction_id>&usd={payout}&coins={reward_local_currency}\
                   &offer={offer_name}",
        egress: EGRESS[0],
        temper: Temper::Steady,
    },
    Part {
        app: "offermaru",
        publisher: "coinrush",
        dialect: Dialect::Offermaru,
        listens_on: receiver(13),
        callback: OFFERMARU,
        // Another one than its publisher's: an assignment of its own goes first.
        egress: EGRESS[1],
        temper: Temper::Steady,
    },
    Part {
        app: "affonso",
        publisher: "pollnest",
        dialect: Dialect::Affonso,
        listens_on: receiver(14),
        callback: "/webhooks/affonso",
        egress: EGRESS[1],
        temper: Temper::Steady,
    },
    Part {
        app: "attribloom",
        publisher: "pollnest",
        dialect: Dialect::Attribloom,
        listens_on: receiver(15),
        callback: "/v1/conversions",
        egress: EGRESS[1],
        temper: Temper::Steady,
    },
    Part {
        app: "flaky",
        publisher: "coinrush",
        dialect: Dialect::Offermaru,
        listens_on: receiver(16),
        callback: OFFERMARU,
        egress: EGRESS[0],
        temper: Temper::Flaky,
    },
    Part {
        app: "dead",
        publisher: "pollnest",
        dialect: Dialect::Affonso,
        listens_on: receiver(17),
        callback: "/webhooks/affonso",
        egress: EGRESS[1],
        temper: Temper::Dead,
    },
];

/// Callbacks of a transaction that the flaky server answers with 500 before it recovers.
pub(super) const FLAKY_FAILURES: usize = 2;
/// Seconds before the attempts of the dead server's app, so that it is given up within seconds of the demo.
pub(super) const DEAD_SCHEDULE: [u64; 3] = [30, 60, 120];
/// Every retry delay times this: an hour of the schedule is 36 seconds here.
pub(super) const RETRY_SCALE: &str = "0.01";

impl Dialect {
    /// Its name in the admin API.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Besitos => "besitos",
            Self::Offermaru => "offermaru",
            Self::Affonso => "affonso",
            Self::Attribloom => "attribloom",
        }
    }
}

impl Part {
    /// Attempts that each of its deliveries takes.
    pub(super) fn attempts(&self) -> usize {
        match self.temper {
            Temper::Steady => 1,
            Temper::Flaky => FLAKY_FAILURES + 1,
            Temper::Dead => DEAD_SCHEDULE.len() + 1,
        }
    }

    /// Whether it has an egress IP of its own instead of its publisher's.
    pub(super) fn has_own_egress(&self) -> bool {
        !PUBLISHERS.iter().any(|(publisher, _, egress)| *publisher == self.publisher && *egress == self.egress)
    }
}
