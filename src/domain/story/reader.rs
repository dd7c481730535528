//! Whose words a story is told in: publishers read of their own server, whoever helps them of the publisher's.

/// Who reads a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// The publisher whose app it is.
    Publisher,
    /// Account managers and operators.
    Staff,
}

impl Reader {
    /// The receiver, as this reader calls it.
    pub fn server(self) -> &'static str {
        self.choose("your server", "the publisher's server")
    }

    /// The same where a sentence begins with it.
    pub fn server_first(self) -> &'static str {
        self.choose("Your server", "The publisher's server")
    }

    /// What is asked of the publisher: to itself, or of it.
    pub(in crate::domain) fn choose<T>(self, to_the_publisher: T, of_the_publisher: T) -> T {
        match self {
            Self::Publisher => to_the_publisher,
            Self::Staff => of_the_publisher,
        }
    }
}
