//! A site with everything in it that a copy could get wrong.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use mainstay::domain::access::Role;
use mainstay::domain::audit::Actor;
use mainstay::domain::deposit::Tender;
use mainstay::domain::dispute::{DisputeNews, DisputeState, DisputeStatus};
use mainstay::domain::donation::{GatewayFact, Happening, PaymentFact};
use mainstay::domain::gift_import::ImportOptions;
use mainstay::domain::member::Platform;
use mainstay::domain::money::Settlement;
use mainstay::domain::pledge::{Frequency, GatewayKind, Visibility};
use mainstay::domain::remote::RemoteId;
use mainstay::domain::subscription::{OrderKind, Orderer};
use mainstay::gateways::WebhookHeaders;
use mainstay::gateways::sandbox::{SIGNATURE_HEADER, sign};
use mainstay::usecases::account::support;
use mainstay::usecases::bank::{self, Arrival};
use mainstay::usecases::bank_statements::{self, PaidOut};
use mainstay::usecases::deposits::{self, Slip};
use mainstay::usecases::gifts::{self, Gift, Giver};
use mainstay::usecases::patrons::orders::{self, OrderRequest};
use mainstay::usecases::refund::{self, RefundOrder};
use mainstay::usecases::settle;
use mainstay::usecases::webhook;
use reqwest::Method;

use crate::bank_statements::{Entry, camt};
use crate::office::clerk::Desk;
use crate::support::app::{Engine, TestApp};
use crate::support::gateway::{Call, Fault};
use crate::support::gift::{Form, Given, eur, money};

/// Tables that this site leaves empty.
const EMPTY: [&str; 0] = [];

/// What is still open when the site is moved.
pub(super) struct Rich {
    pub(super) app: TestApp,
    /// A gift that was paid and not refunded.
    pub(super) paid: Given,
    /// The job that a worker holds at the moment of the move.
    pub(super) held: String,
}

/// Gifts paid, refunded in part and in full, by bank and by card, failed and open; odd texts, large and small numbers,
/// every byte, days and times with and without fractions; letters waiting, and one in the hands of a worker.
pub(super) async fn site(engine: Engine) -> Rich {
    let app = TestApp::start(engine).await;
    app.upkeep().await;
    let odd = "“Für’s Ärgern” – עברית 🎁 e\u{301} \u{fdfd} %s '; DROP TABLE donors; -- \\N \\x00 \t|";
    let odd_gift =
        Form::gift().by(1).set("message", odd).set("name", "Zoë O'Brien 🎁").set("anonymous", "on");
    let paid = app.gives(&odd_gift).await;
    app.clock.advance(TimeDelta::microseconds(1));
    let named = Form::gift().by(2).set("on_wall", "true").set("wall_name", "“Zoë” – ערב 🎁");
    let partly = app.gives(&named.set("wall_amount", "true")).await;
    app.clock.advance(TimeDelta::milliseconds(20));
    let fully = app.gives(&Form::gift().by(3)).await;
    for (given, amount) in [(&partly, Some(eur(501))), (&fully, None)] {
        let reason = Some("You asked us to – danke".to_owned());
        let order = RefundOrder { donation: given.donation.id, amount, reason, request_key: None };
        refund::order(app.ctx(), Actor::Command, order).await.unwrap();
        app.run_jobs().await;
    }
    let promised = app.promises_transfer(&Form::transfer().by(4)).await;
    let arrival = Arrival {
        reference: promised.pledge.reference.clone().unwrap(),
        amount: eur(2600),
        received_on: "2026-06-14".parse().unwrap(),
        bank_id: Some("0017".into()),
    };
    bank::record(app.ctx(), Actor::Command, arrival).await.unwrap();
    app.run_jobs().await;
    is_paid_in(&app).await;
    is_paid_out(&app).await;
    let declined = app.promises(&Form::gift().by(5)).await;
    app.client().pay(&declined, "fail", "now").await;
    app.sandbox().script(Call::StartCheckout, &[Fault::TimeoutBefore]);
    app.client().give(&Form::gift().by(6)).await;
    app.run_jobs().await;
    a_pledge_by_program(&app).await;
    a_patron_who_changes(&app).await;
    an_event_of_strangers(&app).await;
    the_office(&app).await;
    a_past(&app).await;
    for (number, status, moves) in
        [(10, DisputeStatus::Open, 1), (11, DisputeStatus::Lost, 1), (12, DisputeStatus::Won, 2)]
    {
        let given = app.gives(&Form::gift().by(number)).await;
        contested(&app, &given, status, moves).await;
    }
    // What follows is left undone.
    app.client().give(&Form::transfer().by(8)).await;
    app.client().give(&Form::transfer().by(9)).await;
    let held = oddities(&app).await;
    let rich = Rich { app, paid, held };
    every_table_has_rows(&rich.app);
    rich
}

