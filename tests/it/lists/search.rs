//! A donor, a gift, a promise, a receipt: each is found by whatever somebody has of it.

use chrono::TimeDelta;
use mainstay::domain::audit::Actor;
use mainstay::domain::list::ListKind;
use mainstay::store::lists::How;
use mainstay::store::{checks, receipts};
use mainstay::usecases::account::erase;
use mainstay::usecases::account::settings::Details;
use mainstay::usecases::desk::{donors, merge};
use mainstay::usecases::views;

use crate::support::app::TestApp;
use crate::support::flow;
use crate::support::gift::Form;

impl TestApp {
    async fn finds(&self, kind: ListKind, typed: &str) -> Vec<String> {
        let text = url::form_urlencoded::Serializer::new(String::new()).append_pair("q", typed).finish();
        self.ids(kind, &text).await
    }
}

flow! {
    async fn a_donor_is_found_by_a_part_of_the_name_or_the_address(app) {
        let zoe = Form::gift().by(1).set("name", "Zoë O’Brien").set("email", "zoe.brien@post.example.org");
        let zoe = app.gives(&zoe).await;
        app.clock.advance(TimeDelta::seconds(1));
        let bo = app.gives(&Form::gift().by(2).set("name", "Bo Brienne")).await;
        let donor_of = async |pledge| {
            let view = views::pledge(app.ctx(), pledge).await.unwrap();
            view.pledge.donor.unwrap().to_string()
        };
        let (zoe_donor, bo_donor) = (donor_of(zoe.pledge.id).await, donor_of(bo.pledge.id).await);

        for typed in ["zoe", "ZOË", "brien zo", "o'brien zoe", "zoe.brien@po", "post.example.org", "zoe.br", &zoe_donor] {
            assert_eq!(app.finds(ListKind::Donors, typed).await, std::slice::from_ref(&zoe_donor), "{typed}");
            assert_eq!(app.finds(ListKind::Donations, typed).await, [zoe.donation.id.to_string()], "{typed}");
            assert_eq!(app.finds(ListKind::Receipts, typed).await.len(), 1, "{typed}");
        }
        assert_eq!(app.finds(ListKind::Donors, "brien").await, [bo_donor, zoe_donor]);
        for typed in ["rien", "zoe bo", "zoe.brien@x", "--", "example.net"] {
            assert!(app.finds(ListKind::Donors, typed).await.is_empty(), "{typed}");
        }
    }
}

flow! {
    async fn a_gift_is_found_by_reference_amount_receipt_and_the_ids_of_both_sides(app) {
        let given = app.gives(&Form::gift().by(1).set("amount", "31.50")).await;
        app.gives(&Form::gift().by(2)).await;
        let promised = app.promises_transfer(&Form::transfer().by(3)).await;
        let donation = given.donation.id;
        let number = app.ctx().db.read(move |conn| receipts::find_live(conn, donation)).await.unwrap().unwrap().number;
        let ours = given.donation.id.to_string();
        let of_pledge = format!("SELECT id AS line FROM attempts WHERE pledge_id = '{}'", given.pledge.id);
        let attempt = app.lines(&of_pledge).await.remove(0);
        let of_donation = format!("SELECT id AS line FROM ledger_entries WHERE donation_id = '{ours}'");
        let entry = app.lines(&of_donation).await.remove(0);
        let remote = given.donation.remote.as_str().to_owned();
        for typed in
            ["31.50", "31,5", "€31.50", "EUR 31.50", &ours, &remote, &number.to_string(), &given.pledge.id.to_string(), &attempt, &entry]
        {
            assert_eq!(app.finds(ListKind::Donations, typed).await, std::slice::from_ref(&ours), "{typed}");
        }
        let reference = promised.pledge.reference.clone().unwrap().to_string();
        let lower = reference.to_lowercase();
        for typed in [reference.as_str(), lower.as_str(), "donor-3@example.org"] {
            assert_eq!(app.finds(ListKind::Pledges, typed).await, [promised.pledge.id.to_string()], "{typed}");
        }
        let event = app.lines("SELECT event_id AS line FROM inbox LIMIT 1").await.remove(0);
        assert_eq!(app.finds(ListKind::Events, &event).await.len(), 1);
        assert_eq!(app.finds(ListKind::Events, &ours).await.len(), 1, "the event that told of the gift");
        assert_eq!(app.listed(ListKind::Donations, "q=31.50").await.how, How::Amount);
        assert!(app.finds(ListKind::Donations, "don_01KAX00000000000000000000A").await.is_empty());
    }
}

