//! `/problems` and `/problems/{kind}`: what the `type` of a problem leads to. Open to everybody: whoever is answered a problem may have
//! no account here.

use actix_web::web::{Path, ServiceConfig};
use askama::Template;

use super::frame::Frame;
use super::page_request::PageRequest;
use super::parts::lines::Link;
use super::{pages, render};
use crate::web::Answer;
use crate::web::error::{Problem, ProblemKind};

const PATH: &str = "/problems";
const HEADING: &str = "Problems";

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(pages::resource(PATH).get(list)).service(pages::resource("/problems/{kind}").get(one));
}

#[derive(Template)]
#[template(path = "problems.html")]
struct ProblemsPage {
    frame: Frame,
    kinds: [ProblemKind; ProblemKind::ALL.len()],
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    frame: Frame,
    kind: ProblemKind,
}

/// In the frame of whoever is signed in; bare for everybody else.
fn frame(page: Option<&PageRequest>, heading: &str) -> Frame {
    match page {
        Some(page) => page.frame(heading),
        None => Frame { heading: heading.to_owned(), ..Frame::default() },
    }
}

/// What the last act left is shown once, here as everywhere.
fn shown(page: Option<&PageRequest>, template: &impl Template) -> Answer {
    match page {
        Some(page) => page.page(template),
        None => render::page(template),
    }
}

async fn list(page: Option<PageRequest>) -> Answer {
    let frame = frame(page.as_ref(), HEADING);
    shown(page.as_ref(), &ProblemsPage { frame, kinds: ProblemKind::ALL })
}

async fn one(page: Option<PageRequest>, kind: Path<String>) -> Answer {
    let kind = ProblemKind::named(&kind).ok_or_else(|| Problem::not_found("kind of problem"))?;
    let frame = frame(page.as_ref(), kind.title());
    let frame = Frame { crumbs: vec![Link::new(HEADING, PATH)], ..frame };
    shown(page.as_ref(), &ProblemPage { frame, kind })
}
