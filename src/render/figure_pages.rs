//! What the pages about figures are given: the names here are the names in the templates.

#![expect(missing_docs, reason = "the names say it, and stand in the templates")]

use serde::Serialize;

/// A cell of a table of figures.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FigureCell {
    /// The heading of its column, for narrow windows.
    pub label: &'static str,
    pub text: String,
    /// The rows that it is made of, or the page about it.
    pub url: Option<String>,
    pub number: bool,
}

/// A table of figures.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FigureTable {
    pub caption: String,
    pub heads: Vec<FigureHead>,
    pub rows: Vec<Vec<FigureCell>>,
    /// The last row is the sum of the others.
    pub total: bool,
}

#[derive(Debug, Clone, Default, Serialize)]
pub struct FigureHead {
    pub label: &'static str,
    pub number: bool,
}

impl FigureTable {
    fn unlink(&mut self) {
        self.rows.iter_mut().flatten().for_each(|cell| cell.url = None);
    }
}

/// A part of a page: a heading, a chart, and the table behind it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FigureSection {
    pub id: String,
    pub title: String,
    pub text: String,
    /// An SVG of our own; empty where there is none.
    pub chart_svg: String,
    /// What the colours of the chart mean.
    pub legend: Vec<String>,
    pub table: FigureTable,
    /// The table is folded away below its chart.
    pub folded: bool,
}

/// A report.
#[derive(Debug, Clone, Serialize)]
pub struct ReportPage {
    pub title: &'static str,
    pub standfirst: &'static str,
    pub reports: Vec<ReportLink>,
    /// What can be narrowed; none where the report has no choice.
    pub narrow: Option<Narrow>,
    /// Years to choose from, for the report on lapsed donors.
    pub choices: Vec<ReportLink>,
    pub sections: Vec<FigureSection>,
    /// The same as files; none for those who may not have them.
    pub files: Option<FilesShown>,
}

impl ReportPage {
    /// The same for somebody who sees sums and not the rows behind them.
    #[must_use]
    pub fn unlinked(mut self) -> Self {
        self.sections.iter_mut().for_each(|section| section.table.unlink());
        self
    }
}

#[derive(Debug, Clone, Serialize)]
pub struct FilesShown {
    pub csv_url: String,
    pub xlsx_url: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct ReportLink {
    pub name: String,
    pub url: String,
    pub current: bool,
}

/// The form above a report.
#[derive(Debug, Clone, Serialize)]
pub struct Narrow {
    pub action: String,
    pub from: String,
    pub to: String,
    pub campaign: String,
    /// Name in addresses, and title.
    pub campaigns: Vec<(String, String)>,
    pub gateway: String,
    pub gateways: Vec<(&'static str, String)>,
    pub frequency: String,
}

/// A large figure with what it is compared with.
#[derive(Debug, Clone, Serialize)]
pub struct Headline {
    pub name: String,
    pub text: String,
    pub url: Option<String>,
    pub notes: Vec<FigureCell>,
}

/// Something that waits for a person.
#[derive(Debug, Clone, Serialize)]
pub struct Concern {
    pub text: String,
    pub url: &'static str,
}

/// The first page.
#[derive(Debug, Clone, Serialize)]
pub struct FrontPage {
    pub day_text: String,
    pub concerns: Vec<Concern>,
    pub headlines: Vec<Headline>,
    pub sections: Vec<FigureSection>,
    pub recent: FigureTable,
    pub health: FigureTable,
}

impl FrontPage {
    /// The same for somebody who sees sums and not the rows behind them.
    #[must_use]
    pub fn unlinked(mut self) -> Self {
        for headline in &mut self.headlines {
            headline.url = None;
            headline.notes.iter_mut().for_each(|note| note.url = None);
        }
        self.sections.iter_mut().for_each(|section| section.table.unlink());
        self
    }
}

/// A file that was asked for.
#[derive(Debug, Clone, Serialize)]
pub struct ExportShown {
    pub what: String,
    pub asked_text: String,
    pub status: &'static str,
    pub percent: i64,
    pub rows: String,
    pub error: Option<String>,
    pub url: Option<String>,
    pub until_text: String,
}

/// The statements of a year.
#[derive(Debug, Clone, Serialize)]
pub struct StatementYear {
    pub year: i32,
    /// What became of them, a sentence.
    pub text: String,
    /// Their letters are being ordered.
    pub live: bool,
}

/// What became of the statements of each year that is over.
#[derive(Debug, Clone, Serialize)]
pub struct StatementsPage {
    pub may_change: bool,
    /// Whether those of the past year are mailed in January by themselves.
    pub by_mail: bool,
    pub years: Vec<StatementYear>,
    pub faults: super::account_pages::Faults,
}

/// Files that were asked for.
#[derive(Debug, Clone, Serialize)]
pub struct ExportsPage {
    pub kinds: Vec<(&'static str, &'static str)>,
    pub kind: String,
    pub from: String,
    pub to: String,
    pub exports: Vec<ExportShown>,
    /// Something is being made: the page looks again by itself.
    pub live: bool,
    pub faults: super::account_pages::Faults,
}