flow! {
    async fn what_finds_a_donor_follows_every_change_and_ends_with_the_donor(app) {
        let given = app.gives(&Form::gift().by(1).set("name", "Anna Moreau")).await;
        let donor = views::pledge(app.ctx(), given.pledge.id).await.unwrap().pledge.donor.unwrap();
        app.gives(&Form::gift().by(1).set("amount", "26").set("name", "Annabel Moreau")).await;
        assert!(app.finds(ListKind::Donors, "anna m").await.len() == 1, "a beginning of the new name");
        let details = Details { name: "Rosa Lind".into(), postal_address: String::new(), locale: "en".into() };
        donors::correct(app.ctx(), Actor::Command, donor, details, vec!["en".into()]).await.unwrap();
        assert!(app.finds(ListKind::Donors, "moreau").await.is_empty());
        assert_eq!(app.finds(ListKind::Donors, "lind rosa").await, [donor.to_string()]);

        donors::forget(app.ctx(), Actor::Command, donor).await.unwrap();
        app.run_jobs().await;
        assert!(erase::profile(app.ctx(), donor).await.unwrap().erased_at.is_some());
        assert_eq!(app.count("search_terms").await, 0);
        assert!(app.finds(ListKind::Donors, "donor-1@example.org").await.is_empty());
    }
}

flow! {
    async fn whoever_was_merged_is_found_by_both_names_with_all_that_was_given(app) {
        let first = app.gives(&Form::gift().by(1).set("name", "Carla Stone")).await;
        let second = app.gives(&Form::gift().by(2).set("name", "C. Petrov")).await;
        let donor = async |pledge| views::pledge(app.ctx(), pledge).await.unwrap().pledge.donor.unwrap();
        let (from, into) = (donor(first.pledge.id).await, donor(second.pledge.id).await);
        merge::merge(app.ctx(), Actor::Command, from, into).await.unwrap();
        for typed in ["stone", "petrov", "donor-1@example.org"] {
            assert!(!app.finds(ListKind::Donations, typed).await.is_empty(), "{typed}");
        }
        assert_eq!(app.finds(ListKind::Donations, "stone").await.len(), 2);
    }
}

flow! {
    async fn a_word_too_few_or_too_many_is_found_by_the_doctor(app) {
        app.gives(&Form::gift().by(1)).await;
        let broken = async || {
            let all = app.ctx().db.read(checks::run).await.unwrap();
            all.into_iter().filter(|finding| finding.name.contains("by the words")).map(|f| f.broken.len()).sum::<usize>()
        };
        assert_eq!(broken().await, 0);
        app.execute(&["INSERT INTO search_terms (term, donor_id) SELECT 'nonsense', id FROM donors"]).unwrap();
        assert_eq!(broken().await, 1);
        app.execute(&["DELETE FROM search_terms WHERE term IN ('nonsense', 'ann')"]).unwrap();
        assert_eq!(broken().await, 1);
        app.execute(&["INSERT INTO search_terms (term, donor_id) SELECT 'ann', id FROM donors"]).unwrap();
        assert_eq!(broken().await, 0);
    }
}

flow! {
    async fn words_that_very_many_share_are_sought_together_and_said_to_be_too_short_alone(app) {
        for (number, name) in [(1, "Ann Lee Fox"), (2, "Ann Lee"), (3, "Lee Fox")] {
            app.gives(&Form::gift().by(number).set("name", name)).await;
        }
        let all_three = app.finds(ListKind::Donors, "lee fox ann").await;
        assert_eq!(all_three.len(), 1, "{all_three:?}");
        assert_eq!(app.finds(ListKind::Donors, "lee fo").await.len(), 2);

        // So many words of each of the two who are called Ann that no search reads them all.
        let many = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2100) \
            INSERT INTO search_terms (term, donor_id) SELECT 'zz' || i, t.donor_id FROM n, search_terms t WHERE t.term = 'ann'";
        let again = many.replace("'zz'", "'zy'");
        app.execute(&[many, &again]).unwrap();
        let found = app.listed(ListKind::Donors, "q=zz").await;
        assert!(found.more && found.page.rows.len() == 2, "{found:?}");
        let found = app.listed(ListKind::Donors, "q=zz+zy").await;
        assert!(found.more && found.page.rows.len() == 2, "both are common: {found:?}");
        let found = app.listed(ListKind::Donors, "q=zz+fox").await;
        assert!(!found.more, "the rarer word is read whole: {found:?}");
        assert_eq!(found.page.rows.len(), 1);
        assert!(app.finds(ListKind::Donors, "zz nobody").await.is_empty());
        app.execute(&["DELETE FROM search_terms WHERE term >= 'zy' AND term < 'zzz'"]).unwrap();
    }
}

flow! {
    async fn a_name_that_half_of_the_donors_share_is_told_to_be_too_short(app) {
        app.invents(60).await;
        let found = app.listed(ListKind::Donors, "q=demo").await;
        assert!(!found.more);
        assert_eq!(found.page.rows.len(), 12);
    }
}
