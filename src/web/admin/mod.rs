//! The office. The table below is all of it: each line names who may come, and there is no other way to add one.

mod appeals;
mod content;
mod cookies;
mod door;
mod doors;
mod embedding;
mod figures;
mod files;
mod gateways;
mod lists;
mod me;
mod patreon;
mod people;
mod privacy;
pub(super) mod reply;
mod settings;
mod tokens;
mod webhooks;
mod wording;
mod work;

pub(super) use door::keep;

use super::route::{Access, Declared, Table};
use crate::domain::access::Permission as May;
use crate::domain::list::ListKind;
use actix_web::web::{PayloadConfig, ServiceConfig};

/// Every route below `/admin`.
fn table() -> Table {
    of_readers(of_the_past(of_bank(of_settings(of_work(of_publication(of_people(of_figures(of_lists(
        Table::default(),
    )))))))))
}

/// How support is doing, and files of many rows.
fn of_figures(table: Table) -> Table {
    use Access::Only;
    table
        .get("/admin", Only(May::SeeFigures), figures::front::show)
        .get("/admin/reports", Only(May::SeeFigures), figures::reports::index)
        .get("/admin/reports/lapsed", Only(May::SeeSupport), figures::reports::lapsed)
        .get("/admin/reports/lapsed.csv", Only(May::ExportSupport), figures::files::lapsed_csv)
        .get("/admin/reports/lapsed.xlsx", Only(May::ExportSupport), figures::files::lapsed_xlsx)
        .get("/admin/reports/{report}.csv", Only(May::SeeFigures), figures::files::csv)
        .get("/admin/reports/{report}.xlsx", Only(May::SeeFigures), figures::files::xlsx)
        .get("/admin/reports/{report}", Only(May::SeeFigures), figures::reports::show)
        .get("/admin/exports", Only(May::ExportSupport), figures::exports::list)
        .post("/admin/exports", Only(May::ExportSupport), figures::exports::order)
        .get("/admin/exports/{id}/file", Only(May::ExportSupport), figures::exports::file)
}

/// The door, whoever has come through it, and who else may.
fn of_people(table: Table) -> Table {
    use Access::{Anybody, HalfWay, Only};
    table
        .get("/admin/sign-in", Anybody, doors::sign_in::show)
        .post("/admin/sign-in", Anybody, doors::sign_in::enter)
        .get("/admin/sign-in/code", HalfWay, doors::second::show)
        .post("/admin/sign-in/code", HalfWay, doors::second::enter)
        .get("/admin/sign-in/enrol", HalfWay, doors::enrol::show)
        .post("/admin/sign-in/enrol", HalfWay, doors::enrol::enter)
        .post("/admin/sign-in/passkey", HalfWay, doors::passkey::enter)
        .post("/admin/passkeys/offer", HalfWay, doors::passkey::offer)
        .post("/admin/passkeys/request", HalfWay, doors::passkey::request)
        .get("/admin/setup/{token}", Anybody, doors::setup::look)
        .post("/admin/setup/{token}", Anybody, doors::setup::choose)
        .post("/admin/sign-out", HalfWay, doors::sign_in::leave)
        .post("/admin/prove", Only(May::Self_), doors::prove)
        .get("/admin/me", Only(May::Self_), me::show)
        .post("/admin/me/password", Only(May::Self_), me::change_password)
        .post("/admin/me/address", Only(May::Self_), me::change_address)
        .get("/admin/me/authenticator", Only(May::Self_), me::offer)
        .post("/admin/me/authenticator", Only(May::Self_), me::enrol)
        .get("/admin/me/passkeys", Only(May::Self_), me::offer_passkey)
        .post("/admin/me/passkeys", Only(May::Self_), me::add_passkey)
        .post("/admin/me/passkeys/{id}/remove", Only(May::Self_), me::remove_passkey)
        .post("/admin/me/recovery-codes", Only(May::Self_), me::renew_codes)
        .post("/admin/me/sessions/{id}/end", Only(May::Self_), me::end_session)
        .post("/admin/me/sessions/end-others", Only(May::Self_), me::end_others)
        .get("/admin/staff", Only(May::ManageStaff), people::list)
        .post("/admin/staff", Only(May::ManageStaff), people::invite)
        .get("/admin/staff/{id}", Only(May::ManageStaff), people::show)
        .post("/admin/staff/{id}/role", Only(May::ManageStaff), people::set_role)
        .post("/admin/staff/{id}/status", Only(May::ManageStaff), people::set_status)
        .post("/admin/staff/{id}/reset", Only(May::ManageStaff), people::reset)
        .post("/admin/staff/{id}/sign-out", Only(May::ManageStaff), people::sign_out)
        .get("/admin/tokens", Only(May::ManageStaff), tokens::list)
        .post("/admin/tokens", Only(May::ManageStaff), tokens::create)
        .post("/admin/tokens/{id}/revoke", Only(May::ManageStaff), tokens::revoke)
}

