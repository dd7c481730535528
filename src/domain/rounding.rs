//! Rounding: what becomes of a fraction that an amount has no digits for. Exact, in integers; amounts are never negative.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which of the two nearest amounts a fraction becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// The nearer one; of two equally near ones the even one, so that many roundings do not drift.
    #[default]
    HalfEven,
    /// The nearer one; of two equally near ones the larger one.
    HalfUp,
    /// The smaller one.
    Down,
    /// The larger one.
    Up,
}

impl Rounding {
    /// Every way.
    pub const ALL: [Self; 4] = [Self::HalfEven, Self::HalfUp, Self::Down, Self::Up];

    /// A quotient as a whole number; `None` where the divisor is not positive, the dividend is negative, or their size is
    /// beyond what can be computed with.
    pub fn divide(self, dividend: i128, divisor: i128) -> Option<i128> {
        if dividend < 0 || divisor <= 0 {
            return None;
        }
        let (whole, rest) = (dividend / divisor, dividend % divisor);
        let twice = rest.checked_mul(2)?;
        let up = match self {
            Self::HalfEven => twice > divisor || (twice == divisor && whole % 2 == 1),
            Self::HalfUp => twice >= divisor,
            Self::Down => false,
            Self::Up => rest > 0,
        };
        whole.checked_add(i128::from(up))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn halves(rounding: Rounding) -> [i128; 6] {
        [1, 2, 3, 5, 6, 7].map(|quarters| rounding.divide(quarters, 4).unwrap())
    }

    #[test]
    fn each_way_rounds_as_its_name_says() {
        // 0.25, 0.5, 0.75, 1.25, 1.5, 1.75
        assert_eq!(halves(Rounding::HalfEven), [0, 0, 1, 1, 2, 2]);
        assert_eq!(halves(Rounding::HalfUp), [0, 1, 1, 1, 2, 2]);
        assert_eq!(halves(Rounding::Down), [0, 0, 0, 1, 1, 1]);
        assert_eq!(halves(Rounding::Up), [1, 1, 1, 2, 2, 2]);
    }

    #[test]
    fn what_is_even_is_divided_evenly_and_what_cannot_be_is_not() {
        for rounding in Rounding::ALL {
            assert_eq!(rounding.divide(8, 4), Some(2));
            assert_eq!([rounding.divide(-1, 4), rounding.divide(1, 0), rounding.divide(1, -1)], [None; 3]);
        }
    }
}
