//! Files of every kind come to lines, each once, and what is certain is booked.

use mainstay::bank::{self, Understood};
use mainstay::domain::audit::Actor;
use mainstay::domain::bank_line::{Direction, ReadLine, StatementStatus};
use mainstay::domain::bank_mapping::{AmountColumns, Charset, DateOrder, DecimalMark, Delimiter, Mapping};
use mainstay::domain::money::Currency;
use mainstay::usecases::bank::{self as transfers, Arrival};
use std::io::Cursor;

use super::{Entry, OURS, camt, camt_of, day};
use crate::support::app::TestApp;
use crate::support::flow;
use crate::support::gift::{Form, Promised, eur};

pub(super) fn read(file: &str) -> Vec<ReadLine> {
    let lines = bank::read(&Understood::Camt053, Cursor::new(file.as_bytes().to_vec())).unwrap();
    lines.map(Result::unwrap).collect()
}

fn reference(promised: &Promised) -> String {
    promised.pledge.reference.as_ref().unwrap().grouped()
}

pub(super) fn mapping() -> Mapping {
    Mapping {
        account: OURS.into(),
        currency: Currency::parse("EUR").unwrap(),
        charset: Charset::Windows1252,
        delimiter: Delimiter::Semicolon,
        header_rows: 2,
        footer_rows: 1,
        date_order: DateOrder::DayMonthYear,
        decimal_mark: DecimalMark::Comma,
        date: 1,
        amount: AmountColumns::Signed { column: 4 },
        name: Some(2),
        other_account: None,
        text: vec![3],
        bank_id: None,
    }
}

flow! {
    async fn a_promise_that_is_named_is_booked_by_itself_and_other_money_waits(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        let short = app.promises_transfer(&Form::transfer().by(2)).await;
        let mangled = reference(&promised).to_lowercase().replace(' ', "-");
        let split = reference(&short);
        let (head, tail) = split.split_at(9);
        let entries = [
            Entry::new(&format!("Spende XY{mangled}! danke")).id("A1"),
            Entry { text: vec![format!("EREF+NONE SVWZ+{head}"), tail.to_owned()], ..Entry::new("").id("A2").amount("20.00") },
            Entry::new("for the lights").id("A3").by("Bob &amp; Söhne", "FR76"),
            Entry { sign: "DBIT", ..Entry::new("rent").id("A4").amount("800.00").by("Landlord", "DE11") },
            Entry { status: "PDNG", ..Entry::new(&reference(&promised)).id("A5") },
        ];
        let file = app.reads(camt(&entries).as_bytes(), None).await;

        assert_eq!((file.status, file.lines_all, file.lines_new), (StatementStatus::Done, 4, 4));
        assert_eq!(app.became().await, "booked 2, open 1, outgoing 1");
        assert_eq!(app.count("bank_statement_parts").await, 0, "the file itself goes once it is read");
        assert_eq!(app.client().status_of(&promised.thanks).await, "fulfilled");
        assert_eq!(app.balance("clearing:bank_transfer").await, 4500);
        assert_eq!(app.review_kinds().await, ["amount_differs"], "booked as it truly is, and asked about");
        assert_eq!(app.letters_about("receipt").len(), 2);
        let open = app.bank_line(app.line_that_is("open").await).await;
        assert_eq!(open.line.name.as_deref(), Some("Bob & Söhne"));
        assert_eq!(open.line.amount, eur(2500));
        let log = app.lines("SELECT actor_kind || ' ' || action AS line FROM audit_log ORDER BY number").await;
        assert_eq!(log.iter().filter(|row| *row == "system gift.recorded").count(), 2, "{log:?}");
        let words = app.lines("SELECT detail AS line FROM audit_log").await.join("");
        assert!(!words.contains("Bob") && !words.contains("FR76"), "{words}");
    }
}

flow! {
    async fn the_same_file_and_overlapping_ones_bring_nothing_twice(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        let twins = || [Entry::new("for the lights"), Entry::new("for the lights")];
        let first: Vec<Entry> = [Entry::new(&reference(&promised))].into_iter().chain(twins()).collect();
        assert_eq!(app.reads(camt(&first).as_bytes(), None).await.lines_new, 3, "two equal gifts are two");
        for again in [first.clone(), twins().to_vec()] {
            let file = app.reads(camt(&again).as_bytes(), None).await;
            assert_eq!((file.status, file.lines_new), (StatementStatus::Done, 0));
        }
        let more = [twins().to_vec(), vec![Entry::new("for the lights"), Entry::new("new").on("2026-06-13")]].concat();
        assert_eq!(app.reads(camt(&more).as_bytes(), None).await.lines_new, 2, "a third equal one, and another");
        // The newer version of the form says the same otherwise.
        let newer = camt_of("08", &[(OURS, &first)]);
        assert_eq!(app.reads(newer.as_bytes(), None).await.lines_new, 0);
        // Equal lines of another account are other lines.
        let other = camt_of("04", &[("DE99", &first), (OURS, &first)]);
        assert_eq!(app.reads(other.as_bytes(), None).await.lines_new, 3);
        assert_eq!((app.count("donations").await, app.count("bank_lines").await), (2, 8));
    }
}

