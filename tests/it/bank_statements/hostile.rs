//! Files that are broken, cut off, or made to do harm: a clear word about the line, and nothing is booked.

use mainstay::bank::{self, Understood};
use mainstay::domain::bank_line::StatementStatus;
use mainstay::domain::bank_mapping::DecimalMark;
use mainstay::domain::bank_mapping::{Mapping, plain_amount};
use proptest::prelude::*;
use std::io::Cursor;

use super::files::mapping;
use super::{Entry, camt};
use crate::support::flow;
use crate::support::gift::Form;

flow! {
    async fn a_file_with_one_mistake_is_refused_as_a_whole_with_its_line(app) {
        let promised = app.promises_transfer(&Form::transfer()).await;
        let reference = promised.pledge.reference.clone().unwrap().grouped();
        let good = || Entry::new(&reference).id("A1");
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;\">]>";
        let outside = "<!DOCTYPE x [<!ENTITY a SYSTEM \"file:///etc/passwd\">]>";
        let plain = camt(&[good()]);
        let with_entry = |entry: Entry| camt(&[good(), entry]);
        let cases: Vec<(String, &str)> = vec![
            (with_entry(Entry::new("x").amount("1e30")), "line 4: “1e30” is not an amount"),
            (with_entry(Entry::new("x").amount("25.505")), "line 4: EUR has 2 decimals"),
            (with_entry(Entry::new("x").amount("99999999999999999999")), "line 4: the amount is too large"),
            (with_entry(Entry::new("x").amount("10000000000000.01")), "line 4: the amount is larger"),
            (with_entry(Entry::new("x").amount("-25.00")), "line 4: “-25.00” has a sign"),
            (with_entry(Entry { sign: "CREDIT", ..Entry::new("x") }), "line 4: “CREDIT” does not say"),
            (with_entry(Entry::new("x").on("2026-13-01")), "line 4: “2026-13-01” is no day"),
            (with_entry(Entry::new("x").on("2026-06-16")), "line 4: 2026-06-16 is still to come"),
            (with_entry(Entry::new(&"x".repeat(9_000))), "line 4: a field is longer than 2000 characters"),
            (with_entry(Entry::new("&a;")), "line 4: “&a;” is a name that XML does not know"),
            (plain.replacen("<Document", &format!("{bomb}<Document"), 1), "line 2: the file declares a document type"),
            (plain.replacen("<Document", &format!("{outside}<Document"), 1), "line 2: the file declares a document type"),
            (plain.replace("<Ntry>", &"<Ntry>".repeat(60)), "elements lie more than 40 deep"),
            (plain[..plain.len() - 27].to_owned(), "line 4: the file was cut off"),
            (plain.replace("</Ntry>", "</Nope>"), "this is no well-formed XML"),
            (plain.replace("camt.053.001.02", "camt.054.001.02"), "“camt.054.001.02” is not taken"),
            (plain.replace("BkToCstmrStmt>", "Other>").replace("Stmt>", "Rpt>"), "there is no statement in it"),
            ("<html><body>Sign in</body></html>".to_owned(), "“html” is no statement of a bank"),
            (plain.replace("UTF-8", "klingon"), "line 1: the encoding “klingon” is not known"),
            (plain.replace("<IBAN>DE02120300000000202051</IBAN>", ""), "line 3: the statement does not name its account"),
        ];
        for (file, words) in cases {
            let file = app.reads(file.as_bytes(), None).await;
            let error = file.error.clone().unwrap_or_default();
            assert_eq!(file.status, StatementStatus::Failed, "{words}");
            assert!(error.contains(words), "{words}: {error}");
        }
        let latin: Vec<u8> = plain.replace("ANN READER", "Zo~").bytes().map(|byte| if byte == b'~' { 0xeb } else { byte }).collect();
        let file = app.reads(&latin, None).await;
        assert!(file.error.unwrap().contains("letters that are not written as UTF-8"));
        assert_eq!((app.count("bank_lines").await, app.count("donations").await), (0, 0));
        assert_eq!(app.count("bank_statement_parts").await, 0);

        let as_latin = plain.replace("UTF-8", "ISO-8859-1").as_bytes().to_vec();
        assert_eq!(app.reads(&as_latin, None).await.status, StatementStatus::Done);
        assert_eq!(app.became().await, "booked 1");
    }
}

