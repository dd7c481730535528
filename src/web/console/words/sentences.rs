//! What the API and the recipes say in passing, as sentences.

/// With a capital and a full stop. What is written in small letters everywhere, such as `http://`, stays so.
pub fn of(text: &str) -> String {
    let is_code = text.split(' ').next().is_some_and(|word| word.contains("://"));
    let sentence = if is_code { text.to_owned() } else { label(text) };
    if sentence.ends_with(['.', '?', '!', '…']) { sentence } else { format!("{sentence}.") }
}

/// With a capital and no stop: the words of a choice.
pub fn label(text: &str) -> String {
    let mut characters = text.chars();
    let first: String = characters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}", characters.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_begins_with_a_capital_and_ends() {
        assert_eq!(of("receivers disagree about port 8443"), "Receivers disagree about port 8443.");
        assert_eq!(of("http:// sends it in clear"), "http:// sends it in clear.");
        assert_eq!(of("Did you mean {b}?"), "Did you mean {b}?");
        assert_eq!(label("no answer"), "No answer");
    }
}
