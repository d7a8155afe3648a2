//! What the columns of a bank's CSV mean: guessed, looked at, mended, saved under a name.

use super::wrong;
use crate::bank::{self, BEGINNING_BYTES, Guess, Preview};
use crate::domain::bank_line::{ReadLine, StatementStatus};
use crate::domain::bank_mapping::{
    AmountColumns, COLUMNS_MAX, Charset, DateOrder, DecimalMark, Delimiter, Mapping,
};
use crate::domain::ids::BankStatementId;
use crate::domain::money::Currency;
use crate::render::admin_pages::ActField;
use crate::render::bank_pages::{BankMappingPage, BankPreviewShown};
use crate::render::date_text;
use crate::usecases::bank_statements;
use crate::usecases::{FieldError, UseCaseError};
use crate::web::admin::door::Seat;
use crate::web::admin::reply::{Desk, faults};
use crate::web::error::WebError;
use crate::web::form::Fields;
use crate::web::reply::{id_of, see_other, status_of};
use crate::web::state::AppState;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use std::collections::BTreeMap;

/// A form of it, filled in: as it was typed, or as it was guessed.
struct Filled {
    typed: BTreeMap<&'static str, String>,
    beginning: Vec<u8>,
}

impl Filled {
    fn text(&self, name: &str) -> String {
        self.typed.get(name).cloned().unwrap_or_default()
    }

    fn column(&self, name: &str) -> usize {
        self.text(name).trim().parse().unwrap_or_default()
    }
}

/// Every field of the form.
const FIELDS: [&str; 20] = [
    "mapping_name",
    "account",
    "currency",
    "charset",
    "delimiter",
    "header_rows",
    "footer_rows",
    "date_order",
    "decimal_mark",
    "amount_in",
    "date",
    "amount",
    "credit",
    "debit",
    "name",
    "other_account",
    "text",
    "text_2",
    "text_3",
    "bank_id",
];

async fn filled(state: &AppState, id: BankStatementId, typed: &Fields) -> Result<Filled, WebError> {
    let file = bank_statements::find(&state.ctx, id).await?;
    if file.status != StatementStatus::Unmapped {
        let message = "this file has been read already".to_owned();
        return Err(UseCaseError::Conflict { code: "already_read", message }.into());
    }
    let mut beginning = bank_statements::part(&state.ctx, id, 0).await?.unwrap_or_default();
    beginning.truncate(BEGINNING_BYTES);
    let typed = if typed.given("delimiter").is_some() {
        FIELDS.into_iter().map(|name| (name, typed.text(name))).collect()
    } else {
        guessed(state, &bank::guess(&beginning))
    };
    Ok(Filled { typed, beginning })
}

fn guessed(state: &AppState, guess: &Guess) -> BTreeMap<&'static str, String> {
    let policy = &state.ctx.policy;
    let account = policy.bank_account.as_ref().map(|account| account.iban.clone()).unwrap_or_default();
    let way = if guess.credit > 0 && guess.amount == 0 { "pair" } else { "signed" };
    BTreeMap::from([
        ("mapping_name", String::new()),
        ("account", account),
        ("currency", policy.default_currency.code().to_owned()),
        ("charset", guess.charset.as_str().to_owned()),
        ("delimiter", guess.delimiter.as_str().to_owned()),
        ("header_rows", guess.header_rows.to_string()),
        ("footer_rows", "0".to_owned()),
        ("date_order", guess.date_order.as_str().to_owned()),
        ("decimal_mark", guess.decimal_mark.as_str().to_owned()),
        ("amount_in", way.to_owned()),
        ("date", guess.date.to_string()),
        ("amount", guess.amount.to_string()),
        ("credit", guess.credit.to_string()),
        ("debit", guess.debit.to_string()),
        ("name", guess.name.to_string()),
        ("other_account", guess.other_account.to_string()),
        ("text", guess.text.to_string()),
        ("text_2", "0".to_owned()),
        ("text_3", "0".to_owned()),
        ("bank_id", guess.bank_id.to_string()),
    ])
}

/// A word that is one of those to choose from.
fn chosen<T>(found: Option<T>, field: &'static str, problems: &mut Vec<FieldError>) -> Option<T> {
    if found.is_none() {
        problems.push(wrong(field, "Choose one of these.".to_owned()));
    }
    found
}

