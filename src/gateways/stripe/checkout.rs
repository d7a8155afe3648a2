//! The payment page: what Stripe is told about one attempt.

use super::super::CheckoutRequest;
use super::answers::{ATTEMPT, PLEDGE};
use super::subscriptions::interval;
use crate::domain::pledge::Frequency;
use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use std::str::FromStr as _;
use stripe_checkout::checkout_session::{
    CreateCheckoutSession, CreateCheckoutSessionAdaptivePricing, CreateCheckoutSessionLineItems,
    CreateCheckoutSessionLineItemsPriceData, CreateCheckoutSessionLineItemsPriceDataRecurring,
    CreateCheckoutSessionLineItemsPriceDataRecurringInterval, CreateCheckoutSessionPaymentIntentData,
    CreateCheckoutSessionPaymentMethodOptions, CreateCheckoutSessionPaymentMethodOptionsCard,
    CreateCheckoutSessionPaymentMethodOptionsCardRequestThreeDSecure as ThreeDSecure,
    CreateCheckoutSessionSubscriptionData, ProductData,
};
use stripe_shared::{CheckoutSessionLocale, CheckoutSessionMode, CheckoutSessionSubmitType};

/// Languages of Stripe's page.
const LANGUAGES: &str = "bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb nl pl \
    pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW";

/// Stripe's limit for the name of a product.
const NAME_CHARS_MAX: usize = 250;

/// Between these ages Stripe lets a page close, a margin for clocks that differ left out.
const OPEN_AT_LEAST: TimeDelta = TimeDelta::minutes(35);
const OPEN_AT_MOST: TimeDelta = TimeDelta::minutes(24 * 60 - 10);

/// A subscription that was begun and not paid ends after 23 hours: its page closes before, so that no page begins two.
const RECURRING_OPEN_AT_MOST: TimeDelta = TimeDelta::hours(22);

/// A first charge that is to come later comes no sooner than Stripe allows, with a margin for calls that are repeated.
const TRIAL_AT_LEAST: TimeDelta = TimeDelta::hours(48 + 25);

/// Stripe's limit for the description of a subscription.
const DESCRIPTION_CHARS_MAX: usize = 500;

/// The request. The same attempt always gives the same one, for Stripe compares repeats with the first.
///
/// No method of payment is named: which are offered, the publisher chooses in Stripe's dashboard.
pub(super) fn create(request: &CheckoutRequest, units: i64) -> CreateCheckoutSession {
    let attempt = request.attempt.to_string();
    let ids = HashMap::from([
        (ATTEMPT.to_owned(), attempt.clone()),
        (PLEDGE.to_owned(), request.pledge.to_string()),
    ]);
    let mut adaptive = CreateCheckoutSessionAdaptivePricing::new();
    adaptive.enabled = Some(false);
    let form = CreateCheckoutSession::new()
        .adaptive_pricing(adaptive)
        .client_reference_id(attempt)
        .metadata(ids.clone())
        .locale(locale(&request.locale))
        .success_url(request.return_url.clone())
        .cancel_url(request.return_url.clone());
    let form = match &request.customer {
        Some(customer) => form.customer(customer.as_str()),
        None => form.customer_email(request.email.clone()),
    };
    let form = if request.wants_authentication { form.payment_method_options(asking_banks()) } else { form };
    let mut item = CreateCheckoutSessionLineItems::new();
    item.quantity = Some(1);
    let mut price = price(request, units);
    let Some(recurring) = recurring(request.frequency) else {
        item.price_data = Some(price);
        let mut payment = CreateCheckoutSessionPaymentIntentData::new();
        payment.metadata = Some(ids);
        return form
            .mode(CheckoutSessionMode::Payment)
            .submit_type(CheckoutSessionSubmitType::Donate)
            .line_items(vec![item])
            .payment_intent_data(payment)
            .expires_at(expires_at(request, OPEN_AT_MOST).timestamp());
    };
    price.recurring = Some(recurring);
    item.price_data = Some(price);
    let mut subscription = CreateCheckoutSessionSubscriptionData::new();
    subscription.metadata = Some(ids);
    subscription.description = Some(request.description.chars().take(DESCRIPTION_CHARS_MAX).collect());
    subscription.trial_end =
        request.starts_at.map(|at| at.max(request.begun_at + TRIAL_AT_LEAST).timestamp());
    form.mode(CheckoutSessionMode::Subscription)
        .line_items(vec![item])
        .subscription_data(subscription)
        .expires_at(expires_at(request, RECURRING_OPEN_AT_MOST).timestamp())
}

