//! Money as PayPal counts and writes it: texts with the decimals of the currency, balances in euros and dollars.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// In minor units of PayPal's: whole units where PayPal knows no decimals.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Amount {
    pub(crate) currency: String,
    pub(crate) minor: i64,
}

fn has_decimals(currency: &str) -> bool {
    !["JPY", "HUF", "TWD"].contains(&currency)
}

const OFFERED: [&str; 12] =
    ["EUR", "USD", "GBP", "JPY", "HUF", "TWD", "CHF", "SEK", "NOK", "DKK", "PLN", "CAD"];

impl Amount {
    /// Reads an amount as strictly as PayPal does.
    pub(super) fn read(value: &Value) -> Result<Self, &'static str> {
        let fields = value.as_object().ok_or("INVALID_PARAMETER_SYNTAX")?;
        if fields.keys().any(|key| key != "currency_code" && key != "value") {
            return Err("INVALID_PARAMETER_SYNTAX");
        }
        let currency = value["currency_code"].as_str().ok_or("MISSING_REQUIRED_PARAMETER")?;
        if !OFFERED.contains(&currency) {
            return Err("CURRENCY_NOT_SUPPORTED");
        }
        let text = value["value"].as_str().ok_or("INVALID_PARAMETER_SYNTAX")?;
        let (whole, decimals) =
            text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let fits = match decimals {
            None => !has_decimals(currency),
            Some(rest) => has_decimals(currency) && rest.len() == 2 && digits(rest),
        };
        if !fits {
            return Err("DECIMAL_PRECISION");
        }
        if !digits(whole) || (whole.len() > 1 && whole.starts_with('0')) {
            return Err("INVALID_PARAMETER_SYNTAX");
        }
        let minor: i64 = format!("{whole}{}", decimals.unwrap_or_default())
            .parse()
            .map_err(|_large| "MAX_VALUE_EXCEEDED")?;
        if minor == 0 {
            Err("CANNOT_BE_ZERO_OR_NEGATIVE")
        } else {
            Ok(Self { currency: currency.to_owned(), minor })
        }
    }

    pub(super) fn shown(&self) -> Value {
        let sign = if self.minor < 0 { "-" } else { "" };
        let minor = self.minor.abs();
        let value = if has_decimals(&self.currency) {
            format!("{sign}{}.{:02}", minor / 100, minor % 100)
        } else {
            format!("{sign}{minor}")
        };
        json!({"currency_code": self.currency, "value": value})
    }
}

/// Something that moved on a balance.
#[derive(Debug, Clone)]
pub(super) struct Line {
    pub(super) id: String,
    /// PayPal's word for what moved.
    pub(super) code: &'static str,
    /// What it belongs to, beside itself.
    pub(super) reference: Option<(String, &'static str)>,
    pub(super) custom_id: Option<String>,
    pub(super) amount: Amount,
    pub(super) fee: i64,
    pub(super) at: DateTime<Utc>,
    pub(super) status: &'static str,
}

impl Line {
    pub(super) fn shown(&self) -> Value {
        let fee = Amount { minor: -self.fee, ..self.amount.clone() };
        let mut info = json!({"transaction_id": self.id, "transaction_event_code": self.code,
            "custom_field": self.custom_id, "transaction_amount": self.amount.shown(), "transaction_status": self.status,
            "transaction_initiation_date": self.at.format("%Y-%m-%dT%H:%M:%S+0000").to_string()});
        if self.fee != 0 {
            info["fee_amount"] = fee.shown();
        }
        if let Some((id, kind)) = &self.reference {
            (info["paypal_reference_id"], info["paypal_reference_id_type"]) = (json!(id), json!(kind));
        }
        json!({"transaction_info": info})
    }
}

/// The balances, as what moved on them.
#[derive(Debug, Default)]
pub(super) struct Purse(pub(super) Vec<Line>);

impl Purse {
    pub(super) fn balances(&self) -> BTreeMap<String, i64> {
        let mut balances = BTreeMap::new();
        for line in self.0.iter().filter(|line| line.status != "D") {
            *balances.entry(line.amount.currency.clone()).or_insert(0) += line.amount.minor - line.fee;
        }
        balances.retain(|_currency, minor| *minor != 0);
        balances
    }

    /// What a payment brings before the fee, and the fee: 2.49 % and 35.
    pub(super) fn brought(amount: &Amount) -> (Amount, i64) {
        let (brought, _) = Self::exchanged(amount);
        let fee = (brought.minor * 249 + 5_000) / 10_000 + 35;
        (brought, fee)
    }

    /// On the balance of its own currency, or else in euros at 0.5 euro cents for a minor unit; and whether it was exchanged.
    pub(super) fn exchanged(amount: &Amount) -> (Amount, bool) {
        if ["EUR", "USD"].contains(&amount.currency.as_str()) {
            (amount.clone(), false)
        } else {
            (Amount { currency: "EUR".to_owned(), minor: amount.minor / 2 }, true)
        }
    }
}
