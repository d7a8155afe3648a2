use super::*;
use crate::domain::bank_mapping::{DateOrder, DecimalMark};
use crate::domain::gift_import::{LeftOut, PastGift, When};
use crate::domain::pledge::{Frequency, Visibility};
use std::io::{BufReader, Cursor};

fn rows_of(bytes: &[u8], options: &ImportOptions) -> Result<Rows, Fault> {
    // Small buffers: letters fall between two of them.
    read(BufReader::with_capacity(64, Cursor::new(bytes.to_vec())), options)
}

fn all(text: &str) -> Vec<Result<ImportRow, Fault>> {
    rows_of(text.as_bytes(), &ImportOptions::default()).unwrap().collect()
}

fn only(text: &str) -> PastGift {
    let mut rows = all(text);
    assert_eq!(rows.len(), 1, "{rows:?}");
    match rows.pop() {
        Some(Ok(ImportRow::Gift(gift))) => *gift,
        other => panic!("{other:?}"),
    }
}

fn mistake(text: &str) -> String {
    let rows = all(text);
    rows.into_iter().find_map(Result::err).map(|fault| fault.to_string()).unwrap_or_default()
}

fn left_out(text: &str) -> Vec<(u64, LeftOut)> {
    let named = |row| match row {
        Ok(ImportRow::LeftOut { at, why }) => Some((at, why)),
        _ => None,
    };
    all(text).into_iter().filter_map(named).collect()
}

const GIVEWP: &str = "\"Donation ID\",\"First Name\",\"Last Name\",\"Email Address\",\"Donation Total\",\"Currency Code\",\
    \"Donation Status\",\"Payment Gateway\",\"Payment Mode\",\"Form Title\",\"Donation Date\",\"Donation Time\",\"Donor ID\"\n";

#[test]
fn givewp_is_read_by_its_heading() {
    let gift = only(&format!(
        "{GIVEWP}\"101\",\"Ann\",\"Reader\",\"Ann@Example.org\",\"1,250.50\",\"EUR\",\"Renewal\",\"PayPal\",\"live\",\
         \"Press fund\",\"May 4, 2020\",\"21:05\",\"7\"\n"
    ));
    assert_eq!(gift.name.unwrap().as_str(), "Ann Reader");
    assert_eq!(gift.email.unwrap().as_str(), "ann@example.org");
    assert_eq!(gift.amount.minor(), 125_050);
    assert_eq!(gift.frequency, Frequency::Monthly);
    assert_eq!(gift.campaign.as_deref(), Some("Press fund"));
    assert_eq!(gift.when, When::Local("2020-05-04T21:05:00".parse().unwrap()));
    assert_eq!((gift.is_named, gift.marks), (true, vec!["givewp".into(), "id".into(), "101".into()]));
    assert_eq!(gift.visibility, Visibility::Hidden, "only a file that says so shows a name");
}

#[test]
fn what_is_no_gift_is_left_out_with_the_reason() {
    let row = |id: u32, amount: &str, status: &str, gateway: &str, mode: &str| {
        format!("{id},A,B,a@b.example,{amount},EUR,{status},{gateway},{mode},F,2020-05-04,10:00,7\n")
    };
    let file = [
        GIVEWP.to_owned(),
        row(1, "5", "Refunded", "stripe", "live"),
        row(2, "5", "Abandoned", "stripe", "live"),
        row(3, "5", "Pending", "stripe", "live"),
        row(4, "5", "Complete", "stripe", "test"),
        row(5, "5", "Complete", "Test Donation", "live"),
        row(6, "0.00", "Complete", "stripe", "live"),
        row(7, "5", "Complete", "stripe", "live"),
    ]
    .concat();
    let expected = [
        (2, LeftOut::Refunded),
        (3, LeftOut::Failed),
        (4, LeftOut::Pending),
        (5, LeftOut::Test),
        (6, LeftOut::Test),
        (7, LeftOut::NoGift),
    ];
    assert_eq!(left_out(&file), expected);
    let strange = format!("{GIVEWP}{}", row(1, "5", "Abgeschlossen", "stripe", "live"));
    assert_eq!(mistake(&strange), "line 2: “abgeschlossen” is no status that is known");
}

