//! A donor with a name, addresses and words that nobody else has leaves them wherever the site takes them, is forgotten,
//! and is looked for in everything that there is.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::{NaiveDate, TimeDelta};
use mainstay::domain::access::{Role, Scope};
use mainstay::domain::audit::Actor;
use mainstay::domain::comment::Verdict;
use mainstay::domain::data_map::{self, AtErasure, TABLES};
use mainstay::domain::gift_aid::{Covered, DeclaredBy, Taxpayer};
use mainstay::domain::ids::DonorId;
use mainstay::domain::pledge::{GatewayKind, Visibility};
use mainstay::usecases::comments::{self, Decision};
use mainstay::usecases::desk::merge;
use mainstay::usecases::gift_aid::Declared;
use mainstay::usecases::gifts::{self, Gift, Giver};
use mainstay::usecases::refund::{self, RefundOrder};
use mainstay::usecases::{gift_aid, upkeep};
use serde_json::json;

use crate::account::visitor::Visitor;
use crate::office::clerk::Clerk;
use crate::support::app::{Engine, TestApp, settings};
use crate::support::flow;
use crate::support::gift::{Form, Given, eur};

/// Words of the donor and about the donor. The law wants none of them kept.
const WORD: &str = "zyxwicanary";
/// Their name, in capitals and not.
const NAME: &str = "Quetzalina Xolotl";
const OLD_ADDRESS: &str = "quetz.old@canary.example";
const ADDRESS: &str = "quetz.new@canary.example";
const OTHER_ADDRESS: &str = "quetz.other@canary.example";
/// What of them could stand anywhere, in small letters.
const TRACES: [&str; 5] = [WORD, "quetz", "xolotl", "canary.example", "zyxwi"];

/// Words with a number, so that a trace says where it comes from.
fn word(place: &str) -> String {
    format!("{WORD} {place}")
}

async fn donor_of(app: &TestApp, given: &Given) -> DonorId {
    app.donation(given.donation.id).await.donor.unwrap()
}

/// Leaves the donor wherever the site takes a word; returns their id.
async fn everywhere(app: &TestApp) -> (DonorId, Visitor) {
    let form = Form::gift()
        .set("email", OLD_ADDRESS)
        .set("name", NAME)
        .set("message", &word("message"))
        .set("tribute_kind", "in_memory_of")
        .set("tribute_name", "Quetz the Elder")
        .set("on_wall", "true")
        .set("wall_name", "Quetzalina of the wall");
    app.client()
        .give(&Form::transfer().set("email", OLD_ADDRESS).set("name", NAME).set("message", &word("unpaid")))
        .await;
    let patron = app.gives(&form.clone().set("frequency", "monthly")).await;
    let gift = app.gives(&form.set("amount", "31")).await;
    let donor = donor_of(app, &gift).await;
    let reason = Some(word("refund"));
    let order = RefundOrder { donation: gift.donation.id, amount: Some(eur(500)), reason, request_key: None };
    refund::order(app.ctx(), Actor::Command, order).await.unwrap();
    app.run_jobs().await;
    let mut visitor = Visitor::at(app);
    visitor.signs_in(app, OLD_ADDRESS).await;
    moves(app, &mut visitor).await;
    let address = word("street");
    let details = [("name", NAME), ("postal_address", address.as_str()), ("locale", "en")];
    visitor.post("/account/settings/details", &details).await;
    let reason = word("leaving");
    visitor.post(&format!("/account/pledges/{}/cancel", patron.pledge.id), &[("reason", &reason)]).await;
    app.run_jobs().await;
    at_the_desk(app, donor, &gift).await;
    app.client().give(&Form::transfer().set("email", ADDRESS).set("message", &word("unpaid again"))).await;
    says_something(app).await;
    visitor.asks(OTHER_ADDRESS).await;
    let by_link = Form::gift().set("email", ADDRESS).set("message", &word("by link")).set("way", "mail");
    app.client().give(&by_link).await;
    app.run_jobs().await;
    (donor, visitor)
}

