//! What staff are told of by a letter, because whoever did it may not be who they seem.

use chrono::TimeDelta;
use mainstay::domain::access::{Role, Scope};
use mainstay::domain::audit::Actor;
use mainstay::mail::stored::StoredMessage;
use mainstay::usecases::staff::members::{self, Anew};
use mainstay::usecases::staff::tokens::{self, Wanted};
use mainstay::usecases::staff::{setup, warnings};
use reqwest::StatusCode;

use super::clerk::{Desk, PASSWORD, fresh_code, seed_on};
use crate::support::app::{TestApp, settings};
use crate::support::flow;

/// The only letter with these words in its subject; it names no secret and has no link but to the site.
async fn letter(app: &TestApp, words: &str, to: &str) -> StoredMessage {
    app.run_jobs().await;
    let found = app.letters_about(words);
    let found: Vec<_> = found.into_iter().filter(|letter| letter.to.contains(to)).collect();
    assert_eq!(found.len(), 1, "{words}, {to}: {:?}", app.letters());
    let letter = found.into_iter().next().unwrap();
    for part in [letter.text.as_str(), letter.html.as_str()] {
        assert!(!part.contains("/admin") && !part.contains("mst_") && !part.contains(PASSWORD), "{part}");
        assert!(part.contains("Vera Lund") && part.contains("June 2026, "), "{part}");
    }
    letter
}

flow! {
    async fn a_recovery_code_that_is_used_is_told_with_how_many_are_left(app) {
        let clerk = app.clerk(Role::Owner).await;
        let mut desk = clerk.at_the_door(&app).await;
        let code = clerk.recovery_codes[0].clone();
        assert_eq!(desk.post("/admin/sign-in/code", &[("code", &code)]).await.location(), "/admin");
        let told = letter(&app, "A recovery code was used", &clerk.email).await;
        assert!(told.text.contains("9 are left."), "{}", told.text);
        assert!(!told.text.contains(&code));
        // A code of the authenticator is no news.
        let mut again = clerk.at_the_door(&app).await;
        again.post("/admin/sign-in/code", &[("code", &fresh_code(&app, &clerk.seed))]).await;
        app.run_jobs().await;
        assert_eq!(app.letters().len(), 1);
    }
}

flow! {
    async fn another_password_authenticator_or_codes_are_told_to_whoever_has_them(app) {
        let mut clerk = app.clerk(Role::Editor).await;
        let change = [("proof", PASSWORD), ("password", "another gravel oboe friday")];
        clerk.post("/admin/me/password", &change).await;
        let told = letter(&app, "Your password was changed", &clerk.email).await;
        assert!(told.text.contains("By       your own account"), "{}", told.text);
        assert!(!told.text.contains("friday"));

        let seed = seed_on(&clerk.get("/admin/me/authenticator").await.text());
        let now = fresh_code(&app, &seed);
        clerk.post("/admin/me/authenticator", &[("code", &now)]).await;
        let told = letter(&app, "Your authenticator was changed", &clerk.email).await;
        assert!(!told.text.contains(&seed));
        clerk.post("/admin/me/recovery-codes", &[]).await;
        letter(&app, "You have new recovery codes", &clerk.email).await;
    }
}

flow! {
    async fn a_link_to_choose_anew_is_told_when_it_is_made_and_when_it_is_used(app) {
        let clerk = app.clerk(Role::Owner).await;
        let (_, link) = members::reset(app.ctx(), Actor::Command, &clerk.email, Anew::Password).await.unwrap();
        let told = letter(&app, "A link to choose your password anew was made", &clerk.email).await;
        assert!(told.text.contains("By       whoever runs the site"), "{}", told.text);
        assert!(!told.text.contains(link.expose()));
        let chosen = [("name", "Vera Lund"), ("password", "another gravel oboe friday")];
        Desk::new(&app).post(&setup::url(app.ctx(), &link), &chosen).await;
        letter(&app, "Your password was changed", &clerk.email).await;

        members::reset(app.ctx(), Actor::Staff(clerk.id), &clerk.email, Anew::Everything).await.unwrap();
        letter(&app, "Your password and second step were taken back", &clerk.email).await;
    }
}

