//! The page of a campaign: how far it has come, whom it names, and what its file says.

use crate::account::visitor::Visitor;
use crate::office::content::publication;
use crate::support::app::{Engine, TestApp};
use crate::support::gift::{Form, Given, eur};
use crate::support::{flow, twins};
use mainstay::domain::access::{Role, Scope};
use mainstay::domain::article::Slug;
use mainstay::domain::audit::Actor;
use mainstay::domain::campaign::{Campaign, ExchangeRate};
use mainstay::domain::dispute::{DisputeNews, DisputeState, DisputeStatus};
use mainstay::domain::donation::{GatewayFact, Happening, PaymentFact};
use mainstay::domain::money::{Currency, Money};
use mainstay::domain::pledge::GatewayKind;
use mainstay::domain::remote::RemoteId;
use mainstay::usecases::desk::donors;
use mainstay::usecases::{campaigns, settle};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const PAGE: &str = "/campaigns/press-fund";

async fn page(app: &TestApp) -> String {
    let answer = app.client().get(PAGE).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("cache-control"), "public, no-cache");
    answer.text()
}

/// The names on the page, with what stands beside them.
async fn names(app: &TestApp, path: &str) -> Vec<String> {
    let page = app.client().get(path).await.text();
    let items = page.split("<li><bdi>").skip(1).filter_map(|item| item.split_once("</li>"));
    let plain = |item: &str| {
        let text = item.replace("</bdi>", "").replace("<span class=\"when\">", "").replace("</span>", "");
        text.trim().to_owned()
    };
    items.map(|(item, _)| plain(item)).collect()
}

/// A campaign beside that of the site.
async fn raises(app: &TestApp, goal: Option<Money>, ends_on: Option<&str>, rates: Vec<ExchangeRate>) {
    let campaign = Campaign {
        id: app.ctx().new_id(),
        slug: Slug::parse("press").unwrap(),
        title: "A new press".to_owned(),
        summary: "It prints.".to_owned(),
        goal,
        starts_on: None,
        ends_on: ends_on.map(|day| day.parse().unwrap()),
        suggestions: Vec::new(),
        thanks: Some("The printers <b>thank</b> you.".to_owned()),
        rates,
    };
    campaigns::put(app.ctx(), vec![campaign]).await.unwrap();
}

fn rate(code: &str, text: &str) -> ExchangeRate {
    let currency = Currency::parse(code).unwrap();
    ExchangeRate::parse(currency, text, "2026-06-01".parse().unwrap(), "European Central Bank").unwrap()
}

fn named(number: usize) -> Form {
    Form::gift().by(number).set("on_wall", "true")
}

async fn gives_back(app: &TestApp, given: &Given, minor: Option<i64>) {
    app.orders_refund(given, minor).await.unwrap();
    app.run_jobs().await;
}

flow! {
    async fn the_page_adds_up_what_stayed_in_the_currency_of_the_goal(app) {
        raises(&app, Some(eur(100_000)), None, vec![rate("USD", "0.5")]).await;
        let read = async || app.client().get("/campaigns/press").await.text();
        let empty = read().await;
        assert!(empty.contains("€0.00 of €1,000 have arrived: 0 %.") && empty.contains("No gift so far"), "{empty}");

        let gift = Form::gift().set("campaign", "press");
        let first = app.gives(&gift.clone().by(1).set("amount", "300")).await;
        app.gives(&gift.clone().by(2).set("amount", "100").set("currency", "USD")).await;
        app.gives(&gift.clone().by(3).set("amount", "50").set("currency", "GBP")).await;

        let tag = app.client().get("/campaigns/press").await.header("etag").to_owned();
        let again = async || {
            let asked = app.client().request(Method::GET, "/campaigns/press").header("if-none-match", &tag);
            app.client().send(asked).await.status
        };
        assert_eq!(again().await, StatusCode::NOT_MODIFIED);
        let page = read().await;
        for words in [
            "€350.00 of €1,000 have arrived: 35 %.",
            "<progress max=\"100\" value=\"35\" aria-hidden=\"true\">",
            "Among them $100.00, counted as €50.00: one USD was 0.5 EUR on 1 June 2026, says European Central Bank.",
            "£50.00 came besides; no rate is given for them.",
            "3 gifts so far",
            "href=\"/donate?campaign=press\"",
        ] {
            assert!(page.contains(words), "{words}: {page}");
        }
        let told = app.client().get("/api/v1/campaigns/press").await.json();
        assert_eq!(told["raised"], json!({ "minor": 35_000, "currency": "EUR" }));
        assert_eq!((&told["percent"], &told["gifts"]), (&json!(35), &json!(3)));
        assert_eq!(told["beside"], json!([{ "minor": 5_000, "currency": "GBP" }]));
        assert_eq!(told["converted"][0]["rate"], "0.5");
        assert_eq!(told["converted"][0]["worth"], json!({ "minor": 5_000, "currency": "EUR" }));

        gives_back(&app, &first, None).await;
        assert_eq!(again().await, StatusCode::OK);
        let page = read().await;
        assert!(page.contains("€50.00 of €1,000 have arrived: 5 %."), "{page}");
    }
}