flow! {
    async fn two_readers_of_one_file_bring_its_lines_once(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        let entries: Vec<Entry> = (0..120).map(|number| Entry::new(&format!("{number} {}", reference(&promised))).id(&format!("X{number}"))).collect();
        let file = camt(&entries);
        let parts = vec![file.into_bytes()];
        let handed = mainstay::usecases::bank_statements::HandedIn {
            name: "june.xml".into(), format: mainstay::domain::bank_line::StatementFormat::Camt053, mapping: None, parts, asked_by: "Vera".into(),
        };
        let id = mainstay::usecases::bank_statements::hand_in(app.ctx(), Actor::Command, handed).await.unwrap().id;
        let all = futures_util::future::join_all((0..3).map(|_| mainstay::jobs::read_statement(app.ctx(), id))).await;
        assert!(all.iter().any(Result::is_ok));
        app.run_jobs().await;
        let file = app.statement(id).await;
        assert_eq!((file.status, file.lines_all, file.lines_done, file.lines_new), (StatementStatus::Done, 120, 120, 120));
        assert_eq!((app.count("donations").await, app.count("bank_lines").await), (120, 120));
    }
}

flow! {
    async fn what_staff_recorded_before_the_statement_came_is_not_booked_again(app) {
        let known = app.promises_transfer(&Form::transfer()).await;
        let doubtful = app.promises_transfer(&Form::transfer().by(2)).await;
        for (promised, bank_id) in [(&known, Some("2026/17".to_owned())), (&doubtful, None)] {
            let reference = promised.pledge.reference.clone().unwrap();
            let arrival = Arrival { reference, amount: eur(2500), received_on: day("2026-06-12"), bank_id };
            transfers::record(app.ctx(), Actor::Command, arrival).await.unwrap();
        }
        let entries = [Entry::new(&reference(&known)).id("2026/17"), Entry::new(&reference(&doubtful)).id("2026/18")];
        app.reads(camt(&entries).as_bytes(), None).await;

        assert_eq!(app.became().await, "booked 1, open 1");
        assert_eq!(app.count("donations").await, 2);
        let open = app.bank_line(app.line_that_is("open").await).await;
        assert_eq!(open.suggestions.len(), 2, "it is that one, or a second transfer: {:?}", open.suggestions);
        // And what a statement brought is not recorded by hand again.
        let third = app.promises_transfer(&Form::transfer().by(3)).await;
        app.reads(camt(&[Entry::new(&reference(&third)).id("Z9")]).as_bytes(), None).await;
        let arrival = Arrival {
            reference: third.pledge.reference.clone().unwrap(), amount: eur(2500), received_on: day("2026-06-13"), bank_id: Some("Z9".into()),
        };
        let again = transfers::record(app.ctx(), Actor::Command, arrival).await.unwrap();
        assert_eq!(again.matched, transfers::Match::Repeat);
    }
}

flow! {
    async fn another_kind_of_file_with_the_same_line_asks_before_it_books_again(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        app.reads(camt(&[Entry::new(&reference(&promised)).id("A1")]).as_bytes(), None).await;
        let csv = format!("Umsätze;;;\nTag;Name;Zweck;Betrag\n15.06.2026;Zoë;{};25,00\nSaldo;;;1.000,00\n", reference(&promised));
        let bytes = latin(&csv);
        let file = csv_read(&app, &bytes).await;
        assert_eq!((file.status, file.lines_new), (StatementStatus::Done, 1), "{:?}", file.error);
        assert_eq!(app.became().await, "booked 1, open 1");
        assert_eq!(app.count("donations").await, 1);
        let line = app.bank_line(app.line_that_is("open").await).await.line;
        assert_eq!((line.name.as_deref(), line.booked_on), (Some("Zoë"), day("2026-06-15")));
    }
}

fn latin(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}

/// Hands a CSV in that nobody explained, and explains it.
async fn csv_read(app: &TestApp, bytes: &[u8]) -> mainstay::domain::bank_line::BankStatement {
    let file = app.reads(bytes, None).await;
    assert_eq!(file.status, StatementStatus::Unmapped);
    let named = ("Our bank", mapping());
    mainstay::usecases::bank_statements::understand(app.ctx(), Actor::Command, file.id, named).await.unwrap();
    app.run_jobs().await;
    app.statement(file.id).await
}