/// What the publication says, and whom it tells.
fn of_publication(table: Table) -> Table {
    use Access::Only;
    table
        .get("/admin/appeals", Only(May::EditContent), appeals::show)
        .get("/admin/content", Only(May::EditContent), content::list)
        .get("/admin/content/{folder}", Only(May::EditContent), content::begin)
        .post("/admin/content/{folder}", Only(May::EditContent), content::create)
        .get("/admin/content/{folder}/{slug}", Only(May::EditContent), content::edit)
        .post("/admin/content/{folder}/{slug}", Only(May::EditContent), content::save)
        .post("/admin/content/{folder}/{slug}/preview", Only(May::EditContent), content::preview)
        .post("/admin/content/{folder}/{slug}/remove", Only(May::EditContent), content::remove)
        .get("/admin/embedding", Only(May::EditContent), embedding::show)
        .get("/admin/wording", Only(May::EditContent), wording::list)
        .get("/admin/wording/texts/{language}", Only(May::EditContent), wording::texts)
        .get("/admin/wording/texts/{language}/{text}", Only(May::EditContent), wording::text)
        .post("/admin/wording/texts/{language}/{text}", Only(May::EditContent), wording::save)
        .get("/admin/wording/letters/{letter}", Only(May::EditContent), wording::letter)
        .get("/admin/wording/letters/{letter}/html", Only(May::EditContent), wording::html)
        .post("/admin/wording/letters/{letter}/send", Only(May::EditContent), wording::send)
        .get("/admin/webhooks", Only(May::ManageSettings), webhooks::list)
        .post("/admin/webhooks", Only(May::ManageSettings), webhooks::add)
        .get("/admin/webhooks/{id}", Only(May::ManageSettings), webhooks::show)
        .post("/admin/webhooks/{id}/secret", Only(May::ManageSettings), webhooks::renew_secret)
        .post("/admin/webhooks/{id}/remove", Only(May::ManageSettings), webhooks::remove)
        .post("/admin/webhook-deliveries/{id}/again", Only(May::ManageSettings), webhooks::redeliver)
}

/// What the office sets, and the ways of money and of letters.
fn of_settings(table: Table) -> Table {
    let settings = Access::Only(May::ManageSettings);
    table
        .get("/admin/settings", settings, settings::list)
        .get("/admin/settings/{group}", settings, settings::show)
        .post("/admin/settings/{group}", settings, settings::save)
        .post("/admin/settings/{group}/put-back", settings, settings::put_back)
        .get("/admin/gateways", settings, gateways::list)
        .post("/admin/gateways/mail/try", settings, gateways::try_mail)
        .get("/admin/gateways/paypal", settings, gateways::paypal::show)
        .post("/admin/gateways/paypal/try", settings, gateways::paypal::try_out)
        .post("/admin/gateways/paypal/app", settings, gateways::paypal::put_app)
        .post("/admin/gateways/paypal/webhook", settings, gateways::paypal::set_up_webhook)
        .get("/admin/gateways/paypal/forget", settings, gateways::paypal::last_word)
        .post("/admin/gateways/paypal/forget", settings, gateways::paypal::forget)
        .get("/admin/gateways/stripe", settings, gateways::stripe)
        .post("/admin/gateways/stripe/try", settings, gateways::try_stripe)
        .post("/admin/gateways/stripe/key", settings, gateways::put_key)
        .post("/admin/gateways/stripe/webhook", settings, gateways::new_webhook)
        .post("/admin/gateways/stripe/secret", settings, gateways::put_secret)
        .get("/admin/gateways/stripe/forget", settings, gateways::last_word)
        .post("/admin/gateways/stripe/forget", settings, gateways::forget)
        .get("/admin/patreon", settings, patreon::show)
        .get("/admin/patreon/permission", settings, patreon::permission)
        .get("/admin/patreon/return", settings, patreon::come_back)
        .post("/admin/patreon/connect", settings, patreon::connect)
        .post("/admin/patreon/disconnect", settings, patreon::disconnect)
        .post("/admin/patreon/sync", settings, patreon::sync)
        .post("/admin/patreon/levels", settings, patreon::levels)
}