flow! {
    async fn without_a_goal_each_currency_stands_for_itself(app) {
        raises(&app, None, None, Vec::new()).await;
        app.gives(&Form::gift().set("campaign", "press").by(1)).await;
        app.gives(&Form::gift().set("campaign", "press").by(2).set("currency", "USD")).await;
        let page = app.client().get("/campaigns/press").await.text();
        assert!(page.contains("€25.00 have arrived.") && page.contains("$25.00 have arrived."), "{page}");
        assert!(!page.contains("<progress"), "{page}");
    }
}

flow! {
    async fn a_campaign_that_is_over_keeps_its_page_and_its_form_says_so(app) {
        raises(&app, Some(eur(100_000)), Some("2026-06-15"), Vec::new()).await;
        app.gives(&Form::gift().set("campaign", "press")).await;
        let open = app.client().get("/campaigns/press").await.text();
        assert!(open.contains("It takes gifts until 15 June 2026.") && open.contains("/donate?campaign=press"), "{open}");

        app.clock.advance(chrono::TimeDelta::days(1));
        let over = app.client().get("/campaigns/press").await.text();
        let said = "This campaign ended on 15 June 2026 and takes no more gifts.";
        assert!(over.contains(said) && over.contains("€25.00 of €1,000"), "{over}");
        assert!(!over.contains("/donate?campaign=press"), "{over}");
        let form = app.client().get("/donate?campaign=press").await.text();
        assert!(form.contains(said), "{form}");
        assert_eq!(app.client().get("/campaigns/none").await.status, StatusCode::NOT_FOUND);
    }
}

flow! {
    async fn nobody_is_named_who_did_not_ask_for_it(app) {
        app.gives(&Form::gift().by(1)).await;
        app.gives(&Form::gift().by(2).set("frequency", "monthly")).await;
        app.gives(&Form::gift().by(3).set("wall_name", "Not ticked").set("wall_amount", "true")).await;
        let led = app.client().get("/donate?on_wall=true&wall_amount=true&wall_name=Ann").await.text();
        assert!(!led.contains("wall-hint\" checked") && !led.contains("name=\"wall_amount\" value=\"true\" checked"), "{led}");
        assert!(page(&app).await.contains("Nobody is named here yet."));
        assert_eq!(app.count("wall_entries").await, 0);
        let told = app.client().get("/api/v1/campaigns/press-fund").await.json();
        assert_eq!(told["supporters"], json!({ "items": [], "next": null }));
    }
}

