//! Lists of the office: which there are, what they show, and how one is asked for.
//!
//! A list is asked for by the query of an address, so that a view can be saved, sent to a colleague and gone back to.

mod catalogue;

use super::words;
use chrono::NaiveDate;
use std::collections::BTreeMap;

words! {
    /// A list of the office.
    ListKind {
        /// Payments, those under way and those that failed among them.
        Donations = "donations",
        /// Promises.
        Pledges = "pledges",
        /// People and organisations who gave.
        Donors = "donors",
        /// Recurring support.
        Patrons = "patrons",
        /// Members at platforms elsewhere.
        Members = "external-members",
        /// Receipts.
        Receipts = "receipts",
        /// What gateways sent to the publisher's bank.
        Payouts = "payouts",
        /// What moved on the balances that gateways keep.
        Movements = "movements",
        /// Lines of bank statements.
        BankLines = "bank-lines",
        /// Comments of readers.
        Comments = "comments",
        /// Events of gateways.
        Events = "events",
        /// Work that follows from commits.
        Jobs = "jobs",
        /// What was done by whom.
        Audit = "audit",
    }
}

/// How the cells of a column are to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Somebody's own words.
    Text,
    /// One of our own words.
    Word,
    /// An id, a reference, a number of a receipt.
    Code,
    /// An amount in minor units, a space, the currency.
    Money,
    /// A moment.
    Time,
    /// A number.
    Count,
    /// The number of a receipt, without zeros in front.
    Receipt,
    /// Id of a donor or `-`, a space, name or address.
    Person,
}

/// A column of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Column {
    /// Its name in addresses and files.
    pub name: &'static str,
    /// Its heading.
    pub label: &'static str,
    /// How its cells are to be understood.
    pub shape: Shape,
    /// Whether it is shown unless somebody chose.
    pub usual: bool,
}

/// What a filter asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// One of these words.
    Words(&'static [&'static str]),
    /// A word that is not known beforehand: an id, a slug, a currency.
    Value,
    /// A day; the rows of this day and later.
    From,
    /// A day; the rows of this day and earlier.
    To,
}

/// A filter of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Filter {
    /// Its name in addresses.
    pub name: &'static str,
    /// What it is called on the page.
    pub label: &'static str,
    /// What it asks for.
    pub wanted: Wanted,
}

/// An order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Order {
    /// Its name in addresses.
    pub name: &'static str,
    /// What it is called on the page.
    pub label: &'static str,
}

/// Which way to go from a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// To what comes after it.
    On,
    /// To what comes before it.
    Back,
}

/// A place in a list: the row with this key and this id, and which way to go from there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    /// On, or back.
    pub way: Way,
    /// What the list is ordered by, of that row.
    pub key: String,
    /// The id of that row.
    pub id: String,
}

impl Cursor {
    /// As it stands in addresses.
    pub fn text(&self) -> String {
        let way = if self.way == Way::On { 'a' } else { 'b' };
        format!("{way}~{}~{}", self.id, self.key)
    }

    /// Reads what [`Self::text`] wrote; none for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (way, rest) = text.split_once('~')?;
        let way = match way {
            "a" => Way::On,
            "b" => Way::Back,
            _ => return None,
        };
        let (id, key) = rest.split_once('~')?;
        Some(Self { way, key: key.to_owned(), id: id.to_owned() })
    }
}

/// What is asked of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListQuery {
    /// Which list.
    pub kind: ListKind,
    /// What is sought, as typed; empty for everything.
    pub search: String,
    /// Filters with what they ask for. Only filters of this list, and only words that they know.
    pub filters: BTreeMap<&'static str, String>,
    /// The order.
    pub order: Order,
    /// The columns, in the order of the list.
    pub columns: Vec<Column>,
    /// Where to begin; none for the beginning.
    pub cursor: Option<Cursor>,
}

/// Letters of a search, or of what a filter asks for, that count.
pub const SEARCH_MAX: usize = 200;

