//! Gift Aid: declared by donors and taken down by staff, ended, claimed for the gifts that it covers, and kept.

use chrono::TimeDelta;
use mainstay::domain::access::Role;
use mainstay::domain::audit::Actor;
use mainstay::domain::figures::Period;
use mainstay::domain::gift_aid::{Covered, DeclaredBy, Taxpayer};
use mainstay::domain::ids::DonorId;
use mainstay::store::gift_aid as declarations;
use mainstay::usecases::desk::merge;
use mainstay::usecases::gift_aid::{self, Declared};

use crate::account::visitor::Visitor;
use crate::support::app::{Changes, TestApp, settings};
use crate::support::flow;
use crate::support::gift::{Form, Given};

fn on() -> Changes {
    settings(&[
        ("MAINSTAY_GIFT_AID__REFERENCE", "AB12345"),
        ("MAINSTAY_GIFT_AID__CHARITY", "The Example Trust"),
    ])
}

const TAXPAYER: [(&str, &str); 6] = [
    ("title", ""),
    ("first_name", "Ann"),
    ("last_name", "Reader"),
    ("house", "12 Elm Row"),
    ("postcode", "s192bd"),
    ("agreed", "true"),
];

fn typed(covered: &'static str) -> Vec<(&'static str, &'static str)> {
    TAXPAYER.into_iter().chain([("covered", covered)]).collect()
}

fn pounds() -> Form {
    Form::gift().set("currency", "GBP")
}

fn path_of(given: &Given) -> String {
    format!("{}/gift-aid", given.thanks)
}

fn donor_of(given: &Given) -> DonorId {
    given.donation.donor.unwrap()
}

impl TestApp {
    /// The gifts that can be claimed, of all days.
    async fn claimed(&self) -> Vec<String> {
        let period = Period { from: "2000-01-01".parse().unwrap(), until: "2999-12-31".parse().unwrap() };
        let read = move |conn: &mut mainstay::store::Conn| declarations::claimable(conn, period, "", 100);
        let found = self.ctx().db.read(read).await.unwrap();
        found.into_iter().map(|gift| gift.id).collect()
    }

    async fn declares(&self, donor: DonorId, covered: Covered) {
        let text = str::to_owned;
        let taxpayer = Taxpayer {
            title: text("Dr"),
            first_name: text("Ada"),
            last_name: text("King"),
            house: text("12"),
            postcode: text("S19 2BD"),
        };
        let today = self.ctx().day_of(self.ctx().now());
        let declared =
            Declared { taxpayer, covered, gift: None, way: DeclaredBy::Written, on: today, agreed: true };
        gift_aid::declare(self.ctx(), Some(Actor::Command), donor, declared).await.unwrap();
        self.run_jobs().await;
    }
}

flow! {
    settings: on(),
    async fn a_donor_declares_it_on_the_way_from_their_gift_and_has_it_in_a_letter(app) {
        let earlier = app.gives(&pounds()).await;
        app.clock.advance(TimeDelta::days(40));
        let given = app.gives(&pounds()).await;
        let donor = app.client();
        let thanks = donor.get(&given.thanks).await.text();
        let path = path_of(&given);
        let (_, path) = path.split_once("/thanks/").unwrap();
        assert!(thanks.contains(&format!("href=\"/thanks/{path}\"")), "{thanks}");
        let page = donor.get(&path_of(&given)).await.text();
        for words in ["The Example Trust", "UK taxpayer", "Capital Gains Tax", "pay the difference", "value=\"Reader\""] {
            assert!(page.contains(words), "{words}: {page}");
        }

        let mut missing = typed("this");
        missing.retain(|(name, _)| *name != "agreed" && *name != "postcode");
        missing.push(("postcode", "12345"));
        let refused = donor.post(&path_of(&given), &missing).await;
        assert_eq!(refused.status, 422);
        for words in ["Please tick the box", "not written as it is", "value=\"12 Elm Row\"", "href=\"#postcode\"", "href=\"#agreed\""] {
            assert!(refused.text().contains(words), "{words}: {}", refused.text());
        }
        assert!(app.claimed().await.is_empty());

        let done = donor.post(&path_of(&given), &typed("this")).await;
        assert!(done.location().ends_with("/gift-aid?done=declared"));
        assert!(donor.get(done.location()).await.text().contains("Your declaration is on record"));
        assert_eq!(app.claimed().await, [given.donation.id.to_string()], "this gift, and not the one before");
        app.run_jobs().await;
        let letter = app.letters_about("Your Gift Aid declaration").remove(0);
        for words in ["The Example Trust", "this gift", "Ann Reader, 12 Elm Row, S19 2BD", "25 July 2026", "30 days"] {
            assert!(letter.text.contains(words), "{words}: {}", letter.text);
        }
        donor.post(&path_of(&given), &typed("four_years")).await;
        assert_eq!(app.claimed().await, [earlier.donation.id.to_string(), given.donation.id.to_string()]);
        let twice = donor.post(&path_of(&given), &typed("four_years")).await;
        assert_eq!(twice.status, 303, "declared anew, it takes the place of the one before");
        let in_force = "SELECT COUNT(*) AS number FROM gift_aid_declarations WHERE ended_on IS NULL";
        assert_eq!(app.number(in_force).await, 2);
        assert_eq!(app.claimed().await.len(), 2);
    }
}

