//! Text whose bytes matter: what cannot be seen is drawn, so that two texts that look alike can be told apart.

/// The text with blanks, tabs, returns, line feeds and all other invisible characters drawn.
pub fn drawn(text: &str) -> String {
    text.chars().map(sign).collect()
}

/// A byte as a comparison names it: `25 32 30 "%20"`.
pub fn named(bytes: &[u8]) -> String {
    let numbers: Vec<String> = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    format!("{} \"{}\"", numbers.join(" "), drawn(&String::from_utf8_lossy(bytes)))
}

fn sign(character: char) -> char {
    match character {
        ' ' => '␠',
        '\t' => '␉',
        '\r' => '␍',
        '\n' => '␊',
        '\u{7f}' => '␡',
        control @ '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(control)).unwrap_or('␦'),
        // What turns the direction of text or takes no room would hide what stands beside it.
        '\u{a0}'
        | '\u{ad}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}' => '␦',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_drawn() {
        assert_eq!(drawn("a b\tc\r\n"), "a␠b␉c␍␊");
        assert_eq!(drawn("\0\u{7f}\u{200b}\u{202e}é"), "␀␡␦␦é");
        assert_eq!(named(b"%20"), "25 32 30 \"%20\"");
        assert_eq!(named(b"+ "), "2B 20 \"+␠\"");
    }
}
