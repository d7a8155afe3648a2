//! Who belongs to the staff, and the tokens of programs.

use chrono::TimeDelta;
use mainstay::domain::access::{Role, Scope};
use mainstay::domain::audit::Actor;
use mainstay::usecases::staff::members;
use mainstay::usecases::staff::tokens::{self, Wanted};
use reqwest::StatusCode;

use crate::support::flow;

flow! {
    async fn the_last_owner_stays_owner_and_a_change_of_role_signs_out(app) {
        let mut owner = app.clerk(Role::Owner).await;
        let page = format!("/admin/staff/{}", owner.id);
        for (path, field) in [("role", ("role", "viewer")), ("status", ("status", "disabled"))] {
            let answer = owner.post(&format!("{page}/{path}"), &[field]).await;
            assert_eq!(answer.status, StatusCode::CONFLICT, "{path}");
        }
        let other = app.clerk(Role::Viewer).await;
        let of_other = format!("/admin/staff/{}", other.id);
        let answer = owner.post(&format!("{of_other}/role"), &[("role", "owner")]).await;
        assert!(answer.location().ends_with("?done=role"));
        assert!(other.get("/admin/me").await.location().starts_with("/admin/sign-in"));
        let answer = owner.post(&format!("{page}/role"), &[("role", "editor")]).await;
        assert!(answer.location().ends_with("?done=role"));
        assert_eq!(owner.get("/admin/staff").await.location(), "/admin/sign-in?to=%2Fadmin%2Fstaff");
    }
}

flow! {
    async fn two_owners_who_end_each_other_at_the_same_moment_leave_one(app) {
        let (one, two) = (app.clerk(Role::Owner).await, app.clerk(Role::Owner).await);
        let (a, b) = tokio::join!(
            members::disable(app.ctx(), Actor::Staff(one.id), two.id),
            members::disable(app.ctx(), Actor::Staff(two.id), one.id),
        );
        assert!(a.is_ok() != b.is_ok(), "{a:?} {b:?}");
    }
}

flow! {
    async fn whoever_is_disabled_is_out_at_once_and_their_password_opens_nothing(app) {
        let mut owner = app.clerk(Role::Owner).await;
        let mut clerk = app.clerk(Role::Finance).await;
        let path = format!("/admin/staff/{}/status", clerk.id);
        owner.post(&path, &[("status", "disabled")]).await;
        assert!(clerk.get("/admin/me").await.location().starts_with("/admin/sign-in"));
        let fields = [("email", clerk.email.clone()), ("password", super::clerk::PASSWORD.to_owned())];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        assert_eq!(clerk.post("/admin/sign-in", &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        owner.post(&path, &[("status", "active")]).await;
        assert!(clerk.post("/admin/sign-in", &fields).await.location().starts_with("/admin/sign-in/code"));
    }
}

flow! {
    async fn an_address_is_asked_once_whatever_its_letters(app) {
        let mut owner = app.clerk(Role::Owner).await;
        let fields = [("email", "Kim@Example.org"), ("role", "editor")];
        assert_eq!(owner.post("/admin/staff", &fields).await.status, StatusCode::OK);
        let answer = owner.post("/admin/staff", &[("email", "Kim@example.ORG"), ("role", "owner")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text().contains("has this address already"));
    }
}

flow! {
    async fn a_token_is_shown_once_and_opens_until_it_is_ended_or_over(app) {
        let mut owner = app.clerk(Role::Owner).await;
        let fields = [("name", "Website"), ("scope", "read"), ("days", "30")];
        let page = owner.post("/admin/tokens", &fields).await.text();
        let (_, after) = page.split_once("mst_").unwrap();
        let text = format!("mst_{}", after.split_once('<').unwrap().0);
        let found = tokens::find(app.ctx(), &text).await.unwrap().unwrap();
        assert_eq!((found.scope, found.name.as_str()), (Scope::Read, "Website"));
        assert!(!owner.get("/admin/tokens").await.text().contains("mst_"));
        assert!(tokens::find(app.ctx(), &format!("{text}x")).await.unwrap().is_none());
        assert!(tokens::find(app.ctx(), "mst_").await.unwrap().is_none());
        let path = format!("/admin/tokens/{}/revoke", found.id);
        assert_eq!(owner.post(&path, &[]).await.location(), "/admin/tokens?done=revoked");
        assert!(tokens::find(app.ctx(), &text).await.unwrap().is_none());

        let wanted = Wanted { name: "short".into(), scope: Scope::Finance, days: 1 };
        let (_, secret) = tokens::create(app.ctx(), Actor::Command, wanted).await.unwrap();
        assert!(tokens::find(app.ctx(), secret.expose()).await.unwrap().is_some());
        app.clock.advance(TimeDelta::days(1));
        assert!(tokens::find(app.ctx(), secret.expose()).await.unwrap().is_none());
        for days in ["0", "731", "x", "-1"] {
            let fields = [("name", "n"), ("scope", "read"), ("days", days), ("proof", super::clerk::PASSWORD)];
            let mut again = app.clerk(Role::Owner).await;
            assert_eq!(again.post("/admin/tokens", &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
    }
}