flow! {
    async fn a_name_is_shown_as_it_was_asked_for_while_money_of_theirs_is_here(app) {
        let open = app.promises(&named(1)).await;
        assert!(names(&app, PAGE).await.is_empty(), "nothing was paid");
        app.client().pay(&open, "succeed", "twice").await;
        app.run_jobs().await;
        app.clock.advance(chrono::TimeDelta::seconds(1));
        let form = named(2).set("wall_name", "<script>alert(1)</script>").set("wall_amount", "true");
        let given = app.gives(&form).await;

        let hostile = "&lt;script&gt;alert(1)&lt;/script&gt;";
        assert_eq!(names(&app, PAGE).await, [format!("{hostile} €25.00").as_str(), "Ann Reader"]);
        assert!(!page(&app).await.contains("<script>alert"));
        let told = app.client().get("/api/v1/campaigns/press-fund").await.json()["supporters"]["items"].clone();
        assert_eq!(told[0]["amount"], json!({ "minor": 2_500, "currency": "EUR" }));
        assert_eq!((&told[1]["name"], &told[1]["amount"]), (&json!("Ann Reader"), &json!(null)));

        gives_back(&app, &given, Some(1_000)).await;
        assert_eq!(names(&app, PAGE).await, [format!("{hostile} €15.00").as_str(), "Ann Reader"]);
        gives_back(&app, &given, None).await;
        assert_eq!(names(&app, PAGE).await, ["Ann Reader"]);
    }
}

/// The bank of a donor asks for the money, and then it is decided.
async fn contested(app: &TestApp, given: &Given, (status, moves): (DisputeStatus, u32)) {
    let away_minor = if status == DisputeStatus::Won { 0 } else { 2_500 };
    let now = app.ctx().now();
    let news = DisputeNews {
        remote: RemoteId::parse("dp_1").unwrap(),
        amount: eur(2_500),
        reason: "fraudulent".into(),
        state: DisputeState { moves, status, away_minor, settled: None, due_at: None },
        opened_at: now,
        at: now,
    };
    let fact = GatewayFact::Payment(PaymentFact {
        payment: given.donation.remote.clone(),
        checkout: None,
        attempt: None,
        renewal: None,
        what: Happening::Dispute(news),
    });
    let ctx = app.ctx().clone();
    app.ctx().db.write(move |tx| settle::apply(tx, &ctx, GatewayKind::Sandbox, &[fact])).await.unwrap();
    app.run_jobs().await;
}

flow! {
    async fn a_name_goes_while_a_bank_contests_the_money_and_comes_back_if_it_does(app) {
        let given = app.gives(&named(1)).await;
        contested(&app, &given, (DisputeStatus::Open, 1)).await;
        assert!(names(&app, PAGE).await.is_empty());
        contested(&app, &given, (DisputeStatus::Won, 2)).await;
        assert_eq!(names(&app, PAGE).await, ["Ann Reader"]);
    }
}

flow! {
    async fn who_asks_to_be_named_and_to_be_hidden_or_has_no_name_is_asked_again(app) {
        for (form, sentence) in [
            (named(1).set("anonymous", "true"), "You asked to be named and to be left out of every list"),
            (named(1).without("name"), "Please enter the name that is to be shown"),
            (named(1).set("wall_name", &"x".repeat(81)), "Please keep this to 80 characters"),
        ] {
            let answer = app.client().give(&form).await;
            assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
            let page = answer.text();
            assert!(page.contains(&format!("id=\"wall_name-problem\">{sentence}")), "{page}");
            assert!(page.contains("name=\"on_wall\" value=\"true\" aria-describedby=\"wall-hint\" checked"), "{page}");
        }
        assert_eq!(app.count("pledges").await, 0);
    }
}

flow! {
    async fn a_program_asks_for_a_name_in_the_words_of_the_donor(app) {
        let pledge = |wall: Value| {
            json!({
                "campaign": "press-fund", "amount": {"minor": 2_500, "currency": "EUR"}, "gateway": "sandbox",
                "donor": {"email": "ann@example.org", "name": "Ann Reader"}, "wall": wall,
            })
        };
        let refused = app.client().post_json("/api/v1/pledges", &pledge(json!({"name": "x".repeat(81)}))).await;
        assert_eq!(refused.json()["fields"][0]["field"], "wall_name", "{}", refused.text());
        for wall in [json!(null), json!({}), json!({"name": "Ann R.", "amount": true})] {
            let made = app.client().post_json("/api/v1/pledges", &pledge(wall)).await;
            assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
            let url = made.json()["next"]["url"].as_str().unwrap().to_owned();
            app.client().pay(url.strip_prefix(&app.url).unwrap(), "succeed", "now").await;
            app.run_jobs().await;
            app.clock.advance(chrono::TimeDelta::seconds(1));
        }
        assert_eq!(names(&app, PAGE).await, ["Ann R. €25.00", "Ann Reader"]);
    }
}