flow! {
    settings: on(),
    async fn this_gift_and_those_to_come_are_not_those_in_between(app) {
        let given = app.gives(&pounds()).await;
        app.clock.advance(TimeDelta::days(5));
        let between = app.gives(&pounds()).await;
        app.clock.advance(TimeDelta::days(5));

        app.client().post(&path_of(&given), &typed("this_and_future")).await;

        let later = app.gives(&pounds()).await;
        let claimed = app.claimed().await;
        assert_eq!(claimed, [given.donation.id.to_string(), later.donation.id.to_string()]);
        assert!(!claimed.contains(&between.donation.id.to_string()));
        app.gives_back(&later, None).await;
        assert_eq!(app.claimed().await, [given.donation.id.to_string()], "what went back is not claimed");
    }
}

flow! {
    settings: on(),
    async fn on_their_pages_a_donor_declares_looks_it_up_and_ends_it(app) {
        let old = app.gives(&pounds()).await;
        app.clock.advance(TimeDelta::days(365 * 5));
        let given = app.gives(&pounds()).await;
        let mut ann = Visitor::at(&app);
        ann.signs_in(&app, "ann@example.org").await;
        assert!(ann.get("/account").await.text().contains("/account/gift-aid"));
        assert_eq!(ann.post("/account/gift-aid", &typed("this")).await.status, 422, "no gift is named there");

        let done = ann.post("/account/gift-aid", &typed("four_years")).await;
        let page = ann.get(done.location()).await.text();

        assert!(page.contains("every gift of the past four years") && page.contains("in force"), "{page}");
        assert_eq!(app.claimed().await, [given.donation.id.to_string()], "{} is too old", old.donation.id);
        let you = ann.post("/account/privacy/export", &[]).await;
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(you.body)).unwrap();
        let text = std::io::read_to_string(zip.by_name("gift_aid.csv").unwrap()).unwrap();
        assert!(text.contains("12 Elm Row"), "{text}");
        app.clock.advance(TimeDelta::minutes(20));
        ann.post("/account/gift-aid/end", &[]).await;
        app.run_jobs().await;
        assert_eq!(app.letters_about("Gift Aid is ended").len(), 1);
        app.gives(&pounds()).await;
        assert!(app.claimed().await.len() < 2, "gifts from the day of its end on are covered no more");
    }
}

