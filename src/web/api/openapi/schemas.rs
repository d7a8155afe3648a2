//! What bodies and answers are made of.

use crate::domain::bank_line::{NoGift, StatementFormat, StatementStatus};
use crate::domain::comment::REASON_CHARACTERS_MAX;
use crate::domain::deposit::Tender;
use crate::domain::export::{ExportFormat, ExportKind, ExportStatus};
use crate::domain::gift_import::ImportStatus;
use crate::domain::ledger::{Account, EntryKind};
use crate::domain::member::Platform;
use crate::domain::money::{Currency, MINOR_MAX};
use crate::domain::pledge::Frequency;
use serde_json::{Map, Value, json};

/// All that are no item of a list of the office.
pub(super) fn plain_schemas() -> Map<String, Value> {
    let parts = [
        shared(),
        pledges(),
        orders(),
        money_moved(),
        people(),
        exports(),
        publication(),
        books(),
        bank(),
        taken_in(),
        operations(),
    ];
    parts.into_iter().filter_map(|part| part.as_object().cloned()).flatten().collect()
}

pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// The codes of ISO 4217 that are taken.
pub(super) fn currencies() -> Vec<&'static str> {
    Currency::all().map(Currency::code).collect()
}

pub(super) fn bounded(least: usize, most: usize) -> Value {
    json!({ "type": "string", "minLength": least, "maxLength": most })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn maybe() -> Value {
    json!({ "type": ["string", "null"] })
}

fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

fn maybe_time() -> Value {
    json!({ "type": ["string", "null"], "format": "date-time" })
}

fn day() -> Value {
    json!({ "type": "string", "format": "date" })
}

fn maybe_day() -> Value {
    json!({ "type": ["string", "null"], "format": "date" })
}

fn count() -> Value {
    json!({ "type": "integer" })
}

fn one_of(words: impl IntoIterator<Item = &'static str>) -> Value {
    json!({ "type": "string", "enum": words.into_iter().collect::<Vec<_>>() })
}

fn money() -> Value {
    reference("Money")
}

fn maybe_money() -> Value {
    json!({ "anyOf": [money(), { "type": "null" }] })
}

/// An object that always has all of these.
fn whole(properties: &Value) -> Value {
    let names: Vec<&String> = properties.as_object().map(|all| all.keys().collect()).unwrap_or_default();
    json!({ "type": "object", "required": names, "properties": properties })
}

/// A body: these fields and no others, of which the first are needed.
fn body(required: &[&str], properties: &Value) -> Value {
    let mut schema = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    if let Some(schema) = schema.as_object_mut().filter(|_| !required.is_empty()) {
        schema.insert("required".to_owned(), json!(required));
    }
    schema
}

fn shared() -> Value {
    json!({
        "Anything": { "type": "object" },
        "Nothing": body(&[], &json!({})),
        "Done": whole(&json!({ "id": text() })),
        "Money": {
            "type": "object", "required": ["minor", "currency"], "additionalProperties": false,
            "properties": {
                "minor": { "type": "integer", "format": "int64", "description": "Minor units" },
                "currency": { "type": "string", "enum": currencies() },
            },
        },
        "Person": whole(&json!({ "id": maybe(), "name": text() })),
        "Problem": {
            "type": "object", "required": ["type", "title", "status", "code", "detail", "request_id"],
            "properties": {
                "type": text(), "title": text(), "status": count(), "code": text(),
                "detail": text(), "request_id": text(),
                "fields": { "type": "array", "items": whole(&json!({ "field": text(), "code": text(), "message": text() })) },
            },
        },
    })
}

fn pledges() -> Value {
    let donor = body(&["email"], &json!({ "email": text(), "name": maybe() }));
    let tribute = body(&["kind", "name"], &json!({ "kind": text(), "name": text() }));
    let utm = json!({ "source": maybe(), "medium": maybe(), "campaign": maybe(), "term": maybe(), "content": maybe() });
    let or_null = |schema: Value| json!({ "anyOf": [schema, { "type": "null" }] });
    json!({
        "NewPledge": body(&["campaign", "amount", "gateway", "donor"], &json!({
            "campaign": text(), "amount": money(), "frequency": maybe(), "gateway": text(), "donor": donor,
            "message": maybe(), "anonymous": { "type": "boolean" }, "cover_fees": { "type": "boolean" },
            "tier": maybe(), "from": maybe(), "tribute": or_null(tribute), "utm": or_null(body(&[], &utm)),
            "wall": or_null(body(&[], &json!({ "name": maybe(), "amount": { "type": "boolean" } }))),
            "proof": maybe(),
        })),
        "NewProof": body(&["campaign", "currency"], &json!({ "campaign": text(), "currency": text() })),
        "AskedProof": whole(&json!({
            "challenge": or_null(whole(&json!({ "text": text(), "target": text() }))),
        })),
        "StartedPledge": whole(&json!({
            "id": text(), "status": text(), "status_url": text(),
            "next": { "type": "object", "required": ["type"], "properties": { "type": text() } },
        })),
        "PledgeStatus": whole(&json!({ "id": text(), "status": text() })),
    })
}

fn orders() -> Value {
    let frequencies: Vec<Value> =
        Frequency::RECURRING.iter().map(|word| json!(word.as_str())).chain([Value::Null]).collect();
    let reason = maybe();
    json!({
        "OrderPledge": body(&[], &json!({ "reason": reason })),
        "ChangePledge": body(&[], &json!({
            "amount": maybe_money(), "frequency": { "enum": frequencies }, "reason": reason,
        })),
        "PausePledge": body(&[], &json!({
            "until": { "type": ["string", "null"], "format": "date", "description": "Until somebody says so, if none is named" },
            "reason": reason,
        })),
        "CancelPledge": body(&[], &json!({ "at_once": { "type": "boolean" }, "reason": reason })),
        "WallName": whole(&json!({ "pledge": text(), "hidden": { "type": "boolean" } })),
        "Ordered": whole(&json!({
            "order": text(), "pledge": text(), "what": text(),
            "status": { "type": "string", "description": "`pending` until the gateway has answered" },
            "support": whole(&json!({ "status": text(), "amount": money(), "frequency": text() })),
        })),
    })
}

fn money_moved() -> Value {
    let more_than_nothing = json!({ "allOf": [money(), { "properties": { "minor": { "minimum": 1 } } }] });
    json!({
        "NewDonation": body(&["reference", "amount", "received_on"], &json!({
            "reference": { "type": "string", "pattern": "^RF[0-9]{2}", "description": "RF…, as it stands on the statement" },
            "amount": { "allOf": [money(), { "properties": { "minor": { "minimum": 1, "maximum": MINOR_MAX } } }] }, "received_on": day(),
            "bank_id": { "type": ["string", "null"], "description": "The bank’s own name of the line; tells two equal transfers of one day apart" },
        })),
        "RecordedDonation": whole(&json!({
            "id": text(), "pledge": text(), "amount": maybe_money(), "status": text(),
            "matched": one_of(["exact", "short", "over", "other_currency", "repeat"]),
        })),
        "NewRefund": body(&[], &json!({
            "amount": { "anyOf": [more_than_nothing, { "type": "null" }], "description": "Everything that is left, if none is named" },
            "reason": { "type": ["string", "null"], "maxLength": 200 },
        })),
        "Refund": whole(&json!({
            "id": text(), "donation": text(), "amount": money(), "status": one_of(["pending", "succeeded", "failed"]),
            "reason": maybe(), "remote": maybe(), "created": time(),
        })),
        "NewVoid": body(&["reason"], &json!({ "reason": bounded(1, 200) })),
        "ResentReceipt": whole(&json!({ "id": text(), "number": text() })),
        "StatementYear": whole(&json!({
            "year": count(), "ordered": count(), "sent": count(), "begun": maybe_time(), "finished": maybe_time(),
        })),
        "NewStatements": body(&["year"], &json!({ "year": { "type": "integer", "minimum": 1970, "maximum": 9999 } })),
        "OrderedStatements": whole(&json!({ "year": count() })),
        "ReissuedReceipt": whole(&json!({ "id": text(), "number": text(), "replaces": text() })),
    })
}

fn people() -> Value {
    let by = whole(&json!({ "kind": one_of(["staff", "token"]), "id": text(), "name": text() }));
    let tag = json!({ "type": "string", "maxLength": 40, "pattern": "^[^,]*$" });
    json!({
        "NewNote": body(&["text"], &json!({ "text": bounded(1, 4_000) })),
        "NewlyNoted": whole(&json!({ "id": text(), "donor": text(), "written": time() })),
        "Note": whole(&json!({ "id": text(), "text": text(), "by": by, "written": time() })),
        "NewTags": body(&["tags"], &json!({ "tags": { "type": "array", "maxItems": 20, "items": tag } })),
        "Tags": whole(&json!({ "id": text(), "tags": { "type": "array", "items": text() } })),
        "NewMerge": body(&["into"], &json!({ "into": { "type": "string", "pattern": "^dnr_[0-7][0-9A-HJKMNP-TV-Z]{25}$" } })),
        "Merged": whole(&json!({ "id": text(), "into": text(), "merge": text() })),
        "Unmerged": whole(&json!({ "id": text(), "into": text() })),
    })
}

fn exports() -> Value {
    let kinds = || one_of(ExportKind::ALL.iter().map(|kind| kind.as_str()));
    let formats = ExportFormat::ALL.iter().map(|format| json!(format.as_str()));
    json!({
        "NewExport": body(&["what", "from", "to"], &json!({
            "what": kinds(), "from": day(), "to": day(),
            "format": { "enum": formats.chain([Value::Null]).collect::<Vec<_>>() },
        })),
        "Export": whole(&json!({
            "id": text(), "what": kinds(), "format": text(), "from": day(), "to": day(),
            "status": one_of(ExportStatus::ALL.iter().map(|status| status.as_str())),
            "percent": count(), "rows_done": count(), "rows": count(), "bytes": count(), "error": maybe(),
            "asked_by": text(), "asked": time(), "ready": maybe_time(), "expires": time(),
            "file": { "type": ["string", "null"], "description": "Where the file is, once it is ready" },
        })),
    })
}

fn publication() -> Value {
    let received = whole(&json!({ "donations": count(), "gross": money(), "refunded": money() }));
    let price = whole(&json!({ "frequency": text(), "amount": money() }));
    let benefit = whole(&json!({ "text": text(), "fair_value": maybe_money() }));
    let flag = json!({ "type": "boolean" });
    json!({
        "NewText": body(&["text"], &json!({ "text": text() })),
        "Written": whole(&json!({ "slug": text() })),
        "Text": whole(&json!({ "slug": text(), "text": { "type": "string", "description": "Front matter and Markdown" } })),
        "Article": whole(&json!({
            "slug": text(), "title": text(), "date": maybe(), "authors": { "type": "array", "items": text() },
            "language": text(), "landing": flag, "draft": flag, "publish": maybe(),
            "series": maybe(), "related": { "type": "array", "items": text() }, "translates": maybe(), "appeal": maybe(),
        })),
        "Campaign": whole(&json!({
            "id": text(), "slug": text(), "title": text(), "summary": text(), "open": flag,
            "starts_on": maybe_day(), "ends_on": maybe_day(), "goal": maybe_money(),
            "received": { "type": "array", "items": received },
        })),
        "AppealTest": appeal_test(),
        "CampaignForm": campaign_form(),
        "RejectedComment": body(&[], &json!({ "reason": bounded(0, REASON_CHARACTERS_MAX), "spam": flag })),
        "DecidedComment": whole(&json!({ "id": text(), "status": text() })),
        "Tier": whole(&json!({
            "id": text(), "slug": text(), "name": text(), "description": text(),
            "benefits": { "type": "array", "items": benefit }, "prices": { "type": "array", "items": price },
            "places": { "type": ["integer", "null"] }, "taken": count(), "position": count(), "offered": flag,
        })),
    })
}

/// Two texts beside each other.
fn appeal_test() -> Value {
    let brought = whole(&json!({
        "shown": count(), "gifts": count(), "recurring": count(),
        "received": { "type": "array", "items": money() },
    }));
    let better =
        json!({ "enum": ["first", "second", null], "description": "Null as long as it may be chance" });
    whole(&json!({
        "appeal": text(), "test": text(), "first_on": day(), "last_on": day(), "first": brought, "second": brought,
        "better": better,
    }))
}

/// What everybody is told of a campaign.
fn campaign_form() -> Value {
    let list = |items: Value| json!({ "type": "array", "items": items });
    let currency = whole(&json!({
        "code": text(), "exponent": count(), "amounts": list(money()), "minimum": money(), "maximum": money(),
    }));
    let price = whole(&json!({ "frequency": text(), "amount": money() }));
    let tier = whole(&json!({
        "slug": text(), "name": text(), "description": text(), "benefits": list(text()), "prices": list(price),
        "places_left": { "type": ["integer", "null"] },
    }));
    let converted = whole(&json!({
        "received": money(), "worth": money(), "day": day(), "source": text(),
        "rate": { "type": "string", "description": "What one unit was worth in the currency of the goal" },
    }));
    let supporter = whole(&json!({ "name": text(), "amount": maybe_money(), "since": maybe_time() }));
    whole(&json!({
        "id": text(), "slug": text(), "title": text(), "summary": text(), "open": { "type": "boolean" },
        "starts_on": maybe_day(), "ends_on": maybe_day(), "frequencies": list(text()), "currencies": list(currency),
        "gateways": list(whole(&json!({ "code": text(), "label": text() }))), "tiers": list(tier),
        "goal": maybe_money(),
        "progress": list(whole(&json!({ "received": money(), "donations": count() }))),
        "raised": maybe_money(), "percent": { "type": ["integer", "null"] }, "gifts": count(),
        "converted": list(converted), "beside": list(money()), "thanks": maybe(), "url": text(),
        "supporters": whole(&json!({ "items": list(supporter), "next": maybe() })),
    }))
}

fn books() -> Value {
    let accounts: Vec<String> = Account::all().map(|account| account.to_string()).collect();
    let account = json!({ "type": "string", "enum": accounts });
    let line = whole(&json!({ "account": account, "amount": money() }));
    json!({
        "Entry": whole(&json!({
            "id": text(), "kind": one_of(EntryKind::ALL.iter().map(|kind| kind.as_str())),
            "donation": { "type": ["string", "null"], "description": "None for what a gateway moved without a donation, for what was paid in at the bank, and for what a platform paid out" },
            "about": { "type": ["string", "null"], "description": "Id of the refund, the dispute, the movement, the deposit, or the line of the bank" },
            "happened": time(), "recorded": time(),
            "lines": { "type": "array", "items": line, "description": "Debits are positive, credits negative; their sum is zero" },
        })),
        "BankStatement": whole(&json!({
            "id": text(), "name": text(), "percent": count(), "lines": count(), "new": count(), "error": maybe(),
            "format": one_of(StatementFormat::ALL.iter().map(|format| format.as_str())),
            "status": one_of(StatementStatus::ALL.iter().map(|status| status.as_str())),
            "asked_by": text(), "asked": time(), "done": maybe_time(),
        })),
        "Balance": whole(&json!({ "account": account, "balance": money() })),
        "GatewayBalance": whole(&json!({
            "gateway": text(), "balance": money(), "booked": money(),
            "difference": { "allOf": [money()], "description": "What the gateway has and the books have not" },
            "missing": { "type": "integer", "description": "Movements about gifts that are none of this site" },
            "differing": { "type": "integer", "description": "Movements that the books hold with another sum" },
            "unmoved": { "type": "array", "items": text(), "description": "Donations that nothing moved for" },
        })),
        "Journal": whole(&json!({
            "id": text(),
            "lines": {
                "type": "array", "items": whole(&json!({ "account": account, "amount": money(), "text": text() })),
                "description": "Debits are above zero; together they are nothing",
            },
        })),
    })
}

/// What the bank says, and what somebody says that it is.
fn bank() -> Value {
    let why = json!({ "type": "array", "items": one_of(["reference", "account", "name", "amount"]) });
    json!({
        "NewBankStatement": body(&["file"], &json!({
            "file": { "type": "string", "contentEncoding": "base64", "description": "CAMT.053 or CSV, in base64" },
            "name": maybe(),
            "mapping": { "type": ["string", "null"], "description": "What the columns of a CSV mean, as it was saved in the office" },
        })),
        "Proposal": whole(&json!({
            "kind": one_of(["promise", "recorded", "taken_back", "refunded", "payout", "paid_out"]),
            "subject": { "type": "string", "description": "Id of what the line may be; the name of a platform that paid out" },
            "pledge": maybe(), "amount": money(), "day": day(), "why": why,
        })),
        "BookLine": body(&[], &json!({
            "pledge": { "type": ["string", "null"], "description": "The promise that it is for; this or the next" },
            "donation": { "type": ["string", "null"], "description": "The donation that was recorded before" },
        })),
        "BookedLine": whole(&json!({ "id": text(), "donation": text() })),
        "GiftOfLine": body(&["campaign"], &json!({
            "campaign": { "type": "string", "description": "Name of the campaign, as in its address" },
            "donor": { "type": ["string", "null"], "description": "Who is on record; or the next two" },
            "name": maybe(), "email": maybe(), "note": maybe(),
            "named": { "type": "boolean", "description": "Whether the public may see the name" },
        })),
        "GivenLine": whole(&json!({
            "id": text(), "donation": text(), "receipt_mailed": { "type": "boolean" },
        })),
        "PaidOutLine": body(&["platform"], &json!({
            "platform": one_of(Platform::ALL.iter().map(|platform| platform.as_str())),
            "gross": { "anyOf": [money(), { "type": "null" }], "description": "What was earned, if it is known" },
            "fee": { "anyOf": [money(), { "type": "null" }], "description": "What was kept of it, if it is known" },
        })),
        "TakeLineBack": body(&[], &json!({
            "donation": { "type": ["string", "null"], "description": "What it took back; this or the next" },
            "refund": { "type": ["string", "null"], "description": "The refund that was recorded before" },
        })),
        "LineTakenBack": whole(&json!({ "id": text(), "refund": text() })),
        "ArrivedPayout": body(&["payout"], &json!({ "payout": text() })),
        "NoGift": body(&["kind"], &json!({
            "kind": one_of(NoGift::ALL.iter().map(|kind| kind.as_str())),
            "reason": { "type": ["string", "null"], "description": "Needed for `other`" },
        })),
        "DismissProposal": body(&["subject"], &json!({ "subject": text() })),
        "MoveLink": whole(&json!({ "id": text(), "url": text() })),
    })
}

fn taken_in() -> Value {
    let deposit = json!({
        "id": text(), "tender": one_of(Tender::ALL.iter().map(|tender| tender.as_str())), "amount": money(),
        "paid_in_on": day(), "recorded": time(), "taken_back": maybe_time(),
    });
    let gift = whole(&json!({ "donation": text(), "amount": money(), "returned": money() }));
    let mut with_gifts = deposit.clone();
    if let Some(with_gifts) = with_gifts.as_object_mut() {
        with_gifts.insert("gifts".to_owned(), json!({ "type": "array", "items": gift }));
        with_gifts.insert("bank_line".to_owned(), maybe());
    }
    json!({
        "Deposit": whole(&deposit),
        "DepositWithGifts": whole(&with_gifts),
        "Import": whole(&json!({
            "id": text(), "name": text(), "percent": count(), "lines": count(), "booked": count(), "error": maybe(),
            "gifts": { "type": ["integer", "null"], "description": "How many it would book, once it was looked through" },
            "status": one_of(ImportStatus::ALL.iter().map(|status| status.as_str())),
            "findings": { "type": "array", "items": text() }, "asked_by": text(), "asked": time(), "done": maybe_time(),
        })),
    })
}

fn operations() -> Value {
    let endpoint = json!({
        "id": text(), "url": text(), "created": time(),
        "events": { "type": "array", "items": text(), "description": "Of everything, if it is empty" },
    });
    let telling = whole(&json!({
        "id": text(), "event": text(), "status": one_of(["pending", "delivered", "failed"]), "tries": count(),
        "answer": { "type": ["integer", "null"] }, "created": time(), "tried": maybe_time(),
    }));
    let mut told = endpoint.clone();
    if let Some(told) = told.as_object_mut() {
        told.insert("deliveries".to_owned(), json!({ "type": "array", "items": telling }));
    }
    let said = json!({
        "description": "As its kind of value is: a text, a whole number, true or false, a list of texts",
        "anyOf": [text(), { "type": "integer" }, { "type": "boolean" }, { "type": "array", "items": text() }],
    });
    let wanted = json!({ "type": "object", "description": "By key; null: what the configuration says", "additionalProperties": {
        "anyOf": [said, { "type": "null" }],
    } });
    json!({
        "Setting": whole(&json!({
            "key": text(), "value": said, "label": text(), "effect": text(),
            "from": one_of(["default", "office", "machine"]), "changeable": { "type": "boolean" },
        })),
        "NewSettings": body(&["values"], &json!({
            "values": wanted,
            "meant": { "type": "boolean", "description": "What it takes away is known", "default": false },
        })),
        "Changed": whole(&json!({ "changed": count() })),
        "Defence": whole(&json!({ "under_attack": { "type": "boolean" }, "until": maybe_time() })),
        "Review": whole(&json!({ "id": text(), "kind": text(), "subject": text(), "detail": text(), "raised": time() })),
        "WebhookEndpoint": whole(&endpoint),
        "ToldEndpoint": whole(&told),
    })
}
