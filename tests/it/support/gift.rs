//! Donors at the form, and what their gifts became.

use super::app::TestApp;
use super::client::{Answer, Client};
use mainstay::domain::audit::Actor;
use mainstay::domain::donation::{Donation, DonationStatus};
use mainstay::domain::money::{Currency, Money};
use mainstay::domain::pledge::Pledge;
use mainstay::domain::refund::Refund;
use mainstay::store::refunds;
use mainstay::usecases::UseCaseError;
use mainstay::usecases::refund::{self, RefundOrder};
use mainstay::usecases::tokens;
use mainstay::usecases::views::{self, PledgeView};

/// A filled-in form.
#[derive(Debug, Clone)]
pub(crate) struct Form(Vec<(String, String)>);

impl Form {
    /// €25 for the press fund through the sandbox, by Ann.
    pub(crate) fn gift() -> Self {
        Self(Vec::new())
            .set("campaign", "press-fund")
            .set("amount", "25")
            .set("currency", "EUR")
            .set("gateway", "sandbox")
            .set("email", "ann@example.org")
            .set("name", "Ann Reader")
    }

    /// The same by bank transfer.
    pub(crate) fn transfer() -> Self {
        Self::gift().set("gateway", "bank_transfer")
    }

    /// The donor of this number; each has an address of their own.
    pub(crate) fn by(self, number: usize) -> Self {
        self.set("email", &format!("donor-{number}@example.org"))
    }

    /// With this field filled in, in place of what stood there.
    pub(crate) fn set(self, name: &str, value: &str) -> Self {
        let mut form = self.without(name);
        form.0.push((name.to_owned(), value.to_owned()));
        form
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.0.retain(|(known, _)| known != name);
        self
    }

    pub(crate) fn body(&self) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.0).finish()
    }
}

impl Client {
    /// Posts the form to `/donate`, as a browser does.
    pub(crate) async fn give(&self, form: &Form) -> Answer {
        self.send(self.form("/donate", form.body())).await
    }

    /// Posts the form from this address, as a proxy in front of the site reports it.
    pub(crate) async fn give_from(&self, address: &str, form: &Form) -> Answer {
        let request = self
            .request(reqwest::Method::POST, "/donate")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("x-forwarded-for", address)
            .body(form.body());
        self.send(request).await
    }

    /// Presses the button of the sandbox's payment page; returns the path of the thanks page.
    pub(crate) async fn pay(&self, page: &str, outcome: &str, delivery: &str) -> String {
        self.post(page, &[("outcome", outcome), ("delivery", delivery)]).await.location().to_owned()
    }

    /// The word on the JSON status of the pledge behind this thanks page.
    pub(crate) async fn status_of(&self, thanks: &str) -> String {
        let (_, token) = thanks.rsplit_once('/').unwrap();
        let (id, code) = token.split_once('.').unwrap();
        let answer = self.get(&format!("/api/v1/pledges/{id}?token={code}")).await;
        answer.json()["status"].as_str().unwrap().to_owned()
    }
}

impl TestApp {
    /// Gives through the sandbox up to its payment page.
    pub(crate) async fn promises(&self, form: &Form) -> String {
        let page = self.client().give(form).await.location().to_owned();
        assert!(page.starts_with("/sandbox/pay/"), "{page}");
        page
    }

    /// Gives and pays; the money is in the books when this returns.
    pub(crate) async fn gives(&self, form: &Form) -> Given {
        let page = self.promises(form).await;
        let thanks = self.client().pay(&page, "succeed", "now").await;
        self.run_jobs().await;
        self.given(&thanks).await
    }

    /// Promises a bank transfer.
    pub(crate) async fn promises_transfer(&self, form: &Form) -> Promised {
        let thanks = self.client().give(form).await.location().to_owned();
        let pledge = self.view(&thanks).await.pledge;
        Promised { thanks, pledge }
    }

    /// How the pledge behind a thanks page stands.
    pub(crate) async fn view(&self, thanks: &str) -> PledgeView {
        let (_, token) = thanks.rsplit_once('/').unwrap();
        let id = tokens::open_status_token(&self.ctx().key, token).unwrap().unwrap();
        views::pledge(self.ctx(), id).await.unwrap()
    }

    pub(crate) async fn given(&self, thanks: &str) -> Given {
        let view = self.view(thanks).await;
        Given { thanks: thanks.to_owned(), pledge: view.pledge, donation: view.donation.unwrap() }
    }

    /// Staff order a refund; none of the jobs has run yet.
    pub(crate) async fn orders_refund(
        &self,
        given: &Given,
        minor: Option<i64>,
    ) -> Result<Refund, UseCaseError> {
        let (donation, amount) = (given.donation.id, minor.map(eur));
        let order = RefundOrder { donation, amount, reason: None, request_key: None };
        refund::order(self.ctx(), Actor::Command, order).await
    }

    pub(crate) async fn refunds_of(&self, given: &Given) -> Vec<Refund> {
        let id = given.donation.id;
        self.ctx().db.read(move |conn| refunds::of_donation(conn, id)).await.unwrap()
    }

    /// Where the gift stands, and what is kept of it.
    pub(crate) async fn stands(&self, given: &Given) -> (DonationStatus, i64) {
        let payment = self.donation(given.donation.id).await.payment;
        (payment.status(), payment.kept().unwrap().minor())
    }
}

/// A gift that was paid, or at least begun.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    /// Path of the thanks page.
    pub(crate) thanks: String,
    pub(crate) pledge: Pledge,
    pub(crate) donation: Donation,
}

/// A promised bank transfer.
#[derive(Debug, Clone)]
pub(crate) struct Promised {
    /// Path of the thanks page.
    pub(crate) thanks: String,
    pub(crate) pledge: Pledge,
}

pub(crate) fn money(minor: i64, code: &str) -> Money {
    Money::new(minor, Currency::parse(code).unwrap())
}

pub(crate) fn eur(minor: i64) -> Money {
    money(minor, "EUR")
}
