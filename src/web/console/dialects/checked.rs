//! What a check of a draft found, as it is shown: what is wrong and where, the standard cases, the vectors.

use crate::domain::dialect::custom::{Case, Checked, Finding, Origin, VectorResult};
use crate::web::console::parts::state::{State, Tone};
use crate::web::console::words::places::{self, Line};
use crate::web::console::words::sentences;

/// Places that are in no file.
const OF_VECTORS: &str = "vectors";

/// Something that is wrong or odd.
#[derive(Debug)]
pub(super) struct Found {
    /// What the line does not say.
    pub(super) place: Option<String>,
    /// The line of the text, where it has one.
    pub(super) line: Option<Line>,
    pub(super) fault: String,
}

/// One of the standard cases.
#[derive(Debug)]
pub(super) struct CaseShown {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) state: State,
    /// Why it is refused, or what is wrong.
    pub(super) why: Option<String>,
    /// The request as it goes out.
    pub(super) request: Option<String>,
    pub(super) signed_text: Option<String>,
    /// Whether it is worth a look before any other.
    pub(super) is_open: bool,
}

/// One of the vectors.
#[derive(Debug)]
pub(super) struct VectorShown {
    pub(super) number: usize,
    pub(super) rule: String,
    pub(super) from: &'static str,
    pub(super) state: State,
    /// Place, what it says, what was made.
    pub(super) differences: Vec<(String, String, String)>,
}

/// Findings with the lines of this text.
pub(super) fn found(text: &str, findings: &[Finding]) -> Vec<Found> {
    let found = |finding: &Finding| {
        let Finding { place, fault } = finding;
        let line = match place.starts_with(OF_VECTORS) {
            true => None,
            false => places::line(text, place),
        };
        let is_said = line.as_ref().is_some_and(|line| *place == format!("line {}", line.number));
        Found { place: (!is_said).then(|| place.clone()), line, fault: sentences::of(fault) }
    };
    findings.iter().map(found).collect()
}

/// The standard cases.
pub(super) fn cases(checked: &Checked) -> Vec<CaseShown> {
    checked.cases.iter().zip(1..).map(|(case, number)| case_shown(case, number)).collect()
}

fn case_shown(case: &Case, number: usize) -> CaseShown {
    let state = |word: &str, icon, tone| State { word: word.to_owned(), icon, tone, under: None };
    let (state, why) = match (&case.fault, &case.refused) {
        (Some(fault), _) => (state("Does not verify", "dead", Tone::Bad), Some(sentences::of(fault))),
        (None, Some(refused)) => (state("Never sent", "canceled", Tone::Idle), Some(sentences::of(refused))),
        (None, None) if case.read_back => (state("Verifies", "delivered", Tone::Ok), None),
        (None, None) => (state("Not signed", "info", Tone::Idle), None),
    };
    let request = case.request.as_ref().map(|request| {
        let headers: String =
            request.headers.iter().map(|header| format!("\n{}: {}", header.name, header.value)).collect();
        let body = request.body.as_ref().map(|body| format!("\n\n{body}")).unwrap_or_default();
        format!("{} {}{headers}{body}", request.method, request.url)
    });
    CaseShown {
        id: format!("case-{number}"),
        name: sentences::of(&case.name.replace('_', " ").replace("ascii", "ASCII")).trim_end_matches('.').to_owned(),
        is_open: case.fault.is_some(),
        state,
        why,
        request,
        signed_text: case.signed_text.clone(),
    }
}

/// The vectors, compared.
pub(super) fn vectors(checked: &Checked) -> Vec<VectorShown> {
    checked.vectors.iter().map(vector_shown).collect()
}

fn vector_shown(result: &VectorResult) -> VectorShown {
    let state = |word: &str, icon, tone| State { word: word.to_owned(), icon, tone, under: None };
    let differences = result.differences.iter();
    VectorShown {
        number: result.index + 1,
        rule: result.rule.clone(),
        from: match result.from {
            Origin::Vendor => "the vendor",
            Origin::Receiver => "a receiver",
            Origin::Own => "whoever wrote it",
        },
        state: match result.matches {
            true => state("As expected", "delivered", Tone::Ok),
            false => state("Differs", "dead", Tone::Bad),
        },
        differences: differences.map(|one| (one.place.clone(), one.expected.clone(), one.composed.clone())).collect(),
    }
}