/// The mapping that was filled in, or every word that is none.
fn mapping(filled: &Filled) -> Result<Mapping, Vec<FieldError>> {
    let mut problems = Vec::new();
    let currency = chosen(Currency::parse(&filled.text("currency")).ok(), "currency", &mut problems);
    let charset = chosen(Charset::parse(&filled.text("charset")), "charset", &mut problems);
    let delimiter = chosen(Delimiter::parse(&filled.text("delimiter")), "delimiter", &mut problems);
    let date_order = chosen(DateOrder::parse(&filled.text("date_order")), "date_order", &mut problems);
    let decimal_mark =
        chosen(DecimalMark::parse(&filled.text("decimal_mark")), "decimal_mark", &mut problems);
    let rows = |field: &'static str, problems: &mut Vec<FieldError>| {
        let rows = filled.text(field).trim().parse().ok();
        if rows.is_none() {
            problems.push(wrong(field, "Type how many rows, such as 1 or 0.".to_owned()));
        }
        rows
    };
    let header_rows = rows("header_rows", &mut problems);
    let footer_rows = rows("footer_rows", &mut problems);
    let amount = match filled.text("amount_in").as_str() {
        "pair" => AmountColumns::Pair { credit: filled.column("credit"), debit: filled.column("debit") },
        "other_way" => AmountColumns::SignedTheOtherWay { column: filled.column("amount") },
        _ => AmountColumns::Signed { column: filled.column("amount") },
    };
    let optional = |name: &str| Some(filled.column(name)).filter(|column| *column > 0);
    let text = ["text", "text_2", "text_3"].into_iter().filter_map(optional).collect();
    match (currency, charset, delimiter, date_order, decimal_mark, header_rows, footer_rows) {
        (
            Some(currency),
            Some(charset),
            Some(delimiter),
            Some(date_order),
            Some(decimal_mark),
            Some(header_rows),
            Some(footer_rows),
        ) => Ok(Mapping {
            account: filled.text("account"),
            currency,
            charset,
            delimiter,
            header_rows,
            footer_rows,
            date_order,
            decimal_mark,
            date: filled.column("date"),
            amount,
            name: optional("name"),
            other_account: optional("other_account"),
            text,
            bank_id: optional("bank_id"),
        }),
        _ => Err(problems),
    }
}

/// The form, and how the first rows read with what it says now.
pub(in crate::web) async fn show(
    request: HttpRequest,
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
) -> Result<HttpResponse, WebError> {
    let id: BankStatementId = id_of(&id, "bank statement")?;
    let typed = Fields::parse(request.query_string().as_bytes())?;
    page(&state, &seat, id, &typed, Vec::new()).await
}

async fn page(
    state: &AppState,
    seat: &Seat,
    id: BankStatementId,
    typed: &Fields,
    problems: Vec<FieldError>,
) -> Result<HttpResponse, WebError> {
    let filled = filled(state, id, typed).await?;
    let status = status_of(&problems);
    let mapping = mapping(&filled).ok();
    let written = (
        Charset::parse(&filled.text("charset")).unwrap_or(Charset::Utf8),
        Delimiter::parse(&filled.text("delimiter")).unwrap_or(Delimiter::Semicolon),
    );
    let preview = bank::preview(&filled.beginning, written, mapping.as_ref());
    let width = preview.rows.iter().map(Vec::len).max().unwrap_or_default().min(COLUMNS_MAX);
    let out = mapping.as_ref().map_or(0, |mapping| mapping.header_rows);
    let file = bank_statements::find(&state.ctx, id).await?;
    let shown = BankMappingPage {
        id: id.to_string(),
        file: file.name,
        fields: written_fields(state, &filled),
        columns: column_fields(&filled, &preview, width),
        rows: (1..).zip(preview.rows.iter().cloned()).map(|(row, cells)| (row, row <= out, cells)).collect(),
        width: (1..=width).collect(),
        lines: preview.lines.iter().map(line_shown).collect(),
        faults: faults(&problems),
    };
    let place = ("admin/bank_mapping.html", "What the columns mean", "/admin/bank");
    Desk::of(state, &seat.0).answer(status, place, None, shown)
}

fn line_shown(line: &Result<ReadLine, bank::Fault>) -> BankPreviewShown {
    match line {
        Ok(line) => BankPreviewShown {
            at: line.at,
            day: date_text(line.booked_on),
            amount: line.amount.text(),
            name: line.name.clone().unwrap_or_default(),
            text: line.text.clone(),
            mistake: String::new(),
        },
        Err(fault) => {
            BankPreviewShown { at: fault.at, mistake: fault.what.clone(), ..BankPreviewShown::default() }
        }
    }
}