flow! {
    settings: on(),
    async fn staff_take_down_what_a_donor_declared_on_paper_or_by_word_of_mouth(app) {
        let given = app.gives(&pounds()).await;
        let mut clerk = app.clerk(Role::Finance).await;
        let path = format!("/admin/donors/{}/gift-aid", donor_of(&given));
        assert!(clerk.get(&path).await.text().contains("The Example Trust"));
        let paper = |day: &'static str, way: &'static str| {
            let mut fields = typed("four_years");
            fields.extend([("declared_on", day), ("way", way)]);
            fields
        };
        let refused = clerk.post(&path, &paper("2027-01-01", "written")).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text().contains("day to come"), "{}", refused.text());
        assert_eq!(clerk.post(&path, &paper("2026-06-01", "online")).await.status, 422);

        let done = clerk.post(&path, &paper("2026-06-01", "oral")).await;

        assert!(done.location().ends_with("done=declared"));
        let page = clerk.get(done.location()).await.text();
        assert!(page.contains("oral, 2026-06-01") && page.contains("End Gift Aid"), "{page}");
        assert_eq!(app.claimed().await, [given.donation.id.to_string()]);
        app.run_jobs().await;
        assert!(app.letters_about("Your Gift Aid declaration")[0].text.contains("1 June 2026 (oral)"));
        clerk.post(&format!("{path}/end"), &[]).await;
        let rows = "SELECT detail AS line FROM audit_log WHERE action = 'donor.changed' ORDER BY number";
        let rows = app.lines(rows).await;
        assert_eq!(rows.len(), 2);
        assert!(rows.iter().all(|row| row.contains("gift_aid") && !row.contains("Elm")), "{rows:?}");
    }
}

flow! {
    settings: on(),
    async fn whoever_is_one_person_is_covered_once_and_whoever_is_forgotten_as_long_as_hmrc_wants(app) {
        let first = app.gives(&pounds()).await;
        let second = app.gives(&pounds().by(2)).await;
        app.declares(donor_of(&first), Covered::FourYears).await;
        merge::merge(app.ctx(), Actor::Command, donor_of(&first), donor_of(&second)).await.unwrap();
        assert_eq!(app.claimed().await.len(), 2, "declared under one address, given from two");
        app.declares(donor_of(&second), Covered::FourYears).await;
        assert_eq!(app.claimed().await.len(), 2);
        let in_force = "SELECT COUNT(*) AS number FROM gift_aid_declarations WHERE ended_on IS NULL";
        assert_eq!(app.number(in_force).await, 1, "of one person one is in force");

        mainstay::usecases::desk::donors::forget(app.ctx(), Actor::Command, donor_of(&second)).await.unwrap();
        app.run_jobs().await;

        assert_eq!(app.number(in_force).await, 0);
        app.clock.advance(TimeDelta::days(365 * 6 + 30));
        app.upkeep().await;
        assert_eq!(app.count("gift_aid_declarations").await, 2, "six years and more");
        app.clock.advance(TimeDelta::days(365));
        app.upkeep().await;
        assert_eq!(app.count("gift_aid_declarations").await, 0);
    }
}

flow! {
    async fn where_it_is_off_there_is_no_trace_of_it(app) {
        let given = app.gives(&pounds()).await;
        let mut ann = Visitor::at(&app);
        ann.signs_in(&app, "ann@example.org").await;
        let clerk = app.clerk(Role::Finance).await;

        assert!(!app.client().get(&given.thanks).await.text().contains("Gift Aid"));
        assert_eq!(app.client().get(&path_of(&given)).await.status, 404);
        assert_eq!(ann.get("/account/gift-aid").await.status, 404);
        assert_eq!(clerk.get(&format!("/admin/donors/{}/gift-aid", donor_of(&given))).await.status, 404);
        assert!(!clerk.get(&format!("/admin/donors/{}", donor_of(&given))).await.text().contains("Gift Aid"));
    }
}

flow! {
    settings: on(),
    async fn a_gift_in_another_currency_or_a_link_of_nobody_declares_nothing(app) {
        let euros = app.gives(&Form::gift()).await;
        assert_eq!(app.client().post(&path_of(&euros), &typed("this")).await.status, 404);
        let waiting = app.promises_transfer(&Form::transfer().set("currency", "GBP")).await;
        assert_eq!(app.client().get(&format!("{}/gift-aid", waiting.thanks)).await.status, 404, "no money yet");
        let given = app.gives(&pounds().by(2)).await;
        let forged = path_of(&given).replace("/gift-aid", "x/gift-aid");
        assert_eq!(app.client().post(&forged, &typed("this")).await.status, 404);
        let page = app.client().get(&format!("{}?lang=de", path_of(&given))).await.text();
        assert!(page.contains("every gift that I make") && page.contains("Spenden"), "German, with the law’s English: {page}");
        assert_eq!(app.count("gift_aid_declarations").await, 0);
    }
}
