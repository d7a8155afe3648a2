//! Gifts that came before: taken over once, like any other in every sum, and quietly.

use chrono::NaiveDate;
use mainstay::domain::access::Role;
use mainstay::domain::article::Slug;
use mainstay::domain::audit::Actor;
use mainstay::domain::gift_import::{Import, ImportOptions, ImportRow, ImportStatus, PastGift, When};
use mainstay::domain::ids::ImportId;
use mainstay::domain::pledge::{GatewayKind, Visibility};
use mainstay::imports as files;
use mainstay::render::csv::Writer;
use mainstay::store::Conn;
use mainstay::store::exports::{Part, Span, Table};
use mainstay::usecases::UseCaseError;
use mainstay::usecases::account::statements;
use mainstay::usecases::gifts::{self, Gift, Giver};
use mainstay::usecases::handed_in::PART_BYTES;
use mainstay::usecases::imports::{self, HandedIn};
use proptest::prelude::*;
use std::io::Cursor;

use crate::support::app::TestApp;
use crate::support::gift::{Form, eur};
use crate::support::{both, flow};

const HEADING: &str = "id,campaign,email,name,gateway,remote_id,status,currency,gross_minor,fee_minor,refunded_minor,\
    received_at,article,frequency,hidden,pledge_id,donor_id\n";

/// A file of another site of ours.
pub(crate) fn past() -> String {
    let rows = [
        "don_1,press-fund,ann@example.org,Ann Reader,stripe,pi_1,succeeded,EUR,2500,60,0,2021-05-04T10:00:00Z,,once,false,plg_1,dnr_1",
        "don_2,press-fund,bob@example.org,Bob,paypal,7XK,partly_refunded,EUR,5000,0,1500,2021-06-30T23:30:00Z,,monthly,true,plg_2,dnr_2",
        "don_3,press-fund,bob@example.org,Bob,paypal,8XK,succeeded,EUR,6000,0,0,2021-07-30,,monthly,true,plg_2,dnr_2",
        "don_4,press-fund,,,cash,hand/4,succeeded,JPY,500,0,0,2022-01-01,,once,true,plg_4,dnr_4",
        "don_5,press-fund,,,cash,hand/5,succeeded,JPY,700,0,0,2022-02-01,,once,true,plg_5,dnr_4",
        "don_6,press-fund,eve@example.org,Eve,stripe,pi_6,refunded,EUR,900,0,900,2022-02-01,,once,true,plg_6,dnr_6",
        "don_7,press-fund,eve@example.org,Eve,sandbox,sb_7,succeeded,EUR,900,0,0,2022-02-01,,once,true,plg_7,dnr_6",
        "don_8,press-fund,eve@example.org,Eve,stripe,pi_8,failed,EUR,900,0,0,,,once,true,plg_8,dnr_6",
    ];
    [HEADING.to_owned(), rows.join("\n"), "\n".to_owned()].concat()
}

impl TestApp {
    /// Hands a file in and has it looked through.
    pub(crate) async fn examines(&self, file: &[u8], options: ImportOptions) -> Import {
        let parts = file.chunks(PART_BYTES).map(<[u8]>::to_vec).collect();
        let handed = HandedIn { name: "past.csv".into(), options, parts, asked_by: "Vera".into() };
        let import = imports::hand_in(self.ctx(), Actor::Command, handed).await.unwrap();
        self.run_jobs().await;
        self.import(import.id).await
    }

    async fn import(&self, id: ImportId) -> Import {
        imports::find(self.ctx(), id).await.unwrap()
    }

    /// Takes a file over.
    pub(crate) async fn takes_over(&self, file: &[u8], options: ImportOptions) -> Import {
        let import = self.examines(file, options).await;
        assert_eq!(import.status, ImportStatus::Examined, "{:?}", import.error);
        imports::confirm(self.ctx(), Actor::Command, import.id).await.unwrap();
        self.run_jobs().await;
        self.import(import.id).await
    }