/// What readers write.
fn of_readers(table: Table) -> Table {
    use Access::Only;
    let (see, moderate) = (Only(May::SeeComments), Only(May::ModerateComments));
    table
        .get("/admin/comments", see, lists::page_of(ListKind::Comments))
        .get("/admin/comments.csv", Only(May::ExportSupport), lists::file_of(ListKind::Comments))
        .post("/admin/comments/decide", moderate, work::comments::decide_all)
        .get("/admin/comments/{id}", see, files::comment)
        .get("/admin/comments/{id}/refuse", moderate, work::comments::doubt)
        .post("/admin/comments/{id}/decide", moderate, work::comments::decide)
}

/// Gifts that came before this site.
fn of_the_past(table: Table) -> Table {
    use Access::Only;
    let (see, change) = (Only(May::SeeSupport), Only(May::ChangeSupport));
    table
        .get("/admin/imports", see, work::imports::list)
        .post("/admin/imports", change, work::imports::hand_in)
        .get("/admin/imports/{id}", see, work::imports::show)
        .post("/admin/imports/{id}/confirm", change, work::imports::confirm)
        .post("/admin/imports/{id}/remove", change, work::imports::remove)
        .post("/admin/imports/{id}/undo", Only(May::Refund), work::imports::undo)
}

/// Statements of banks, and what becomes of their lines.
fn of_bank(table: Table) -> Table {
    use Access::Only;
    let (see, change) = (Only(May::SeeSupport), Only(May::ChangeSupport));
    table
        .get("/admin/bank", see, work::bank_files::list)
        .post("/admin/bank", change, work::bank_files::hand_in)
        .get("/admin/bank/{id}", see, work::bank_files::show)
        .post("/admin/bank/{id}/remove", change, work::bank_files::remove)
        .get("/admin/bank/{id}/mapping", change, work::bank_mapping::show)
        .post("/admin/bank/{id}/mapping", change, work::bank_mapping::save)
        .get("/admin/bank-lines", see, lists::page_of(ListKind::BankLines))
        .get("/admin/bank-lines.csv", Only(May::ExportSupport), lists::file_of(ListKind::BankLines))
        .get("/admin/bank-lines/{id}", see, work::bank_lines::show)
        .post("/admin/bank-lines/{id}/book", change, work::bank_lines::book)
        .get("/admin/bank-lines/{id}/gift", change, work::bank_lines::begin_gift)
        .post("/admin/bank-lines/{id}/gift", change, work::bank_lines::record_gift)
        .get("/admin/bank-lines/{id}/no-gift", change, work::bank_lines::doubt)
        .post("/admin/bank-lines/{id}/no-gift", change, work::bank_lines::no_gift)
        .post("/admin/bank-lines/{id}/payout", change, work::bank_lines::payout)
        .get("/admin/bank-lines/{id}/paid-out", change, work::platforms::show)
        .post("/admin/bank-lines/{id}/paid-out", change, work::platforms::paid_out)
        .post("/admin/bank-lines/{id}/dismiss", change, work::bank_lines::dismiss)
        .post("/admin/bank-lines/{id}/reopen", change, work::bank_lines::reopen)
        .post("/admin/bank-lines/{id}/take-back", Only(May::Refund), work::bank_lines::take_back)
        .get("/admin/deposits", see, work::deposits::list)
        .post("/admin/deposits", change, work::deposits::pay_in)
        .get("/admin/deposits/{id}", see, files::deposit)
        .post("/admin/deposits/{id}/line/{line}", change, work::deposits::shown_by)
        .post("/admin/deposits/{id}/take-back", change, work::deposits::take_back)
}