flow! {
    async fn who_thinks_again_about_being_named_is_not_named(app) {
        let first = app.promises(&named(1)).await;
        let second = app.promises(&Form::gift().by(1)).await;
        assert_ne!(first, second, "what was asked for before does not count");
        app.client().pay(&second, "succeed", "now").await;
        app.run_jobs().await;
        assert!(names(&app, PAGE).await.is_empty());
    }
}

flow! {
    async fn a_donor_takes_their_name_down_and_it_stays_down(app) {
        let given = app.gives(&named(1)).await;
        let mut visitor = Visitor::at(&app);
        visitor.signs_in(&app, "donor-1@example.org").await;
        let settings = visitor.get("/account/settings").await.text();
        assert!(settings.contains("Shown on the page of the campaign as “Ann Reader”."), "{settings}");

        let path = format!("/account/settings/visibility/{}", given.pledge.id);
        visitor.post(&path, &[("visibility", "hidden")]).await;
        assert!(names(&app, PAGE).await.is_empty());
        assert_eq!(app.count("wall_entries").await, 0);
        visitor.post(&path, &[("visibility", "named")]).await;
        assert!(names(&app, PAGE).await.is_empty(), "only the form asks for it");
        app.run_jobs().await;
    }
}

flow! {
    async fn nothing_is_left_of_the_name_of_a_donor_who_was_forgotten(app) {
        let given = app.gives(&named(1).set("frequency", "once")).await;
        donors::forget(app.ctx(), Actor::Command, given.donation.donor.unwrap()).await.unwrap();
        app.run_jobs().await;
        assert!(names(&app, PAGE).await.is_empty());
        assert_eq!(app.count("wall_entries").await, 0);
    }
}

flow! {
    async fn staff_take_a_name_off_the_page_and_put_it_back(app) {
        let given = app.gives(&named(1).set("wall_name", "Something rude")).await;
        let mut owner = app.clerk(Role::Owner).await;
        let file = format!("/admin/pledges/{}", given.pledge.id);
        assert!(owner.get(&file).await.text().contains("Something rude"));

        let hidden = owner.post(&format!("{file}/wall/hide"), &[]).await;
        assert_eq!(hidden.location(), format!("{file}?done=decided"));
        assert!(names(&app, PAGE).await.is_empty());
        let again = owner.post(&format!("{file}/wall/hide"), &[]).await;
        assert_eq!(again.location(), format!("{file}?done=unchanged"));
        gives_back(&app, &given, Some(500)).await;
        assert!(names(&app, PAGE).await.is_empty(), "news of the money changes nothing about it");
        owner.post(&format!("{file}/wall/show"), &[]).await;
        assert_eq!(names(&app, PAGE).await, ["Something rude"]);
        let rows = "SELECT detail AS line FROM audit_log WHERE action = 'wall.decided' ORDER BY number";
        let rows = app.lines(rows).await;
        assert_eq!(rows.len(), 2);
        assert!(rows.iter().all(|row| !row.contains("rude")), "no name: {rows:?}");

        let other = app.gives(&Form::gift().by(2)).await;
        let nothing = owner.post(&format!("/admin/pledges/{}/wall/hide", other.pledge.id), &[]).await;
        assert_eq!(nothing.status, StatusCode::NOT_FOUND);
        let mut viewer = app.clerk(Role::Viewer).await;
        assert_eq!(viewer.post(&format!("{file}/wall/hide"), &[]).await.status, StatusCode::FORBIDDEN);
    }
}