/// Reads to the end, whatever comes; how many lines and how many mistakes.
fn exhausted(how: &Understood, bytes: &[u8]) -> (usize, usize) {
    match bank::read(how, Cursor::new(bytes.to_vec())) {
        Ok(lines) => lines.fold((0, 0), |(good, bad), line| match line {
            Ok(line) => {
                assert!(line.amount.minor() != 0 && line.at > 0);
                (good + 1, bad)
            }
            Err(fault) => {
                assert!(!fault.what.is_empty());
                (good, bad + 1)
            }
        }),
        Err(_fault) => (0, 1),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_bytes_stop_the_readers(bytes in proptest::collection::vec(any::<u8>(), 0..2_000), utf8 in any::<bool>()) {
        exhausted(&Understood::Camt053, &bytes);
        let charset = if utf8 { mainstay::domain::bank_mapping::Charset::Utf8 } else { mapping().charset };
        exhausted(&Understood::Csv(Mapping { charset, header_rows: 0, ..mapping() }), &bytes);
        bank::guess(&bytes);
        bank::recognise(&bytes);
    }

    #[test]
    fn a_file_that_was_cut_or_bent_anywhere_is_a_mistake_or_a_whole_statement(cut in 0_usize..1_000, at in 0_usize..1_000, byte in any::<u8>()) {
        let file = camt(&[Entry::new("one").id("A"), Entry::new("two").amount("5.00")]).into_bytes();
        let place = |share: usize| file.len() * share / 1_000;
        let (good, bad) = exhausted(&Understood::Camt053, &file[..place(cut)]);
        prop_assert!(bad == 1 && good <= 2, "{good} {bad}");
        let mut bent = file.clone();
        let at = place(at).min(bent.len() - 1);
        bent[at] = byte;
        exhausted(&Understood::Camt053, &bent);
    }

    #[test]
    fn every_amount_reads_back_as_it_was_written(minor in -1_000_000_000_000_i64..1_000_000_000_000, comma in any::<bool>(), grouped in any::<bool>()) {
        let (whole, cents) = (minor.unsigned_abs() / 100, minor.unsigned_abs() % 100);
        let digits = whole.to_string();
        let (group, mark, how) = if comma { ('.', ',', DecimalMark::Comma) } else { (',', '.', DecimalMark::Point) };
        let mut text = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if grouped && index > 0 && (digits.len() - index).is_multiple_of(3) {
                text.push(group);
            }
            text.push(digit);
        }
        let sign = if minor < 0 { "-" } else { "" };
        let read = plain_amount(&format!("{sign}{text}{mark}{cents:02}"), how);
        prop_assert_eq!(read, Some(format!("{sign}{whole}.{cents:02}")));
    }
}

#[test]
fn a_csv_says_which_line_cannot_be_taken() {
    let read = |text: &str| {
        let plain = Mapping {
            header_rows: 1,
            footer_rows: 0,
            charset: mainstay::domain::bank_mapping::Charset::Utf8,
            ..mapping()
        };
        let faults: Vec<String> = bank::read(&Understood::Csv(plain), Cursor::new(text.as_bytes().to_vec()))
            .unwrap()
            .filter_map(|line| line.err().map(|fault| fault.to_string()))
            .collect();
        faults.join("; ")
    };
    let head = "Tag;Name;Zweck;Betrag\n12.06.2026;Ann;x;25,00\n";
    assert_eq!(read(head), "");
    for (row, words) in [
        ("2026-06-12;Ann;x;25,00", "line 3: “2026-06-12” is no day in the order that was chosen"),
        ("12.06.2026;Ann;x;25.00", "line 3: “25.00” is no amount"),
        ("12.06.2026;Ann;x;1e30", "line 3: “1e30” is no amount"),
        ("12.06.2026;Ann;x;25,005", "line 3: EUR has 2 decimals"),
        ("12.06.2026;Ann;x", "line 3: “” is no amount"),
        ("12.06.2026;Ann;x;99999999999999999,00", "line 3: the amount is"),
    ] {
        let told = read(&format!("{head}{row}\n13.06.2026;Bob;y;1,00\n"));
        assert!(told.starts_with(words), "{row}: {told}");
        assert_eq!(told.matches("line").count(), 1, "{told}");
    }
    let long = format!("{head}12.06.2026;{};x;1,00\n", "x".repeat(5_000));
    assert!(read(&long).contains("longer than 2000 characters"));
    assert!(read("").contains("there is no line of an account in it"));
    let quoted = read(&format!("{head}\"12.06.2026;Ann;x;25,00\n"));
    assert!(quoted.contains("line 3"), "{quoted}");
    let wrong_letters = bank::read(
        &Understood::Csv(Mapping { charset: mainstay::domain::bank_mapping::Charset::Utf8, ..mapping() }),
        Cursor::new(b"a;b\nc;d\n12.06.2026;Zo\xeb;x;1,00\n".to_vec()),
    );
    assert!(
        wrong_letters
            .unwrap()
            .any(|line| line.is_err_and(|fault| fault.what.contains("not written as UTF-8")))
    );
}
