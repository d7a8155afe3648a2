//! What the columns are called, by who wrote the file.

use crate::bank::Fault;
use crate::domain::gift_import::ImportLayout;
use csv::StringRecord;
use std::collections::HashMap;

/// What a column may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Field {
    /// The name that the other place gave the gift.
    Id,
    Name,
    FirstName,
    LastName,
    Company,
    Email,
    /// What the other place calls the donor.
    Giver,
    Amount,
    AmountMinor,
    Currency,
    Fee,
    FeeMinor,
    RefundedMinor,
    LostMinor,
    SettledMinor,
    SettledCurrency,
    /// When it came: a day, or a day and a time.
    When,
    /// The time, where it stands apart.
    Time,
    Campaign,
    Status,
    /// Live or test.
    Mode,
    Gateway,
    /// What kind of row it is.
    Kind,
    /// Whether it is of recurring support.
    Recurring,
    Frequency,
    /// Since when the donor gives.
    Since,
    /// What the other place calls the promise.
    Plan,
    /// Whether the name is to be hidden.
    Hidden,
    /// Who may see the name.
    Visible,
    Message,
    Article,
    Appeal,
    /// The gateway's name of the payment; the first that is filled in.
    Payment,
    PaymentToo,
}

/// The heading of a layout: names in lower case, each with what stands below it. Several names of one field are names of
/// several years.
type Heading = &'static [(&'static str, Field)];

const MAINSTAY: Heading = &[
    ("id", Field::Id),
    ("pledge_id", Field::Plan),
    ("campaign", Field::Campaign),
    ("donor_id", Field::Giver),
    ("email", Field::Email),
    ("name", Field::Name),
    ("gateway", Field::Gateway),
    ("remote_id", Field::Payment),
    ("status", Field::Status),
    ("currency", Field::Currency),
    ("amount", Field::Amount),
    ("fee", Field::Fee),
    ("gross_minor", Field::AmountMinor),
    ("fee_minor", Field::FeeMinor),
    ("refunded_minor", Field::RefundedMinor),
    ("lost_minor", Field::LostMinor),
    ("settled_minor", Field::SettledMinor),
    ("settled_currency", Field::SettledCurrency),
    ("received_at", Field::When),
    ("article", Field::Article),
    ("appeal", Field::Appeal),
    ("frequency", Field::Frequency),
    ("hidden", Field::Hidden),
    ("message", Field::Message),
];

const GIVEWP: Heading = &[
    ("donation id", Field::Id),
    ("first name", Field::FirstName),
    ("last name", Field::LastName),
    ("email address", Field::Email),
    ("company name", Field::Company),
    ("donation total", Field::Amount),
    ("currency code", Field::Currency),
    ("donation status", Field::Status),
    ("payment gateway", Field::Gateway),
    ("payment mode", Field::Mode),
    ("form title", Field::Campaign),
    ("campaign title", Field::Campaign),
    ("donation date", Field::When),
    ("donation time", Field::Time),
    ("donor id", Field::Giver),
    ("subscription id", Field::Plan),
    ("comment", Field::Message),
    ("donor comment", Field::Message),
    ("anonymous donation", Field::Hidden),
];

const DONORBOX: Heading = &[
    ("receipt id", Field::Id),
    ("name", Field::Name),
    ("donor's first name", Field::FirstName),
    ("donor's last name", Field::LastName),
    ("donating company", Field::Company),
    ("donor email", Field::Email),
    ("make donation anonymous", Field::Hidden),
    ("campaign", Field::Campaign),
    ("amount", Field::Amount),
    ("currency", Field::Currency),
    ("total fee", Field::Fee),
    ("donated at", Field::When),
    ("donor comment", Field::Message),
    ("donation type", Field::Gateway),
    ("stripe charge id", Field::Payment),
    ("pay pal capture id", Field::PaymentToo),
    ("paypal capture id", Field::PaymentToo),
    ("recurring donation", Field::Recurring),
    ("recurring plan id", Field::Plan),
    ("donation interval", Field::Frequency),
    ("donor id", Field::Giver),
    ("status", Field::Status),
];

const LIBERAPAY: Heading = &[
    ("patron_id", Field::Giver),
    ("patron_username", Field::Company),
    ("patron_public_name", Field::Name),
    ("visibility", Field::Visible),
    ("pledge_date", Field::Since),
    ("donation_currency", Field::Currency),
    ("sum_received", Field::Amount),
    ("last_payment_date", Field::When),
];

const KOFI: Heading = &[
    ("transactionid", Field::Id),
    ("from", Field::Name),
    ("buyeremail", Field::Email),
    ("email", Field::Email),
    ("received", Field::Amount),
    ("currency", Field::Currency),
    ("transactiontype", Field::Kind),
    ("datetime (utc)", Field::When),
    ("message", Field::Message),
];

