//! The data map: every column of every table, what it may say of a person, what it is for, for how long it is kept, and
//! what becomes of it when a donor is forgotten. A test holds it against both databases, so that no new column is without
//! an answer; `docs/privacy.md` and the office are made from it.

mod abuse;
mod appeals;
mod balances;
mod comments;
mod members;
mod past;
mod patrons;
mod tables;

pub use tables::TABLES;

use super::retention::Retention;
use super::words;

words! {
    /// What a column may say of a person.
    Class {
        /// Who somebody is, or how to reach them.
        Person = "person",
        /// Words that somebody typed: they may name anybody.
        Words = "free words",
        /// What another program sent, as it came.
        Outside = "from outside",
        /// What a browser left behind.
        Trace = "trace",
        /// A name that stands for a person or a payment, here or at a gateway.
        Stand = "stand-in",
        /// A hash, or something sealed: opens nothing by itself.
        Secret = "hash or sealed",
        /// Amounts, days, states and words of the program: they name nobody.
        Fact = "fact",
    }
}

words! {
    /// What becomes of a column when the donor whom it is about is forgotten.
    AtErasure {
        /// It names nobody.
        Stays = "stays",
        /// The row stays, the column is emptied.
        Emptied = "emptied",
        /// The whole row goes.
        Removed = "removed",
        /// The law wants it kept.
        Law = "kept by law",
        /// It is gone by itself soon, forgotten or not.
        Short = "gone by its own time",
        /// It is about the staff or the publication.
        NoDonor = "no donor",
    }
}

impl Class {
    /// Whether a person can be known by it.
    pub const fn is_personal(self) -> bool {
        match self {
            Self::Person | Self::Words | Self::Outside | Self::Trace => true,
            Self::Stand | Self::Secret | Self::Fact => false,
        }
    }

    /// In a sentence.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Person => "who somebody is, or how to reach them",
            Self::Words => "words that somebody typed; they may name anybody",
            Self::Outside => "what another program sent, as it came",
            Self::Trace => "what a browser left behind",
            Self::Stand => "a name that stands for a person or a payment, here or at a gateway",
            Self::Secret => "a hash, or something sealed; opens nothing by itself",
            Self::Fact => "amounts, days, states and words of the program; they name nobody",
        }
    }
}

impl AtErasure {
    /// In a sentence.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Stays => "stays as it is: it names nobody",
            Self::Emptied => "the row stays, this is emptied",
            Self::Removed => "the whole row goes",
            Self::Law => "is kept until the time that the law sets is over, then goes by itself",
            Self::Short => "is gone by itself after its own short time, forgotten or not",
            Self::NoDonor => "is about the staff or the publication, and is not touched",
        }
    }
}

/// For how long the rows of a table are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// As long as the books.
    Books,
    /// Until the donor is forgotten.
    Donor,
    /// As long as the publication works with it.
    Use,
    /// Until the end that is said here.
    Until(&'static str),
    /// The bodies of events: `retention.event_days`.
    Events,
    /// Promises: `retention.unpaid_pledge_days` if they brought nothing.
    Pledges,
    /// Receipts: `account.retention_years`.
    Receipts,
    /// Declarations: `retention.gift_aid_years`.
    GiftAid,
    /// Comments: `retention.refused_comment_days` if they are not shown.
    Comments,
    /// What other programs were told: `retention.told_days`.
    Told,
}

impl Keep {
    /// In a sentence, by the settings of a site.
    pub fn text(self, rules: &Retention) -> String {
        match self {
            Self::Books => "as long as the books".to_owned(),
            Self::Donor => match rules.silent_donor_years {
                0 => "until the donor is forgotten".to_owned(),
                years => {
                    format!("until the donor is forgotten, at the latest {years} years after their last gift")
                }
            },
            Self::Use => "as long as the publication works with it".to_owned(),
            Self::Until(end) => end.to_owned(),
            Self::Events => {
                format!("the row as long as the books; what the gateway said, {} days", rules.event_days)
            }
            Self::Pledges => format!(
                "as long as the books; the person on a promise that brought nothing, {} days after it ended",
                rules.unpaid_pledge_days
            ),
            Self::Receipts => format!(
                "as long as the books; a forgotten donor on it, {} years after the year of issue",
                rules.receipt_years
            ),
            Self::GiftAid => format!("{} years after the declaration ended", rules.gift_aid_years),
            Self::Comments => format!(
                "as long as the article has comments, at the latest until the reader is forgotten; one that is not shown, {} days \
                 after that was decided",
                rules.refused_comment_days
            ),
            Self::Told => format!("{} days", rules.told_days),
        }
    }
}

/// Columns of a table that are of one kind.
#[derive(Debug, Clone, Copy)]
pub struct Group {
    /// Their names, with spaces between.
    pub columns: &'static str,
    /// What they may say of a person.
    pub class: Class,
    /// What becomes of them.
    pub erasure: AtErasure,
}

/// A table of the database.
#[derive(Debug, Clone, Copy)]
pub struct TableMap {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub purpose: &'static str,
    /// For how long.
    pub keep: Keep,
    /// Every column of it.
    pub groups: &'static [Group],
}

impl TableMap {
    /// Every column with what is said of it.
    pub fn columns(&self) -> impl Iterator<Item = (&'static str, Group)> {
        self.groups.iter().flat_map(|group| group.columns.split_whitespace().map(|column| (column, *group)))
    }

    /// The columns by which somebody can be known, or that belong to somebody.
    pub fn personal(&self) -> impl Iterator<Item = &'static Group> {
        self.groups.iter().filter(|group| group.class != Class::Fact)
    }
}

/// What stands about a column; none if it is not on the map.
pub fn find(table: &str, column: &str) -> Option<Group> {
    let table = TABLES.iter().find(|known| known.name == table)?;
    table.columns().find(|(name, _)| *name == column).map(|(_, group)| group)
}

/// The map as a part of a document, by the settings that a site begins with: a line for each table, and one for each kind
/// of its columns.
pub fn markdown() -> String {
    TABLES.iter().map(|table| section(table, &Retention::DEFAULT)).collect()
}

fn section(table: &TableMap, rules: &Retention) -> String {
    let line = |group: &Group| {
        let columns: Vec<String> =
            group.columns.split_whitespace().map(|column| format!("`{column}`")).collect();
        format!("  - {}: *{}*, {}\n", columns.join(", "), group.class, group.erasure)
    };
    let lines: String = table.groups.iter().map(line).collect();
    let (name, purpose, kept) = (table.name, table.purpose, table.keep.text(rules));
    format!("- **`{name}`** {purpose} Kept: {kept}.\n{lines}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_column_is_said_once() {
        let mut tables = BTreeSet::new();
        for table in TABLES {
            assert!(tables.insert(table.name), "{} is there twice", table.name);
            let mut columns = BTreeSet::new();
            for (column, _) in table.columns() {
                assert!(columns.insert(column), "{}.{column} is there twice", table.name);
            }
        }
        assert!(TABLES.is_sorted_by_key(|table| table.name), "by name, so that a table is found");
    }

    #[test]
    fn nothing_by_which_a_person_is_known_simply_stays() {
        for table in TABLES {
            for group in table.groups.iter().filter(|group| group.class.is_personal()) {
                assert_ne!(group.erasure, AtErasure::Stays, "{}: {}", table.name, group.columns);
            }
        }
    }
}
