//! Files that staff ask for: made by a job, kept for a while, taken away.

use super::figures::Period;
use super::ids::ExportId;
use super::words;
use chrono::{DateTime, Utc};

words! {
    /// What a file holds.
    ExportKind {
        /// Payments whose money arrived in the period.
        Donations = "donations",
        /// Promises that were made in the period.
        Pledges = "pledges",
        /// Donors who gave for the first time in the period.
        Donors = "donors",
        /// Lines of the books that were written in the period.
        Ledger = "ledger",
        /// Gifts of the period for which United Kingdom tax can be claimed, in the columns of HMRC's schedule.
        GiftAid = "gift_aid",
    }
}

words! {
    /// How a file is written.
    ExportFormat {
        /// Text, a row to a line.
        Csv = "csv",
        /// A workbook.
        Xlsx = "xlsx",
    }
}

impl ExportFormat {
    /// The type of such a file.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

words! {
    /// How far a file is.
    ExportStatus {
        /// Nobody works on it yet.
        Waiting = "waiting",
        /// It is being made.
        Making = "making",
        /// It can be downloaded.
        Ready = "ready",
        /// It could not be made.
        Failed = "failed",
        /// It was taken away.
        Expired = "expired",
    }
}

/// A file that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Export {
    /// Its id.
    pub id: ExportId,
    /// What it holds.
    pub kind: ExportKind,
    /// How it is written.
    pub format: ExportFormat,
    /// Which days.
    pub period: Period,
    /// How far it is.
    pub status: ExportStatus,
    /// How often it was begun.
    pub round: i64,
    /// Rows written so far.
    pub rows_done: i64,
    /// Rows there were when it was begun.
    pub rows_all: i64,
    /// How large the file is, as it is kept.
    pub bytes: i64,
    /// Why it could not be made.
    pub error: Option<String>,
    /// Who asked for it.
    pub asked_by: String,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// Since when it can be downloaded.
    pub ready_at: Option<DateTime<Utc>>,
    /// When it is taken away.
    pub expires_at: DateTime<Utc>,
}

impl Export {
    /// How far it is in a hundred, rounded down.
    pub fn percent(&self) -> i64 {
        if self.status == ExportStatus::Ready {
            return 100;
        }
        let hundredfold = self.rows_done.saturating_mul(100);
        hundredfold.checked_div(self.rows_all).unwrap_or_default().clamp(0, 99)
    }

    /// True while the page should look again.
    pub fn is_live(&self) -> bool {
        matches!(self.status, ExportStatus::Waiting | ExportStatus::Making)
    }

    /// The name of the file: says what it holds, and no more.
    pub fn file_name(&self) -> String {
        let Period { from, until } = self.period;
        format!("{}-{from}-to-{until}.{}", self.kind.as_str().replace('_', "-"), self.format)
    }
}
