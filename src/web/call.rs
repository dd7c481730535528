//! What is done around every call, whichever it is: its span, and what is answered whatever the handler says.
//!
//! One layer and not one for each, because every layer of the framework costs each report its allocations.

use std::cell::RefCell;
use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::ALLOW;
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, Resource, ResponseError, web};
use tracing::{Instrument, Span};

use super::audit;
use super::error::{Problem, ProblemKind};

/// A path, and what is done around each of its calls.
pub(super) fn resource(
    path: &str,
) -> Resource<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse, Error = Error, InitError = ()> + use<>,
> {
    let spans = Rc::new(Spans { route: path.to_owned(), made: RefCell::default() });
    web::resource(path).wrap(from_fn(move |request: ServiceRequest, next| {
        let span = spans.of(request.method());
        answer(request, next).instrument(span)
    }))
}

async fn answer(request: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse, Error> {
    // Nothing bears a name with a NUL character, which PostgreSQL's texts cannot even hold.
    if request.uri().path().contains("%00") {
        return Ok(request.into_response(Problem::not_found("path").error_response()));
    }
    let response = next.call(request).await?;
    audit::end(&response).await;
    Ok(if response.status() == ProblemKind::MethodNotAllowed.status() {
        explain_wrong_method(response)
    } else {
        response.map_into_boxed_body()
    })
}

/// The framework knows which methods a path takes and says so in `Allow`; only the words are missing.
fn explain_wrong_method(response: ServiceResponse<impl MessageBody + 'static>) -> ServiceResponse {
    let mut problem =
        Problem::new(ProblemKind::MethodNotAllowed, "This path does not take this method.").error_response();
    if let Some(allowed) = response.headers().get(ALLOW) {
        problem.headers_mut().insert(ALLOW, allowed.clone());
    }
    response.into_response(problem)
}

/// The spans of the calls of one path. What is logged on account of a call, wherever the work goes on, names the call by
/// them: its method and the pattern of its path, which holds no id that a caller chose. Two calls that say the same of
/// themselves share a span, because making one costs as much as reading a report.
struct Spans {
    route: String,
    made: RefCell<Vec<(Method, Span)>>,
}

impl Spans {
    /// Those that are kept; callers make up others.
    const KEPT: [Method; 5] = [Method::GET, Method::POST, Method::PUT, Method::PATCH, Method::DELETE];

    fn of(&self, method: &Method) -> Span {
        let mut made = self.made.borrow_mut();
        if let Some((_, span)) = made.iter().find(|(of, _)| of == method) {
            return span.clone();
        }
        let span = tracing::error_span!("call", method = method.as_str(), route = self.route);
        if Self::KEPT.contains(method) {
            made.push((method.clone(), span.clone()));
        }
        span
    }
}
