//! Pages of the office, and who they are for.

use crate::domain::access::Permission;
use crate::render::account_pages::Faults;
use crate::render::admin_pages::{DeskPage, Place};
use crate::render::{PageMeta, Templates, moment_text};
use crate::usecases::FieldError;
use crate::usecases::staff::SignedIn;
use crate::web::error::WebError;
use crate::web::reply::{self, private_page};
use crate::web::state::AppState;
use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use chrono_tz::Tz;
use serde::Serialize;

/// The places of the office in the order of its navigation: name, address, what it takes to see it.
const PLACES: &[(&str, &str, Permission)] = &[
    ("Overview", "/admin", Permission::SeeFigures),
    ("Reports", "/admin/reports", Permission::SeeFigures),
    ("Donations", "/admin/donations", Permission::SeeSupport),
    ("Pledges", "/admin/pledges", Permission::SeeSupport),
    ("Donors", "/admin/donors", Permission::SeeSupport),
    ("Patrons", "/admin/patrons", Permission::SeeSupport),
    ("Members", "/admin/external-members", Permission::SeeSupport),
    ("Receipts", "/admin/receipts", Permission::SeeSupport),
    ("Payouts", "/admin/payouts", Permission::SeeSupport),
    ("Bank", "/admin/bank", Permission::SeeSupport),
    ("Comments", "/admin/comments", Permission::SeeComments),
    ("Content", "/admin/content", Permission::EditContent),
    ("Embedding", "/admin/embedding", Permission::EditContent),
    ("Wording", "/admin/wording", Permission::EditContent),
    ("Events", "/admin/events", Permission::SeeOperations),
    ("Jobs", "/admin/jobs", Permission::SeeOperations),
    ("Exports", "/admin/exports", Permission::ExportSupport),
    ("Questions", "/admin/questions", Permission::SeeOperations),
    ("Defence", "/admin/defence", Permission::SeeOperations),
    ("Staff", "/admin/staff", Permission::ManageStaff),
    ("Tokens", "/admin/tokens", Permission::ManageStaff),
    ("Log", "/admin/audit", Permission::SeeAudit),
    ("Personal data", "/admin/privacy", Permission::SeeSupport),
    ("Settings", "/admin/settings", Permission::ManageSettings),
    ("Gateways", "/admin/gateways", Permission::ManageSettings),
    ("Patreon", "/admin/patreon", Permission::ManageSettings),
    ("Webhooks", "/admin/webhooks", Permission::ManageSettings),
    ("My account", "/admin/me", Permission::Self_),
];

/// What pages may say at their top after something was done, as their address names it.
const DONE: &[(&str, &str)] = &[
    ("saved", "Saved."),
    ("password", "Your password is changed. Every other browser is signed out."),
    ("address", "You sign in by this address now. The one of before was told so."),
    ("passkey", "The passkey is added. Every other browser is signed out."),
    ("passkey-removed", "The passkey is removed. Every other browser is signed out."),
    ("signed-out", "Signed out."),
    ("ended", "That browser is signed out."),
    ("others", "Every other browser is signed out."),
    ("role", "The role is changed. They are signed out and must sign in again."),
    ("disabled", "They can no longer sign in."),
    ("enabled", "They can sign in again."),
    ("revoked", "The token opens nothing any more."),
    ("refund", "The refund is on its way."),
    ("asked", "It is asked of the gateway; this page shows when it is done."),
    ("recorded", "The gift is in the books, and its receipt on its way."),
    (
        "recorded-paper",
        "The gift is in the books. There is no address for its receipt: print it and hand it over.",
    ),
    ("void", "The gift is void, and so is its receipt."),
    ("sent", "The receipt is sent once more."),
    ("sample", "The mail server took the letter. See that it arrives, and how it looks there."),
    ("reissued", "This receipt takes the place of the one before."),
    ("statements", "The letters are being ordered; how many appears below."),
    ("bank-file", "The statement is being read; its lines appear below."),
    ("bank-file-removed", "The file is taken away, with its lines."),
    ("import-file", "The file is looked through; what it comes to appears below."),
    ("import-booking", "Its gifts are being booked."),
    ("import-removed", "The file is taken away."),
    ("import-undoing", "Its gifts are being declared void."),
    ("bank-booked", "The line is booked."),
    ("bank-no-gift", "The line is no gift."),
    ("bank-back", "What was taken back has left the books."),
    ("bank-not", "That is not proposed again."),
    ("bank-payout", "The line is that payout; its money is at the bank."),
    ("bank-paid-out", "The line is in the books as what Patreon paid out."),
    ("bank-open", "The line is open again."),
    ("paid-in", "The gifts are at the bank."),
    ("deposit-shown", "The bank shows the deposit."),
    ("deposit-back", "The deposit is taken back; its gifts are in hand again."),
    ("export", "The file is being made; it appears below."),
    ("written", "The letter is on its way."),
    ("noted", "The note is written down."),
    ("merged", "They are one donor now."),
    ("unmerged", "They are two donors again."),
    ("erased", "What runs is being ended; then the donor is forgotten."),
    ("again", "It is being tried once more."),
    ("key", "Stripe knows the key, and it is in place."),
    ("webhook", "Stripe tells this site from now on what was paid."),
    (
        "webhook-left",
        "Stripe tells this site from now on. Webhooks from before could not be deleted: do it in Stripe’s dashboard.",
    ),
    ("secret", "What Stripe signs with this secret is believed from now on."),
    ("forgotten", "The keys are forgotten, and Stripe is off."),
    ("app", "PayPal knows the app, and it is in place."),
    (
        "app-narrow",
        "PayPal knows the app, and it is in place. It may not do all that it should yet: “Ask PayPal” says what.",
    ),
    ("paypal-webhook", "PayPal tells this site from now on what was paid."),
    ("app-forgotten", "The app is forgotten, and PayPal is off."),
    ("one-person", "They are one person now."),
    ("two-people", "They are two people again."),
    ("patreon-connected", "The account is connected, and its members are being read."),
    (
        "patreon-not-allowed",
        "Patreon says that this site was not allowed to read the members. Nothing is changed.",
    ),
    ("patreon-disconnected", "What opened the account is forgotten."),
    ("patreon-reading", "The members are being read."),
    ("closed", "The question is closed."),
    ("attack", "The site takes itself to be under attack for six hours from now on."),
    ("no-attack", "The site takes itself to be under attack no more."),
    (
        "declared",
        "The declaration is on record. A donor with an address is sent a copy; give the others one.",
    ),
    ("gift-aid-ended", "Gifts from today on are covered no more."),
    ("set", "It is set, and counts from now on; in every process within two seconds."),
    ("decided", "It is decided, and the pages say so."),
    ("none-chosen", "No comment was chosen: nothing is changed."),
    ("unchanged", "Nothing was changed: everything is so already."),
];