#[test]
fn donorbox_ko_fi_and_liberapay_are_told_apart() {
    let gift = only(
        "Name,Donor Email,Make Donation Anonymous,Campaign,Amount,Currency,Total Fee,Donated At,Receipt Id,\
         Donation Type,Pay Pal Capture Id,Recurring Donation,Recurring Plan Id\n\
         Bob,bob@example.org,no,Press fund,25.00,USD,1.03,2021-03-14 09:26:53,31,paypal,8XK1,yes,77\n",
    );
    assert_eq!((gift.amount.minor(), gift.settled.fee().minor()), (2500, 103));
    assert_eq!((gift.payment.as_deref(), gift.plan.as_deref()), (Some("8XK1"), Some("77")));
    assert_eq!((gift.frequency, gift.visibility), (Frequency::Monthly, Visibility::Named));

    let kofi =
        "DateTime (UTC),From,Message,Item,Received,Given,Currency,TransactionType,TransactionId,BuyerEmail\n";
    let gift = only(&format!("{kofi}2026-01-03 10:00,Jo,Thanks!,,3.00,,GBP,Monthly Tip,t1,jo@example.org\n"));
    assert_eq!(gift.when, When::Moment("2026-01-03T10:00:00Z".parse().unwrap()));
    assert_eq!((gift.frequency, gift.message.as_deref()), (Frequency::Monthly, Some("Thanks!")));
    let others = format!(
        "{kofi}2026-01-03 10:00,Jo,,Mug,9.00,,GBP,Shop Order,t2,\n2026-01-04 10:00,Me,,,,5.00,GBP,Tip,t3,\n"
    );
    assert_eq!(left_out(&others), [(2, LeftOut::NoGift), (3, LeftOut::NoGift)]);

    let liberapay = "patron_id,patron_username,patron_public_name,visibility,donation_currency,weekly_amount,\
        pledge_date,last_payment_date,sum_received\n";
    let gift = only(&format!("{liberapay}12,zoe,,public,EUR,0.50,2019-01-01,2020-01-01,26.00\n"));
    assert_eq!((gift.name.unwrap().as_str(), gift.amount.minor()), ("zoe", 2600));
    assert_eq!((gift.frequency, gift.visibility), (Frequency::Weekly, Visibility::Named));
    let secret = only(&format!("{liberapay},,,secret,EUR,0.50,2019-01-01,2020-01-01,26.00\n"));
    let later = only(&format!("{liberapay},,,secret,EUR,0.50,2019-01-01,2020-06-01,39.00\n"));
    assert_eq!((secret.is_named, &secret.marks), (false, &later.marks), "a later list says the same of them");
    let active = rows_of(
        b"patron_id,patron_username,patron_public_name,visibility,donation_currency,weekly_amount,pledge_date\n",
        &ImportOptions::default(),
    );
    assert!(active.err().unwrap().what.contains("export all patrons"));
}

#[test]
fn what_can_be_read_in_two_ways_waits_for_a_word() {
    let file = |day: &str, amount: &str| format!("received_at,currency,amount\n{day},EUR,\"{amount}\"\n");
    assert!(mistake(&file("05/04/2020", "5")).contains("say with --dates"));
    assert!(mistake(&file("2020-04-05", "1,250")).contains("say with --decimals"));
    assert_eq!(only(&file("25/04/2020", "5")).when, When::Day("2020-04-25".parse().unwrap()));
    assert_eq!(only(&file("2020-04-05", "1.250,00 ")).amount.minor(), 125_000);
    let said = ImportOptions {
        date_order: Some(DateOrder::DayMonthYear),
        decimal_mark: Some(DecimalMark::Point),
        ..ImportOptions::default()
    };
    let text = "received_at;currency;amount\n05/04/2020;KWD;5.124\n05/04/2020;JPY;\"1,250\"\n";
    let minor = |row| match row {
        Ok(ImportRow::Gift(gift)) => (gift.amount.minor(), gift.when),
        other => panic!("{other:?}"),
    };
    let gifts: Vec<_> = rows_of(text.as_bytes(), &said).unwrap().map(minor).collect();
    let day = When::Day("2020-04-05".parse().unwrap());
    assert_eq!(gifts, [(5124, day), (1250, day)]);
    for (day, amount, word) in [
        ("2020-02-30", "5", "is no day"),
        ("2020-02-03T25:00", "5", "is no time"),
        ("2020-02-03", "5.0055", "EUR has 2 decimals"),
        ("2020-02-03", "1e30", "is not an amount"),
        ("2020-02-03", "-5", "more than zero"),
        ("2020-02-03", "99999999999999999999", "too large"),
    ] {
        assert!(
            mistake(&file(day, amount)).contains(word),
            "{day} {amount}: {}",
            mistake(&file(day, amount))
        );
    }
}

#[test]
fn letters_of_older_programs_and_marks_at_the_beginning_are_read() {
    let plain = "\u{feff}Received_At\tcurrency\tamount\tname\r\n2020-04-05\tEUR\t5\tZoë\r\n\r\n";
    assert_eq!(only(plain).name.unwrap().as_str(), "Zoë");
    let latin = b"received_at;currency;amount;name\n2020-04-05;EUR;5;Zo\xeb\n";
    let mut rows = rows_of(latin, &ImportOptions::default()).unwrap();
    match rows.next() {
        Some(Ok(ImportRow::Gift(gift))) => assert_eq!(gift.name.unwrap().as_str(), "Zoë"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_heading_that_is_not_known_or_says_one_thing_twice_is_refused() {
    for (heading, word) in [
        ("a,b,c", "none of Mainstay, GiveWP"),
        ("", "there is nothing in the file"),
        ("received_at,currency", "neither a column “amount”"),
        ("received_at,currency,amount,Amount", "two columns say the same"),
        ("Donation ID,Donation Total,Donation Date,Donation Status", "“currency code” of GiveWP is missing"),
    ] {
        let fault = rows_of(heading.as_bytes(), &ImportOptions::default()).err().unwrap();
        assert!(fault.at == 1 && fault.what.contains(word), "{heading}: {fault}");
    }
}
