//! A site, its Patreon, and the owner who connects the two.

use crate::office::clerk::Clerk;
use crate::support::app::{Changes, Engine, TestApp};
use crate::support::client::Answer;
use crate::support::patreon::{CLIENT_ID, CLIENT_SECRET, Patreon, Signed};
use mainstay::domain::access::Role;
use mainstay::usecases::members;
use reqwest::Method;

pub(crate) struct Site {
    pub(crate) app: TestApp,
    pub(crate) patreon: Patreon,
    pub(crate) owner: Clerk,
}

impl Site {
    /// With an app at Patreon, and no account connected yet.
    pub(crate) async fn open(engine: Engine) -> Self {
        Self::open_with(engine, &[]).await
    }

    pub(crate) async fn open_with(engine: Engine, more: &[(&'static str, &str)]) -> Self {
        let patreon = Patreon::start();
        let mut environment = vec![
            ("MAINSTAY_PATREON__CLIENT_ID", CLIENT_ID.to_owned()),
            ("MAINSTAY_PATREON__CLIENT_SECRET", CLIENT_SECRET.to_owned()),
            ("MAINSTAY_PATREON__API_BASE", patreon.url.clone()),
            ("MAINSTAY_PATREON__TIMEOUT_S", "5".to_owned()),
        ];
        environment.extend(more.iter().map(|(name, value)| (*name, (*value).to_owned())));
        let app = TestApp::start_with(engine, Changes { environment }).await;
        let owner = app.clerk(Role::Owner).await;
        Self { app, patreon, owner }
    }

    /// With the account connected, and its members read once.
    pub(crate) async fn connected(engine: Engine) -> Self {
        let mut site = Self::open(engine).await;
        site.connects().await;
        site
    }

    /// The state that leads back here, as Patreon's page is asked with it.
    pub(crate) async fn state(&self) -> String {
        let page = self.owner.get("/admin/patreon/permission").await.location().to_owned();
        assert!(page.starts_with(&format!("{}/oauth2/authorize?", self.patreon.url)), "{page}");
        let asked = url::Url::parse(&page).unwrap();
        let find = |name: &str| asked.query_pairs().find(|(key, _)| key == name).unwrap().1.into_owned();
        assert_eq!((find("client_id"), find("response_type")), (CLIENT_ID.to_owned(), "code".to_owned()));
        assert!(find("scope").contains("campaigns.members[email]"));
        assert_eq!(find("redirect_uri"), format!("{}/admin/patreon/return", self.app.url));
        find("state")
    }

    /// The owner allows it at Patreon, comes back and confirms.
    pub(crate) async fn connects(&mut self) {
        let (state, code) = (self.state().await, self.patreon.allow());
        let back = format!("/admin/patreon/return?code={code}&state={state}");
        assert!(self.owner.get(&back).await.text().contains("Connect the account"));
        let done = self.owner.post("/admin/patreon/connect", &[("code", &code), ("state", &state)]).await;
        assert_eq!(done.location(), "/admin/patreon?done=patreon-connected");
        self.app.run_jobs().await;
    }

    /// The round of every hour, now.
    pub(crate) async fn reads(&self) -> members::Report {
        members::sync(self.app.ctx()).await.unwrap()
    }

    /// Hands a webhook to the site.
    pub(crate) async fn posts(&self, signed: &Signed) -> Answer {
        let client = self.app.client();
        let request = client
            .request(Method::POST, "/webhooks/patreon")
            .header("x-patreon-event", signed.trigger)
            .header("x-patreon-signature", &signed.signature)
            .body(signed.body.clone());
        client.send(request).await
    }

    /// Every member in a line: state, what they are entitled to, what they are worth in a year.
    pub(crate) async fn members(&self) -> Vec<String> {
        let sql = "SELECT COALESCE(name, '-') || ' ' || state || ' ' || entitled_minor || ' ' || annual_minor AS line \
                   FROM external_members ORDER BY person";
        self.app.lines(sql).await
    }

    /// Everything that happened to members, in the order in which it was learned.
    pub(crate) async fn moves(&self) -> Vec<String> {
        let sql = "SELECT kind || ' ' || month || ' ' || annual_minor AS line FROM external_moves \
                   ORDER BY recorded_at, member_id, sequence";
        self.app.lines(sql).await
    }

    /// Nothing of Patreon's money is in the books, whatever happened.
    pub(crate) async fn finish(self) {
        for table in ["ledger_entries", "donations", "donors", "pledges", "receipts"] {
            assert_eq!(self.app.count(table).await, 0, "{table}");
        }
        self.app.finish().await;
    }
}