    /// Sums by currency, of gifts that are kept.
    async fn kept(&self) -> String {
        let sql = "SELECT currency || ' ' || CAST(SUM(gross_minor - refunded_minor) AS TEXT) AS line FROM donations \
            GROUP BY currency ORDER BY currency";
        self.lines(sql).await.join(", ")
    }

    /// Every donation as the command line exports it.
    async fn exported(&self) -> Vec<u8> {
        let day = |year| NaiveDate::from_ymd_opt(year, 1, 1).unwrap().and_hms_opt(0, 0, 0).unwrap();
        let span = Span { from: day(1970), to: day(2100) };
        let all = move |conn: &mut Conn| Table::Donations.rows_of(conn, span, Part::default());
        let rows = self.ctx().db.read(all).await.unwrap();
        let mut out = Vec::new();
        let mut writer = Writer::new(&mut out, Table::Donations.columns()).unwrap();
        for row in &rows {
            writer.row(row).unwrap();
        }
        writer.finish().unwrap();
        out
    }
}

flow! {
    async fn a_past_is_taken_over_once_and_quietly(app) {
        let mut clerk = app.clerk(Role::Owner).await;
        let endpoint = [("url", "https://hooks.example.org/in"), ("donation.succeeded", "on")];
        clerk.post("/admin/webhooks", &endpoint).await;
        app.run_jobs().await;
        let letters = app.letters().len();

        let seen = app.examines(past().as_bytes(), ImportOptions::default()).await;
        let report = seen.report.clone().unwrap();
        assert_eq!((report.lines, report.gifts, report.recurring, report.without_address), (8, 5, 2, 2));
        assert_eq!(report.sums, [("EUR".to_owned(), 13_500, 1500), ("JPY".to_owned(), 1200, 0)]);
        assert_eq!(report.left_out, [("refunded".to_owned(), 1), ("test".to_owned(), 1), ("failed".to_owned(), 1)]);
        assert_eq!((app.count("donations").await, app.count("donors").await), (0, 0), "looking changes nothing");

        imports::confirm(app.ctx(), Actor::Command, seen.id).await.unwrap();
        app.run_jobs().await;
        let done = app.import(seen.id).await;
        assert_eq!((done.status, done.booked, app.count("import_parts").await), (ImportStatus::Done, 5, 0));
        assert_eq!(app.kept().await, "EUR 12000, JPY 1200");
        assert_eq!(app.balance("clearing:import").await, 12_000 - 60 + 1200);
        assert_eq!(app.balance("clearing:stripe").await, 0, "no gateway holds a cent more");
        // Bob's two months are of one promise, and the two gifts without an address of one donor.
        assert_eq!((app.count("pledges").await, app.count("donors").await), (4, 3));
        let days = "SELECT CAST(received_on AS TEXT) AS line FROM donations ORDER BY received_on";
        assert_eq!(app.lines(days).await, ["2021-05-04", "2021-07-01", "2021-07-30", "2022-01-01", "2022-02-01"]);
        assert_eq!((app.count("receipts").await, app.count("webhook_deliveries").await), (0, 0));
        assert_eq!((app.letters().len(), app.count("reviews").await), (letters, 0));

        let again = app.takes_over(past().as_bytes(), ImportOptions::default()).await;
        assert_eq!((again.booked, app.count("donations").await), (0, 5));
        assert!(again.report.unwrap().left_out.contains(&("known".to_owned(), 5)));
        let receipt = "INSERT INTO receipts (id, donation_id, series, year, number, status, net_minor, snapshot, replaces, \
            issued_at, status_at) SELECT 'rcp_x', MIN(id), 'X', 2026, 1, 'issued', 1, '{}', NULL, \
            '2026-06-15 10:00:00', '2026-06-15 10:00:00' FROM donations";
        assert!(app.execute(&[receipt]).unwrap_err().contains("has no receipt"));
    }
}