async fn a_pledge_by_program(app: &TestApp) {
    let body = serde_json::json!({
        "campaign": "press-fund", "amount": {"minor": 2500, "currency": "EUR"}, "frequency": "once",
        "gateway": "sandbox", "donor": {"email": "donor-7@example.org", "name": "Seven"}, "message": null,
        "anonymous": false, "cover_fees": true, "tier": null, "from": "about-our-funding"
    });
    let request = app.client().request(Method::POST, "/api/v1/pledges").header("idempotency-key", "k");
    let answer =
        app.client().send(request.header("content-type", "application/json").body(body.to_string())).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
}

async fn a_patron_who_changes(app: &TestApp) {
    let pledge = app.gives(&Form::gift().by(13).set("frequency", "monthly")).await.pledge.id;
    let what = OrderKind::Change { amount: eur(3000), frequency: Frequency::Yearly };
    orders::order(
        app.ctx(),
        OrderRequest { pledge, what, by: Orderer::Donor, reason: Some("\u{1f381}".into()) },
    )
    .await
    .unwrap();
    let moving = app.gives(&Form::gift().by(14).set("frequency", "monthly")).await;
    let (donor, way) = (moving.pledge.donor.unwrap(), Some(GatewayKind::BankTransfer));
    support::change_way(app.ctx(), donor, moving.pledge.id, way).await.unwrap();
    app.run_jobs().await;
}

/// Gifts that came before, and a file that nobody said yes to.
async fn a_past(app: &TestApp) {
    let file = "id,campaign,email,name,currency,amount,received_at,donor_id\n\
        1,press-fund,,“Zoë” ערב 🎁,KWD,5.1240,2001-02-28T23:59:59.000001Z,d\n";
    app.takes_over(file.as_bytes(), ImportOptions::default()).await;
    app.examines(file.as_bytes(), ImportOptions { on_statements: true, ..ImportOptions::default() }).await;
}

/// Somebody inside, somebody asked to join, somebody at the wrong door, and a program.
async fn the_office(app: &TestApp) {
    let mut owner = app.clerk(Role::Owner).await;
    owner.post("/admin/staff", &[("email", "kim@x.example"), ("role", "viewer")]).await;
    owner.post("/admin/tokens", &[("name", "Zoë’s site"), ("scope", "write"), ("days", "9")]).await;
    let donors = app.lines("SELECT id AS line FROM donors WHERE erased_at IS NULL ORDER BY id").await;
    owner.post(&format!("/admin/donors/{}/notes", donors[0]), &[("note", "“Für’s Ärgern”\nתודה")]).await;
    owner.post(&format!("/admin/donors/{}/tags", donors[0]), &[("tags", "print, ערב")]).await;
    owner.post(&format!("/admin/donors/{}/merge", donors[0]), &[("into", &donors[1])]).await;
    let view = [("list", "donors"), ("name", "“Für uns” – ערב"), ("query", "q=zo%C3%AB&order=name")];
    owner.post("/admin/views", &view).await;
    owner.post("/admin/webhooks", &[("url", "https://hooks.example/"), ("donation.succeeded", "on")]).await;
    Desk::new(app).post("/admin/sign-in", &[("email", "nobody@x.example"), ("password", "wrong")]).await;
}

async fn an_event_of_strangers(app: &TestApp) {
    let body = br#"{"id":"sbe_stranger","payment":{"id":"sbp_stranger","attempt":"","amount_minor":500,
        "currency":"EUR","status":"succeeded","fee_minor":0,"refunds":[],"changed_at":"2026-06-15T10:00:00Z"}}"#;
    let secret = app.services.sandbox_secret.clone().unwrap();
    let signature = sign(secret.expose(), body, app.ctx().now());
    let headers = WebhookHeaders::new([(SIGNATURE_HEADER.to_owned(), signature)]);
    webhook::accept(app.ctx(), GatewayKind::Sandbox, &headers, body.to_vec()).await.unwrap();
    app.run_jobs().await;
}

