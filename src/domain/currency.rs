//! Currencies: how many digits stand behind the point of one, by ISO 4217. Nothing here converts one into another.

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_of_minor_units_is_known() {
        let digits = ["JPY", "UYI", "USD", "MRU", "KWD", "CLF", "???"].map(minor_digits);
        assert_eq!(digits, [0, 0, 2, 2, 3, 4, 2]);
    }
}
