//! Every operation: what it is for, what it asks, takes and gives.

use crate::domain::list::ListKind;

/// What an operation does and answers with.
pub(in crate::web::api) struct Told {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(in crate::web::api) summary: &'static str,
    pub(super) gives: Gives,
    pub(super) asks: Asks,
    /// The schema of the body; empty without one.
    pub(super) takes: &'static str,
}

/// What is asked besides the body.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    Nothing,
    /// The code of a pledge.
    Code,
    /// The period and the filter of a report.
    Report,
    /// Which page.
    Page,
    /// Which page, and which entries of the books.
    Entries,
    /// Which names of supporters.
    Names,
    /// Which text the program had seen.
    Seen,
    /// Which state of the settings the program had seen.
    SeenSettings,
}

pub(super) enum Gives {
    /// A page of a list.
    Page(ListKind),
    /// One item of a list.
    Item(ListKind),
    /// Something with a schema of this name.
    Made(u16, &'static str),
    /// Items with a schema of this name.
    Items(&'static str),
    /// A file.
    File,
    /// To everybody something with the first schema, to a token something with the second.
    Either(&'static str, &'static str),
}

const fn told(method: &'static str, path: &'static str, summary: &'static str, gives: Gives) -> Told {
    Told { method, path, summary, gives, asks: Asks::Nothing, takes: "" }
}

const fn get(path: &'static str, summary: &'static str, gives: Gives) -> Told {
    told("GET", path, summary, gives)
}

const fn post(path: &'static str, summary: &'static str, takes: &'static str, gives: Gives) -> Told {
    Told { takes, ..told("POST", path, summary, gives) }
}

const fn put_file(path: &'static str, summary: &'static str) -> Told {
    Told { takes: "NewText", asks: Asks::Seen, ..told("PUT", path, summary, Gives::Made(200, "Written")) }
}

impl Told {
    const fn asks(self, asks: Asks) -> Self {
        Self { asks, ..self }
    }

    const fn takes(self, takes: &'static str) -> Self {
        Self { takes, ..self }
    }
}

/// All of them, by what they are about.
pub(super) fn all() -> impl Iterator<Item = &'static Told> {
    [GIFTS, PEOPLE, PUBLICATION, BOOKS].into_iter().flatten()
}

use Gives::{Either, File, Item, Items, Made, Page};

const GIFTS: &[Told] = &[
    get("/openapi.json", "This description", Made(200, "Anything")),
    post("/pledges", "Begin a gift or recurring support", "NewPledge", Made(201, "StartedPledge")),
    post("/proofs", "Work for a browser, where a pledge wants a proof", "NewProof", Made(200, "AskedProof")),
    get("/pledges", "Pledges", Page(ListKind::Pledges)),
    get(
        "/pledges/{id}",
        "The status of a pledge, with its code; all of it, with a token",
        Either("PledgeStatus", "Pledge"),
    )
    .asks(Asks::Code),
    post(
        "/pledges/{id}/change",
        "Change amount or frequency of recurring support, from the next charge on",
        "ChangePledge",
        Made(200, "Ordered"),
    ),
    post("/pledges/{id}/pause", "Charge nothing for a while", "PausePledge", Made(200, "Ordered")),
    post("/pledges/{id}/resume", "Go on after a pause", "OrderPledge", Made(200, "Ordered")),
    post(
        "/pledges/{id}/cancel",
        "End recurring support when the time that is paid for is over, or at once",
        "CancelPledge",
        Made(200, "Ordered"),
    ),
    post("/pledges/{id}/keep", "Take a cancellation back", "OrderPledge", Made(200, "Ordered")),
    post(
        "/pledges/{id}/wall/hide",
        "Take a name off the page of its campaign",
        "Nothing",
        Made(200, "WallName"),
    ),
    post(
        "/pledges/{id}/wall/show",
        "Put a name back on the page of its campaign",
        "Nothing",
        Made(200, "WallName"),
    ),
    get("/patrons", "Recurring support", Page(ListKind::Patrons)),
    get("/donations", "Payments", Page(ListKind::Donations)),
    post(
        "/donations",
        "Record a transfer that arrived for a promise",
        "NewDonation",
        Made(201, "RecordedDonation"),
    ),
    get("/donations/{id}", "A payment", Item(ListKind::Donations)),
    get("/donations/{id}/refunds", "What was given back of a payment", Items("Refund")),
    post("/donations/{id}/refunds", "Give money back", "NewRefund", Made(201, "Refund")),
    post(
        "/donations/{id}/void",
        "Declare a gift void that was written down by hand, such as a cheque that bounced",
        "NewVoid",
        Made(201, "Refund"),
    ),
    get("/receipts", "Receipts", Page(ListKind::Receipts)),
    get("/receipts/{id}", "A receipt, by its id or its number", Item(ListKind::Receipts)),
    post("/receipts/{id}/resend", "Mail a receipt once more", "Nothing", Made(202, "ResentReceipt")),
    post(
        "/receipts/{id}/reissue",
        "Take a receipt back and issue one with the details of today",
        "Nothing",
        Made(201, "ReissuedReceipt"),
    ),
    get("/statements", "Yearly statements, by year: letters ordered and sent", Items("StatementYear")),
    post(
        "/statements",
        "Order the letters of a year that is over, for everybody who has none",
        "NewStatements",
        Made(202, "OrderedStatements"),
    ),
];

const PEOPLE: &[Told] = &[
    get("/donors", "Donors", Page(ListKind::Donors)),
    get("/donors/{id}", "A donor", Item(ListKind::Donors)),
    get("/donors/{id}/notes", "What is noted on a donor", Items("Note")),
    post("/donors/{id}/notes", "Note something on a donor", "NewNote", Made(201, "NewlyNoted")),
    told("DELETE", "/donors/{id}/notes/{note}", "Remove a note", Made(200, "Done")),
    told("PUT", "/donors/{id}/tags", "Give a donor these tags and no others", Made(200, "Tags"))
        .takes("NewTags"),
    post("/donors/{id}/merge", "Find a donor to be another one", "NewMerge", Made(200, "Merged")),
    post("/donors/{id}/unmerge", "Make two donors of one again", "Nothing", Made(200, "Unmerged")),
    get("/exports", "Files of many rows, the latest first", Items("Export")).asks(Asks::Page),
    post("/exports", "Order a file", "NewExport", Made(201, "Export")),
    get("/exports/{id}", "How far a file is", Made(200, "Export")),
    get("/exports/{id}/file", "A file that is ready", File),
];

const PUBLICATION: &[Told] = &[
    get(
        "/appeals",
        "What two texts of an appeal brought, as far as the test of them came",
        Items("AppealTest"),
    ),
    get("/articles", "Articles, drafts among them", Items("Article")),
    get("/articles/{slug}", "The file of an article", Made(200, "Text")),
    put_file("/articles/{slug}", "Write the file of an article"),
    get("/campaigns", "Campaigns with what they received", Items("Campaign")),
    get(
        "/campaigns/{slug}",
        "What a form for gifts needs; with a token, the file of the campaign",
        Either("CampaignForm", "Text"),
    )
    .asks(Asks::Names),
    put_file("/campaigns/{slug}", "Write the file of a campaign"),
    get("/comments", "Comments of readers", Page(ListKind::Comments)),
    get("/comments/{id}", "A comment of a reader", Item(ListKind::Comments)),
    post("/comments/{id}/approve", "Show a comment", "Nothing", Made(200, "DecidedComment")),
    post("/comments/{id}/reject", "Do not show a comment", "RejectedComment", Made(200, "DecidedComment")),
    get("/tiers", "Tiers with how many have them", Items("Tier")),
    get("/tiers/{slug}", "The file of a tier", Made(200, "Text")),
    put_file("/tiers/{slug}", "Write the file of a tier"),
];

const BOOKS: &[Told] = &[
    get("/settings", "Settings of the office, each with where it comes from", Items("Setting")),
    post(
        "/settings",
        "Change settings that lead no money elsewhere and let nobody in, all or none",
        "NewSettings",
        Made(200, "Changed"),
    )
    .asks(Asks::SeenSettings),
    get("/bank-statements", "Files of banks, the latest first", Items("BankStatement")).asks(Asks::Page),
    post("/bank-statements", "Hand a file of the bank in", "NewBankStatement", Made(201, "BankStatement")),
    get("/bank-statements/{id}", "How far a file is", Made(200, "BankStatement")),
    get("/deposits", "Cash and cheques that were paid in, the latest first", Items("Deposit"))
        .asks(Asks::Page),
    get("/deposits/{id}", "What was paid in, with its gifts", Made(200, "DepositWithGifts")),
    get("/imports", "Files of past gifts, the latest first", Items("Import")).asks(Asks::Page),
    get("/imports/{id}", "What a file of past gifts comes to, and how far it is", Made(200, "Import")),
    get("/external-members", "Members at platforms elsewhere", Page(ListKind::Members)),
    get("/external-members/{id}", "A member at a platform elsewhere", Item(ListKind::Members)),
    get("/external-members/{id}/move-link", "The link by which a member goes on here", Made(200, "MoveLink")),
    get("/balances", "What gateways hold, beside what the books say", Items("GatewayBalance")),
    get("/payouts", "What gateways sent to the bank", Page(ListKind::Payouts)),
    get("/payouts/{id}", "A payout", Item(ListKind::Payouts)),
    get("/payouts/{id}/journal", "A payout as an entry of a journal", Made(200, "Journal")),
    get("/movements", "What moved on the balances of gateways", Page(ListKind::Movements)),
    get("/movements/{id}", "A movement on a balance", Item(ListKind::Movements)),
    get("/bank-lines", "Lines of bank statements", Page(ListKind::BankLines)),
    get("/bank-lines/{id}", "A line of a bank statement", Item(ListKind::BankLines)),
    get("/bank-lines/{id}/proposals", "What a line may be, the likeliest first", Items("Proposal")),
    post(
        "/bank-lines/{id}/book",
        "Say that a line is money for a promise, or a donation that was recorded before",
        "BookLine",
        Made(200, "BookedLine"),
    ),
    post(
        "/bank-lines/{id}/gift",
        "Say that a line is a gift that nobody promised, and record it",
        "GiftOfLine",
        Made(200, "GivenLine"),
    ),
    post(
        "/bank-lines/{id}/paid-out",
        "Say that a platform elsewhere paid a line out",
        "PaidOutLine",
        Made(200, "Done"),
    ),
    post(
        "/bank-lines/{id}/take-back",
        "Say that a line took a donation back, or is a refund that was recorded before",
        "TakeLineBack",
        Made(200, "LineTakenBack"),
    ),
    post("/bank-lines/{id}/payout", "Say that a line is a payout", "ArrivedPayout", Made(200, "Done")),
    post("/bank-lines/{id}/no-gift", "Say that a line is no gift", "NoGift", Made(200, "Done")),
    post(
        "/bank-lines/{id}/dismiss",
        "Say that a line is not what was proposed",
        "DismissProposal",
        Made(200, "Done"),
    ),
    post("/bank-lines/{id}/reopen", "Take back what was said of a line", "Nothing", Made(200, "Done")),
    get("/ledger/entries", "The books, the latest entry first", Items("Entry")).asks(Asks::Entries),
    get("/ledger/accounts", "What each account holds", Items("Balance")),
    get("/reports/summary", "How support is doing", Made(200, "Anything")),
    get("/reports/timeline", "What arrived, by day or by month", Made(200, "Anything")).asks(Asks::Report),
    get("/reports/patrons", "Recurring support by month, and who stayed", Made(200, "Anything")),
    get("/reports/articles", "What articles led to", Made(200, "Anything")).asks(Asks::Report),
    get("/reports/campaigns", "What campaigns received", Made(200, "Anything")).asks(Asks::Report),
    get("/reports/gateways", "What came by each way of payment, and what it kept", Made(200, "Anything"))
        .asks(Asks::Report),
    get("/reports/gifts", "Average, median and spread of gifts", Made(200, "Anything")).asks(Asks::Report),
    get("/reports/donors", "Donors of each year, and who gave again", Made(200, "Anything")),
    get("/events", "Events of the gateways", Page(ListKind::Events)),
    get("/events/{id}", "An event", Item(ListKind::Events)),
    post("/events/{id}/replay", "Have an event processed once more", "Nothing", Made(202, "Done")),
    get("/jobs", "Work in the background", Page(ListKind::Jobs)),
    get("/jobs/{id}", "A job", Item(ListKind::Jobs)),
    post("/jobs/{id}/retry", "Give a failed job another try", "Nothing", Made(202, "Done")),
    get("/reviews", "Questions that a person must answer", Items("Review")).asks(Asks::Page),
    post("/reviews/{id}/close", "Say that somebody has looked", "Nothing", Made(200, "Done")),
    get("/defence", "Whether the site is under attack", Made(200, "Defence")),
    post("/defence/begin", "Say that the site is under attack", "Nothing", Made(200, "Defence")),
    post("/defence/end", "Say that it is not, or no more", "Nothing", Made(200, "Defence")),
    get("/webhook-endpoints", "Whom the site tells", Items("WebhookEndpoint")),
    get("/webhook-endpoints/{id}", "One of them with its latest tellings", Made(200, "ToldEndpoint")),
    get("/audit", "Who did what", Page(ListKind::Audit)),
];