/// What is done about gifts, donors and work that failed.
fn of_work(table: Table) -> Table {
    use Access::Only;
    table
        .get("/admin/donations/{id}/refund", Only(May::Refund), work::refunds::show)
        .post("/admin/donations/{id}/refund", Only(May::Refund), work::refunds::order)
        .get("/admin/pledges/{id}/order", Only(May::ChangeSupport), work::pledges::show)
        .post("/admin/pledges/{id}/order", Only(May::ChangeSupport), work::pledges::order)
        .post("/admin/pledges/{id}/wall/hide", Only(May::ChangeSupport), work::wall::hide)
        .post("/admin/pledges/{id}/wall/show", Only(May::ChangeSupport), work::wall::show)
        .get("/admin/donations/{id}/void", Only(May::Refund), work::by_hand::doubt)
        .post("/admin/donations/{id}/void", Only(May::Refund), work::by_hand::void)
        .get("/admin/gifts", Only(May::ChangeSupport), work::by_hand::from_whom)
        .get("/admin/gifts/new", Only(May::ChangeSupport), work::by_hand::begin)
        .post("/admin/gifts/new", Only(May::ChangeSupport), work::by_hand::record)
        .get("/admin/gifts/transfer", Only(May::ChangeSupport), work::gifts::show)
        .post("/admin/gifts/transfer", Only(May::ChangeSupport), work::gifts::record)
        .get("/admin/receipts/{number}/pdf", Only(May::SeeSupport), work::receipts::paper)
        .post("/admin/receipts/{number}/resend", Only(May::ChangeSupport), work::receipts::resend)
        .post("/admin/receipts/{number}/reissue", Only(May::ChangeSupport), work::receipts::reissue)
        .get("/admin/statements", Only(May::SeeSupport), work::statements::list)
        .post("/admin/statements", Only(May::ChangeSupport), work::statements::order)
        .get("/admin/donors/{id}/statements/{year}", Only(May::SeeSupport), work::statements::paper)
        .post("/admin/donors/{id}/notes", Only(May::ChangeSupport), work::donors::add_note)
        .post("/admin/donors/{id}/notes/{note}/remove", Only(May::ChangeSupport), work::donors::remove_note)
        .post("/admin/donors/{id}/tags", Only(May::ChangeSupport), work::donors::set_tags)
        .get("/admin/donors/{id}/letter", Only(May::ChangeSupport), work::letters::begin)
        .post("/admin/donors/{id}/letter", Only(May::ChangeSupport), work::letters::write)
        .get("/admin/donors/{id}/letters/{letter}", Only(May::SeeSupport), work::letters::read)
        .get("/admin/donors/{id}/details", Only(May::ChangeSupport), work::donors::details)
        .post("/admin/donors/{id}/details", Only(May::ChangeSupport), work::donors::correct)
        .get("/admin/donors/{id}/address", Only(May::ChangeSupport), work::donors::without_address)
        .post("/admin/donors/{id}/address", Only(May::ChangeSupport), work::donors::give_address)
        .get("/admin/donors/{id}/gift-aid", Only(May::ChangeSupport), work::gift_aid::begin)
        .post("/admin/donors/{id}/gift-aid", Only(May::ChangeSupport), work::gift_aid::declare)
        .post("/admin/donors/{id}/gift-aid/end", Only(May::ChangeSupport), work::gift_aid::end)
        .get("/admin/donors/{id}/merge", Only(May::ChangeSupport), work::donors::same)
        .post("/admin/donors/{id}/merge", Only(May::ChangeSupport), work::donors::make_one)
        .post("/admin/donors/{id}/unmerge", Only(May::ChangeSupport), work::donors::make_two)
        .post("/admin/donors/{id}/export", Only(May::ExportSupport), work::donors::hand_out)
        .get("/admin/donors/{id}/erase", Only(May::EraseDonors), work::donors::last_word)
        .post("/admin/donors/{id}/erase", Only(May::EraseDonors), work::donors::forget)
        .get("/admin/external-members/{id}/donor", Only(May::ChangeSupport), work::members::same)
        .post("/admin/external-members/{id}/donor", Only(May::ChangeSupport), work::members::be_one)
        .post("/admin/external-members/{id}/apart", Only(May::ChangeSupport), work::members::be_two)
        .get("/admin/questions", Only(May::SeeOperations), work::operations::questions)
        .post("/admin/questions/{id}/close", Only(May::RunOperations), work::operations::close)
        .get("/admin/defence", Only(May::SeeOperations), work::defence::show)
        .post("/admin/defence/begin", Only(May::RunOperations), work::defence::begin)
        .post("/admin/defence/end", Only(May::RunOperations), work::defence::end)
        .post("/admin/events/{id}/replay", Only(May::RunOperations), work::operations::replay)
        .post("/admin/jobs/{id}/retry", Only(May::RunOperations), work::operations::retry)
}