/// By what a layout is told from the others; and without these columns it cannot be read.
fn marks(layout: ImportLayout) -> &'static [&'static str] {
    match layout {
        ImportLayout::Mainstay => &["received_at", "currency"],
        ImportLayout::Givewp => {
            &["donation id", "donation total", "currency code", "donation date", "donation status"]
        }
        ImportLayout::Donorbox => &["donor email", "amount", "currency", "donated at"],
        ImportLayout::Liberapay => {
            &["patron_id", "pledge_date", "donation_currency", "sum_received", "last_payment_date"]
        }
        ImportLayout::Kofi => &["datetime (utc)", "received", "currency", "transactiontype"],
    }
}

fn heading_of(layout: ImportLayout) -> Heading {
    match layout {
        ImportLayout::Mainstay => MAINSTAY,
        ImportLayout::Givewp => GIVEWP,
        ImportLayout::Donorbox => DONORBOX,
        ImportLayout::Liberapay => LIBERAPAY,
        ImportLayout::Kofi => KOFI,
    }
}

/// Where the fields of a file stand.
#[derive(Debug, Clone)]
pub(super) struct Columns {
    pub(super) layout: ImportLayout,
    places: HashMap<Field, usize>,
}

impl Columns {
    /// Finds them by the heading.
    ///
    /// # Errors
    /// A [`Fault`] that says what is missing, or which layouts there are.
    pub(super) fn of(heading: &StringRecord, wanted: Option<ImportLayout>) -> Result<Self, Fault> {
        let fault = |what: String| Fault { at: 1, what };
        let names: Vec<String> = heading.iter().map(plain).collect();
        let has = |name: &str| names.iter().any(|known| known == name);
        let layout = match wanted {
            Some(layout) => layout,
            None => recognised(&has).ok_or_else(|| fault(unknown(&names)))?,
        };
        if let Some(missing) = marks(layout).iter().find(|name| !has(name)) {
            let hint = match (layout, *missing) {
                (ImportLayout::Liberapay, "sum_received" | "last_payment_date") => {
                    ": this is the list of active patrons, which does not say what they gave; export all patrons"
                }
                (ImportLayout::Givewp, _) => ": tick it in the export of GiveWP",
                (_, _) => "",
            };
            return Err(fault(format!("the column “{missing}” of {} is missing{hint}", layout.name())));
        }
        if layout == ImportLayout::Mainstay && !has("gross_minor") && !has("amount") {
            return Err(fault("there is neither a column “amount” nor “gross_minor”".to_owned()));
        }
        let mut places = HashMap::new();
        for (index, name) in names.iter().enumerate() {
            let Some((_, field)) = heading_of(layout).iter().find(|(known, _)| known == name) else {
                continue;
            };
            if places.insert(*field, index).is_some() {
                return Err(fault(format!("two columns say the same; one of them is “{name}”")));
            }
        }
        Ok(Self { layout, places })
    }

    /// What stands in a field of a row, without space around it; empty where the file has no such column.
    pub(super) fn cell<'a>(&self, row: &'a StringRecord, field: Field) -> &'a str {
        self.places.get(&field).and_then(|index| row.get(*index)).unwrap_or_default().trim()
    }

    /// Whether the file has a column for a field.
    pub(super) fn has(&self, field: Field) -> bool {
        self.places.contains_key(&field)
    }
}

/// The layout whose marks the heading has. Liberapay is told by its patrons alone, so that the wrong one of its two lists
/// gets an answer that helps.
fn recognised(has: &impl Fn(&str) -> bool) -> Option<ImportLayout> {
    if has("patron_id") && has("weekly_amount") {
        return Some(ImportLayout::Liberapay);
    }
    if has("donation id") && has("donation total") {
        return Some(ImportLayout::Givewp);
    }
    let fits = |layout: &ImportLayout| marks(*layout).iter().all(|name| has(name));
    ImportLayout::ALL.iter().copied().find(fits)
}

fn unknown(names: &[String]) -> String {
    let known: Vec<&str> = ImportLayout::ALL.iter().map(|layout| layout.name()).collect();
    let shown: String = names.join(", ").chars().take(120).collect();
    format!("its heading is that of none of {}; it begins with: {shown}", known.join(", "))
}

/// A name of a column as it is compared.
fn plain(name: &str) -> String {
    let name = name.trim_start_matches('\u{feff}').replace('\u{2019}', "'").to_lowercase();
    name.split_whitespace().collect::<Vec<_>>().join(" ")
}
