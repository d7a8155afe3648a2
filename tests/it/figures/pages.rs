//! The first page, reports and files as the office sees them.

use std::io::Read as _;

use chrono::TimeDelta;
use mainstay::domain::access::Role;
use mainstay::domain::gift_aid::{Covered, DeclaredBy, Taxpayer};
use mainstay::usecases::gift_aid::Declared;
use mainstay::usecases::{exports, gift_aid};

use crate::office::clerk::{Clerk, PASSWORD};
use crate::support::app::{TestApp, settings};
use crate::support::flow;
use crate::support::gift::{Form, eur};

async fn some_gifts(app: &TestApp) {
    for (number, amount) in ["10", "20", "40", "1000"].into_iter().enumerate() {
        app.gives(&Form::gift().by(number).set("amount", amount).set("from", "about-our-funding")).await;
        app.clock.advance(TimeDelta::hours(30));
    }
    let given =
        app.gives(&Form::gift().by(5).set("currency", "USD").set("name", "=HYPERLINK(\"http://x\")")).await;
    app.gives_back(&given, None).await;
    app.gives(&Form::gift().by(6).set("frequency", "monthly")).await;
}

/// Shows again that they are there, where the page asks for it.
async fn proved(app: &TestApp, clerk: &mut Clerk) {
    let code = crate::office::clerk::fresh_code(app, &clerk.seed);
    let answer = clerk.post("/admin/prove", &[("proof", &code), ("to", "/admin/exports")]).await;
    assert!(answer.status.is_redirection() || answer.status == 200, "{PASSWORD}: {}", answer.text());
}

/// Each report by its name in the address.
pub(crate) const REPORTS: [&str; 7] =
    ["timeline", "gifts", "campaigns", "articles", "fees", "retention", "lapsed"];