async fn contested(app: &TestApp, given: &Given, status: DisputeStatus, moves: u32) {
    let away = if status == DisputeStatus::Won { 0 } else { 2500 };
    let state = DisputeState {
        moves,
        status,
        away_minor: away,
        settled: Some(Settlement::new(money(away * 11 / 10, "USD"), money(1500, "USD")).unwrap()),
        due_at: Some(app.ctx().now() + TimeDelta::days(7)),
    };
    let news = DisputeNews {
        remote: RemoteId::parse(&format!("dp_{}", given.donation.id)).unwrap(),
        amount: eur(2500),
        reason: "fraudulent".into(),
        state,
        opened_at: app.ctx().now(),
        at: app.ctx().now(),
    };
    let payment = given.donation.remote.clone();
    let fact = GatewayFact::Payment(PaymentFact {
        payment,
        checkout: None,
        attempt: None,
        renewal: None,
        what: Happening::Dispute(news),
    });
    let ctx = app.ctx().clone();
    app.ctx().db.write(move |tx| settle::apply(tx, &ctx, GatewayKind::Sandbox, &[fact])).await.unwrap();
    app.run_jobs().await;
}

/// Rows that need nothing of the moment. They come after those that are put together.
const ODDITIES: &[&str] = &[
    "UPDATE pledges SET message = '' WHERE email = 'donor-8@example.org'",
    "UPDATE campaigns SET goal_minor = 9007199254740993, goal_currency = 'EUR', starts_on = '2000-02-29', \
         ends_on = '2999-12-31', \
         rates = '[{\"currency\":\"USD\",\"rate\":\"0.000000001\",\"day\":\"2000-02-29\",\"source\":\"“Zoë” – ערב\"}]'",
    "UPDATE rate_limits SET full_at_us = 9223372036854775807 WHERE bucket = (SELECT MIN(bucket) FROM rate_limits)",
    "INSERT INTO declines SELECT MIN(id), '2026-06-15 10:00:00.000001', 'c', 'n', 'e' FROM pledges",
    "INSERT INTO blocks VALUES ('mark_ödd', 'email', -1, 9223372036854775807)",
    "INSERT INTO form_views VALUES (-1, 9223372036854775807)",
    "INSERT INTO day_keys VALUES ('1901-02-03', 'ödd')",
    "INSERT INTO schedules VALUES ('long ago', '1901-02-03 04:05:06'), ('far', '2999-12-31 23:59:59.999999'), \
         ('tenths', '2026-01-01 00:00:00.100')",
    "INSERT INTO spent_proofs VALUES ('ödd', '2026-06-15 10:00:00.000001')",
    "INSERT INTO gift_links VALUES ('gfl_odd', 'mark', 't', 'zoë@example.org', '{\"name\":\"ערב 🎁\"}', '2026-06-15 10:00:00.000001', \
         '2026-06-15 11:00:00')",
    "INSERT INTO sign_in_links VALUES ('sgn_odd', 'donor-1@example.org', 'b', 'sent', 't', 'c', 2, \
         '2026-06-15 10:00:00', '2026-06-15 10:00:01.500', '2026-06-15 10:10:00')",
    "INSERT INTO sessions SELECT 'ses_odd', MIN(id), 't', 'Firefox, Linux', '2026-06-15 10:00:00', \
         '2026-06-15 10:00:00.000001', '2026-06-16 10:00:00' FROM donors",
    "INSERT INTO address_changes SELECT 'adr_odd', MIN(id), 'a@example.org', 'b@example.org', 'open', 'x', NULL, \
         '2026-06-15 10:00:00', NULL, '2026-06-15 10:00:00', '2026-06-16 10:00:00' FROM donors",
    "INSERT INTO staff_former_addresses SELECT 'sfa_odd', MIN(id), 'été@x.example', '2026-06-15 10:00:00.000001' FROM staff",
    "UPDATE staff SET passkeys = 1 WHERE id = (SELECT MIN(id) FROM staff)",
    "INSERT INTO event_subjects VALUES ('don_ödd', 'evt_every_byte')",
    "INSERT INTO saved_views SELECT 'viw_odd', MIN(id), 'donations', 'Große Gaben', 'order=largest&q=%C3%A4', \
         '2026-06-15 10:00:00.000001' FROM staff",
    "INSERT INTO webhook_deliveries SELECT 'dlv_odd', MIN(id), 'donation.succeeded', '{\"type\":\"ä\"}', 'failed', 2, NULL, \
         'no connection', '2026-06-15 10:00:00', '2026-06-15 10:00:00.000001' FROM webhook_endpoints",
    "INSERT INTO gateway_accounts VALUES ('stripe', 'test', NULL, 'no seal', '', 'no seal', 'ö', 'no seal', \
         '2999-12-31 23:59:59.500', 'v', '2026-06-15 10:00:00.000001')",
    "INSERT INTO setting_changes VALUES (1, 'site.name', '\"Die Laterne – فانوس\"', NULL, 'command', NULL, \
         '2026-06-15 10:00:00.000001')",
    "INSERT INTO setting_changes SELECT 2, 'site.name', NULL, '\"Die Laterne – فانوس\"', 'token', MIN(id), \
         '2026-06-15 10:00:00' FROM api_tokens",
    "INSERT INTO request_keys SELECT MIN(id), 'ключ 🎁', 'b', 201, '{\"id\":\"ä\"}', '2026-06-15 10:00:00.000001' \
         FROM api_tokens",
    "INSERT INTO donor_notes SELECT 'not_odd', MIN(d.id), NULL, 'von einem Programm – ערב', '2026-06-15 10:00:00', MIN(t.id) \
         FROM donors d CROSS JOIN api_tokens t",
    "INSERT INTO account_changes SELECT 'chg_odd', MIN(id), 'details', '{\"fields\":[\"name\"]}', \
         '2026-06-15 10:00:00' FROM donors",
    "INSERT INTO erasures SELECT 'era_odd', MIN(id), 'asked', NULL, NULL, '2026-06-15 10:00:00', NULL, NULL FROM donors",
    "INSERT INTO statements SELECT 2025, MIN(id), 'sent', '2026-01-02 03:04:05' FROM donors",
    "INSERT INTO statement_runs SELECT 2025, MIN(id), 9007199254740993, 1, '2026-01-02 03:04:05', \
         '2026-01-02 03:04:05.000001' FROM donors",
    "INSERT INTO exports VALUES ('exp_odd', 'ledger', 'csv', '1970-01-01', '2999-12-31', 'ready', 2, \
         9007199254740993, 7, 5, NULL, 'staff “Zoë”', '2026-06-15 10:00:00', '2026-06-15 10:00:00.000001', \
         '2999-12-31 23:59:59.500')",
    "INSERT INTO donor_letters SELECT 'ltr_odd', (SELECT MIN(id) FROM donors), MIN(id), 'Grüße', 'a\n\nb 🎁', 'k', \
         '2026-06-15 10:00:00.000001', NULL FROM staff",
    "INSERT INTO gifts_by_hand SELECT MIN(id), '“000417”', NULL, '2026-06-15 10:00:00.000001' FROM donations",
    "INSERT INTO bank_mappings VALUES ('bmp_odd', 'Große Bank 🏦', '{\"account\":\"ä\"}', '2026-06-15 10:00:00.000001')",
    "INSERT INTO bank_statements VALUES ('bst_odd', '“Juni”.csv', 'csv', 'bmp_odd', 'reading', 9007199254740993, 3, 2, 1, 0, \
         NULL, 'staff “Zoë”', '2026-06-15 10:00:00.000001', NULL)",
    "INSERT INTO bank_lines VALUES ('bnl_odd', 'bst_odd', 'DE02', 'code/1', '2026-06-14', '2026-06-14 10:00:00', \
         -9007199254740993, 'EUR', 'taken_back', NULL, 'Zoë', NULL, 'a\n\tb', 'no_gift', 'other', '“ערב”', NULL, NULL, \
         '2026-06-15 10:00:00.000001', '2026-06-15 10:00:00', NULL, NULL, NULL, NULL)",
    "INSERT INTO bank_line_refusals VALUES ('bnl_odd', 'plg_odd')",
    "INSERT INTO gift_aid_declarations (id, donor_id, title, first_name, last_name, house, postcode, covers_from, \
         wording, declared_at, ended_on) SELECT 'gad_odd', MIN(id), '', 'Ö', 'O''Brien', '1a', '', '2022-02-28', \
         'I am a UK taxpayer 🎁', '2026-06-15 10:00:00.250', NULL FROM donors",
    "INSERT INTO external_accounts VALUES ('patreon', '12', 'Die Laterne – فانوس', 'EUR', 'x', NULL, \
         '2026-06-15 10:00:00.000001', NULL, 'w', 'y', 'v', NULL, '2026-06-15 10:00:00', '2026-06-15 10:00:00.250', 'after-ä', \
         NULL, 'why “not” 🎁')",
    "INSERT INTO external_tiers SELECT 'patreon', '7', 'Gold “🎁”', 9007199254740993, MIN(id), '2026-06-15 10:00:00.000001' \
         FROM tiers",
    "INSERT INTO external_members SELECT 'mbr_odd', 'patreon', 'm-1', NULL, 'zoë@example.org', 'Zoë – ערב', 'active', \
         9007199254740993, 'EUR', 12, 9007199254740993, '7', 0, NULL, '2026-06-15 10:00:00.000001', 'Paid', NULL, 'file', \
         '2026-06-15 10:00:00', MIN(id), NULL, '2026-06-15 10:00:00', '2026-06-15 10:00:00.500', TRUE, NULL FROM donors",
    "INSERT INTO external_moves VALUES ('mbr_odd', 1, 'joined', '2026-06', 'EUR', 9007199254740993, \
         '2026-06-15 10:00:00.000001', '2026-06-15 10:00:00')",
    "INSERT INTO external_months VALUES ('patreon', '2026-06', 'EUR', 1, 0, 0, 0, 0, 9007199254740993, \
         '2026-06-15 10:00:00.000001')",
    "INSERT INTO payouts VALUES ('pyt_odd', 'stripe', 'po_odd', -9007199254740993, 'EUR', 'failed', 'whole', 'why “not” 🎁', \
         '2026-06-15 10:00:00.000001', '2999-12-31', '2026-06-15 10:00:00', '2026-06-15 10:00:00.250')",
    "INSERT INTO movements VALUES ('mov_odd', 'stripe', 'txn_odd', 'adjustment', 9007199254740993, 9007199254740993, 'EUR', \
         '2026-06-15 10:00:00.000001', NULL, NULL, NULL, 'po_odd', 'pyt_odd', NULL, NULL, NULL, 'apart', \
         '2026-06-15 10:00:00', '2026-06-15 10:00:00.250')",
    "INSERT INTO comments VALUES ('cmt_gone', 'about-our-funding', 'Title', NULL, NULL, NULL, NULL, 'de', 'removed', NULL, NULL, NULL, \
         '2026-06-15 10:00:00', '2026-06-15 10:00:00.000001', NULL, FALSE)",
    "INSERT INTO comments VALUES ('cmt_odd', 'about-our-funding', '“Title” 🎁', 'cmt_gone', 'Zoë – ערב', 'zoë@example.org', 'a\n\n“b” 🎁', 'ar', \
         'spam', NULL, 'why “not”', 'key', '2026-06-15 10:00:00.000001', '2026-06-15 10:00:00.500', '2026-06-15 10:00:00.250', TRUE)",
    "INSERT INTO appeal_texts VALUES ('spring.b.0123456789ab', 'spring', '0123456789ab', 'b', 9007199254740993, \
         '2026-06-15', '2999-12-31')",
    "UPDATE pledges SET source_appeal = 'spring.b.0123456789ab' WHERE email = 'donor-8@example.org'",
    "INSERT INTO discussions VALUES ('a-letter', 'ö first')",
    "INSERT INTO past_comments VALUES ('old.example.org/blög 12', 'cmt_odd', '2026-06-15 10:00:00.000001')",
    "INSERT INTO outbound_links VALUES ('patreon', '', '2999-12-31', 9007199254740993)",
    "UPDATE donors SET postal_address = 'Quay 1\n1100 Ō', locale = 'pt-BR' WHERE id = (SELECT MIN(id) FROM donors)",
];

