//! Receiver code: the program that a publisher pastes into its server to take the callbacks of one endpoint.
//!
//! # Who is who
//! * A [`Plan`] says what a receiver of this endpoint has to do, language apart: where the signature travels, which text it
//!   covers, which parameter is the transaction id, what a reversal is told by, what is answered. It is derived from recipe,
//!   template and success rule, so a new dialect needs no code here.
//! * A skeleton (`skeletons/`) is the program in one language, with parts that a plan switches on and marks that it fills
//!   (`skeleton`). It can be read as what it becomes.
//! * A tongue writes the few expressions of a plan in one language: texts, comparisons, the steps of the signed text.
//!
//! Pure, and it must not know any dialect by name. No secret and no egress address goes in: they come from the receiver's
//! environment, so that the code can be kept with the rest of the publisher's.

mod csharp;
mod filling;
mod go;
mod java;
mod landmarks;
mod marks;
mod node;
mod pattern;
mod php;
mod plan;
mod planning;
mod python;
mod ruby;
mod sample;
mod shape;
mod signing;
mod skeleton;
mod tongue;
mod words;

pub use landmarks::Landmarks;
pub use plan::Plan;
pub use planning::Endpoint;
pub use sample::url as sample_url;
pub use signing::NoPlan;
use tongue::Tongue;

/// A language that receiver code is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// PHP, for any web server.
    Php,
    /// Node.js.
    Node,
    /// Python.
    Python,
    /// Go.
    Go,
    /// Java.
    Java,
    /// C#.
    CSharp,
    /// Ruby.
    Ruby,
}

/// A receiver, ready to be pasted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiverCode {
    /// `php`, `node`, …
    pub language: &'static str,
    /// The name to save it under.
    pub file_name: &'static str,
    /// The program.
    pub code: String,
    /// The command that starts it.
    pub run: &'static str,
    /// What its reader should know besides.
    pub notes: Vec<String>,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 7] = [Self::Php, Self::Node, Self::Python, Self::Go, Self::Java, Self::CSharp, Self::Ruby];

    /// As the API names it.
    pub fn name(self) -> &'static str {
        self.tongue().name()
    }

    /// As people name it.
    pub fn title(self) -> &'static str {
        self.tongue().title()
    }

    /// The language of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.name() == name)
    }

    fn tongue(self) -> &'static dyn Tongue {
        match self {
            Self::Php => &php::Php,
            Self::Node => &node::Node,
            Self::Python => &python::Python,
            Self::Go => &go::Go,
            Self::Java => &java::Java,
            Self::CSharp => &csharp::CSharp,
            Self::Ruby => &ruby::Ruby,
        }
    }
}

/// The receiver of an endpoint in a language.
pub fn receiver_code(plan: &Plan, language: Language) -> ReceiverCode {
    let tongue = language.tongue();
    ReceiverCode {
        language: tongue.name(),
        file_name: tongue.file_name(),
        code: skeleton::filled(tongue.skeleton(), &filling::flags(plan), &filling::marks(plan, tongue)),
        run: tongue.run(),
        notes: plan.notes.clone(),
    }
}
