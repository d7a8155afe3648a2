//! Lists as columns: how every `list` command prints.

use chrono::{DateTime, Utc};

/// A time as lists show it.
pub(super) fn time(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Rows of one number of cells.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
    when_empty: &'static str,
}

impl Table {
    /// An empty list; `when_empty` is printed if it stays so.
    pub(super) fn or(when_empty: &'static str) -> Self {
        Self { rows: Vec::new(), when_empty }
    }

    pub(super) fn row<const CELLS: usize>(&mut self, cells: [String; CELLS]) {
        self.rows.push(cells.into());
    }

    pub(super) fn print(&self) {
        if self.rows.is_empty() {
            println!("{}", self.when_empty);
        }
        self.lines().iter().for_each(|line| println!("{line}"));
    }

    /// Each column as wide as its widest cell; nothing after the last one.
    fn lines(&self) -> Vec<String> {
        let width = |cell: &String| cell.chars().count();
        let mut widths: Vec<usize> = Vec::new();
        for row in &self.rows {
            widths.resize(widths.len().max(row.len()), 0);
            widths.iter_mut().zip(row).for_each(|(widest, cell)| *widest = (*widest).max(width(cell)));
        }
        let pad = |(cell, widest): (&String, &usize)| format!("{cell:<widest$}");
        let line = |row: &Vec<String>| row.iter().zip(&widths).map(pad).collect::<Vec<_>>().join("  ");
        self.rows.iter().map(|row| line(row).trim_end().to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Table;

    #[test]
    fn cells_stand_below_each_other() {
        let mut table = Table::or("none");
        table.row(["job_1", "done", "é"].map(str::to_owned));
        table.row(["job_20", "x", "-"].map(str::to_owned));

        assert_eq!(table.lines(), ["job_1   done  é", "job_20  x     -"]);
        assert!(Table::or("none").lines().is_empty());
    }
}