/// What the program would not write, or only with much patience. Returns the id of a job that is being worked on.
/// A gift in cash, and its way to the bank.
async fn is_paid_in(app: &TestApp) {
    let gift = Gift {
        by: GatewayKind::Cash,
        from: Giver::Typed { name: "Rosa Ö. Quill".to_owned(), email: String::new() },
        amount: eur(1234),
        received_on: "2026-06-12".parse().unwrap(),
        campaign: "press-fund".to_owned(),
        visibility: Visibility::Hidden,
        document: String::new(),
        note: String::new(),
        form_id: None,
    };
    let given = gifts::record(app.ctx(), Actor::Command, gift).await.unwrap().donation.id;
    let slip =
        Slip { tender: Tender::Cash, gifts: [given].into(), paid_in_on: "2026-06-14".parse().unwrap() };
    deposits::pay_in(app.ctx(), Actor::Command, slip).await.unwrap();
    app.run_jobs().await;
}

/// What Patreon paid out by two lines, of which one was taken back.
async fn is_paid_out(app: &TestApp) {
    let line = |id: &str| Entry::new("PAYOUT “0614”").id(id).by("PATREON", "IE1").on("2026-06-14");
    app.reads(camt(&[line("P1"), line("P2").amount("30.00")]).as_bytes(), None).await;
    let lines = app.lines("SELECT id AS line FROM bank_lines ORDER BY amount_minor").await;
    let told = PaidOut { platform: Platform::Patreon, gross: None, fee: Some(eur(250)) };
    for line in &lines {
        let line = line.parse().unwrap();
        bank_statements::paid_out(app.ctx(), Actor::Command, line, told).await.unwrap();
    }
    bank_statements::reopen(app.ctx(), Actor::Command, lines[0].parse().unwrap()).await.unwrap();
}