/// Has the card's bank ask its holder, wherever the card can do it.
fn asking_banks() -> CreateCheckoutSessionPaymentMethodOptions {
    let mut card = CreateCheckoutSessionPaymentMethodOptionsCard::new();
    card.request_three_d_secure = Some(ThreeDSecure::Any);
    let mut options = CreateCheckoutSessionPaymentMethodOptions::new();
    options.card = Some(card);
    options
}

/// The price, made for the pledge.
fn price(request: &CheckoutRequest, units: i64) -> CreateCheckoutSessionLineItemsPriceData {
    let currency = request.amount.currency().code().to_lowercase();
    let mut price = CreateCheckoutSessionLineItemsPriceData::new(currency_of(&currency));
    price.unit_amount = Some(units);
    price.product_data =
        Some(ProductData::new(request.description.chars().take(NAME_CHARS_MAX).collect::<String>()));
    price
}

/// How often, in Stripe's words; none for one gift.
fn recurring(frequency: Frequency) -> Option<CreateCheckoutSessionLineItemsPriceDataRecurring> {
    let (unit, count) = interval(frequency)?;
    let unit = CreateCheckoutSessionLineItemsPriceDataRecurringInterval::from_str(unit).ok()?;
    let mut recurring = CreateCheckoutSessionLineItemsPriceDataRecurring::new(unit);
    recurring.interval_count = Some(u64::from(count));
    Some(recurring)
}

/// The currency in the crate's words; one that it does not know is passed on as it is.
fn currency_of(code: &str) -> stripe_types::Currency {
    stripe_types::Currency::from_str(code)
        .unwrap_or_else(|_infallible| stripe_types::Currency::Unknown(code.to_owned()))
}

/// Our language tag as one that Stripe's page speaks, else the browser's.
pub(super) fn locale(tag: &str) -> CheckoutSessionLocale {
    let language = tag.split(['-', '_']).next().unwrap_or_default();
    let spoken = [tag, language].into_iter().find_map(|wanted| {
        LANGUAGES.split_ascii_whitespace().find(|spoken| spoken.eq_ignore_ascii_case(wanted))
    });
    // Norwegian by its general name.
    let spoken = spoken.or_else(|| language.eq_ignore_ascii_case("no").then_some("nb"));
    spoken
        .and_then(|spoken| CheckoutSessionLocale::from_str(spoken).ok())
        .unwrap_or(CheckoutSessionLocale::Auto)
}

