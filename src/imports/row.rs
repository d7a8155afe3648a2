//! From a row to a gift.

use super::cells::{amount, as_written, frequency, minor, shown, when, yes};
use super::columns::{Columns, Field};
use crate::domain::account::can_be_mailed;
use crate::domain::appeal::SeenAppeal;
use crate::domain::article::Slug;
use crate::domain::bank_mapping::{DateOrder, DecimalMark};
use crate::domain::donor::{EmailAddress, PersonName, clean_line, clean_text};
use crate::domain::gift_import::{ImportLayout, ImportRow, LeftOut, PastGift};
use crate::domain::money::{Currency, MINOR_MAX, Money, Settlement};
use crate::domain::pledge::{Frequency, GatewayKind, Visibility};
use csv::StringRecord;

/// Longest message that is kept, in characters; the rest of a longer one is cut off.
const MESSAGE_CHARACTERS_MAX: usize = 1_000;
/// Longest name that another place gives to anything, in characters.
const NAME_CHARACTERS_MAX: usize = 200;

/// How the rows of a file are understood.
pub(super) struct Reading {
    pub(super) columns: Columns,
    pub(super) date_order: Option<DateOrder>,
    pub(super) decimal_mark: Option<DecimalMark>,
}

impl Reading {
    /// What a row says.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub(super) fn row(&self, at: u64, row: &StringRecord) -> Result<ImportRow, String> {
        if let Some(why) = self.left_out(row)? {
            return Ok(ImportRow::LeftOut { at, why });
        }
        let currency = Currency::parse(self.cell(row, Field::Currency)).map_err(|error| error.to_string())?;
        let gross = self.gross(row, currency)?;
        if gross.is_zero() {
            return Ok(ImportRow::LeftOut { at, why: LeftOut::NoGift });
        }
        let refunded =
            self.minor(row, Field::RefundedMinor)?.saturating_add(self.minor(row, Field::LostMinor)?);
        if refunded >= gross.minor() {
            return Ok(ImportRow::LeftOut { at, why: LeftOut::Refunded });
        }
        let frequency = self.frequency(row)?;
        let plan = frequency.is_recurring().then(|| self.word(row, Field::Plan)).transpose()?.flatten();
        let (giver, email) = (self.word(row, Field::Giver)?, self.email(row)?);
        let when = when(
            self.cell(row, Field::When),
            self.cell(row, Field::Time),
            self.date_order,
            matches!(self.columns.layout, ImportLayout::Kofi | ImportLayout::Mainstay),
        )?;
        let (is_named, marks) = self.marks(row);
        let gift = PastGift {
            at,
            marks,
            is_named,
            name: self.name(row)?,
            email,
            giver,
            amount: gross,
            settled: self.settled(row, gross)?,
            refunded: Money::new(refunded, currency),
            when,
            campaign: self.word(row, Field::Campaign)?,
            frequency,
            plan,
            visibility: self.visibility(row)?,
            message: self.message(row),
            article: self.article(row)?,
            appeal: self.appeal(row)?,
            payment: self.payment(row)?,
            exported_as: self.exported_as(row),
        };
        Ok(ImportRow::Gift(Box::new(gift)))
    }

    fn cell<'a>(&self, row: &'a StringRecord, field: Field) -> &'a str {
        let cell = self.columns.cell(row, field);
        if self.columns.layout == ImportLayout::Mainstay { as_written(cell) } else { cell }
    }

    /// A short text.
    fn word(&self, row: &StringRecord, field: Field) -> Result<Option<String>, String> {
        clean_line(self.cell(row, field), NAME_CHARACTERS_MAX).map_err(|error| error.to_string())
    }

    fn minor(&self, row: &StringRecord, field: Field) -> Result<i64, String> {
        minor(self.cell(row, field))
    }

    fn gross(&self, row: &StringRecord, currency: Currency) -> Result<Money, String> {
        let gross = if self.columns.has(Field::AmountMinor) {
            Money::new(self.minor(row, Field::AmountMinor)?, currency)
        } else {
            amount(self.cell(row, Field::Amount), currency, self.decimal_mark)?
        };
        if gross.minor() > MINOR_MAX { Err("no such amount can have come".to_owned()) } else { Ok(gross) }
    }

    /// What arrived of a gift, and what was kept of it.
    fn settled(&self, row: &StringRecord, gross: Money) -> Result<Settlement, String> {
        let told = |error: crate::domain::money::MoneyError| error.to_string();
        let settled = match self.cell(row, Field::SettledCurrency) {
            "" => gross,
            code => Money::new(self.minor(row, Field::SettledMinor)?, Currency::parse(code).map_err(told)?),
        };
        let fee = if self.columns.has(Field::FeeMinor) {
            Money::new(self.minor(row, Field::FeeMinor)?, settled.currency())
        } else {
            amount(self.cell(row, Field::Fee), settled.currency(), self.decimal_mark)?
        };
        if settled.minor() > MINOR_MAX || fee.minor() > settled.minor() {
            return Err(format!("a fee of {fee} cannot have been kept of {settled}"));
        }
        Settlement::new(settled, fee).map_err(told)
    }

    fn name(&self, row: &StringRecord) -> Result<Option<PersonName>, String> {
        let parsed = |text: &str| PersonName::parse(text).map_err(|error| format!("the name: {error}"));
        let both = format!("{} {}", self.cell(row, Field::FirstName), self.cell(row, Field::LastName));
        for text in [self.cell(row, Field::Name), both.as_str(), self.cell(row, Field::Company)] {
            if let Some(name) = parsed(text)? {
                return Ok(Some(name));
            }
        }
        Ok(None)
    }

    /// Where letters could go; an address that stands for none, or for somebody forgotten, is none.
    fn email(&self, row: &StringRecord) -> Result<Option<EmailAddress>, String> {
        let cell = self.cell(row, Field::Email);
        if cell.is_empty() {
            return Ok(None);
        }
        let email = EmailAddress::parse(cell).map_err(|error| format!("“{}”: {error}", shown(cell)))?;
        Ok(Some(email).filter(|email| can_be_mailed(email.as_str())))
    }

    fn frequency(&self, row: &StringRecord) -> Result<Frequency, String> {
        if self.columns.layout == ImportLayout::Liberapay {
            return Ok(Frequency::Weekly);
        }
        let said = frequency(self.cell(row, Field::Frequency))?;
        let status = self.cell(row, Field::Status).to_lowercase();
        let is_recurring = match self.columns.layout {
            ImportLayout::Givewp => status == "renewal" || !self.cell(row, Field::Plan).is_empty(),
            ImportLayout::Donorbox => yes(self.cell(row, Field::Recurring))?.unwrap_or_default(),
            ImportLayout::Kofi => ["subscription", "monthly tip", "membership"]
                .contains(&self.cell(row, Field::Kind).to_lowercase().as_str()),
            ImportLayout::Mainstay | ImportLayout::Liberapay => false,
        };
        // Where it is only said that it recurs, it does so by the month, as nearly all such support does.
        Ok(said.unwrap_or(if is_recurring { Frequency::Monthly } else { Frequency::Once }))
    }

    /// A name is shown in public only where the file says that it may be.
    fn visibility(&self, row: &StringRecord) -> Result<Visibility, String> {
        let may_be_seen = match self.columns.layout {
            ImportLayout::Liberapay => self.cell(row, Field::Visible) == "public",
            ImportLayout::Mainstay | ImportLayout::Givewp | ImportLayout::Donorbox | ImportLayout::Kofi => {
                yes(self.cell(row, Field::Hidden))? == Some(false)
            }
        };
        Ok(if may_be_seen { Visibility::Named } else { Visibility::Hidden })
    }

    fn message(&self, row: &StringRecord) -> Option<String> {
        let cut: String = self.cell(row, Field::Message).chars().take(MESSAGE_CHARACTERS_MAX).collect();
        clean_text(&cut, MESSAGE_CHARACTERS_MAX).ok().flatten()
    }

    fn article(&self, row: &StringRecord) -> Result<Option<Slug>, String> {
        let cell = self.cell(row, Field::Article);
        let parsed = (!cell.is_empty()).then(|| Slug::parse(cell)).transpose();
        parsed.map_err(|error| error.to_string())
    }

    fn appeal(&self, row: &StringRecord) -> Result<Option<SeenAppeal>, String> {
        let cell = self.cell(row, Field::Appeal);
        if cell.is_empty() {
            return Ok(None);
        }
        let seen = SeenAppeal::parse(cell).ok_or_else(|| format!("“{cell}” is no name of an appeal"))?;
        Ok(Some(seen))
    }

    fn payment(&self, row: &StringRecord) -> Result<Option<String>, String> {
        let first = self.word(row, Field::Payment)?;
        if first.is_some() { Ok(first) } else { self.word(row, Field::PaymentToo) }
    }

    fn exported_as(&self, row: &StringRecord) -> Option<String> {
        let id = self.cell(row, Field::Id);
        let is_ours = id.starts_with("don_") && id.bytes().all(|byte| byte.is_ascii_graphic());
        (self.columns.layout == ImportLayout::Mainstay && is_ours).then(|| id.to_owned())
    }

    /// Why there is nothing to book.
    fn left_out(&self, row: &StringRecord) -> Result<Option<LeftOut>, String> {
        let status = self.cell(row, Field::Status).to_lowercase().replace([' ', '-'], "_");
        let gateway = self.cell(row, Field::Gateway).to_lowercase();
        let is_test = match self.columns.layout {
            ImportLayout::Mainstay => gateway == GatewayKind::Sandbox.as_str(),
            // GiveWP calls its gateway for tests “manual”, and shows it as “Test Donation”.
            ImportLayout::Givewp => {
                self.cell(row, Field::Mode).eq_ignore_ascii_case("test")
                    || ["manual", "test donation"].contains(&gateway.as_str())
            }
            ImportLayout::Donorbox | ImportLayout::Liberapay | ImportLayout::Kofi => false,
        };
        if is_test {
            return Ok(Some(LeftOut::Test));
        }
        if self.columns.layout == ImportLayout::Kofi {
            let kind = self.cell(row, Field::Kind).to_lowercase();
            return match kind.as_str() {
                "tip" | "donation" | "monthly tip" | "subscription" | "membership" => Ok(None),
                "commission" | "shop" | "shop order" | "shop sale" | "order" => Ok(Some(LeftOut::NoGift)),
                _ => Err(format!("“{}” is no kind of transaction that is known", shown(&kind))),
            };
        }
        match status.as_str() {
            "" | "succeeded" | "partly_refunded" | "complete" | "completed" | "publish" | "renewal"
            | "paid" => Ok(None),
            "refunded" | "lost" | "revoked" => Ok(Some(LeftOut::Refunded)),
            "failed" | "cancelled" | "canceled" | "abandoned" | "expired" | "trash" => {
                Ok(Some(LeftOut::Failed))
            }
            "pending" | "processing" | "preapproval" | "disputed" => Ok(Some(LeftOut::Pending)),
            _ => Err(format!("“{}” is no status that is known", shown(&status))),
        }
    }

    /// What the gift is recognised by, and whether that is a name of its own.
    fn marks(&self, row: &StringRecord) -> (bool, Vec<String>) {
        const SAID: [Field; 12] = [
            Field::Name,
            Field::FirstName,
            Field::LastName,
            Field::Company,
            Field::Email,
            Field::Amount,
            Field::AmountMinor,
            Field::Currency,
            Field::When,
            Field::Time,
            Field::Campaign,
            Field::Payment,
        ];
        let layout = self.columns.layout;
        let filled = |field: Field| !self.cell(row, field).is_empty();
        // Liberapay lists people: one of them in one currency is one line of every list. Of those who hide their names,
        // since when they give stays the same.
        let (is_named, kind, fields): (bool, &str, &[Field]) = match layout {
            ImportLayout::Liberapay if filled(Field::Giver) => (true, "id", &[Field::Giver, Field::Currency]),
            ImportLayout::Liberapay => (false, "since", &[Field::Since, Field::Currency]),
            ImportLayout::Mainstay | ImportLayout::Givewp | ImportLayout::Donorbox | ImportLayout::Kofi => {
                if filled(Field::Id) {
                    (true, "id", &[Field::Id])
                } else {
                    (false, "said", &SAID)
                }
            }
        };
        let cells = fields.iter().map(|field| self.cell(row, *field).to_lowercase());
        (is_named, [layout.to_string(), kind.to_owned()].into_iter().chain(cells).collect())
    }
}