async fn oddities(app: &TestApp) -> String {
    let every_byte = hex::encode((0..=255).collect::<Vec<u8>>()).repeat(400);
    let bytes = match app.engine {
        Engine::Sqlite => format!("X'{every_byte}'"),
        Engine::Postgres => format!("'\\x{every_byte}'"),
    };
    let yes = if app.engine == Engine::Sqlite { "1" } else { "TRUE" };
    let long = "Ünïcödé 🎁 ".repeat(20_000);
    let held = app.lines("SELECT MIN(id) AS line FROM jobs WHERE status = 'pending'").await.remove(0);
    let first = [
        format!("UPDATE pledges SET message = '{long}' WHERE email = 'donor-9@example.org'"),
        format!(
            "INSERT INTO inbox (id, gateway, event_id, body, status, note, received_at, processed_at) VALUES ('evt_every_byte', 'sandbox', 'every byte', {bytes}, 'ignored', 'odd', \
             '2026-06-15 10:00:00', '2026-06-15 10:00:00.000001')"
        ),
        format!(
            "INSERT INTO staff_passkeys SELECT 'psk_odd', MIN(id), 'Zoë’s 📱', 'AQ', 'pQEC', 4294967295, {yes}, {yes}, \
             '2026-06-15 10:00:00', '2026-06-15 10:00:00.000001' FROM staff"
        ),
    ];
    let last = [
        format!("INSERT INTO export_parts VALUES ('exp_odd', 0, {bytes})"),
        format!("INSERT INTO bank_statement_parts VALUES ('bst_odd', 0, {bytes})"),
        format!(
            "UPDATE jobs SET status = 'running', lease_until = '2999-01-01 00:00:00', attempt = 4 WHERE id = '{held}'"
        ),
    ];
    let first = first.iter().map(String::as_str).chain(ODDITIES.iter().copied());
    app.execute(&first.chain(last.iter().map(String::as_str)).collect::<Vec<_>>()).unwrap();
    held
}

fn every_table_has_rows(app: &TestApp) {
    let mut database = super::Raw::open(&app.database_url);
    let empty: BTreeSet<String> =
        database.dump().into_iter().filter(|(_, rows)| rows.is_empty()).map(|(table, _)| table).collect();
    assert_eq!(empty, EMPTY.map(str::to_owned).into(), "give the rich site rows of these tables, too");
}
