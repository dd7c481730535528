//! `/lookup/erase`: a user's wish to be forgotten. Asked first, with the id typed: what is erased cannot be found again.

use url::form_urlencoded::Serializer;

use crate::actions::lookup::LookUp;
use crate::actions::refusal::Refusal;
use crate::domain::app::App;
use crate::domain::invalid::Invalid;
use crate::web::Answer;
use crate::web::console::confirm::ConfirmPage;
use crate::web::console::flash;
use crate::web::console::frame::Frame;
use crate::web::console::kinds::{Kind, Shape};
use crate::web::console::page_request::PageRequest;
use crate::web::console::parts::field::Field;
use crate::web::console::parts::lines::Link;
use crate::web::console::words::{amounts, cuts};
use crate::web::console::{faults, render};
use crate::web::error::Problem;
use crate::web::json::Body;

pub(super) const PATH: &str = "/lookup/erase";
const LARGEST: usize = 4 * 1024;
const ERASES: &str = "DELETE /v1/apps/{id}/users/{userId}";
/// What is typed, to show that the user is meant.
const TYPED: &str = "userId";
const SHAPE: &Shape<'_> = &[(TYPED, Kind::Text)];
/// Characters of a name in a question.
const OF_A_NAME: usize = 60;

/// Where it is asked whether this user of this app is to be erased.
pub(super) fn path(app_id: &str, user_id: &str) -> String {
    let query = Serializer::new(String::new()).append_pair("app", app_id).append_pair("user", user_id).finish();
    format!("{PATH}?{query}")
}

/// A user of an app.
struct Meant {
    app: std::sync::Arc<App>,
    user_id: String,
}

impl Meant {
    async fn read(page: &PageRequest) -> Result<Self, Problem> {
        let query = page.query(&["app", "user"])?;
        let needed =
            |name: &str| query.text(name).map(str::to_owned).ok_or_else(|| Problem::field(name, "is required"));
        let (app, user_id) = (needed("app")?, needed("user")?);
        Ok(Self { app: page.web.actions.app_of_record(page.caller(), &app).await?, user_id })
    }

    /// What happens, in numbers, and what does not.
    async fn page(&self, page: &PageRequest) -> Result<ConfirmPage, Problem> {
        let by = LookUp::User(self.user_id.clone());
        let found = page.web.actions.look_up(page.caller(), Some(&self.app.id), by).await?;
        let counted = |count: usize, one: &str| match count {
            1 => format!("1 {one}"),
            50.. => format!("50 {one}s or more"),
            count => format!("{} {one}s", amounts::count(u64::try_from(count).unwrap_or(u64::MAX))),
        };
        let names = format!(
            "{} and {} name this user. The id is taken out of them, and out of what was sent and answered.",
            counted(found.completions.len(), "completion"),
            counted(found.clicks.len(), "unused click")
        );
        let name = cuts::text(&self.app.settings.name, OF_A_NAME).shown;
        Ok(ConfirmPage {
            frame: Frame { crumbs: vec![Link::new("Look up", super::PATH)], ..page.frame("Erase a user") },
            question: format!("Erase {} of {name}?", cuts::external(&self.user_id).shown),
            facts: vec![
                names,
                "Amounts and sums stay, and what was reported stays a duplicate. Nobody's server is told.".to_owned(),
                "It cannot be undone: nothing is found by this id any more, and nothing of it is replayed.".to_owned(),
            ],
            warning: None,
            choice: Some(Field::new(TYPED, "User id").help(&format!("Type it to erase this user: {}", self.user_id))),
            others: Vec::new(),
            hidden: None,
            path: path(&self.app.id, &self.user_id),
            act: "Erase this user".to_owned(),
            is_danger: true,
            back: super::PATH.to_owned(),
        })
    }
}

pub(super) async fn ask(page: PageRequest) -> Answer {
    let meant = Meant::read(&page).await?;
    page.page(&meant.page(&page).await?)
}

pub(super) async fn erase(page: PageRequest, body: Body<LARGEST>) -> Answer {
    let form = page.form(body.bytes(), SHAPE)?;
    let meant = Meant::read(&page).await?;
    let typed = match form.check() {
        Ok(()) if form.typed(TYPED) != meant.user_id => {
            Err(Invalid::field(TYPED, "must be the id of this user, exactly"))
        }
        read => read,
    };
    let done = match typed {
        Ok(()) => {
            let erases = page.web.actions.erase_user(page.caller(), &meant.app.id, meant.user_id.clone());
            page.perform(ERASES, &[&meant.app.id], erases).await
        }
        Err(wrong) => Err(wrong.into()),
    };
    match done {
        Ok(()) => Ok(page.go_on(super::PATH, flash::Kind::Done, "Erased. Nothing bears the user's id any more.")),
        Err(refusal) => {
            let standing = match &refusal {
                Refusal::Conflict(sentence) => Some(Problem::conflict(sentence.clone())),
                _ => None,
            };
            let wrong = faults::faults_of(refusal)?;
            let mut shown = meant.page(&page).await?;
            shown.others = faults::show(&mut shown.choice.iter_mut().collect::<Vec<_>>(), &wrong);
            shown.frame.mark = "Error: ".to_owned();
            render::refused(&shown, &standing.unwrap_or_else(|| Problem::from(wrong)))
        }
    }
}