fn choices<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs.into_iter().map(|(value, label)| (value.to_owned(), label.to_owned())).collect()
}

/// How the file is written.
fn written_fields(state: &AppState, filled: &Filled) -> Vec<ActField> {
    let of = |name: &'static str, label, options| ActField::choice(name, label, filled.text(name), options);
    let currencies =
        state.ctx.policy.currencies.iter().map(|c| (c.code().to_owned(), c.code().to_owned())).collect();
    vec![
        ActField::text("mapping_name", "Name of this bank’s files", filled.text("mapping_name")).hinted(
            "The next file of this bank is read in the same way. A name that is there already is replaced.",
        ),
        ActField::text("account", "IBAN or number of your account", filled.text("account")),
        of("currency", "Currency of the account", currencies),
        of(
            "delimiter",
            "Between cells",
            choices([
                ("semicolon", "Semicolon ;"),
                ("comma", "Comma ,"),
                ("tab", "Tabulator"),
                ("pipe", "Stroke |"),
            ]),
        ),
        of(
            "charset",
            "Letters",
            choices([("utf-8", "UTF-8"), ("windows-1252", "Windows-1252 (older programs)")]),
        ),
        of(
            "date_order",
            "Days",
            choices([
                ("dmy", "Day, month, year (31.12.2026)"),
                ("mdy", "Month, day, year (12/31/2026)"),
                ("ymd", "Year, month, day (2026-12-31)"),
            ]),
        ),
        of(
            "decimal_mark",
            "Decimals",
            choices([("comma", "Behind a comma (1.234,50)"), ("point", "Behind a point (1,234.50)")]),
        ),
        ActField::text("header_rows", "Rows to leave out at the top", filled.text("header_rows")),
        ActField::text("footer_rows", "Rows to leave out at the bottom", filled.text("footer_rows")),
    ]
}

/// What the columns mean.
fn column_fields(filled: &Filled, preview: &Preview, width: usize) -> Vec<ActField> {
    let named = |column: usize| {
        let head =
            column.checked_sub(1).and_then(|index| preview.heads.get(index)).filter(|head| !head.is_empty());
        head.map_or_else(|| format!("Column {column}"), |head| format!("{column}: {head}"))
    };
    let mut columns = vec![("0".to_owned(), "–".to_owned())];
    columns.extend((1..=width).map(|column| (column.to_string(), named(column))));
    let of = |name: &'static str, label| ActField::choice(name, label, filled.text(name), columns.clone());
    vec![
        of("date", "Day on which it was booked"),
        ActField::choice(
            "amount_in",
            "Amounts stand",
            filled.text("amount_in"),
            choices([
                ("signed", "in one column, with a minus for what went out"),
                ("other_way", "in one column, with a minus for what came in"),
                ("pair", "in two columns"),
            ]),
        ),
        of("amount", "Amount, if in one column"),
        of("credit", "What came in, if in two"),
        of("debit", "What went out, if in two"),
        of("name", "Name of the other side"),
        of("other_account", "Account of the other side"),
        of("text", "What was written on it"),
        of("text_2", "More of what was written"),
        of("text_3", "Still more"),
        of("bank_id", "The bank’s own id of the line").hinted(
            "If there is one: the same line is known by it in every file. Otherwise give whole days.",
        ),
    ]
}

/// Saves what the columns mean, and has the file read.
pub(in crate::web) async fn save(
    state: Data<AppState>,
    seat: Seat,
    id: Path<String>,
    body: Bytes,
) -> Result<HttpResponse, WebError> {
    let id: BankStatementId = id_of(&id, "bank statement")?;
    let typed = Fields::parse(&body)?;
    let mapping = match mapping(&filled(&state, id, &typed).await?) {
        Ok(mapping) => mapping,
        Err(problems) => return page(&state, &seat, id, &typed, problems).await,
    };
    let name = typed.text("mapping_name");
    match bank_statements::understand(&state.ctx, seat.0.actor(), id, (&name, mapping)).await {
        Ok(()) => Ok(see_other(&format!("/admin/bank/{id}?done=bank-file"))),
        Err(UseCaseError::Invalid(problems)) => page(&state, &seat, id, &typed, problems).await,
        Err(error) => Err(error.into()),
    }
}