/// A comment that is shown and answered, and one that is not, from the address that they had and the one that they have.
async fn says_something(app: &TestApp) {
    let path = "/articles/about-our-funding/comments";
    let (shown_words, refused_words) = (word("shown"), word("refused"));
    let said = |email, text| [("name", NAME), ("email", email), ("text", text), ("reply_to", "")];
    app.client().post(path, &said(OLD_ADDRESS, shown_words.as_str())).await.location();
    let shown = app.lines("SELECT id AS line FROM comments").await.remove(0);
    let decision = Decision { verdict: Verdict::Approve, reason: String::new() };
    comments::decide(app.ctx(), Actor::Command, vec![shown.parse().unwrap()], decision).await.unwrap();
    let answer =
        [("name", "Bob"), ("email", "bob@example.org"), ("text", "No."), ("reply_to", shown.as_str())];
    app.client().post(path, &answer).await.location();
    app.clock.advance(TimeDelta::seconds(1));
    app.client().post(path, &said(ADDRESS, refused_words.as_str())).await.location();
    let refused = app.lines("SELECT MAX(id) AS line FROM comments").await.remove(0);
    let decision = Decision { verdict: Verdict::Spam, reason: word("reason") };
    comments::decide(app.ctx(), Actor::Command, vec![refused.parse().unwrap()], decision).await.unwrap();
}

/// Another address, proved from both.
async fn moves(app: &TestApp, visitor: &mut Visitor) {
    visitor.post("/account/settings/address", &[("email", ADDRESS)]).await;
    app.run_jobs().await;
    for letter in app.letters_about("confirm your address") {
        let url = letter.text.lines().find(|line| line.contains("/account/address/")).unwrap();
        visitor.post(url.trim().strip_prefix(&app.url).unwrap(), &[]).await;
    }
    app.run_jobs().await;
    visitor.signs_in(app, ADDRESS).await;
}

/// What staff and programs write about them.
async fn at_the_desk(app: &TestApp, donor: DonorId, gift: &Given) {
    let mut clerk = app.clerk(Role::Owner).await;
    let path = |act: &str| format!("/admin/donors/{donor}/{act}");
    clerk.post(&path("notes"), &[("note", &word("note"))]).await;
    clerk.post(&path("tags"), &[("tags", "zyxwitag")]).await;
    let (subject, text) = (word("subject"), word("letter"));
    write_letter(&mut clerk, &path("letter"), (&subject, &text)).await;
    clerk.post("/admin/views", &[("list", "donors"), ("name", NAME), ("query", "q=Quetzalina+Xolotl")]).await;
    clerk.post("/admin/views", &[("list", "donors"), ("name", "Others"), ("query", "q=bob")]).await;
    let export = [("kind", "donors"), ("from", "2026-06-01"), ("to", "2026-06-30"), ("format", "csv")];
    assert!(clerk.post("/admin/exports", &export).await.status.is_redirection());
    clerk.post("/admin/webhooks", &[("url", "https://hooks.example/")]).await;
    app.run_jobs().await;
    let program = app.program(Scope::Write).await;
    let key = [("idempotency-key", "once")];
    let note = json!({ "text": word("note of a program") });
    let answer =
        program.asks(reqwest::Method::POST, &format!("/donors/{donor}/notes"), Some(&note), &key).await;
    assert!(answer.status.is_success(), "{}", answer.text());
    by_hand(app, donor).await;
    let taxpayer = Taxpayer {
        title: "Dr".into(),
        first_name: "Quetzalina".into(),
        last_name: "Xolotl".into(),
        house: "zyxwihouse".into(),
        postcode: "M1 1AE".into(),
    };
    let declared = Declared {
        taxpayer,
        covered: Covered::Future,
        gift: None,
        way: DeclaredBy::Oral,
        on: NaiveDate::from_ymd_opt(2026, 6, 1).unwrap(),
        agreed: true,
    };
    gift_aid::declare(app.ctx(), Some(Actor::Command), donor, declared).await.unwrap();
    app.run_jobs().await;
    a_membership_elsewhere(app, donor);
    an_event_that_names_them(app, gift);
}

/// They are a member at a platform, too, as staff found out.
fn a_membership_elsewhere(app: &TestApp, donor: DonorId) {
    let at = "'2026-06-10 10:00:00'";
    let member = format!(
        "INSERT INTO external_members VALUES ('mbr_canary', 'patreon', 'm-1', '1', '{ADDRESS}', '{NAME}', 'free', 0, 'EUR', 1, \
         0, NULL, 0, NULL, NULL, NULL, NULL, 'platform', {at}, '{donor}', NULL, {at}, {at}, TRUE, NULL)"
    );
    let proven = format!("UPDATE donors SET address_proven_at = {at} WHERE id = '{donor}'");
    app.execute(&[&member, &proven]).unwrap();
}

