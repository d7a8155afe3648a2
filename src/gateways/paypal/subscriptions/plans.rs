//! The product and the plans that PayPal wants behind a subscription, made when they are first needed.
//!
//! A product stands for the publication. Its name at PayPal is ours, made of the address of the site, so that it is found
//! again whatever answer was lost. Of plans there is one for each currency and interval: what a donor gives is said by the
//! subscription itself, which overrides the plan's price. PayPal names plans itself, so they are found by the name that
//! people read, and remembered here for as long as the program runs.

use super::super::super::GatewayError;
use super::super::currencies;
use super::super::{PayPal, Publication};
use super::api;
use super::map::interval;
use crate::domain::money::{Currency, Money};
use crate::domain::pledge::Frequency;
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tokio::sync::Mutex;

/// Plans that are known to be there, by currency and interval.
pub(in super::super) type Plans = Mutex<BTreeMap<(String, &'static str), String>>;

/// After so many failures one after the other PayPal stops to charge. The site's own grace is usually shorter.
const FAILURES_MAX: u32 = 3;

/// PayPal's limit for a name.
const NAME_CHARS_MAX: usize = 127;

/// PayPal says that there is one with our name already.
const TAKEN: &str = "DUPLICATE_RESOURCE_IDENTIFIER";

impl Publication {
    /// The product's name at PayPal, in the form that PayPal gives to its own.
    fn product(&self) -> String {
        let hash = digest(&SHA256, self.address.as_bytes());
        let letters = hash.as_ref().iter().take(17).map(|byte| char::from(b'A' + byte % 26));
        std::iter::once("PROD-".to_owned()).chain(letters.map(String::from)).collect()
    }
}

/// The plan's name, by which it is found. The donor may see it at PayPal.
fn plan_name(currency: &str, frequency: Frequency) -> String {
    let often = match frequency {
        Frequency::Once => "Single",
        Frequency::Weekly => "Weekly",
        Frequency::Monthly => "Monthly",
        Frequency::Quarterly => "Quarterly",
        Frequency::Yearly => "Yearly",
    };
    format!("{often} support in {currency}")
}

/// The price of a subscription, in the place of its plan's.
pub(super) fn price(amount: Money) -> Result<Value, GatewayError> {
    let value = currencies::value(amount)?;
    Ok(json!({"billing_cycles": [{
        "sequence": 1,
        "total_cycles": 0,
        "pricing_scheme": {
            "fixed_price": {"currency_code": amount.currency().code(), "value": value},
        },
    }]}))
}

/// A plan. The price is never charged: every subscription has its own.
fn plan_request(product: &str, currency: Currency, frequency: Frequency) -> Result<Value, GatewayError> {
    let (unit, count) =
        interval(frequency).ok_or_else(|| GatewayError::Refused { code: "frequency".to_owned() })?;
    let unit_price = Money::new(10_i64.saturating_pow(currency.exponent()), currency);
    let value = currencies::value(currencies::round_up(unit_price))?;
    Ok(json!({
        "product_id": product,
        "name": plan_name(currency.code(), frequency),
        "status": "ACTIVE",
        "billing_cycles": [{
            "frequency": {"interval_unit": unit, "interval_count": count},
            "tenure_type": "REGULAR",
            "sequence": 1,
            "total_cycles": 0,
            "pricing_scheme": {"fixed_price": {"currency_code": currency.code(), "value": value}},
        }],
        "payment_preferences": {
            "auto_bill_outstanding": true,
            "payment_failure_threshold": FAILURES_MAX,
        },
    }))
}

impl PayPal {
    /// The plan for a currency and an interval, found or made.
    pub(super) async fn plan(
        &self,
        currency: Currency,
        frequency: Frequency,
    ) -> Result<String, GatewayError> {
        let key = (currency.code().to_owned(), frequency.as_str());
        let mut known = self.plans.lock().await;
        if let Some(plan) = known.get(&key) {
            return Ok(plan.clone());
        }
        let product = self.product().await?;
        let plan = self.plan_of(&product, currency, frequency).await?;
        known.insert(key, plan.clone());
        Ok(plan)
    }

    /// A plan may have been closed at PayPal: it is looked for again.
    pub(super) async fn forget_plans(&self) {
        self.plans.lock().await.clear();
    }

    async fn product(&self) -> Result<String, GatewayError> {
        let publication = &self.settings.publication;
        let id = publication.product();
        if let Some(known) = api::product(&self.transport, &id).await? {
            return Ok(known.id);
        }
        let name: String = publication.name.chars().take(NAME_CHARS_MAX).collect();
        let body = json!({"id": id, "name": name, "type": "SERVICE"});
        match api::create_product(&self.transport, body, &format!("{id}-product")).await {
            Ok(made) => Ok(made.id),
            // Another process was faster.
            Err(GatewayError::Refused { code }) if code == TAKEN => Ok(id),
            Err(error) => Err(error),
        }
    }

    async fn plan_of(
        &self,
        product: &str,
        currency: Currency,
        frequency: Frequency,
    ) -> Result<String, GatewayError> {
        let name = plan_name(currency.code(), frequency);
        let mut known = api::plans(&self.transport, product).await?;
        known.retain(|plan| plan.name.as_deref() == Some(&name));
        let active = known.iter().find(|plan| plan.status.as_deref() == Some("ACTIVE"));
        if let Some(id) = active.and_then(|plan| plan.id.clone()) {
            return Ok(id);
        }
        // The key follows from what is wanted: the same call again makes no second plan. One that was closed counts.
        let key = format!("{product}-{}-{frequency}-{}", currency.code(), known.len());
        let body = plan_request(product, currency, frequency)?;
        let made = api::create_plan(&self.transport, body, key).await?;
        made.id.ok_or_else(|| GatewayError::Unknown("a plan without a name".to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_product_has_a_name_that_follows_from_the_address() {
        let of =
            |address: &str| Publication { name: "The Gazette".into(), address: address.to_owned() }.product();
        let name = of("https://give.example.org");
        assert_eq!((name.len(), &name[..5]), (22, "PROD-"));
        assert!(name[5..].bytes().all(|byte| byte.is_ascii_uppercase()), "{name}");
        assert_eq!(of("https://give.example.org"), name);
        assert_ne!(of("https://other.example.org"), name);
    }

    #[test]
    fn a_plan_is_charged_as_often_as_is_given_and_in_amounts_that_paypal_takes() {
        let request =
            |code: &str, frequency| plan_request("PROD-A", Currency::parse(code).unwrap(), frequency);
        let plan = request("HUF", Frequency::Quarterly).unwrap();
        let cycle = &plan["billing_cycles"][0];
        assert_eq!(cycle["frequency"], json!({"interval_unit": "MONTH", "interval_count": 3}));
        assert_eq!(cycle["pricing_scheme"]["fixed_price"], json!({"currency_code": "HUF", "value": "1"}));
        assert_eq!(plan["name"], "Quarterly support in HUF");
        assert!(request("EUR", Frequency::Once).is_err() && request("KWD", Frequency::Monthly).is_err());
    }
}