flow! {
    async fn the_first_page_says_how_support_is_doing_and_leads_to_the_rows(app) {
        some_gifts(&app).await;
        let clerk = app.clerk(Role::Owner).await;

        let page = clerk.get("/admin").await;
        assert_eq!(page.status, 200, "{}", page.text());
        let text = page.text();
        for words in ["€1,095.00", "$25.00", "Recurring support a month, EUR", "Press fund", "about-our-funding"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(text.contains("<svg") && !text.contains("<script>"), "{text}");

        let behind = "/admin/donations?currency=EUR&frequency=once&from=2026-06-01&to=2026-06-30&column=email";
        let rows = clerk.get(behind).await.text();
        assert!(rows.contains("donor-3@example.org") && !rows.contains("donor-6@example.org"), "{rows}");
        let none = clerk.get("/admin/donations?article=-&from=2026-06-01&to=2026-06-30&column=email").await.text();
        assert!(none.contains("donor-6@example.org") && !none.contains("donor-3@example.org"), "{none}");
    }
}

flow! {
    async fn every_report_is_a_page_a_table_and_a_workbook(app) {
        some_gifts(&app).await;
        let mut clerk = app.clerk(Role::Finance).await;
        proved(&app, &mut clerk).await;
        for report in REPORTS {
            let page = clerk.get(&format!("/admin/reports/{report}")).await;
            assert_eq!(page.status, 200, "{report}: {}", page.text());
            let csv = clerk.get(&format!("/admin/reports/{report}.csv")).await;
            assert_eq!(csv.status, 200, "{report}: {}", csv.text());
            assert!(csv.text().starts_with('\u{feff}'), "{report}: {}", csv.text());
            let book = clerk.get(&format!("/admin/reports/{report}.xlsx")).await;
            assert_eq!(book.status, 200, "{report}");
        }
        let gifts = clerk.get("/admin/reports/gifts.csv").await.text();
        assert!(gifts.contains("EUR,once,4,1070.00,267.50,10.00,10.00,30.00,40.00,1000.00"), "{gifts}");
        let all = clerk.get("/admin/reports/campaigns.csv").await.text();
        assert!(all.contains("Press fund,EUR,5,1095.00,0.00,0.00,1095.00,"), "{all}");
        assert!(all.contains("Press fund,USD,1,25.00,25.00,0.00,0.00,"), "{all}");

        app.clock.advance(TimeDelta::days(300));
        let mut clerk = app.clerk(Role::Finance).await;
        proved(&app, &mut clerk).await;
        let lapsed = clerk.get("/admin/reports/lapsed.csv?kind=lybunt&year=2027").await.text();
        assert_eq!(lapsed.matches("@example.org").count(), 5, "{lapsed}");
        assert!(!lapsed.contains("donor-5@"), "nothing is left of that gift: {lapsed}");
    }
}

flow! {
    async fn an_export_is_made_by_a_job_and_downloaded_by_who_may(app) {
        some_gifts(&app).await;
        let mut clerk = app.clerk(Role::Owner).await;
        proved(&app, &mut clerk).await;
        for format in ["csv", "xlsx"] {
            let fields =
                [("kind", "donations"), ("from", "2026-06-01"), ("to", "2026-06-30"), ("format", format)];
            let answer = clerk.post("/admin/exports", &fields).await;
            assert_eq!(answer.location(), "/admin/exports?done=export", "{}", answer.text());
            app.clock.advance(TimeDelta::seconds(1));
        }
        app.run_jobs().await;

        let made = exports::latest(app.ctx()).await.unwrap();
        assert_eq!(made.iter().map(|export| (export.rows_done, export.percent())).collect::<Vec<_>>(), [(6, 100); 2]);
        let (book, text) = (&made[0], &made[1]);
        let csv = clerk.get(&format!("/admin/exports/{}/file", text.id)).await;
        assert_eq!(csv.text().lines().count(), 7, "{}", csv.text());
        assert!(csv.text().contains("\"'=HYPERLINK"), "{}", csv.text());
        let bytes = clerk.get(&format!("/admin/exports/{}/file", book.id)).await.body;
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut sheet = String::new();
        archive.by_name("xl/worksheets/sheet1.xml").unwrap().read_to_string(&mut sheet).unwrap();
        assert!(sheet.contains("=HYPERLINK") && !sheet.contains("<f>"), "{sheet}");

        let viewer = app.clerk(Role::Viewer).await;
        assert_ne!(viewer.get(&format!("/admin/exports/{}/file", text.id)).await.status, 200);

        app.clock.advance(TimeDelta::days(8));
        exports::clean_up(app.ctx()).await.unwrap();
        assert_eq!(app.count("export_parts").await, 0);
    }
}

flow! {
    settings: settings(&[("MAINSTAY_GIFT_AID__REFERENCE", "AB12345")]),
    async fn a_gift_aid_claim_holds_what_a_declaration_covers(app) {
        let covered = app.gives(&Form::gift().by(1).set("currency", "GBP")).await;
        app.gives(&Form::gift().by(2).set("currency", "GBP")).await;
        let euros = app.gives(&Form::gift().by(1)).await;
        assert_eq!(euros.donation.payment.kept(), Some(eur(2_500)));
        let donor = covered.donation.donor.unwrap();
        let taxpayer = Taxpayer {
            title: "Dr".into(), first_name: "Ada".into(), last_name: "King-Noel".into(),
            house: "12".into(), postcode: "s192bd".into(),
        };
        let declared = Declared {
            taxpayer,
            covered: Covered::FourYears,
            gift: None,
            way: DeclaredBy::Written,
            on: "2026-06-01".parse().unwrap(),
            agreed: true,
        };
        gift_aid::declare(app.ctx(), None, donor, declared).await.unwrap();
        let mut clerk = app.clerk(Role::Finance).await;
        proved(&app, &mut clerk).await;
        let fields = [("kind", "gift_aid"), ("from", "2026-06-01"), ("to", "2026-06-30"), ("format", "csv")];
        clerk.post("/admin/exports", &fields).await;
        app.run_jobs().await;

        let made = exports::latest(app.ctx()).await.unwrap();
        let csv = clerk.get(&format!("/admin/exports/{}/file", made[0].id)).await.text();
        let lines: Vec<&str> = csv.lines().skip(1).collect();
        assert_eq!(lines, ["1,Dr,Ada,King Noel,12,S19 2BD,,,15/06/26,25.00"]);
    }
}