flow! {
    async fn a_wrong_file_is_taken_back_as_a_whole_and_may_come_again(app) {
        let given = app.gives(&Form::gift()).await;
        let letters = app.letters().len();
        let import = app.takes_over(past().as_bytes(), ImportOptions::default()).await;
        imports::undo(app.ctx(), Actor::Command, import.id).await.unwrap();
        app.run_jobs().await;

        let undone = app.import(import.id).await;
        assert_eq!((undone.status, undone.booked), (ImportStatus::Undone, 0));
        assert_eq!(app.kept().await, "EUR 2500, JPY 0");
        assert_eq!(app.balance("clearing:import").await, -60, "what another kept as a fee is not given back");
        assert_eq!(app.letters().len(), letters, "nobody is written to");
        assert_eq!(app.stands(&given).await.1, 2500);
        let twice = imports::undo(app.ctx(), Actor::Command, import.id).await;
        assert!(matches!(twice, Err(UseCaseError::Conflict { code: "import_not_ready", .. })));

        let again = app.takes_over(past().as_bytes(), ImportOptions::default()).await;
        assert_eq!((again.booked, app.kept().await.as_str()), (5, "EUR 14500, JPY 1200"));
    }
}

flow! {
    async fn a_file_with_mistakes_is_refused_as_a_whole_with_their_lines(app) {
        let row = |campaign: &str, amount: &str, day: &str, email: &str| {
            format!("x{amount}{day},{campaign},{email},A,cash,,succeeded,EUR,{amount},0,0,{day},,once,true,,\n")
        };
        let file = [
            HEADING.to_owned(),
            row("press-fund", "500", "2020-01-01", "ann@example.org"),
            row("Roof", "500", "2020-01-01", "ann@example.org"),
            row("press-fund", "9007199254740992", "2020-01-01", ""),
            row("press-fund", "500", "2099-01-01", ""),
            row("press-fund", "500", "1969-12-30", ""),
            row("press-fund", "500", "2020-01-01", "not an address"),
            row("press-fund", "9007199254740991", "2020-01-01", ""),
            format!("{}\n", "=cmd|'/c calc'!A1,".repeat(17)),
        ]
        .concat();
        let import = app.examines(file.as_bytes(), ImportOptions::default()).await;
        let error = import.error.clone().unwrap();
        assert_eq!(import.status, ImportStatus::Failed);
        for words in [
            "line 3: there is no campaign “Roof” here",
            "line 4: no such amount can have come",
            "line 5: 2099-01-01 is still to come",
            "line 6: 1969-12-30 is too long ago",
            "line 7: “not an address”",
            "line 8: the gifts of the file come to more than",
            "line 9: “=cmd|'/c_calc'!a1” is no status",
        ] {
            assert!(error.contains(words), "{words}: {error}");
        }
        assert_eq!((app.count("donations").await, app.count("import_parts").await), (0, 0));
        let confirmed = imports::confirm(app.ctx(), Actor::Command, import.id).await;
        assert!(matches!(confirmed, Err(UseCaseError::Conflict { .. })));

        for (bytes, words) in [
            (&b"PK\x03\x04\x00\x00\x00"[..], "its heading is that of none of Mainstay, GiveWP"),
            (b"received_at,currency,amount\n", "there is no line below the heading"),
            (b"received_at,currency,amount\n2020-01-01,EUR,5\n", "it names no campaign"),
        ] {
            let error = app.examines(bytes, ImportOptions::default()).await.error.unwrap();
            assert!(error.contains(words), "{words}: {error}");
        }
        let fallback = ImportOptions { campaign: Slug::parse("press-fund").ok(), ..ImportOptions::default() };
        let same = b"received_at,currency,amount\n2020-01-01,EUR,5\n2020-01-01,EUR,5\n";
        assert_eq!(app.takes_over(same, fallback.clone()).await.booked, 2, "two equal gifts are two");
        assert_eq!(app.takes_over(same, fallback).await.booked, 0, "and stay two");
    }
}