/// The lists, and the pages about what is in them.
fn of_lists(table: Table) -> Table {
    use Access::Only;
    use ListKind::{Audit, Donations, Donors, Events, Jobs, Members, Patrons, Pledges, Receipts};
    of_balances(table)
        .get("/admin/donations", Only(May::SeeSupport), lists::page_of(Donations))
        .get("/admin/donations.csv", Only(May::ExportSupport), lists::file_of(Donations))
        .get("/admin/donations/{id}", Only(May::SeeSupport), files::donation)
        .get("/admin/pledges", Only(May::SeeSupport), lists::page_of(Pledges))
        .get("/admin/pledges.csv", Only(May::ExportSupport), lists::file_of(Pledges))
        .get("/admin/pledges/{id}", Only(May::SeeSupport), files::pledge)
        .get("/admin/donors", Only(May::SeeSupport), lists::page_of(Donors))
        .get("/admin/donors.csv", Only(May::ExportSupport), lists::file_of(Donors))
        .get("/admin/donors/{id}", Only(May::SeeSupport), files::donor)
        .get("/admin/patrons", Only(May::SeeSupport), lists::page_of(Patrons))
        .get("/admin/patrons.csv", Only(May::ExportSupport), lists::file_of(Patrons))
        .get("/admin/external-members", Only(May::SeeSupport), lists::page_of(Members))
        .get("/admin/external-members.csv", Only(May::ExportSupport), lists::file_of(Members))
        .get("/admin/external-members/{id}", Only(May::SeeSupport), files::member)
        .get("/admin/receipts", Only(May::SeeSupport), lists::page_of(Receipts))
        .get("/admin/receipts.csv", Only(May::ExportSupport), lists::file_of(Receipts))
        .get("/admin/receipts/{number}", Only(May::SeeSupport), files::receipt)
        .get("/admin/events", Only(May::SeeOperations), lists::page_of(Events))
        .get("/admin/events.csv", Only(May::SeeOperations), lists::file_of(Events))
        .get("/admin/events/{id}", Only(May::SeeOperations), files::event)
        .get("/admin/jobs", Only(May::SeeOperations), lists::page_of(Jobs))
        .get("/admin/jobs.csv", Only(May::SeeOperations), lists::file_of(Jobs))
        .get("/admin/jobs/{id}", Only(May::SeeOperations), files::job)
        .get("/admin/audit", Only(May::SeeAudit), lists::page_of(Audit))
        .get("/admin/audit.csv", Only(May::SeeAudit), lists::file_of(Audit))
        .get("/admin/privacy", Only(May::SeeSupport), privacy::show)
        .post("/admin/views", Only(May::Self_), lists::save_view)
        .post("/admin/views/{id}/remove", Only(May::Self_), lists::remove_view)
}

/// What gateways hold and paid out, beside the books.
fn of_balances(table: Table) -> Table {
    use Access::Only;
    use ListKind::{Movements, Payouts};
    table
        .get("/admin/payouts", Only(May::SeeSupport), lists::page_of(Payouts))
        .get("/admin/payouts.csv", Only(May::ExportSupport), lists::file_of(Payouts))
        .get("/admin/payouts/{id}", Only(May::SeeSupport), files::payout)
        .get("/admin/payouts/{id}/journal.csv", Only(May::ExportSupport), files::journal)
        .get("/admin/movements", Only(May::SeeSupport), lists::page_of(Movements))
        .get("/admin/movements.csv", Only(May::ExportSupport), lists::file_of(Movements))
        .get("/admin/balances", Only(May::SeeSupport), files::balances)
}

/// Puts the office up.
pub(super) fn routes(app: &mut ServiceConfig, form_bytes: usize) {
    table().put_up(app, &PayloadConfig::new(form_bytes));
}

/// Every route of the office with who may come, for the tests that try all of them.
pub fn declared() -> Vec<Declared> {
    table().declared()
}
