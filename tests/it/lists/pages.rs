//! Pages: every row once, in every order, on and back, from any place; with every filter.

use std::collections::BTreeSet;

use mainstay::domain::access::Role;
use mainstay::domain::list::{ListKind, ListQuery, Way};
use mainstay::domain::patron::Month;
use mainstay::store::lists::{self, Between, Narrow};

use super::query;
use crate::support::app::TestApp;
use crate::support::flow;
use crate::support::gift::Form;

const ROWS: usize = 7;

impl TestApp {
    async fn page_of(&self, query: &ListQuery) -> lists::Page {
        let query = query.clone();
        let read = move |conn: &mut mainstay::store::Conn| {
            lists::page(conn, &query, &Narrow::Everything, Between::default(), ROWS)
        };
        self.ctx().db.read(read).await.unwrap()
    }

    /// The ids of all pages from the first to the last, and from there back.
    async fn there_and_back(&self, mut query: ListQuery) -> (Vec<String>, Vec<String>) {
        let (mut there, mut back) = (Vec::new(), Vec::new());
        let mut page = self.page_of(&query).await;
        assert_eq!(page.back, None, "nothing is before the first page");
        let ids = |page: &lists::Page| page.rows.iter().map(|row| row.id.clone()).collect::<Vec<_>>();
        there.extend(ids(&page));
        let mut last = page.clone();
        while let Some(on) = page.on.clone() {
            assert_eq!(on.way, Way::On);
            query.cursor = Some(on);
            page = self.page_of(&query).await;
            there.extend(ids(&page));
            last = page.clone();
        }
        back.extend(ids(&last).into_iter().rev());
        while let Some(before) = last.back.clone() {
            query.cursor = Some(before);
            last = self.page_of(&query).await;
            back.extend(ids(&last).into_iter().rev());
        }
        back.reverse();
        (there, back)
    }
}

flow! {
    async fn every_row_is_on_one_page_in_every_order_on_and_back(app) {
        app.invents(40).await;
        app.gives(&Form::gift().by(1)).await;
        app.promises(&Form::gift().by(2)).await;
        for kind in [ListKind::Donations, ListKind::Pledges, ListKind::Donors, ListKind::Receipts, ListKind::Jobs] {
            for order in kind.orders() {
                let (there, back) = app.there_and_back(query(kind, &format!("order={}", order.name))).await;
                assert_eq!(there, back, "{kind} {}", order.name);
                let once: BTreeSet<&String> = there.iter().collect();
                assert_eq!(once.len(), there.len(), "{kind} {}", order.name);
                let all = app.count(kind.as_str()).await;
                assert_eq!(i64::try_from(there.len()).unwrap(), all, "{kind} {}", order.name);
            }
        }
    }
}

flow! {
    async fn rows_stand_in_the_order_that_was_asked_for(app) {
        app.invents(30).await;
        for (order, wanted) in [("largest", "gross_minor DESC, id DESC"), ("received_first", "received_at, id")] {
            let (there, _) = app.there_and_back(query(ListKind::Donations, &format!("order={order}"))).await;
            let sorted = app.lines(&format!("SELECT id AS line FROM donations ORDER BY {wanted}")).await;
            assert_eq!(there, sorted, "{order}");
        }
        let (there, _) = app.there_and_back(query(ListKind::Donors, "order=name")).await;
        assert_eq!(there, app.lines("SELECT id AS line FROM donors ORDER BY name, id").await);
    }
}