#[test]
fn batches_reversals_charges_and_both_ways_of_writing_are_read() {
    let payment = |amount: &str, id: &str, name: &str, text: &str| {
        format!(
            "<TxDtls><Refs><AcctSvcrRef>{id}</AcctSvcrRef></Refs><Amt Ccy=\"EUR\">{amount}</Amt>\
             <RltdPties><Dbtr><Nm>{name}</Nm></Dbtr></RltdPties><RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls>"
        )
    };
    let entry = |amount: &str, rest: &str| {
        format!(
            "<Ntry><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>\
             <BookgDt><DtTm>2026-06-12T23:30:00+02:00</DtTm></BookgDt><AcctSvcrRef>B</AcctSvcrRef>{rest}</Ntry>"
        )
    };
    let file = |entries: &str| camt(&[]).replace("</Stmt>", &format!("{entries}</Stmt>"));
    let batch = format!(
        "<NtryDtls>{}{}</NtryDtls><NtryDtls>{}</NtryDtls>",
        payment("10.00", "B", "Ann", "one"),
        payment("10.00", "B", "Ann", "one"),
        payment("5.00", "C", "Bob", "two")
    );
    let lines = read(&file(&entry("25.00", &batch)));
    let told: Vec<_> =
        lines.iter().map(|line| (line.amount.minor(), line.name.as_deref().unwrap())).collect();
    assert_eq!(told, [(1000, "Ann"), (1000, "Ann"), (500, "Bob")]);
    assert_eq!(lines[0].booked_on, day("2026-06-12"), "the bank's day, whatever the hour is elsewhere");
    assert_eq!(lines[0].marks(), lines[1].marks(), "told apart by their number");
    assert_ne!(lines[1].marks(), lines[2].marks());

    let with_charges = format!(
        "<Chrgs><TtlChrgsAndTaxAmt Ccy=\"EUR\">0.50</TtlChrgsAndTaxAmt><Rcrd><Amt Ccy=\"EUR\">0.50</Amt></Rcrd></Chrgs>{batch}"
    );
    let lines = read(&file(&entry("24.50", &with_charges)));
    let amounts: Vec<_> = lines.iter().map(|line| (line.amount.minor(), line.direction)).collect();
    assert_eq!(
        amounts,
        [(1000, Direction::In), (1000, Direction::In), (500, Direction::In), (-50, Direction::Out)]
    );

    // What does not add up is one line: no money is guessed to be anybody's.
    let lines = read(&file(&entry("26.00", &batch)));
    assert_eq!((lines.len(), lines[0].amount.minor(), lines[0].name.as_deref()), (1, 2600, None));
    assert!(lines[0].text.contains("one") && lines[0].text.contains("two"), "{}", lines[0].text);

    let back = Entry { sign: "DBIT", reversal: true, ..Entry::new("recalled").id("A1") };
    let came_back = Entry { reversal: true, ..Entry::new("closed account").id("A2") };
    for version in ["02", "04", "08"] {
        let lines =
            read(&camt_of(version, &[(OURS, &[back.clone(), came_back.clone(), Entry::new("x").id("A1")])]));
        let ways: Vec<_> = lines.iter().map(|line| line.direction).collect();
        assert_eq!(ways, [Direction::TakenBack, Direction::CameBack, Direction::In], "{version}");
        assert_eq!(lines[0].name.as_deref(), Some("ANN READER"));
        assert_eq!(lines[0].other_account.as_deref(), Some("DE75512108001245126199"));
        assert_ne!(lines[0].marks(), lines[2].marks(), "a reversal may have the id of what it reverses");
    }
    let structured = entry(
        "25.00",
        "<NtryDtls><TxDtls><RmtInf><Strd><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf></Strd></RmtInf></TxDtls></NtryDtls>",
    );
    assert_eq!(read(&file(&structured))[0].text, "RF18539007547034");
}

#[test]
fn a_csv_is_guessed_and_read_as_it_was_explained() {
    let text = "Account statement\nDate,Name,Purpose,Paid in,Paid out\n2026-06-12,Ann,\"a, \"\"b\"\"\nc\",\"1,025.00\",\n2026-06-13,Bob,x,,3.50\n";
    let guess = bank::guess(text.as_bytes());
    assert_eq!(
        (guess.delimiter, guess.date_order, guess.header_rows, guess.date),
        (Delimiter::Comma, DateOrder::YearMonthDay, 2, 1)
    );
    assert_eq!(
        (guess.credit, guess.debit, guess.name, guess.text, guess.decimal_mark),
        (4, 5, 2, 3, DecimalMark::Point)
    );
    let mapping = Mapping {
        charset: Charset::Utf8,
        delimiter: guess.delimiter,
        header_rows: 2,
        footer_rows: 0,
        date_order: guess.date_order,
        decimal_mark: guess.decimal_mark,
        amount: AmountColumns::Pair { credit: 4, debit: 5 },
        ..mapping()
    };
    let lines: Vec<_> = bank::read(&Understood::Csv(mapping.clone()), Cursor::new(text.as_bytes().to_vec()))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let told: Vec<_> = lines.iter().map(|line| (line.at, line.amount.minor(), line.text.as_str())).collect();
    assert_eq!(told, [(3, 102_500, "a, \"b\" c"), (5, -350, "x")]);
    let turned = Mapping { amount: AmountColumns::SignedTheOtherWay { column: 4 }, ..mapping };
    let first = bank::read(&Understood::Csv(turned), Cursor::new(text.as_bytes().to_vec()))
        .unwrap()
        .next()
        .unwrap()
        .unwrap();
    assert_eq!(first.amount.minor(), -102_500);
}
