//! Currencies: how many digits stand behind the point of one, by ISO 4217, and amounts written so. Nothing here converts one
//! into another.

/// Without minor units.
const NONE: [&str; 17] = [
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF", "XOF",
    "XPF",
];
/// Thousandths. The ouguiya and the ariary, which are divided by five, count as two digits there.
const THREE: [&str; 7] = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];
/// Ten-thousandths: units of account of Chile and Uruguay.
const FOUR: [&str; 2] = ["CLF", "UYW"];

/// Digits after the point of an amount in the currency's major unit: 2, unless the standard lists it otherwise.
pub fn minor_digits(currency: &str) -> u32 {
    if NONE.contains(&currency) {
        0
    } else if THREE.contains(&currency) {
        3
    } else if FOUR.contains(&currency) {
        4
    } else {
        2
    }
}

/// An amount of minor units with its currency, placed by ISO 4217: `17.55 USD`, `1755 JPY`.
pub fn written(amount: i64, currency: &str) -> String {
    let places = usize::try_from(minor_digits(currency)).unwrap_or_default();
    let digits = format!("{:0>width$}", amount.unsigned_abs(), width = places + 1);
    let (whole, behind) = digits.split_at(digits.len() - places);
    let sign = if amount < 0 { "−" } else { "" };
    let point = if places == 0 { "" } else { "." };
    format!("{sign}{whole}{point}{behind} {currency}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_of_minor_units_is_known() {
        let digits = ["JPY", "UYI", "USD", "MRU", "KWD", "CLF", "???"].map(minor_digits);
        assert_eq!(digits, [0, 0, 2, 2, 3, 4, 2]);
    }

    #[test]
    fn minor_units_are_placed_by_the_currency() {
        assert_eq!(
            [written(1755, "USD"), written(5, "USD"), written(-100, "EUR")],
            ["17.55 USD", "0.05 USD", "−1.00 EUR"]
        );
        assert_eq!([written(1755, "JPY"), written(1755, "KWD"), written(0, "JPY")], ["1755 JPY", "1.755 KWD", "0 JPY"]);
        assert_eq!(written(i64::MIN, "USD"), "−92233720368547758.08 USD");
    }
}
