//! The order: what PayPal is told about one attempt.

use super::super::CheckoutRequest;
use serde_json::{Value, json};

/// PayPal's limit for a description and for the name above its page.
pub(super) const TEXT_CHARS_MAX: usize = 127;

/// Our languages as PayPal's page speaks them; in any other it follows the browser.
const LOCALES: [(&str, &str); 12] = [
    ("ar", "ar-EG"),
    ("de", "de-DE"),
    ("en", "en-US"),
    ("es", "es-ES"),
    ("fr", "fr-FR"),
    ("it", "it-IT"),
    ("ja", "ja-JP"),
    ("nl", "nl-NL"),
    ("pl", "pl-PL"),
    ("pt", "pt-PT"),
    ("ru", "ru-RU"),
    ("sv", "sv-SE"),
];

/// The request. The same attempt always gives the same one, for PayPal compares repeats with the first.
///
/// Our attempt is the number of the invoice too: PayPal takes each but once, so that even two orders for one attempt
/// could not both be paid.
pub(super) fn create(request: &CheckoutRequest, value: &str) -> Value {
    let attempt = request.attempt.to_string();
    let text: String = request.description.chars().take(TEXT_CHARS_MAX).collect();
    let mut context = json!({
        "brand_name": text,
        "shipping_preference": "NO_SHIPPING",
        "user_action": "PAY_NOW",
        "return_url": request.return_url,
        "cancel_url": request.return_url,
    });
    if let (Some(locale), Some(fields)) = (locale(&request.locale), context.as_object_mut()) {
        fields.insert("locale".to_owned(), locale.into());
    }
    json!({
        "intent": "CAPTURE",
        "purchase_units": [{
            "reference_id": request.pledge.to_string(),
            "description": text,
            "custom_id": attempt,
            "invoice_id": attempt,
            "amount": {"currency_code": request.amount.currency().code(), "value": value},
        }],
        "payment_source": {"paypal": {
            "email_address": request.email,
            "experience_context": context,
        }},
    })
}

pub(super) fn locale(tag: &str) -> Option<&'static str> {
    let language = tag.split(['-', '_']).next().unwrap_or_default();
    LOCALES.iter().find(|(ours, _)| ours.eq_ignore_ascii_case(language)).map(|(_, theirs)| *theirs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::{AttemptId, Id as _, PledgeId};
    use crate::domain::money::{Currency, Money};
    use crate::domain::pledge::Frequency;
    use chrono::{DateTime, TimeDelta};
    use ulid::Ulid;

    #[test]
    fn the_order_carries_our_ids_and_asks_for_no_address() {
        let ulid = Ulid::from_parts(1_800_000_000_000, 7);
        let begun_at = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let request = CheckoutRequest {
            attempt: AttemptId::from_ulid(ulid),
            pledge: PledgeId::from_ulid(ulid),
            amount: Money::new(1_500, Currency::parse("EUR").unwrap()),
            frequency: Frequency::Once,
            starts_at: None,
            customer: None,
            description: "ä".repeat(200),
            email: "pat@example.org".into(),
            locale: "de-AT".into(),
            return_url: "https://news.example/thanks/x".into(),
            wants_authentication: false,
            begun_at,
            expires_at: begun_at + TimeDelta::hours(24),
        };
        let order = create(&request, "15.00");
        let unit = &order["purchase_units"][0];
        assert_eq!(unit["custom_id"], request.attempt.to_string());
        assert_eq!(unit["invoice_id"], unit["custom_id"]);
        assert_eq!(unit["amount"]["value"], "15.00");
        assert_eq!(unit["description"].as_str().unwrap().chars().count(), 127);
        let context = &order["payment_source"]["paypal"]["experience_context"];
        assert_eq!(context["locale"], "de-DE");
        assert_eq!(context["shipping_preference"], "NO_SHIPPING");
        assert_eq!(create(&request, "15.00"), order);
        assert_eq!(locale("eo"), None);
    }
}
