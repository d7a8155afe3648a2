//! The hosted page, as bare as can be: a browser test presses its buttons.

use super::super::double::{Answer, Asked};
use super::arrangements::Plastic;
use super::payer::Payment;
use super::world::World;

/// Shows the page of a session, or does what its button says.
pub(super) fn answer(world: &mut World, session: &str, asked: &Asked) -> Answer {
    if world.sessions.find(session).is_none() {
        return html(
            404,
            "<h1>Something went wrong</h1><p>The page you were looking for could not be found.</p>",
        );
    }
    match asked.method.as_str() {
        "POST" => press(world, session, &String::from_utf8_lossy(&asked.body)),
        _ => show(world, session, ""),
    }
}

fn press(world: &mut World, session: &str, form: &str) -> Answer {
    let row = world.sessions.get(session);
    let success = row.success_url.replace("{CHECKOUT_SESSION_ID}", session);
    let cancel = row.cancel_url.clone().unwrap_or_else(|| success.clone());
    let payment = match form {
        "deed=pay" => Payment::Card,
        "deed=debit" => Payment::Debit,
        "deed=decline" => Payment::Declined,
        "deed=leave" => Payment::WalksAway,
        "deed=back" => return redirect(&cancel),
        _ => return show(world, session, "Unknown button."),
    };
    if !world.is_open(session) {
        return show(world, session, "");
    }
    world.pay(session, payment);
    match payment {
        Payment::Declined => show(world, session, "Your card was declined. Try another one."),
        Payment::WalksAway => show(world, session, "Your bank wants you to confirm this payment."),
        Payment::Card | Payment::CardSettledLater | Payment::Debit => redirect(&success),
    }
}

fn show(world: &World, session: &str, note: &str) -> Answer {
    if !world.is_open(session) {
        return html(200, "<h1>You're all done here</h1><p>This checkout session has ended.</p>");
    }
    let row = world.sessions.get(session);
    let button = |deed: &str, label: &str| format!("<button name=\"deed\" value=\"{deed}\">{label}</button>");
    let buttons = [
        button("pay", "Pay by card"),
        button("debit", "Pay by debit"),
        button("decline", "Use a card that is declined"),
        button("leave", "Use a card whose bank asks, and do not answer"),
        button("back", "Go back"),
    ];
    let text = format!(
        "<h1>Pay {} {}</h1><p role=\"alert\">{note}</p><form method=\"post\">{}</form>",
        row.amount(),
        row.currency.to_uppercase(),
        buttons.concat()
    );
    html(200, &text)
}

/// The portal, where a card is changed.
pub(super) fn portal(world: &mut World, visit: &str, asked: &Asked) -> Answer {
    let Some(row) = world.visits.find(visit).cloned() else {
        return html(
            404,
            "<h1>Something went wrong</h1><p>The page you were looking for could not be found.</p>",
        );
    };
    let back = row.flow["after_completion"]["redirect"]["return_url"].as_str().map(str::to_owned);
    let back = back.or(row.return_url).unwrap_or_default();
    let plastic = match (asked.method.as_str(), &*asked.body) {
        ("POST", b"deed=card") => Plastic::OTHER,
        ("POST", b"deed=empty") => Plastic::EMPTY,
        ("POST", _) => return redirect(&back),
        _ => {
            let form = "<h1>Update your payment method</h1><form method=\"post\">\
                 <button name=\"deed\" value=\"card\">Save a card that works</button>\
                 <button name=\"deed\" value=\"empty\">Save a card without money</button>\
                 <button name=\"deed\" value=\"back\">Go back</button></form>";
            return html(200, form);
        }
    };
    world.new_card(&row.customer, plastic);
    redirect(&back)
}

fn html(status: u16, text: &str) -> Answer {
    let page = format!(
        "<!doctype html><html lang=\"en\"><title>Emulated checkout</title><main>{text}</main></html>"
    );
    let headers = vec![("content-type", "text/html; charset=utf-8".to_owned())];
    Answer { status, headers, body: page.into_bytes() }
}

fn redirect(to: &str) -> Answer {
    Answer { status: 303, headers: vec![("location", to.to_owned())], body: Vec::new() }
}
