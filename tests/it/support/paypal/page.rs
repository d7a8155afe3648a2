//! The page on which a payer agrees: plain HTML that a browser can press.

use super::super::double::{Answer, Asked};
use super::world::{Means, World};

pub(super) fn answer(world: &mut World, asked: &Asked) -> Answer {
    let token = url::form_urlencoded::parse(asked.query.as_bytes())
        .find(|(key, _)| key == "token")
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default();
    let Some(order) = world.orders.get(&token).cloned() else {
        return html(404, "<h1>We don’t know this order</h1>");
    };
    if asked.method != "POST" {
        let amount = order.amount.shown();
        let body = format!(
            "<h1>Pay {} {}</h1><form method=\"post\" action=\"/checkoutnow?token={token}\">\
             <button name=\"do\" value=\"pay\">Pay now</button> \
             <button name=\"do\" value=\"leave\">Cancel and return</button></form>",
            amount["currency_code"].as_str().unwrap(),
            amount["value"].as_str().unwrap()
        );
        return html(200, &body);
    }
    let pays = asked.body == b"do=pay";
    if pays {
        world.approve(&token, Means::Wallet);
    }
    let back = if pays { &order.return_url } else { &order.cancel_url };
    let payer = if pays { "&PayerID=EMULATEDPAYER" } else { "" };
    let location = format!("{back}?token={token}{payer}");
    Answer { status: 303, headers: vec![("location", location)], body: Vec::new() }
}

/// The page on which a payer agrees to be charged for each period, or to other terms.
pub(super) fn agreement(world: &mut World, asked: &Asked) -> Answer {
    let token = url::form_urlencoded::parse(asked.query.as_bytes())
        .find(|(key, _)| key == "ba_token")
        .map(|(_, value)| value.into_owned())
        .unwrap_or_default();
    let Some(known) = world.billing.by_token(&token).cloned() else {
        return html(404, "<h1>We don’t know this subscription</h1>");
    };
    if asked.method != "POST" {
        let price = known.asked.unwrap().1.price.shown();
        let body = format!(
            "<h1>Agree to {} {}</h1><form method=\"post\" action=\"/webapps/billing/subscriptions?ba_token={token}\">\
             <button name=\"do\" value=\"agree\">Agree and subscribe</button> \
             <button name=\"do\" value=\"leave\">Cancel and return</button></form>",
            price["currency_code"].as_str().unwrap(),
            price["value"].as_str().unwrap()
        );
        return html(200, &body);
    }
    let agrees = asked.body == b"do=agree";
    if agrees {
        world.agree(&token, true);
    }
    let back = if agrees { &known.return_url } else { &known.cancel_url };
    let sign = if back.contains('?') { '&' } else { '?' };
    let location = format!("{back}{sign}subscription_id={}&ba_token={token}", known.id);
    Answer { status: 303, headers: vec![("location", location)], body: Vec::new() }
}

fn html(status: u16, body: &str) -> Answer {
    let page = format!("<!doctype html><html lang=\"en\"><title>PayPal</title><main>{body}</main></html>");
    let headers = vec![("content-type", "text/html; charset=utf-8".to_owned())];
    Answer { status, headers, body: page.into_bytes() }
}
