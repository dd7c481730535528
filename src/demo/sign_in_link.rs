//! The link that signs a person in to the console.
//!
//! The demo invites somebody, joins in its place by the API, and hands the session over to whichever browser opens the link: a
//! small server on the console's own host answers with the session's cookie, and leads on. Browsers give a cookie to every port
//! of a host, so the console needs no door for this that a real installation would have to guard.

use actix_web::dev::ServerHandle;
use actix_web::http::header::{CACHE_CONTROL, LOCATION, SET_COOKIE};
use actix_web::web::Data;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::platform::{Platform, text};
use crate::command::Failure;

/// Who looks around. A name that can be nobody's: the domain is reserved for examples.
const EMAIL: &str = "demo@ringback.example";

/// A link that opens while the demo runs.
#[derive(Debug)]
pub(super) struct SignInLink {
    /// What to open.
    pub url: String,
    handle: ServerHandle,
}

/// What a browser is given that opens the link.
struct Door {
    /// Nobody else on this machine can guess it.
    path: String,
    session: String,
    leads_to: String,
}

impl SignInLink {
    /// Makes an operator of the person, and the link.
    pub(super) async fn open(platform: &Platform) -> Result<Self, Failure> {
        let session = join(platform).await?;
        let path = format!("/{}", hex::encode(&Sha256::digest(&session)[..12]));
        let door = Data::new(Door { path: path.clone(), session, leads_to: format!("{}/", platform.base) });
        let server = HttpServer::new(move || App::new().app_data(door.clone()).default_service(web::get().to(answer)))
            .workers(1)
            .shutdown_timeout(0)
            .disable_signals()
            .bind(("127.0.0.1", 0))?;
        let address = server.addrs().first().copied().ok_or("the link's server listens nowhere")?;
        let server = server.run();
        let handle = server.handle();
        tokio::spawn(server);
        Ok(Self { url: format!("http://{address}{path}"), handle })
    }

    /// From then on it opens nothing.
    pub(super) async fn close(self) {
        self.handle.stop(false).await;
    }
}

/// The session of somebody who was invited, and has joined.
async fn join(platform: &Platform) -> Result<String, Failure> {
    let invited = json!({ "email": EMAIL, "name": "Demo visitor", "role": "operator" });
    let link = text(&platform.post("/v1/invitations", invited).await?, "link")?;
    let token = link.rsplit('/').next().unwrap_or_default();
    // Nobody types it: a second session is begun by the same link.
    let password = hex::encode(Sha256::digest(token));
    text(&platform.post("/v1/join", json!({ "token": token, "password": password })).await?, "token")
}

async fn answer(door: Data<Door>, request: HttpRequest) -> HttpResponse {
    if request.path() != door.path {
        return HttpResponse::NotFound().finish();
    }
    HttpResponse::SeeOther()
        .insert_header((SET_COOKIE, format!("ringback={}; Path=/; HttpOnly; SameSite=Lax", door.session)))
        .insert_header((CACHE_CONTROL, "no-store"))
        .insert_header((LOCATION, door.leads_to.as_str()))
        .finish()
}