flow! {
    async fn yearly_statements_count_a_past_only_where_the_publisher_wants_it(app) {
        let ann = "id,campaign,email,name,currency,amount,received_at\n\
            1,press-fund,ann@example.org,Ann,EUR,25.00,2024-05-04\n";
        let import = app.takes_over(ann.as_bytes(), ImportOptions::default()).await;
        let donor = app.lines("SELECT id AS line FROM donors").await[0].parse().unwrap();
        assert!(matches!(statements::of(app.ctx(), donor, 2024).await, Err(UseCaseError::NotFound(_))));
        assert_eq!(statements::count(app.ctx(), 2024).await.unwrap(), (0, 0));
        imports::undo(app.ctx(), Actor::Command, import.id).await.unwrap();
        app.run_jobs().await;

        let wanted = ImportOptions { on_statements: true, ..ImportOptions::default() };
        app.takes_over(ann.as_bytes(), wanted).await;
        let statement = statements::of(app.ctx(), donor, 2024).await.unwrap();
        assert_eq!((statement.lines.len(), statement.totals), (1, vec![eur(2500)]));
        assert_eq!(statements::count(app.ctx(), 2024).await.unwrap(), (1, 0));
    }
}

flow! {
    async fn the_office_sees_what_a_file_comes_to_before_it_says_yes(app) {
        let mut clerk = app.clerk(Role::Finance).await;
        assert!(clerk.get("/admin/donations").await.text().contains("href=\"/admin/imports\""));
        let file = ("past <b>.csv", past().into_bytes());
        let upload = (file.0, file.1.as_slice());
        let strange = clerk.uploads_to("/admin/imports", upload, &[("layout", "klingon")]).await;
        assert!(strange.status == 422 && strange.text().contains("Choose one of these"), "{}", strange.text());
        let place = clerk.uploads_to("/admin/imports", upload, &[("layout", ""), ("campaign", "press-fund")]).await;
        let page = place.location().split('?').next().unwrap().to_owned();
        app.run_jobs().await;
        let seen = clerk.get(&page).await.text();
        for words in ["past &lt;b&gt;.csv", "Nothing of it is booked yet", "8 lines, 5 gifts to book", "because it was a test: line 8", "Book its gifts"] {
            assert!(seen.contains(words), "{words}: {seen}");
        }

        clerk.post(&format!("{page}/confirm"), &[]).await;
        app.run_jobs().await;
        let booked = clerk.get(&page).await.text();
        assert!(booked.contains("5 gifts of it are on record") && booked.contains("Declare all its gifts void"), "{booked}");
        let twice = clerk.post(&format!("{page}/confirm"), &[]).await;
        assert_eq!(twice.status, 409);
        let gift = app.lines("SELECT MIN(id) AS line FROM donations").await.concat();
        let shown = clerk.get(&format!("/admin/donations/{gift}")).await.text();
        assert!(shown.contains("Taken over from") && shown.contains(&format!("href=\"{page}\"")), "{shown}");
        let viewer = app.clerk(Role::Viewer).await;
        assert!(!viewer.get("/admin/imports").await.text().contains("type=\"file\""));

        clerk.post(&format!("{page}/undo"), &[]).await;
        app.run_jobs().await;
        assert!(clerk.get(&page).await.text().contains("Its gifts were declared void"));
        assert_eq!(app.kept().await, "EUR 0, JPY 0");
        let log = "SELECT action AS line FROM audit_log WHERE action LIKE 'import.%' ORDER BY number";
        assert_eq!(app.lines(log).await, ["import.taken", "import.confirmed", "import.undone"]);
    }
}

async fn gives_by_hand(app: &TestApp, number: i64, visibility: Visibility) {
    let gift = Gift {
        by: GatewayKind::Cash,
        from: Giver::Typed {
            name: format!("=Giver {number}"),
            email: format!("g{}@example.org", number % 2),
        },
        amount: eur(1000 + number),
        received_on: NaiveDate::from_ymd_opt(2026, 6, 12).unwrap(),
        campaign: "press-fund".to_owned(),
        visibility,
        document: String::new(),
        note: String::new(),
        form_id: None,
    };
    gifts::record(app.ctx(), Actor::Command, gift).await.unwrap();
}