/// Shown first, then sent.
async fn write_letter(clerk: &mut Clerk, path: &str, (subject, text): (&str, &str)) {
    let hidden = |page: &str, name: &str| {
        let (_, after) = page.split_once(&format!("name=\"{name}\" value=\"")).unwrap();
        after.split_once('"').unwrap().0.to_owned()
    };
    let key = hidden(&clerk.get(path).await.text(), "request_key");
    let typed = [("request_key", key.as_str()), ("subject", subject), ("body", text)];
    let seen = hidden(&clerk.post(path, &typed).await.text(), "seen");
    let sent = typed.into_iter().chain([("seen", seen.as_str()), ("send", "yes")]).collect::<Vec<_>>();
    clerk.post(path, &sent).await;
}

/// A cheque of the same person, who was taken for another one.
async fn by_hand(app: &TestApp, donor: DonorId) {
    let gift = Gift {
        by: GatewayKind::Cheque,
        from: Giver::Typed { name: NAME.to_owned(), email: OTHER_ADDRESS.to_owned() },
        amount: eur(4000),
        received_on: NaiveDate::from_ymd_opt(2026, 6, 12).unwrap(),
        campaign: "press-fund".to_owned(),
        visibility: Visibility::Hidden,
        document: "zyxwidocument".to_owned(),
        note: word("paper"),
        form_id: Some("a form".to_owned()),
    };
    gifts::record(app.ctx(), Actor::Command, gift).await.unwrap();
    app.run_jobs().await;
    let query = format!("SELECT id AS line FROM donors WHERE email = '{OTHER_ADDRESS}'");
    let from: DonorId = app.lines(&query).await[0].parse().unwrap();
    merge::merge(app.ctx(), Actor::Command, from, donor).await.unwrap();
}

/// As a gateway of the world would send it: about the gift, and about nothing that is known here.
fn an_event_that_names_them(app: &TestApp, gift: &Given) {
    let body = |what: &str| match app.engine {
        Engine::Sqlite => {
            format!("CAST('{{\"{what}\": \"QUETZ.new@canary.example\", \"name\": \"{NAME}\"}}' AS BLOB)")
        }
        Engine::Postgres => {
            format!("'{{\"{what}\": \"QUETZ.new@canary.example\", \"name\": \"{NAME}\"}}'::bytea")
        }
    };
    let event = |id: &str, body: &str| {
        format!(
            "INSERT INTO inbox (id, gateway, event_id, body, status, received_at) \
             VALUES ('{id}', 'sandbox', '{id}', {body}, 'ignored', '2026-06-15 10:00:00')"
        )
    };
    let about = format!("INSERT INTO event_subjects VALUES ('{}', 'evt_known')", gift.donation.id);
    // A program that was told who they are.
    let told =
        format!("UPDATE request_keys SET answer = '{{\"email\": \"{ADDRESS}\"}}' WHERE answer IS NOT NULL");
    let (known, unknown) = (event("evt_known", &body("receipt")), event("evt_unknown", &body("customer")));
    app.execute(&[&known, &unknown, &about, &told]).unwrap();
}

/// Columns in which a trace of them stands, as `table.column`.
async fn columns_with_traces(app: &TestApp) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for table in TABLES {
        for (column, _) in table.columns() {
            let text = match app.engine {
                Engine::Sqlite => format!("lower(CAST({column} AS TEXT))"),
                Engine::Postgres if column == "body" && ["inbox", "export_parts"].contains(&table.name) => {
                    format!("lower(encode({column}, 'escape'))")
                }
                Engine::Postgres => format!("lower({column}::text)"),
            };
            let like: Vec<String> = TRACES.iter().map(|trace| format!("{text} LIKE '%{trace}%'")).collect();
            let query = format!("SELECT COUNT(*) AS number FROM {} WHERE {}", table.name, like.join(" OR "));
            if app.number(&query).await > 0 {
                found.insert(format!("{}.{column}", table.name));
            }
        }
    }
    found
}

