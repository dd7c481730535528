//! Bots: visitors that fetch a link of their own accord, told by what their user agents hold.
//!
//! The list is a file of its own, so that it can be kept without reading code. It need not be complete: a bot that is
//! counted makes a click that never converts.

const LIST: &str = include_str!("bots.txt");

/// Whether this is the user agent of a bot. Whoever has none is no bot.
pub fn is_bot(user_agent: &str) -> bool {
    let user_agent = user_agent.to_lowercase();
    markers().any(|marker| user_agent.contains(marker))
}

fn markers() -> impl Iterator<Item = &'static str> {
    LIST.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crawlers_and_previews_are_bots_whatever_the_case() {
        for user_agent in [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "facebookexternalhit/1.1",
            "WhatsApp/2.23.20.0",
            "Mozilla/5.0 (compatible; SomethingNew/1.0; +https://new.example)",
            "TELEGRAMBOT (like TwitterBot)",
        ] {
            assert!(is_bot(user_agent), "{user_agent}");
        }
    }

    #[test]
    fn browsers_and_whoever_says_nothing_are_no_bots() {
        for user_agent in [
            "",
            "Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 Version/17.1 Safari/604.1",
            "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko",
            "okhttp/4.12.0",
            "curl/8.5.0",
        ] {
            assert!(!is_bot(user_agent), "{user_agent}");
        }
    }

    #[test]
    fn the_list_is_written_as_it_is_compared() {
        assert!(markers().count() > 50);
        assert!(markers().all(|marker| marker == marker.to_lowercase()));
    }
}