both! {
    async fn what_one_site_exports_another_takes_over(engine) {
        let old = TestApp::start(engine).await;
        for number in 0..3 {
            gives_by_hand(&old, number, if number == 0 { Visibility::Named } else { Visibility::Hidden }).await;
        }
        old.run_jobs().await;
        let file = old.exported().await;
        let here = old.examines(&file, ImportOptions::default()).await.report.unwrap();
        assert_eq!(here.left_out, [("on_record".to_owned(), 3)], "it is all here already");

        let new = TestApp::start(engine).await;
        assert_eq!(new.takes_over(&file, ImportOptions::default()).await.booked, 3);
        let sql = "SELECT p.name || ' ' || p.email || ' ' || CAST(d.gross_minor AS TEXT) || ' ' || CAST(d.received_on AS TEXT) \
            || CASE WHEN p.hidden THEN ' hidden' ELSE '' END AS line FROM donations d JOIN pledges p ON p.id = d.pledge_id \
            ORDER BY d.gross_minor";
        assert_eq!(old.lines(sql).await, new.lines(sql).await);
        assert_eq!((old.kept().await, new.count("receipts").await), (new.kept().await, 0));
        old.finish().await;
        new.finish().await;
    }
}

fn cell() -> impl Strategy<Value = String> {
    // What our own export guards is told from what somebody wrote: a name does not begin with the guard itself.
    "[=+@-]?[a-zéA-Z0-9 ,;\"\u{5e2}.:/-]{0,40}"
}

fn gift_of(row: &[String]) -> PastGift {
    let mut out = Vec::new();
    let mut writer = Writer::new(&mut out, Table::Donations.columns()).unwrap();
    writer.row(row).unwrap();
    writer.finish().unwrap();
    let mut rows = files::read(Cursor::new(out), &ImportOptions::default()).unwrap();
    match rows.next() {
        Some(Ok(ImportRow::Gift(gift))) => *gift,
        other => panic!("{other:?}"),
    }
}

proptest! {
    #[test]
    fn what_our_export_writes_is_read_as_it_was(
        name in cell(),
        gross in 2_i64..9_007_199_254_740_991,
        part in 0_i64..990,
        at in 0_i64..1_700_000_000,
        hidden in any::<bool>(),
        often in prop::sample::select(vec!["once", "weekly", "monthly", "quarterly", "yearly"]),
    ) {
        let refunded = gross / 1000 * part;
        let moment = chrono::DateTime::from_timestamp(at, 0).unwrap();
        let value = |column: &str| match column {
            "id" => "don_01".to_owned(),
            "campaign" => "press-fund".to_owned(),
            "email" => "ann@example.org".to_owned(),
            "name" => name.clone(),
            "gateway" => "cash".to_owned(),
            "status" => "partly_refunded".to_owned(),
            "currency" => "EUR".to_owned(),
            "gross_minor" => gross.to_string(),
            "fee_minor" | "lost_minor" => "0".to_owned(),
            "refunded_minor" => refunded.to_string(),
            "received_at" => moment.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true),
            "frequency" => often.to_owned(),
            "hidden" => hidden.to_string(),
            "appeal" => "spring.b.0123456789ab".to_owned(),
            _ => String::new(),
        };
        let row: Vec<String> = Table::Donations.columns().iter().map(|column| value(column)).collect();
        let gift = gift_of(&row);
        let spoken = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        prop_assert_eq!(spoken(gift.name.as_ref().map_or("", |name| name.as_str())), spoken(&name));
        prop_assert_eq!((gift.amount.minor(), gift.refunded.minor()), (gross, refunded));
        prop_assert_eq!(gift.when, When::Moment(moment));
        prop_assert_eq!(gift.frequency.as_str(), often);
        prop_assert_eq!(gift.visibility == Visibility::Hidden, hidden);
        prop_assert_eq!(gift.exported_as.as_deref(), Some("don_01"));
        let appeal = gift.appeal.as_ref().map(ToString::to_string);
        prop_assert_eq!(appeal.as_deref(), Some("spring.b.0123456789ab"));
    }

    #[test]
    fn no_bytes_make_the_reader_fall_over(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        for heading in [&b""[..], b"received_at,currency,amount\n"] {
            let file = [heading, &bytes].concat();
            if let Ok(rows) = files::read(Cursor::new(file), &ImportOptions::default()) {
                prop_assert!(rows.count() < 500);
            }
        }
    }
}
