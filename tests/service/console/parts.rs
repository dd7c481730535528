//! The page of all parts, looked at by a browser: with and without script, in both themes, in three widths. The pages stand in a
//! little server of the test's own, with the headers that every page bears.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::{App, HttpRequest, HttpServer, web};
use askama::Template;
use ringback::domain::account::Role;
use ringback::domain::invalid::Invalid;
use ringback::domain::person::Theme;
use ringback::web::console::counts::Counts;
use ringback::web::console::frame::{Frame, Person};
use ringback::web::console::parts::field::Field;
use ringback::web::console::ui::Ui;
use ringback::web::console::{self, faults, render};
use ringback::web::error::Problem;

use super::looked_at;

/// A form that comes back refused.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% extends "base.html" %}
{%- import "parts/forms.html" as controls -%}
{% block problem %}{% call controls::summary(fields, others) %}{% endcall %}{% endblock %}
{% block main %}<form class="panel form" method="post" action="/refused">{% call controls::token(frame) %}{% endcall %}
{% for field in fields %}{% call controls::text(field) %}{% endcall %}{% endfor %}{% call controls::submit("Save") %}{% endcall %}</form>{% endblock %}"#
)]
struct Refused {
    frame: Frame,
    fields: Vec<Field>,
    others: Vec<String>,
}

/// A page whose one part renews itself.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% extends "base.html" %}
{% block main %}{{ beats|safe }}{% endblock %}"#
)]
struct Live {
    frame: Frame,
    beats: Beats,
}

/// The part.
#[derive(Template)]
#[template(
    ext = "html",
    source = r#"<section id="part" data-poll="1" hx-get="/live?part=beats" hx-trigger="poll" hx-swap="outerMorph"><p id="beats">{{ word }}</p><details><summary>More</summary>more</details></section>"#
)]
struct Beats {
    word: &'static str,
}

fn frame(theme: &str) -> Frame {
    Frame {
        person: Some(Person { name: "Ana".to_owned(), role: Role::Operator }),
        heading: "Kash wall".to_owned(),
        theme: match theme {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::System,
        },
        counts: Counts { attention: 3, notices: 1 },
        form_token: "token".to_owned(),
        ..Frame::default()
    }
}

fn refused(theme: &str) -> Result<actix_web::HttpResponse, Problem> {
    let (mut name, mut note) = (Field::new("name", "Name"), Field::new("note", "Note").optional());
    let wrong = Invalid::field("name", "must not be empty");
    let others = faults::show(&mut [&mut name, &mut note], &wrong);
    let frame = Frame { mark: "Error: ".to_owned(), ..frame(theme) };
    render::page(&Refused { frame, fields: vec![name, note], others })
}

async fn served() -> String {
    let changed = Arc::new(AtomicBool::new(false));
    let server = HttpServer::new(move || {
        let changed = Arc::clone(&changed);
        let live = move |request: HttpRequest| {
            let is_part = request.query_string() == "part=beats";
            let word = if changed.fetch_or(is_part, Ordering::SeqCst) || is_part { "changed" } else { "first" };
            async move {
                let page = Live { frame: frame("light"), beats: Beats { word } };
                if is_part { render::part(&request, &page.beats) } else { render::page(&page) }
            }
        };
        App::new()
            .configure(console::routes)
            .route("/ui/{theme}", web::get().to(async |theme: web::Path<String>| render::page(&Ui::new(frame(&theme)))))
            .route("/refused/{theme}", web::get().to(async |theme: web::Path<String>| refused(&theme)))
            .route("/live", web::get().to(live))
    });
    let server = server.workers(1).disable_signals().bind(("127.0.0.1", 0)).unwrap();
    let address = server.addrs()[0];
    tokio::spawn(server.run());
    format!("http://{address}")
}

#[tokio::test]
async fn every_part_holds_in_a_browser() {
    let base = served().await;
    looked_at("parts.js", &[&base]).await;
}