impl ListQuery {
    /// Reads the pairs of a query. What this list does not know is left out: an old address still opens a page.
    pub fn read<'a>(kind: ListKind, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut query = Self::plain(kind);
        let mut chosen: Vec<&str> = Vec::new();
        for (name, value) in pairs {
            if name == "column" {
                chosen.push(value.trim());
            } else {
                let _is_known = query.take(name, value);
            }
        }
        if !chosen.is_empty() {
            let columns = kind.columns().iter().filter(|column| chosen.contains(&column.name));
            query.columns = columns.copied().collect();
        }
        if query.columns.is_empty() {
            query.columns = usual(kind);
        }
        query
    }

    /// Takes one pair of a query up. False for what this list does not know, which changes nothing but the place.
    #[must_use]
    pub fn take(&mut self, name: &str, value: &str) -> bool {
        let value = value.trim();
        match name {
            "q" => {
                self.search = value.chars().take(SEARCH_MAX).collect();
                value.chars().count() <= SEARCH_MAX
            }
            "order" => {
                let known = self.kind.orders().iter().find(|order| order.name == value);
                self.order = known.copied().unwrap_or(self.order);
                known.is_some()
            }
            "at" => {
                self.cursor = Cursor::parse(value);
                self.cursor.is_some()
            }
            _ => self.filter(name, value),
        }
    }

    /// Everything in the usual order with the usual columns.
    pub fn plain(kind: ListKind) -> Self {
        let order = kind.orders().first().copied().unwrap_or(Order { name: "newest", label: "Newest first" });
        Self {
            kind,
            search: String::new(),
            filters: BTreeMap::new(),
            order,
            columns: usual(kind),
            cursor: None,
        }
    }

    fn filter(&mut self, name: &str, value: &str) -> bool {
        let Some(filter) = self.kind.filters().iter().find(|filter| filter.name == name) else {
            return false;
        };
        let known = match filter.wanted {
            Wanted::Words(words) => words.contains(&value),
            Wanted::Value => !value.is_empty() && value.chars().count() <= SEARCH_MAX,
            Wanted::From | Wanted::To => value.parse::<NaiveDate>().is_ok(),
        };
        if known {
            self.filters.insert(filter.name, value.to_owned());
        }
        known
    }

    /// The pairs that [`Self::read`] reads, without the place in the list.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = Vec::new();
        if !self.search.is_empty() {
            pairs.push(("q", self.search.clone()));
        }
        pairs.extend(self.filters.iter().map(|(name, value)| (*name, value.clone())));
        if self.order != Self::plain(self.kind).order {
            pairs.push(("order", self.order.name.to_owned()));
        }
        if self.columns != usual(self.kind) {
            pairs.extend(self.columns.iter().map(|column| ("column", column.name.to_owned())));
        }
        pairs
    }

    /// Whether anything is left out of the list.
    pub fn is_narrowed(&self) -> bool {
        !self.search.is_empty() || !self.filters.is_empty()
    }
}

fn usual(kind: ListKind) -> Vec<Column> {
    kind.columns().iter().filter(|column| column.usual).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_reads_back_and_what_a_list_does_not_know_is_left_out() {
        let pairs = [
            ("q", " Smith "),
            ("status", "refunded"),
            ("gateway", "nonsense"),
            ("from", "2026-02-30"),
            ("order", "largest"),
            ("column", "status"),
            ("column", "amount"),
            ("column", "password"),
            ("at", "b~don_1~2500"),
            ("drop", "table"),
        ];
        let query = ListQuery::read(ListKind::Donations, pairs);
        assert_eq!(query.search, "Smith");
        assert_eq!(query.filters.iter().collect::<Vec<_>>(), [(&"status", &"refunded".to_owned())]);
        assert_eq!(query.order.name, "largest");
        assert_eq!(query.columns.iter().map(|c| c.name).collect::<Vec<_>>(), ["amount", "status"]);
        let place = query.cursor.clone().unwrap();
        assert_eq!((place.way, place.id.as_str(), place.key.as_str()), (Way::Back, "don_1", "2500"));
        assert_eq!(Cursor::parse(&place.text()), Some(place));
        let pairs = query.pairs();
        let again = ListQuery::read(ListKind::Donations, pairs.iter().map(|(n, v)| (*n, v.as_str())));
        assert_eq!(again, ListQuery { cursor: None, ..query });
    }

    #[test]
    fn names_within_a_list_are_each_other_s_and_not_those_of_the_query_itself() {
        for kind in ListKind::ALL {
            let filters = kind.filters().iter().map(|filter| filter.name);
            let names: Vec<&str> = filters.chain(["q", "order", "column", "at", "done"]).collect();
            let mut once = names.clone();
            once.sort_unstable();
            once.dedup();
            assert_eq!(once.len(), names.len(), "{kind}");
            assert!(!ListQuery::plain(*kind).columns.is_empty(), "{kind}");
            assert!(!kind.orders().is_empty(), "{kind}");
        }
    }
}
