//! How gateways are called, what a period costs, and dates in English for staff and programs.

use crate::domain::pledge::GatewayKind;
use crate::domain::tier::Price;
use crate::words::Language;
use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use chrono_tz::Tz;

/// How donors know a gateway, in English, for programs.
pub fn gateway_label(kind: GatewayKind) -> &'static str {
    match kind {
        GatewayKind::Stripe => "Card or wallet",
        GatewayKind::Paypal => "PayPal",
        GatewayKind::Sandbox => "Test payment",
        GatewayKind::BankTransfer => "Bank transfer",
        GatewayKind::Cash => "Cash",
        GatewayKind::Cheque => "Cheque",
        GatewayKind::Import => "Before this site",
    }
}

/// How donors know a gateway, in their language.
pub fn gateway_words(kind: GatewayKind, language: &Language) -> String {
    language.text(&format!("gateway-{}", kind.as_str()), &[])
}

/// How staff know a gateway.
pub fn gateway_name(kind: GatewayKind) -> &'static str {
    match kind {
        GatewayKind::Stripe => "Stripe",
        GatewayKind::Paypal => "PayPal",
        GatewayKind::Sandbox => "The sandbox",
        GatewayKind::BankTransfer => "The bank",
        GatewayKind::Cash => "Cash in hand",
        GatewayKind::Cheque => "Cheques in hand",
        GatewayKind::Import => "Taken over from before",
    }
}

/// `€5 a month`
pub fn price_text(language: &Language, price: &Price) -> String {
    let per = language.text(&format!("per-{}", price.frequency.as_str()), &[]);
    let amount = language.short_money(price.amount);
    language.text("patrons-amount", &[("amount", amount.into()), ("per", per.into())])
}

/// `25 November 2026`
pub fn date_text(day: NaiveDate) -> String {
    format!("{} {}", day.day(), day.format("%B %Y"))
}

/// `25 November 2026, 14:05`, in the time zone of the site.
pub fn moment_text(at: DateTime<Utc>, zone: Tz) -> String {
    let local = at.with_timezone(&zone);
    format!("{}, {}", date_text(local.date_naive()), local.format("%H:%M"))
}

/// `Wednesday, 25 November 2026`
pub fn long_date_text(day: NaiveDate) -> String {
    format!("{}, {}", day.format("%A"), date_text(day))
}