/// Which traces stand in the bytes of a file.
fn traces_in(path: &Path, traces: &[&'static str]) -> Vec<&'static str> {
    let bytes = std::fs::read(path).unwrap_or_default().to_ascii_lowercase();
    let holds = |trace: &str| bytes.windows(trace.len()).any(|part| part == trace.as_bytes());
    traces.iter().copied().filter(|trace| holds(trace)).collect()
}

/// Nothing of these in the files of the database: the tables, the free pages, the log. PostgreSQL's are its own.
fn no_bytes(app: &TestApp, traces: &[&'static str]) {
    if app.engine == Engine::Sqlite {
        for name in ["site.db", "site.db-wal"] {
            let left = traces_in(&app.folder.path().join(name), traces);
            assert!(left.is_empty(), "{name} still holds {left:?}");
        }
    }
}

flow! {
    settings: settings(&[("MAINSTAY_GIFT_AID__REFERENCE", "AB12345")]),
    async fn nothing_is_left_of_a_donor_who_was_forgotten_but_what_the_law_wants(app) {
        app.gives(&Form::gift().by(2).set("name", "Bob")).await;
        let (donor, mut visitor) = everywhere(&app).await;
        let before = columns_with_traces(&app).await;
        assert_eq!(app.count("export_parts").await, 1);
        for table in TABLES {
            for (column, group) in table.columns() {
                let name = format!("{}.{column}", table.name);
                let wanted = group.class.is_personal() && group.erasure != AtErasure::NoDonor && !NOT_HERE.contains(&name.as_str());
                assert!(!wanted || before.contains(&name), "this test leaves no trace in {name}");
                assert!(wanted || !before.contains(&name) || ALSO_NAMED.contains(&name.as_str()), "{name} is not known to name persons");
            }
        }

        visitor.signs_in(&app, ADDRESS).await;
        visitor.post("/account/privacy/erase", &[]).await;
        let done = visitor.post("/account/privacy/erase/confirm", &[("sure", "true")]).await;
        assert!(done.text().contains("You will be forgotten"), "{}", done.text());
        app.run_jobs().await;

        assert_eq!(app.count("export_parts").await, 0);
        let kept: BTreeSet<String> = columns_with_traces(&app).await;
        for name in &kept {
            let (table, column) = name.split_once('.').unwrap();
            assert_eq!(data_map::find(table, column).unwrap().erasure, AtErasure::Law, "{name} still names them");
        }
        no_bytes(&app, &[WORD, "zyxwitag", "zyxwidocument"]);
        letters_and_pages(&app, donor).await;

        app.clock.advance(TimeDelta::days(365 * 11 + 30));
        upkeep::enqueue_due(app.ctx()).await.unwrap();
        app.run_jobs().await;
        assert_eq!(columns_with_traces(&app).await, BTreeSet::new(), "the years of the law are over");
        no_bytes(&app, &TRACES);
    }
}

/// Where this site has nothing of theirs: a gateway's page and its cards, and rows that live for less than this test.
const NOT_HERE: [&str; 20] = [
    "attempts.next_url",
    // Bank statements have tests of their own.
    "bank_lines.other_account",
    "bank_lines.other_name",
    "bank_lines.reason",
    "bank_lines.words",
    "bank_statement_parts.body",
    // A time, which holds no word.
    "donors.address_proven_at",
    "donors.locale",
    "erasures.email",
    "erasures.locale",
    // It is there, compressed.
    "export_parts.body",
    "gift_aid_declarations.postcode",
    "gift_aid_declarations.title",
    // Files of past gifts have tests of their own, too.
    "import_parts.body",
    "pledges.source",
    "pledges.tribute_kind",
    "sessions.browser",
    "subscriptions.card",
    "subscriptions.card_expires_on",
    "subscriptions.customer_id",
];
/// Columns that name nobody by themselves and yet hold something of this donor as long as they are not forgotten.
const ALSO_NAMED: [&str; 0] = [];

async fn letters_and_pages(app: &TestApp, donor: DonorId) {
    for letter in app.letters() {
        let is_last = letter.subject.contains("You are forgotten");
        let text = format!("{} {} {} {}", letter.subject, letter.to, letter.text, letter.html).to_lowercase();
        assert_eq!(TRACES.iter().any(|trace| text.contains(trace)), is_last, "{}: {text}", letter.subject);
        assert!(!is_last || !(text.contains(WORD) || text.contains("xolotl")), "{text}");
    }
    let clerk = app.clerk(Role::Owner).await;
    let donors = [
        "/admin/donors?q=quetz",
        "/admin/donors?q=xolotl",
        "/admin/donations",
        "/admin/pledges",
        "/admin/receipts",
    ];
    let more = ["/admin/patrons", "/admin/exports", "/admin/events", "/admin/jobs", "/admin/audit", "/admin"];
    let own = format!("/admin/donors/{donor}");
    for path in donors.iter().chain(&more).copied().chain([own.as_str()]) {
        let page = clerk.get(path).await.text().to_lowercase();
        let asked = path.split_once("q=").map_or("", |(_, asked)| asked);
        for trace in TRACES.iter().filter(|trace| !asked.contains(**trace)) {
            assert!(!page.contains(trace), "{path} shows {trace}: {page}");
        }
    }
    let reader = app.client();
    for path in
        ["/", "/patrons", "/articles", "/feed.xml", "/campaigns/press-fund", "/api/v1/campaigns/press-fund"]
    {
        let page = reader.get(path).await.text().to_lowercase();
        assert!(TRACES.iter().all(|trace| !page.contains(trace)), "{path} shows them");
    }
}