flow! {
    async fn every_filter_leaves_what_it_says(app) {
        let given = app.gives(&Form::gift().by(1)).await;
        app.invents(5).await;
        app.promises(&Form::gift().by(2)).await;
        app.promises_transfer(&Form::transfer().by(3)).await;
        let count = async |kind, text: &str| app.ids(kind, text).await.len();
        let donations = ListKind::Donations;
        assert_eq!(count(donations, "status=succeeded").await, 6);
        assert_eq!(count(donations, "status=refunded").await, 0);
        assert_eq!(count(donations, "gateway=sandbox").await, 1);
        assert_eq!(count(donations, "gateway=import").await, 0);
        assert_eq!(count(donations, "campaign=demo").await, 5);
        assert_eq!(count(donations, "campaign=press-fund&gateway=sandbox&currency=EUR").await, 1);
        assert_eq!(count(donations, "currency=USD").await, 0);
        assert_eq!(count(donations, &format!("pledge={}", given.pledge.id)).await, 1);
        let today = app.ctx().day_of(app.ctx().now());
        assert_eq!(count(donations, &format!("from={today}&to={today}")).await, 1);
        let tomorrow = today.succ_opt().unwrap();
        assert_eq!(count(donations, &format!("from={tomorrow}")).await, 0);
        assert_eq!(count(ListKind::Pledges, "status=pending").await, 2);
        assert_eq!(count(ListKind::Pledges, "status=fulfilled&frequency=once").await, 6);
        assert_eq!(count(ListKind::Pledges, "frequency=monthly").await, 0);
        assert_eq!(count(ListKind::Pledges, "call=unknown").await, 0);
        let of_the_first = |change: &str| format!("UPDATE attempts SET {change} WHERE pledge_id = '{}'", given.pledge.id);
        let known = format!("SELECT remote_id AS line FROM attempts WHERE pledge_id = '{}'", given.pledge.id);
        let known = app.lines(&known).await.remove(0);
        app.execute(&[&of_the_first("outcome = 'unknown', remote_id = NULL")]).unwrap();
        assert_eq!(app.ids(ListKind::Pledges, "call=unknown").await, [given.pledge.id.to_string()]);
        app.execute(&[&of_the_first(&format!("outcome = 'accepted', remote_id = '{known}'"))]).unwrap();
        assert_eq!(count(ListKind::Receipts, "status=voided").await, 0);
        assert_eq!(count(ListKind::Events, "status=processed").await, 1);
        assert_eq!(count(ListKind::Jobs, "kind=send_receipt&status=done").await, 6);
        assert_eq!(count(ListKind::Donors, "tag=press").await, 0);
        assert_eq!(count(ListKind::Patrons, "status=active&tier=friend").await, 0);
        assert_eq!(count(ListKind::Audit, "action=nothing").await, 0);
    }
}

flow! {
    async fn figures_about_patrons_lead_to_their_rows(app) {
        app.gives(&Form::gift().by(1).set("frequency", "monthly")).await;
        app.gives(&Form::gift().by(2).set("frequency", "yearly")).await;
        app.gives(&Form::gift().by(3)).await;
        let month = Month::of(app.ctx().day_of(app.ctx().now()));
        let count = async |text: &str| app.ids(ListKind::Patrons, text).await.len();
        assert_eq!(count(&format!("moved=joined+{month}")).await, 2);
        assert_eq!(count(&format!("moved=joined+{month}&currency=USD")).await, 0);
        assert_eq!(count(&format!("moved=left+{month}")).await, 0);
        assert_eq!(count(&format!("cohort={month}&supports=yes&currency=EUR")).await, 2);
        assert_eq!(count("cohort=2020-01").await, 0);
        assert_eq!(count("supports=no").await, 0);
        for nothing in ["moved=joined", "moved=%3F", "moved=left+long+ago+2026-06"] {
            assert_eq!(count(nothing).await, 0, "{nothing}");
        }
        let owner = app.clerk(Role::Owner).await;
        let front = owner.get("/admin").await.text();
        for behind in [format!("moved=joined+{month}"), format!("moved=recovered+{month}"), "supports=yes".to_owned()] {
            assert!(front.contains(&behind), "{behind}: {front}");
        }
        let retention = owner.get("/admin/reports/retention").await.text();
        assert!(retention.contains(&format!("cohort={month}")), "{retention}");
        let editor = app.clerk(Role::Editor).await;
        assert!(!editor.get("/admin").await.text().contains("moved="), "no links to rows that they may not see");
    }
}

flow! {
    async fn a_place_that_is_none_of_this_list_shows_nothing_and_breaks_nothing(app) {
        app.invents(3).await;
        for text in ["at=a~x~y&order=largest", "at=b~~&order=received", "at=a~don_1~2026-13-40&order=received"] {
            assert!(app.ids(ListKind::Donations, text).await.is_empty(), "{text}");
        }
        assert_eq!(app.ids(ListKind::Donations, "at=nonsense").await.len(), 3);
    }
}

flow! {
    async fn every_column_can_be_shown(app) {
        app.gives(&Form::gift().by(1)).await;
        for kind in ListKind::ALL {
            let columns: Vec<String> = kind.columns().iter().map(|column| format!("column={}", column.name)).collect();
            let listed = app.listed(*kind, &columns.join("&")).await;
            for row in &listed.page.rows {
                assert_eq!(row.cells.len(), kind.columns().len(), "{kind}");
            }
        }
        let row = app.listed(ListKind::Donations, "column=amount&column=donor&column=receipt").await.page.rows.remove(0);
        assert_eq!(row.cells[1].as_deref(), Some("2500 EUR"));
        assert!(row.cells[0].as_deref().unwrap().ends_with(" Ann Reader"));
        assert!(row.cells[2].as_deref().unwrap().ends_with("-1"));
    }
}
