//! Money as PayPal counts and writes it: texts with the decimals of the currency, balances in euros and dollars.

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

/// The balances.
#[derive(Debug, Default)]
pub(super) struct Purse(BTreeMap<String, i64>);

impl Purse {
    pub(super) fn add(&mut self, currency: &str, minor: i64) {
        *self.0.entry(currency.to_owned()).or_insert(0) += minor;
    }

    pub(super) fn balances(&self) -> BTreeMap<String, i64> {
        self.0.clone()
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
