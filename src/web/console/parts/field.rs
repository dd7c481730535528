//! A control of a form with its label, its help and what is wrong with it.

use crate::web::console::words::sentences;

/// One control.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// The name that it is sent under, which is the API's.
    pub name: String,
    /// Above it.
    pub label: String,
    /// Under the label.
    pub help: Option<String>,
    /// What it holds.
    pub value: String,
    /// Whether it may be left empty.
    pub optional: bool,
    /// Whether its label says so; its help may say what holds then.
    pub says_optional: bool,
    /// What browsers and password managers may fill in (`autocomplete`).
    pub fills_in: Option<&'static str>,
    /// What can be chosen, where it is a choice.
    pub choices: Vec<Choice>,
    /// What is wrong, each a sentence.
    pub faults: Vec<Fault>,
}

/// One choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// Under it, where one line more helps.
    pub help: Option<String>,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// In words.
    pub message: String,
    /// What one click takes over.
    pub suggestion: Option<Suggestion>,
}

/// A corrected value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What is corrected, in few words: `{transaction_id}`.
    pub label: String,
    /// The whole value.
    pub value: String,
}

impl Field {
    /// A field that is sent under this name and has this label.
    pub fn new(name: &str, label: &str) -> Self {
        Self { name: name.to_owned(), label: label.to_owned(), ..Self::default() }
    }

    /// The same with a line of help.
    #[must_use]
    pub fn help(mut self, help: &str) -> Self {
        self.help = Some(help.to_owned());
        self
    }

    /// The same with a recipe's words as the line of help: as a sentence.
    #[must_use]
    pub fn means(self, meaning: &str) -> Self {
        let meaning = sentences::of(meaning);
        self.help(&meaning)
    }

    /// The same, holding this.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// The same, which may be left empty.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.optional = true;
        self.says_optional = true;
        self
    }

    /// The same, which may be left empty, as its help says.
    #[must_use]
    pub fn may_be_empty(mut self) -> Self {
        self.optional = true;
        self
    }

    /// The same, filled in by browsers as this.
    #[must_use]
    pub fn fills_in(mut self, kind: &'static str) -> Self {
        self.fills_in = Some(kind);
        self
    }

    /// The same with a choice more.
    #[must_use]
    pub fn choice(mut self, value: &str, label: &str) -> Self {
        self.choices.push(Choice { value: value.to_owned(), label: label.to_owned(), help: None });
        self
    }

    /// The same with a choice more, which is explained.
    #[must_use]
    pub fn explained_choice(mut self, value: &str, label: &str, help: &str) -> Self {
        self.choices.push(Choice { value: value.to_owned(), label: label.to_owned(), help: Some(help.to_owned()) });
        self
    }

    /// The same with a fault.
    #[must_use]
    pub fn fault(mut self, message: &str) -> Self {
        self.faults.push(Fault { message: message.to_owned(), suggestion: None });
        self
    }

    /// The same with a fault and its correction.
    #[must_use]
    pub fn corrected(mut self, message: &str, label: &str, value: &str) -> Self {
        let suggestion = Suggestion { label: label.to_owned(), value: value.to_owned() };
        self.faults.push(Fault { message: message.to_owned(), suggestion: Some(suggestion) });
        self
    }

    /// The id of the control, which labels, faults and the summary name.
    pub fn id(&self) -> String {
        let plain = |character: char| if character.is_ascii_alphanumeric() { character } else { '-' };
        format!("field-{}", self.name.chars().map(plain).collect::<String>())
    }

    /// The ids of what describes the control: its help, and where its faults stand, which come and go while somebody types.
    pub fn described_by(&self) -> String {
        let help = self.help.as_ref().map(|_| format!("{}-help ", self.id()));
        format!("{}{}-fault", help.unwrap_or_default(), self.id())
    }

    /// Whether this is what is chosen.
    pub fn holds(&self, choice: &Choice) -> bool {
        self.value == choice.value
    }

    /// Whether this is among what is chosen, where several can be: their values stand between blanks.
    pub fn has(&self, choice: &Choice) -> bool {
        self.value.split(' ').any(|value| value == choice.value)
    }

    /// What it holds, as it is read: the words of what is chosen, and a dash for nothing.
    pub fn shown(&self) -> String {
        let chosen = self.choices.iter().find(|choice| choice.value == self.value).map(|choice| choice.label.clone());
        chosen.unwrap_or_else(|| if self.value.is_empty() { "–".to_owned() } else { self.value.clone() })
    }

    /// Whether a checkbox is ticked.
    pub fn is_on(&self) -> bool {
        self.value == "true"
    }
}
