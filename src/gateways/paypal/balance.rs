//! The balance at PayPal, read from the search of the account's transactions. PayPal names what moved by codes of five
//! letters, of which the beginning says most; it does not say which payments a withdrawal holds.

use super::super::fetch::{Unreadable, readable};
use super::super::{Balance, GatewayError, Page};
use super::PayPal;
use super::answers::TransactionInfo;
use super::currencies::money;
use crate::domain::balance::{MovementKind, MovementNews, Names, PayoutNews, PayoutStatus};
use crate::domain::money::Money;
use crate::domain::remote::RemoteId;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

#[async_trait]
impl Balance for PayPal {
    async fn movements_since(
        &self,
        since: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<Page<MovementNews>, GatewayError> {
        Ok(self.searched(since, after).await?.of(|info| info.news().transpose()))
    }

    async fn payouts_since(
        &self,
        since: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<Page<PayoutNews>, GatewayError> {
        Ok(self.searched(since, after).await?.of(|info| info.payout().transpose()))
    }

    /// PayPal does not tell.
    async fn movements_of(
        &self,
        _payout: &RemoteId,
        _after: Option<&str>,
    ) -> Result<Page<MovementNews>, GatewayError> {
        Ok(Page::empty())
    }
}

impl Page<TransactionInfo> {
    fn of<T>(&self, read: impl Fn(&TransactionInfo) -> Option<Result<T, Unreadable>>) -> Page<T> {
        Page {
            items: self.items.iter().filter_map(read).filter_map(readable).collect(),
            next: self.next.clone(),
        }
    }
}

impl TransactionInfo {
    fn code(&self) -> &str {
        self.transaction_event_code.as_deref().unwrap_or_default()
    }

    /// Whether it has changed the balance. What waits or was denied has not, except for a withdrawal, which leaves at once.
    fn has_moved(&self) -> bool {
        let is_payout = self.code().starts_with("T04");
        match self.transaction_status.as_deref() {
            Some("D") => false,
            Some("P") => is_payout,
            Some(_) | None => true,
        }
    }

    fn news(&self) -> Result<Option<MovementNews>, Unreadable> {
        let kind = self.kind();
        // A withdrawal that was denied is told again with its sum, and then has moved nothing.
        if !self.has_moved() && kind != MovementKind::Payout {
            return Ok(None);
        }
        let (amount, fee) = self.moved()?;
        let remote = self.remote()?;
        let about = self.paypal_reference_id.as_deref().and_then(|id| RemoteId::parse(id).ok());
        let names = match kind {
            MovementKind::Payment if self.is_exchange() => Names { payment: about, ..Names::default() },
            MovementKind::Payment => Names { payment: Some(remote.clone()), ..Names::default() },
            MovementKind::Refund => {
                Names { refund: Some(remote.clone()), payment: about, ..Names::default() }
            }
            MovementKind::Dispute => Names { payment: about, ..Names::default() },
            MovementKind::Payout => Names { payout: Some(remote.clone()), ..Names::default() },
            MovementKind::Fee | MovementKind::Exchange | MovementKind::Adjustment => Names::default(),
        };
        Ok(Some(MovementNews { remote, kind, amount, fee, names, happened_at: self.at()? }))
    }

    fn payout(&self) -> Result<Option<PayoutNews>, Unreadable> {
        if self.kind() != MovementKind::Payout {
            return Ok(None);
        }
        let status = match self.transaction_status.as_deref() {
            Some("P") => PayoutStatus::InTransit,
            Some("D") => PayoutStatus::Failed,
            Some("V") => PayoutStatus::Cancelled,
            Some(_) | None => PayoutStatus::Paid,
        };
        Ok(Some(PayoutNews {
            remote: self.remote()?,
            amount: self.sum()?.negated().map_err(|_large| self.lacks("amount"))?,
            status,
            is_told: false,
            failure: None,
            ordered_at: self.at()?,
            arrives_on: None,
        }))
    }

    fn is_exchange(&self) -> bool {
        self.code().starts_with("T02")
    }

    fn kind(&self) -> MovementKind {
        let code = self.code();
        match code {
            // Money that a bank or PayPal itself takes from a payment, holds for a case, or gives back.
            "T1106" | "T1110" | "T1111" | "T1201" | "T1202" | "T1203" | "T1204" | "T1205" => {
                MovementKind::Dispute
            }
            "T1107" => MovementKind::Refund,
            "T1108" | "T1109" => MovementKind::Fee,
            _ => match code.get(..3).unwrap_or_default() {
                "T00" => MovementKind::Payment,
                "T01" => MovementKind::Fee,
                // PayPal exchanges a payment in another currency by itself, in two movements that name it.
                "T02" if self.paypal_reference_id.is_some() => MovementKind::Payment,
                "T02" => MovementKind::Exchange,
                "T04" => MovementKind::Payout,
                _ => MovementKind::Adjustment,
            },
        }
    }

    /// What it did to the balance, and the fee in it.
    fn moved(&self) -> Result<(Money, Money), Unreadable> {
        let sum = self.sum()?;
        if !self.has_moved() {
            return Ok((Money::zero(sum.currency()), Money::zero(sum.currency())));
        }
        let fee = match self.fee_amount.as_ref().map(|fee| money(fee).ok_or_else(|| self.lacks("fee"))) {
            Some(fee) => fee?.negated().map_err(|_large| self.lacks("fee"))?,
            None => Money::zero(sum.currency()),
        };
        if fee.currency() == sum.currency() { Ok((sum, fee)) } else { Err(self.lacks("fee")) }
    }

    fn sum(&self) -> Result<Money, Unreadable> {
        self.transaction_amount.as_ref().and_then(money).ok_or_else(|| self.lacks("amount"))
    }

    fn remote(&self) -> Result<RemoteId, Unreadable> {
        RemoteId::parse(&self.transaction_id).map_err(|_odd| self.lacks("id"))
    }

    fn at(&self) -> Result<DateTime<Utc>, Unreadable> {
        let text = self.transaction_initiation_date.as_deref().ok_or_else(|| self.lacks("time"))?;
        // With or without a colon in the offset.
        let read = DateTime::parse_from_rfc3339(text)
            .or_else(|_without| DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S%z"));
        read.map(|time| time.to_utc()).map_err(|_odd| self.lacks("time"))
    }

    fn lacks(&self, field: &'static str) -> Unreadable {
        Unreadable { object: format!("transaction {}", self.transaction_id), field }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn read(info: Value) -> TransactionInfo {
        serde_json::from_value(info).unwrap()
    }

    fn moved(code: &str, status: &str, sum: &str, fee: Option<&str>) -> TransactionInfo {
        let amount = |value: &str| json!({"currency_code": "EUR", "value": value});
        read(json!({
            "transaction_id": "5TY05013RG002845M", "transaction_event_code": code, "transaction_status": status,
            "transaction_initiation_date": "2026-11-20T10:15:00+0000", "transaction_amount": amount(sum),
            "fee_amount": fee.map(amount), "paypal_reference_id": "8MC585209K746392H",
        }))
    }

    #[test]
    fn a_payment_comes_with_its_fee_and_a_refund_with_what_it_is_of() {
        let news = moved("T0006", "S", "25.00", Some("-0.97")).news().unwrap().unwrap();
        assert_eq!((news.kind, news.amount.minor(), news.fee.minor()), (MovementKind::Payment, 2_500, 97));
        assert_eq!(news.names.payment, Some(news.remote));
        assert_eq!(news.happened_at.to_rfc3339(), "2026-11-20T10:15:00+00:00");
        let news = moved("T1107", "S", "-5.00", Some("0.10")).news().unwrap().unwrap();
        assert_eq!((news.kind, news.amount.minor(), news.fee.minor()), (MovementKind::Refund, -500, -10));
        assert_eq!(news.names.payment.unwrap().as_str(), "8MC585209K746392H");
    }

    #[test]
    fn what_waits_has_not_moved_but_a_withdrawal_has_until_it_is_denied() {
        assert_eq!(moved("T0006", "P", "25.00", None).news().unwrap(), None);
        assert_eq!(moved("T0006", "D", "25.00", None).news().unwrap(), None);
        let news = |status| moved("T0403", status, "-90.00", None).news().unwrap().unwrap().amount.minor();
        assert_eq!((news("P"), news("S"), news("D")), (-9_000, -9_000, 0));
        let payout = |status| moved("T0403", status, "-90.00", None).payout().unwrap().unwrap();
        assert_eq!((payout("P").status, payout("D").status), (PayoutStatus::InTransit, PayoutStatus::Failed));
        assert_eq!((payout("S").amount.minor(), payout("S").is_told), (9_000, false));
    }

    #[test]
    fn each_code_has_its_place_and_an_unknown_one_is_an_adjustment() {
        for (code, kind) in [
            ("T0002", MovementKind::Payment),
            ("T0106", MovementKind::Fee),
            ("T0200", MovementKind::Payment),
            ("T1201", MovementKind::Dispute),
            ("T1109", MovementKind::Fee),
            ("T0300", MovementKind::Adjustment),
            ("T9999", MovementKind::Adjustment),
            ("", MovementKind::Adjustment),
        ] {
            assert_eq!(moved(code, "S", "1.00", None).kind(), kind, "{code}");
        }
        let mut alone = moved("T0200", "S", "1.00", None);
        alone.paypal_reference_id = None;
        assert_eq!(alone.kind(), MovementKind::Exchange);
        let odd = read(json!({"transaction_id": "1", "transaction_event_code": "T0006"}));
        assert!(odd.news().is_err());
    }
}