/// When the page closes: with the pledge, as far as Stripe allows it for an attempt of this age.
fn expires_at(request: &CheckoutRequest, at_most: TimeDelta) -> DateTime<Utc> {
    request.expires_at.clamp(request.begun_at + OPEN_AT_LEAST, request.begun_at + at_most)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Id as _;
    use crate::domain::ids::{AttemptId, PledgeId};
    use crate::domain::money::{Currency, Money};
    use stripe_client_core::StripeRequest as _;
    use ulid::Ulid;

    fn begun() -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000, 0).unwrap()
    }

    fn request(open_for: TimeDelta) -> CheckoutRequest {
        let ulid = Ulid::from_parts(1_800_000_000_000, 7);
        CheckoutRequest {
            attempt: AttemptId::from_ulid(ulid),
            pledge: PledgeId::from_ulid(ulid),
            amount: Money::new(1_500, Currency::parse("EUR").unwrap()),
            frequency: crate::domain::pledge::Frequency::Once,
            starts_at: None,
            customer: None,
            description: "Example & Press".into(),
            email: "pat+gift@example.org".into(),
            locale: "de-AT".into(),
            return_url: "https://give.example.org/thanks/abc".into(),
            wants_authentication: false,
            begun_at: begun(),
            expires_at: begun() + open_for,
        }
    }

    #[test]
    fn the_form_is_what_stripe_documents() {
        let built = create(&request(TimeDelta::hours(12)), 1_500).build();
        let mut fields: Vec<(String, String)> =
            url::form_urlencoded::parse(built.body.unwrap().as_bytes()).into_owned().collect();
        fields.sort();
        let fields: Vec<String> = fields.iter().map(|(key, value)| format!("{key}={value}")).collect();
        let (attempt, pledge) = (request(TimeDelta::zero()).attempt, request(TimeDelta::zero()).pledge);
        assert_eq!(built.path, "/checkout/sessions");
        assert_eq!(
            fields,
            [
                "adaptive_pricing[enabled]=false".to_owned(),
                "cancel_url=https://give.example.org/thanks/abc".to_owned(),
                format!("client_reference_id={attempt}"),
                "customer_email=pat+gift@example.org".to_owned(),
                "expires_at=1800043200".to_owned(),
                "line_items[0][price_data][currency]=eur".to_owned(),
                "line_items[0][price_data][product_data][name]=Example & Press".to_owned(),
                "line_items[0][price_data][unit_amount]=1500".to_owned(),
                "line_items[0][quantity]=1".to_owned(),
                "locale=de".to_owned(),
                format!("metadata[mainstay_attempt]={attempt}"),
                format!("metadata[mainstay_pledge]={pledge}"),
                "mode=payment".to_owned(),
                format!("payment_intent_data[metadata][mainstay_attempt]={attempt}"),
                format!("payment_intent_data[metadata][mainstay_pledge]={pledge}"),
                "submit_type=donate".to_owned(),
                "success_url=https://give.example.org/thanks/abc".to_owned(),
            ]
        );
    }

    #[test]
    fn recurring_support_makes_a_subscription_of_a_price_of_its_own() {
        let mut request =
            CheckoutRequest { frequency: Frequency::Quarterly, ..request(TimeDelta::hours(24)) };
        request.customer = Some(crate::domain::remote::RemoteId::parse("cus_1").unwrap());
        request.starts_at = Some(begun() + TimeDelta::hours(1));
        let built = create(&request, 1_500).build();
        let fields: HashMap<String, String> =
            url::form_urlencoded::parse(built.body.unwrap().as_bytes()).into_owned().collect();
        let attempt = request.attempt.to_string();
        for (name, value) in [
            ("mode", "subscription"),
            ("customer", "cus_1"),
            ("expires_at", "1800079200"),
            ("line_items[0][price_data][recurring][interval]", "month"),
            ("line_items[0][price_data][recurring][interval_count]", "3"),
            ("line_items[0][price_data][unit_amount]", "1500"),
            ("metadata[mainstay_attempt]", attempt.as_str()),
            ("subscription_data[metadata][mainstay_attempt]", attempt.as_str()),
            ("subscription_data[description]", "Example & Press"),
            ("subscription_data[trial_end]", "1800262800"),
        ] {
            assert_eq!(fields.get(name).map(String::as_str), Some(value), "{name}");
        }
        for name in ["customer_email", "submit_type", "payment_intent_data[metadata][mainstay_attempt]"] {
            assert!(!fields.contains_key(name), "{name}");
        }
    }

    #[test]
    fn banks_are_asked_while_cards_are_tried() {
        let strict = CheckoutRequest { wants_authentication: true, ..request(TimeDelta::minutes(30)) };
        let built = create(&strict, 1_500).build();
        let fields: HashMap<String, String> =
            url::form_urlencoded::parse(built.body.unwrap().as_bytes()).into_owned().collect();
        let asked = fields.get("payment_method_options[card][request_three_d_secure]");
        assert_eq!(asked.map(String::as_str), Some("any"));
        assert_eq!(fields.get("expires_at").map(String::as_str), Some("1800002100"));
    }

    #[test]
    fn a_page_closes_when_the_pledge_does_as_far_as_stripe_allows() {
        let open_for = |wanted| expires_at(&request(wanted), OPEN_AT_MOST) - begun();
        assert_eq!(open_for(TimeDelta::hours(5)), TimeDelta::hours(5));
        assert_eq!(open_for(TimeDelta::hours(24)), OPEN_AT_MOST);
        assert_eq!(open_for(TimeDelta::minutes(1)), OPEN_AT_LEAST);
    }

    #[test]
    fn the_page_speaks_the_donors_language_where_stripe_does() {
        for (tag, page) in [
            ("en", "en"),
            ("en-gb", "en-GB"),
            ("en-US", "en"),
            ("de-AT", "de"),
            ("pt-BR", "pt-BR"),
            ("zh-Hant-TW", "zh"),
            ("no", "nb"),
            ("nb-NO", "nb"),
            ("ar", "auto"),
            ("", "auto"),
        ] {
            assert_eq!(locale(tag).as_str(), page, "{tag}");
        }
    }
}
