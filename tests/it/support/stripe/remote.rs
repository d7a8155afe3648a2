//! The payer's and the bank's side over HTTP, for those who are in another process:
//! `POST /emulator/pay/cs_…` with `outcome=paid`, and so on; `GET /emulator/books` tells what is true.

use super::super::double::{Answer, Asked};
use super::arrangements::{Plastic, Script};
use super::bank::{Complaint, RefundOrder};
use super::books::FeeOfDispute;
use super::form::Fields;
use super::payer::{Debit, Payment};
use super::refusal::Refusal;
use super::world::World;
use serde_json::{Value, json};

pub(super) fn answer(world: &mut World, asked: &Asked) -> Answer {
    let (status, body) = match deed(world, asked) {
        Ok(body) => (200, body),
        Err(refusal) => (refusal.status, refusal.body("req_emulator")),
    };
    let headers = vec![("content-type", "application/json".to_owned())];
    Answer { status, headers, body: body.to_string().into_bytes() }
}

fn deed(world: &mut World, asked: &Asked) -> Result<Value, Refusal> {
    let steps: Vec<_> = asked.path.trim_start_matches('/').split('/').collect();
    let mut fields = Fields::parse(&String::from_utf8_lossy(&asked.body))?;
    let done = |id: &str| Ok(json!({ "id": id }));
    match (asked.method.as_str(), steps.as_slice()) {
        ("GET", ["emulator", "books"]) => Ok(books(world)),
        ("POST", ["emulator", "pay", session]) => pay(world, session, &mut fields),
        ("POST", ["emulator", "debit", intent]) => {
            let outcome = fields.word("outcome", &["succeeds", "fails"])?;
            let fails = outcome.as_deref() == Some("fails");
            world.end_debit(intent, if fails { Debit::Fails } else { Debit::Succeeds });
            done(intent)
        }
        ("POST", ["emulator", "settle", intent]) => {
            world.settle(intent);
            done(intent)
        }
        ("POST", ["emulator", "refund", intent]) => {
            let charge = world.charge_of(intent);
            let amount = fields.integer("amount")?;
            done(&world.refund(RefundOrder { charge, amount, ..RefundOrder::default() })?)
        }
        ("POST", ["emulator", "refund_fails", refund]) => {
            world.refund_fails(refund);
            done(refund)
        }
        ("POST", ["emulator", "refund_succeeds", refund]) => {
            world.refund_succeeds(refund);
            done(refund)
        }
        ("POST", ["emulator", "complain", intent]) => {
            let outcome = fields.word("outcome", &["inquiry", "dispute", "taken_back"])?;
            let complaint = match outcome.as_deref() {
                Some("inquiry") => Complaint::Inquiry,
                Some("taken_back") => Complaint::TakenBack,
                _ => Complaint::Dispute,
            };
            let amount = fields.integer("amount")?;
            done(&world.complain(intent, complaint, amount))
        }
        ("POST", ["emulator", "win", dispute]) => {
            world.win(dispute, FeeOfDispute::Kept);
            done(dispute)
        }
        ("POST", ["emulator", "lose", dispute]) => {
            world.lose(dispute);
            done(dispute)
        }
        ("POST", ["emulator", "close_inquiry", dispute]) => {
            world.close_inquiry(dispute);
            done(dispute)
        }
        ("POST", ["emulator", "escalate", dispute]) => {
            world.escalate(dispute);
            done(dispute)
        }
        ("POST", ["emulator", "new_card", customer]) => {
            let plastic = plastic(&mut fields)?;
            done(&world.new_card(customer, plastic))
        }
        ("POST", ["emulator", "card_does", subscription]) => {
            let card = world.card_of(subscription);
            world.methods.get_mut(&card).plastic.script = script(&mut fields)?;
            done(&card)
        }
        ("POST", ["emulator", "warn", intent]) => done(&world.warn(intent)),
        _ => Err(Refusal::unknown_address(&asked.method, &asked.path)),
    }
}

fn plastic(fields: &mut Fields) -> Result<Plastic, Refusal> {
    Ok(match fields.word("outcome", &["good", "empty", "asking"])?.as_deref() {
        Some("empty") => Plastic::EMPTY,
        Some("asking") => Plastic::ASKING,
        _ => Plastic::OTHER,
    })
}

fn script(fields: &mut Fields) -> Result<Script, Refusal> {
    Ok(match fields.word("outcome", &["works", "declines", "asks"])?.as_deref() {
        Some("declines") => Script::Declines("insufficient_funds"),
        Some("asks") => Script::AsksItsHolder,
        _ => Script::Works,
    })
}

fn pay(world: &mut World, session: &str, fields: &mut Fields) -> Result<Value, Refusal> {
    let words =
        ["paid", "paid_settled_later", "declined", "processing", "walks_away", "abandoned", "expired"];
    let outcome = fields.word("outcome", &words)?.ok_or_else(|| fields.required("outcome"))?;
    if !world.is_open(session) {
        return Err(Refusal::missing("open session", session));
    }
    let payment = match outcome.as_str() {
        "paid" => Payment::Card,
        "paid_settled_later" => Payment::CardSettledLater,
        "declined" => Payment::Declined,
        "processing" => Payment::Debit,
        "walks_away" => Payment::WalksAway,
        "expired" => {
            world.expire(session);
            return Ok(json!({ "id": session }));
        }
        _ => return Ok(json!({ "id": session })),
    };
    Ok(json!({ "id": world.pay(session, payment) }))
}

fn books(world: &World) -> Value {
    let payment = |payment: super::oracle::Payment| {
        json!({
            "intent": payment.intent, "session": payment.session, "status": payment.status,
            "metadata": payment.metadata, "currency": payment.currency, "captured": payment.captured,
            "refunded": payment.refunded, "disputed": payment.disputed, "net": payment.net,
        })
    };
    let payments: Vec<_> = world.payments().into_iter().map(payment).collect();
    let subscription = |row: super::recurring::TrueSubscription| {
        let invoices: Vec<_> = row
            .invoices
            .iter()
            .map(|invoice| {
                json!({
                    "id": invoice.id, "status": invoice.status, "amount": invoice.amount, "from": invoice.period.0,
                    "until": invoice.period.1, "intent": invoice.intent,
                })
            })
            .collect();
        json!({
            "id": row.id, "customer": row.customer, "status": row.status, "metadata": row.metadata,
            "currency": row.currency, "amount": row.amount, "interval": row.interval.0,
            "interval_count": row.interval.1, "invoices": invoices,
        })
    };
    let subscriptions: Vec<_> = world.true_subscriptions().into_iter().map(subscription).collect();
    json!({ "payments": payments, "subscriptions": subscriptions, "balances": world.balances() })
}