/// What a page of the office knows about who looks at it.
pub(in crate::web) struct Desk<'a> {
    templates: Templates,
    who: Option<&'a SignedIn>,
    zone: Tz,
}

impl<'a> Desk<'a> {
    /// For somebody.
    pub(super) fn of(state: &AppState, who: &'a SignedIn) -> Self {
        Self { who: Some(who), ..Self::of_nobody(state) }
    }

    /// Before anybody is known.
    pub(in crate::web) fn of_nobody(state: &AppState) -> Self {
        let zone = state.ctx.policy.time_zone;
        Self { templates: state.templates.speaking_tag("en"), who: None, zone }
    }

    /// Whether whoever looks at it can show a passkey.
    pub(super) fn has_passkey(&self) -> bool {
        self.who.is_some_and(|who| who.member.passkeys > 0)
    }

    /// A page: its template, its title, its path in the navigation, and what it says.
    pub(in crate::web) fn page<T: Serialize>(
        &self,
        (template, title, path): (&str, &str, &str),
        done: Option<&'static str>,
        body: T,
    ) -> Result<HttpResponse, WebError> {
        self.answer(StatusCode::OK, (template, title, path), done, body)
    }

    /// A page with another status.
    pub(super) fn answer<T: Serialize>(
        &self,
        status: StatusCode,
        (template, title, path): (&str, &str, &str),
        done: Option<&'static str>,
        body: T,
    ) -> Result<HttpResponse, WebError> {
        let meta = PageMeta {
            title: title.to_owned(),
            path: path.to_owned(),
            robots: Some("noindex"),
            ..PageMeta::default()
        };
        let inside = self.who.filter(|who| who.session.stage == crate::domain::staff::Stage::Full);
        let places = inside.map_or_else(Vec::new, |who| {
            let open = PLACES.iter().filter(|(_, _, needed)| who.member.role.may(*needed));
            let shown = |(name, url, _): &(&'static str, &'static str, Permission)| Place {
                name,
                url,
                current: path == *url
                    || (*url != "/admin" && path.strip_prefix(url).is_some_and(|rest| rest.starts_with('/'))),
            };
            open.map(shown).collect()
        });
        let shown = DeskPage {
            places,
            who: inside.map(|who| who.member.name.clone()),
            role: inside.map(|who| who.member.role.as_str()),
            attack: inside.and_then(|who| who.attacked_until).map(|until| moment_text(until, self.zone)),
            done,
            body,
        };
        Ok(private_page(status, self.templates.page(template, &meta, shown)?))
    }
}

/// What was done before this page, as its address says.
pub(super) fn done(query: &str) -> Option<&'static str> {
    let word = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "done")?.1;
    DONE.iter().find(|(known, _)| *known == word).map(|(_, sentence)| *sentence)
}

/// Fields that cannot be taken, for the page that shows the form again.
pub(super) fn faults(problems: &[FieldError]) -> Faults {
    reply::faults(problems, |problem| problem.message.clone())
}