flow! {
    async fn many_names_are_turned_over_page_by_page(app) {
        for number in 0..50 {
            app.clock.advance(chrono::TimeDelta::seconds(1));
            let form = named(number).set("wall_name", &format!("Donor {number}"));
            let open = app.promises(&form).await;
            app.client().pay(&open, "succeed", "now").await;
        }
        app.run_jobs().await;
        let first = names(&app, PAGE).await;
        assert_eq!(first.len(), 48);
        let more = page(&app).await;
        let (_, more) = more.split_once(&format!("href=\"{PAGE}?after=")).unwrap();
        let place = more.split_once('#').unwrap().0;
        let path = format!("{PAGE}?after={place}");
        let second = names(&app, &path).await;
        assert_eq!(second.len(), 2);
        let mut all: Vec<String> = first.into_iter().chain(second).collect();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 50, "each name once");
        let last = app.client().get(&path).await.text();
        assert!(last.contains("The latest names") && !last.contains("More names"), "{last}");
        let told = app.client().get(&format!("/api/v1/campaigns/press-fund?after={place}")).await.json();
        assert_eq!(told["supporters"]["items"].as_array().unwrap().len(), 2);
        for bad in ["x", "1-x", "-1", "99999999999999999999-wal_01KV5BJH80EQ75JV2581H6HJZ9"] {
            let answer = app.client().get(&format!("{PAGE}?after={bad}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{bad}");
        }
    }
}

flow! {
    async fn donors_read_the_thanks_of_their_campaign(app) {
        raises(&app, None, None, Vec::new()).await;
        let open = app.promises(&Form::gift().set("campaign", "press")).await;
        let thanks = app.client().pay(&open, "succeed", "now").await;
        assert!(!app.client().get(&thanks).await.text().contains("The printers"));
        app.run_jobs().await;
        let page = app.client().get(&thanks).await.text();
        assert!(page.contains("The printers &lt;b&gt;thank&lt;/b&gt; you."), "{page}");
        assert!(page.contains("href=\"/campaigns/press\""), "{page}");
        let letter = app.letters().remove(0);
        assert!(letter.text.contains("The printers <b>thank</b> you."), "{}", letter.text);
        assert!(letter.html.contains("The printers &lt;b&gt;thank&lt;/b&gt; you."), "{}", letter.html);
    }
}

const FILE: &str = "---\ntitle: Press & fund\nsummary: It prints.\ngoal: 20000 EUR\nends: 2026-12-31\nrates:\n  USD:\n    \
    rate: 0.92\n    day: 2026-06-01\n    source: European Central Bank\nupdates:\n  - day: 2026-06-02\n    title: It is here\n    \
    text: It *stands*.\nshare:\n  Elsewhere: 'https://social.example/share?text={title}%20{url}'\n---\n\nWhat it is for.\n";

async fn the_page_says_what_the_file_says_and_a_mistake_leaves_what_was_there(engine: Engine) {
    let (app, folder) = publication(engine).await;
    let file = folder.path().join("campaigns/press-fund.md");
    std::fs::write(&file, FILE).unwrap();
    app.looks().await;
    let page = app.client().get(PAGE).await.text();
    let url = format!("{}{PAGE}", app.url);
    for words in [
        "<p>What it is for.</p>",
        "It is here",
        "<em>stands</em>",
        "<time datetime=\"2026-06-02\">2 June 2026</time>",
        "href=\"mailto:?subject=Press%20%26%20fund&amp;body=Press%20%26%20fund%0Ahttp%3A%2F%2F",
        "href=\"https://social.example/share?text=Press%20%26%20fund%20http%3A%2F%2F",
        format!("value=\"{url}\"").as_str(),
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let program = app.program(Scope::Write).await;
    let path = "/campaigns/press-fund";
    let read = program.asks(Method::GET, path, None, &[]).await;
    for (right, wrong, why) in [
        ("rate: 0.92", "rate: nearly one", "is not a rate"),
        ("  USD:", "  EUR:", "the currency of the goal"),
        ("goal: 20000 EUR\n", "", "there is no `goal`"),
        ("{url}", "here", "is no link for sharing"),
    ] {
        let body = json!({ "text": FILE.replace(right, wrong) });
        let put = program.asks(Method::PUT, path, Some(&body), &[("if-match", read.header("etag"))]).await;
        assert_eq!(put.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
        assert!(put.text().contains(why), "{why}: {}", put.text());
    }
    assert!(app.client().get(PAGE).await.text().contains("€0.00 of €20,000 have arrived"));
    let arabic = app.client().get(&format!("{PAGE}?lang=ar")).await.text();
    assert!(arabic.contains("لا تبرّعات حتى الآن"), "{arabic}");
    app.finish().await;
}
twins!(the_page_says_what_the_file_says_and_a_mistake_leaves_what_was_there);
