//! Lists of the office: what is found by what, pages from any place, and that no list reads a whole table.

mod files;
mod pages;
mod plans;
mod search;
mod web;

use mainstay::domain::list::{ListKind, ListQuery};
use mainstay::usecases::demo;
use mainstay::usecases::desk::lists::{self, Listed};

use crate::support::app::TestApp;

/// A query of a list, as an address says it.
pub(super) fn query(kind: ListKind, text: &str) -> ListQuery {
    let pairs: Vec<(String, String)> = url::form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    ListQuery::read(kind, pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())))
}

impl TestApp {
    pub(super) async fn listed(&self, kind: ListKind, text: &str) -> Listed {
        lists::page(self.ctx(), query(kind, text), lists::PAGE_ROWS).await.unwrap()
    }

    /// The ids on the first page.
    pub(super) async fn ids(&self, kind: ListKind, text: &str) -> Vec<String> {
        self.listed(kind, text).await.page.rows.into_iter().map(|row| row.id).collect()
    }

    /// So many invented gifts.
    pub(crate) async fn invents(&self, donations: u64) {
        let mut done = 0;
        while done < donations {
            done += demo::fill(self.ctx(), 1, done..donations).await.unwrap();
        }
    }
}