flow! {
    async fn another_address_is_told_to_both_and_the_one_of_before_opens_nothing(app) {
        let mut clerk = app.clerk(Role::Viewer).await;
        let other = clerk.at_the_door(&app).await;
        let taken = app.clerk(Role::Viewer).await.email;
        for (email, problem) in [("no address", "e-mail"), (taken.as_str(), "already"), (clerk.email.clone().as_str(), "you have")] {
            let refused = clerk.post("/admin/me/address", &[("email", email)]).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{email}");
            assert!(refused.text().contains(problem), "{}", refused.text());
        }
        app.clock.advance(TimeDelta::minutes(11));
        let asked = clerk.post("/admin/me/address", &[("email", "vera@new.example")]).await;
        assert!(asked.text().contains("Is it you?") && asked.text().contains("vera@new.example"));
        let wrong = [("email", "vera@new.example"), ("proof", "not the password")];
        assert_eq!(clerk.post("/admin/me/address", &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY);
        app.run_jobs().await;
        assert!(app.letters().is_empty(), "nothing was changed so far");

        let proved = [("email", "Vera@New.example"), ("proof", PASSWORD)];
        assert_eq!(clerk.post("/admin/me/address", &proved).await.location(), "/admin/me?done=address");
        let again = [("email", "vera@third.example")];
        assert_eq!(clerk.post("/admin/me/address", &again).await.location(), "/admin/me?done=address");
        // Whoever changes it twice in a row does not keep the first address from hearing of it.
        let farewell = letter(&app, "Your address was changed", &clerk.email).await;
        assert!(farewell.text.contains("the last one to this address") && !farewell.text.contains("third"));
        letter(&app, "Your address was changed", "new.example").await;
        assert_eq!(app.letters_about("Your address was changed").len(), 4);
        assert!(other.get("/admin/sign-in/code").await.location().starts_with("/admin/sign-in"));
        let fields = [("email", clerk.email.as_str()), ("password", PASSWORD)];
        let refused = Desk::new(&app).post("/admin/sign-in", &fields).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        let fields = [("email", "vera@third.example"), ("password", PASSWORD)];
        assert!(Desk::new(&app).post("/admin/sign-in", &fields).await.location().starts_with("/admin/sign-in/code"));

        app.clock.advance(warnings::KEEP_FORMER + TimeDelta::days(1));
        app.upkeep().await;
        assert!(app.lines("SELECT email AS line FROM staff_former_addresses").await.is_empty());
    }
}

flow! {
    async fn owners_hear_of_every_token_and_of_everybody_who_joins(app) {
        let owner = app.clerk(Role::Owner).await;
        let other = app.clerk(Role::Owner).await;
        let told = letter(&app, "Somebody joined the staff", &owner.email).await;
        assert!(told.text.contains("Role     owner"), "{}", told.text);
        let viewer = app.clerk(Role::Viewer).await;
        members::disable(app.ctx(), Actor::Staff(owner.id), other.id).await.unwrap();
        let wanted = Wanted { name: "Website".into(), scope: Scope::Finance, days: 30 };
        tokens::create(app.ctx(), Actor::Staff(owner.id), wanted).await.unwrap();
        let told = letter(&app, "A token was made", &owner.email).await;
        assert!(told.text.contains("(finance)") && told.text.contains("your own account"), "{}", told.text);
        let to_others = |words: &str| app.letters_about(words).iter().any(|l| l.to.contains(&viewer.email));
        assert!(!to_others("token") && !to_others("joined"), "only owners");
        assert!(!app.letters_about("A token was made").iter().any(|l| l.to.contains(&other.email)), "disabled");
        assert_eq!(app.letters_about("Somebody joined the staff").len(), 3);
    }
}

flow! {
    settings: settings(&[("MAINSTAY_SITE__TIME_ZONE", "Pacific/Auckland")]),
    async fn letters_to_staff_say_when_by_the_clock_of_the_site(app) {
        let clerk = app.clerk(Role::Owner).await;
        members::reset(app.ctx(), Actor::Command, &clerk.email, Anew::Password).await.unwrap();
        let told = letter(&app, "A link to choose your password anew", &clerk.email).await;
        assert!(told.text.contains("When     15 June 2026, 22:00"), "{}", told.text);
    }
}
