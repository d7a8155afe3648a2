//! From columns to the types of the domain. What does not fit is a corrupt row, never a guess.

use super::StoreError;
use crate::domain::article::Slug;
use crate::domain::money::{Currency, Money, Settlement};
use chrono::{DateTime, NaiveDateTime, Utc};
use std::fmt::Display;
use std::str::FromStr;

/// Which row is read, for the error.
#[derive(Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) table: &'static str,
    pub(super) id: &'a str,
}

impl Row<'_> {
    pub(super) fn parse<T: FromStr<Err: Display>>(self, text: &str) -> Result<T, StoreError> {
        text.parse().map_err(|error| self.corrupt(error))
    }

    pub(super) fn parse_option<T: FromStr<Err: Display>>(
        self,
        text: Option<&str>,
    ) -> Result<Option<T>, StoreError> {
        text.map(|text| self.parse(text)).transpose()
    }

    pub(super) fn word<T>(self, parse: fn(&str) -> Option<T>, text: &str) -> Result<T, StoreError> {
        parse(text).ok_or_else(|| self.corrupt(format!("unknown word “{text}”")))
    }

    pub(super) fn money(self, minor: i64, currency: &str) -> Result<Money, StoreError> {
        Ok(Money::new(minor, Currency::parse(currency).map_err(|error| self.corrupt(error))?))
    }

    pub(super) fn currency(self, code: &str) -> Result<Currency, StoreError> {
        Currency::parse(code).map_err(|error| self.corrupt(error))
    }

    pub(super) fn slug(self, text: Option<String>) -> Result<Option<Slug>, StoreError> {
        text.map(|text| Slug::parse(&text).map_err(|error| self.corrupt(error))).transpose()
    }

    /// What a movement came to, from its three columns.
    pub(super) fn settlement(self, columns: SettledColumns) -> Result<Option<Settlement>, StoreError> {
        let (Some(amount), Some(fee), Some(currency)) = columns else {
            return Ok(None);
        };
        Ok(Some(Settlement::plain(self.money(amount, &currency)?, fee)))
    }

    pub(super) fn json<T: serde::de::DeserializeOwned>(self, text: &str) -> Result<T, StoreError> {
        serde_json::from_str(text).map_err(|error| self.corrupt(error))
    }

    pub(super) fn corrupt(self, why: impl Display) -> StoreError {
        StoreError::corrupt(self.table, self.id, why)
    }
}

/// Amount and fee in minor units, and the currency of both; all or none.
pub(super) type SettledColumns = (Option<i64>, Option<i64>, Option<String>);

/// The three columns of what a movement came to.
pub(super) fn settled_columns(settled: Option<Settlement>) -> SettledColumns {
    match settled {
        Some(settled) => {
            let (amount, fee) = (settled.amount().minor(), settled.fee().minor());
            (Some(amount), Some(fee), Some(settled.currency().code().to_owned()))
        }
        None => (None, None, None),
    }
}

/// Types that cannot fail to be written as JSON are written by this.
pub(super) fn to_json<T: serde::Serialize>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Refused(error.to_string()))
}

/// Exactly one row was to change.
pub(super) fn one(rows: usize) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Stale) }
}

pub(super) fn utc(time: NaiveDateTime) -> DateTime<Utc> {
    time.and_utc()
}
