//! Composes a receipt: puts lines and rules on pages; lengths in points from the top left corner.
#![expect(clippy::float_arithmetic, reason = "page geometry, never money")]

use std::str::FromStr;

use krilla::color::{luma, rgb};
use krilla::paint::Fill;
use rustybuzz::Language;

use super::ReceiptPage;
use crate::render::typeset::{Fonts, Line, clean, typeset};

#[derive(Clone, Copy)]
pub(super) enum Weight {
    Regular,
    Bold,
}

#[derive(Clone, Copy)]
pub(super) enum Tint {
    Ink,
    Quiet,
    Hairline,
    Alert,
}

impl Tint {
    pub(super) fn fill(self) -> Fill {
        let paint = match self {
            Self::Ink => luma::Color::new(20).into(),
            Self::Quiet => luma::Color::new(92).into(),
            Self::Hairline => luma::Color::new(178).into(),
            Self::Alert => rgb::Color::new(158, 24, 24).into(),
        };
        Fill { paint, ..Fill::default() }
    }
}

/// How a block of text looks; size and leading (distance of baselines) in points.
#[derive(Clone, Copy)]
pub(super) struct Style {
    pub(super) weight: Weight,
    pub(super) size: f32,
    pub(super) leading: f32,
    pub(super) tint: Tint,
}

impl Style {
    const fn new(weight: Weight, size: f32, leading: f32, tint: Tint) -> Self {
        Self { weight, size, leading, tint }
    }
}

const FOLIO: Style = Style::new(Weight::Regular, 8.5, 12.5, Tint::Quiet);
const BANNER: Style = Style::new(Weight::Bold, 11.0, 16.0, Tint::Alert);
const DONOR: Style = Style::new(Weight::Regular, 11.0, 15.5, Tint::Ink);
const TITLE: Style = Style::new(Weight::Bold, 21.0, 27.0, Tint::Ink);
const NUMBER: Style = Style::new(Weight::Regular, 10.5, 15.0, Tint::Quiet);
const LABEL: Style = Style::new(Weight::Regular, 9.5, 15.0, Tint::Quiet);
const VALUE: Style = Style::new(Weight::Regular, 10.5, 15.0, Tint::Ink);
const TOTAL_LABEL: Style = Style::new(Weight::Bold, 10.5, 20.0, Tint::Ink);
const TOTAL: Style = Style::new(Weight::Bold, 15.0, 20.0, Tint::Ink);
const BODY: Style = Style::new(Weight::Regular, 10.0, 15.5, Tint::Ink);
const SMALL: Style = Style::new(Weight::Regular, 8.0, 11.5, Tint::Quiet);
const SMALL_ALERT: Style = Style::new(Weight::Bold, 8.0, 11.5, Tint::Alert);

pub(super) const PAGE_WIDTH: f32 = 595.28;
pub(super) const PAGE_HEIGHT: f32 = 841.89;
const LEFT: f32 = 74.0;
const WIDTH: f32 = PAGE_WIDTH - 2.0 * LEFT;
const TOP: f32 = 62.0;
/// Below the running head of the second and later pages.
const TOP_NEXT: f32 = 96.0;
const FOOT: f32 = PAGE_HEIGHT - 46.0;
const VALUE_LEFT: f32 = LEFT + 158.0;
const VALUE_WIDTH: f32 = LEFT + WIDTH - VALUE_LEFT;
const PAGE_NUMBER_WIDTH: f32 = 56.0;
/// Title, number line and the start of the table, which belong together.
const HEADING_HEIGHT: f32 = 104.0;
/// A longer footer becomes the last paragraph, so that it cannot push the text off its own page.
const FOOTER_LINES_MAX: usize = 5;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Align {
    Left,
    Centre,
    Right,
}

/// What a piece of text is to a reader that speaks.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    Paragraph,
    Heading,
    Label,
    Value,
}

pub(super) enum Item {
    /// `element` is an index into the composer's roles; none means decoration.
    Text {
        x: f32,
        baseline: f32,
        line: Line,
        style: Style,
        element: Option<usize>,
    },
    Rule {
        x: f32,
        y: f32,
        width: f32,
        thickness: f32,
        tint: Tint,
    },
}

/// Lines in one column; columns of one block share their baselines.
struct Column {
    x: f32,
    width: f32,
    align: Align,
    style: Style,
    lines: Vec<Line>,
    element: Option<usize>,
}

pub(super) struct Composer {
    pub(super) fonts: &'static Fonts,
    pub(super) language: Option<Language>,
    pub(super) mirrored: bool,
    pub(super) sheets: Vec<Vec<Item>>,
    pub(super) roles: Vec<Role>,
    pub(super) y: f32,
    pub(super) bottom: f32,
}

impl Composer {
    pub(super) fn new(fonts: &'static Fonts, page: &ReceiptPage) -> Self {
        let language = Language::from_str(&page.language).ok();
        let mirrored = page.mirrored;
        Self { fonts, language, mirrored, sheets: vec![Vec::new()], roles: Vec::new(), y: TOP, bottom: FOOT }
    }

    pub(super) fn compose(mut self, page: &ReceiptPage) -> Self {
        let mut footer = self.set(&page.footer, SMALL, WIDTH - PAGE_NUMBER_WIDTH);
        let is_footer_long = footer.len() > FOOTER_LINES_MAX;
        if is_footer_long {
            footer.clear();
        }
        let footer_height: f32 = footer.iter().map(|_| SMALL.leading).sum();
        self.bottom = FOOT - footer_height.max(SMALL.leading) - 26.0;

        self.masthead(&page.organisation);
        if let Some(banner) = &page.banner {
            self.gap(14.0);
            self.block(banner, BANNER, Align::Centre, Role::Paragraph);
            self.gap(8.0);
            self.rule(LEFT, WIDTH, 0.5, Tint::Alert);
        }
        self.gap(34.0);
        for line in &page.donor {
            self.block(line, DONOR, Align::Left, Role::Paragraph);
        }
        self.gap(38.0);
        self.keep_together(HEADING_HEIGHT);
        self.block(&page.title, TITLE, Align::Left, Role::Heading);
        self.gap(3.0);
        self.block(&page.number_line, NUMBER, Align::Left, Role::Paragraph);
        self.gap(18.0);
        self.table(page);
        self.gap(26.0);
        for paragraph in &page.paragraphs {
            self.block(paragraph, BODY, Align::Left, Role::Paragraph);
            self.gap(8.0);
        }
        if is_footer_long {
            self.gap(8.0);
            self.block(&page.footer, SMALL, Align::Left, Role::Paragraph);
        }
        self.furnish(page, footer_height);
        self
    }

    /// The issuer's name as large as one line allows, then its address between rules, as on a front page.
    fn masthead(&mut self, organisation: &[String]) {
        let Some((name, details)) = organisation.split_first() else {
            return;
        };
        let sizes = [29.0, 26.0, 23.0, 20.0, 17.0_f32];
        let style = |size: f32| Style::new(Weight::Bold, size, size * 1.25, Tint::Ink);
        let fits = |size: &f32| self.set(name, style(*size), WIDTH).len() <= 1;
        let size = sizes.into_iter().find(fits).unwrap_or(17.0);
        self.block(name, style(size), Align::Centre, Role::Paragraph);
        self.gap(9.0);
        self.rule(LEFT, WIDTH, 2.0, Tint::Ink);
        self.gap(2.0);
        self.rule(LEFT, WIDTH, 0.5, Tint::Ink);
        if details.is_empty() {
            return;
        }
        self.gap(7.0);
        let mut packed = String::new();
        for detail in details {
            let longer = if packed.is_empty() { detail.clone() } else { format!("{packed}  ·  {detail}") };
            if packed.is_empty() || self.set(&longer, FOLIO, WIDTH).len() <= 1 {
                packed = longer;
            } else {
                self.block(&packed, FOLIO, Align::Centre, Role::Paragraph);
                packed.clone_from(detail);
            }
        }
        self.block(&packed, FOLIO, Align::Centre, Role::Paragraph);
        self.gap(7.0);
        self.rule(LEFT, WIDTH, 0.5, Tint::Ink);
    }

    fn table(&mut self, page: &ReceiptPage) {
        self.rule(LEFT, WIDTH, 0.75, Tint::Ink);
        for (index, (label, value)) in page.rows.iter().enumerate() {
            if index > 0 {
                self.rule(LEFT, WIDTH, 0.4, Tint::Hairline);
            }
            self.gap(5.0);
            self.row(label, value, (LABEL, VALUE));
            self.gap(5.0);
        }
        self.keep_together(42.0);
        self.rule(LEFT, WIDTH, 0.75, Tint::Ink);
        self.gap(8.0);
        self.row(&page.total.0, &page.total.1, (TOTAL_LABEL, TOTAL));
        self.gap(8.0);
        self.rule(LEFT, WIDTH, 0.5, Tint::Ink);
        self.gap(2.0);
        self.rule(LEFT, WIDTH, 2.0, Tint::Ink);
    }

    fn row(&mut self, label: &str, value: &str, (label_style, value_style): (Style, Style)) {
        // A cell must not be empty for a reader that speaks, nor look forgotten.
        let value = if clean(value).trim().is_empty() { "–" } else { value };
        let cell = |x: f32, width: f32, style: Style, lines: Vec<Line>, element: usize| Column {
            x,
            width,
            align: Align::Left,
            style,
            lines,
            element: Some(element),
        };
        let label_width = VALUE_LEFT - LEFT - 16.0;
        let label_lines = self.set(label, label_style, label_width);
        let value_lines = self.set(value, value_style, VALUE_WIDTH);
        let (label_element, value_element) = (self.element(Role::Label), self.element(Role::Value));
        self.place(vec![
            cell(LEFT, label_width, label_style, label_lines, label_element),
            cell(VALUE_LEFT, VALUE_WIDTH, value_style, value_lines, value_element),
        ]);
    }

    /// Sets one text over the whole measure.
    fn block(&mut self, text: &str, style: Style, align: Align, role: Role) {
        let lines = self.set(text, style, WIDTH);
        let element = Some(self.element(role));
        self.place(vec![Column { x: LEFT, width: WIDTH, align, style, lines, element }]);
    }

    fn set(&self, text: &str, style: Style, width: f32) -> Vec<Line> {
        let family = match style.weight {
            Weight::Regular => &self.fonts.regular,
            Weight::Bold => &self.fonts.bold,
        };
        typeset(text, (family, self.mirrored), self.language.as_ref(), width / style.size)
    }

    fn element(&mut self, role: Role) -> usize {
        self.roles.push(role);
        self.roles.len() - 1
    }

    /// Puts columns side by side from the present height on, over as many pages as they need. One line of a
    /// longer block is never left alone at the end or the start of a page.
    fn place(&mut self, mut columns: Vec<Column>) {
        let leading = columns.iter().map(|column| column.style.leading).fold(0.0, f32::max);
        let mut left = columns.iter().map(|column| column.lines.len()).max().unwrap_or(0);
        // Two lines of a longer block, or all of a short one, must fit where it starts.
        let opening = if left <= 3 { left } else { 2 };
        self.keep_together((0..opening).map(|_| leading).sum());
        while left > 0 {
            let is_room_for_two = self.y + 2.0 * leading <= self.bottom;
            if self.y + leading > self.bottom || (left == 2 && !is_room_for_two) {
                self.turn_page();
            }
            let size = columns.iter().map(|column| column.style.size).fold(0.0, f32::max);
            // Capitals are about 0.71 em high: this centres them within the leading.
            let baseline = self.y + f32::midpoint(leading, 0.71 * size);
            for column in columns.iter_mut().filter(|column| !column.lines.is_empty()) {
                let line = column.lines.remove(0);
                self.put(column, line, baseline);
            }
            self.y += leading;
            left -= 1;
        }
    }

    fn put(&mut self, column: &Column, line: Line, baseline: f32) {
        let slack = column.width - line.width * column.style.size;
        let x = match column.align {
            Align::Left => column.x,
            Align::Centre => column.x + slack.max(0.0) / 2.0,
            Align::Right => column.x + slack,
        };
        // On a page that runs from right to left, the left edge of a text is as far from the left as its right edge
        // would be from the right.
        let x = if self.mirrored { PAGE_WIDTH - x - line.width * column.style.size } else { x };
        self.push(Item::Text { x, baseline, line, style: column.style, element: column.element });
    }

    fn rule(&mut self, x: f32, width: f32, thickness: f32, tint: Tint) {
        self.push(Item::Rule { x, y: self.y, width, thickness, tint });
        self.y += thickness;
    }

    fn gap(&mut self, height: f32) {
        self.y += height;
    }

    fn keep_together(&mut self, height: f32) {
        if self.y + height > self.bottom {
            self.turn_page();
        }
    }

    fn turn_page(&mut self) {
        self.sheets.push(Vec::new());
        self.y = TOP_NEXT;
    }

    fn push(&mut self, item: Item) {
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.push(item);
        }
    }

    /// Adds foot and running head to every page. They are decoration to a reader that speaks, except that it
    /// hears the footer once, at the end.
    fn furnish(&mut self, page: &ReceiptPage, footer_height: f32) {
        let sheets = std::mem::take(&mut self.sheets);
        let count = sheets.len();
        let foot_top = FOOT - footer_height.max(SMALL.leading);
        let name = page.organisation.first().map_or("", String::as_str);
        for (index, sheet) in sheets.into_iter().enumerate() {
            self.sheets.push(sheet);
            (self.y, self.bottom) = (foot_top - 9.0, PAGE_HEIGHT);
            if footer_height > 0.0 || count > 1 {
                self.rule(LEFT, WIDTH, 0.4, Tint::Hairline);
            }
            if footer_height > 0.0 {
                let element = (index + 1 == count).then(|| self.element(Role::Paragraph));
                self.margin_text(&page.footer, Align::Left, foot_top, element);
            }
            if count > 1 {
                let number = format!("{} / {count}", index + 1);
                self.margin_text(&number, Align::Right, foot_top, None);
            }
            if index > 0 {
                let head = format!("{}  ·  {name}", page.number_line);
                self.head_text(&head, SMALL, 54.0);
                self.head_text(page.banner.as_deref().unwrap_or_default(), SMALL_ALERT, 66.0);
                self.y = 80.0;
                self.rule(LEFT, WIDTH, 0.5, Tint::Ink);
            }
        }
    }

    /// Footer (left) or page number (right); an element makes it content, none decoration.
    fn margin_text(&mut self, text: &str, align: Align, top: f32, element: Option<usize>) {
        let width = WIDTH - PAGE_NUMBER_WIDTH;
        let lines = self.set(text, SMALL, width);
        let x = if align == Align::Right { LEFT + PAGE_NUMBER_WIDTH } else { LEFT };
        self.y = top;
        self.place(vec![Column { x, width, align, style: SMALL, lines, element }]);
    }

    /// One line of the running head: what does not fit is left out, the first page has it in full.
    fn head_text(&mut self, text: &str, style: Style, top: f32) {
        let mut lines = self.set(text, style, WIDTH);
        lines.truncate(1);
        self.y = top;
        self.place(vec![Column { x: LEFT, width: WIDTH, align: Align::Left, style, lines, element: None }]);
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::page;
    use super::*;
    use crate::render::typeset::FONTS;

    /// The lines of each page as a person reads them, each with its right edge in points.
    fn pages(page: &ReceiptPage) -> Vec<Vec<(String, f32)>> {
        let composer = Composer::new(FONTS.as_ref().unwrap(), page).compose(page);
        let read = |item: &Item| match item {
            Item::Rule { .. } => None,
            Item::Text { x, line, style, .. } => {
                let glyphs = line.runs.iter().flat_map(|run| &run.glyphs);
                let mut ranges: Vec<_> = glyphs.map(|glyph| glyph.text_range.clone()).collect();
                ranges.sort_by_key(|range| range.start);
                ranges.dedup();
                let text: String = ranges.into_iter().map(|range| &line.text[range]).collect();
                Some((text.trim_end().to_owned(), x + line.width * style.size))
            }
        };
        composer.sheets.iter().map(|sheet| sheet.iter().filter_map(read).collect()).collect()
    }

    fn words(page: &ReceiptPage) -> String {
        pages(page).concat().into_iter().map(|(line, _)| line).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_text_appears_once_and_in_reading_order() {
        assert_eq!(
            words(&ReceiptPage { banner: Some("Void: replaced".into()), ..page() }),
            "The Harbour Gazette 12 Quay Street, Galway · CHY 22 471 Void: replaced Zoë Ångström 1100 København \
             Donation receipt No. 2026-000017 Date 12 March 2026 Purpose Reporting Amount received €1,250.00 \
             Thank you. harbourgazette.example"
        );
    }

    #[test]
    fn long_text_flows_over_numbered_pages_without_loss() {
        let paragraph = (0..600).map(|number| format!("w{number}")).collect::<Vec<_>>().join(" ");
        let name = "x".repeat(400);
        let long = ReceiptPage {
            donor: vec![name.clone()],
            rows: vec![("Message".into(), paragraph.clone()); 3],
            paragraphs: vec![paragraph.clone(), paragraph.clone()],
            banner: Some("Void".into()),
            ..page()
        };

        let pages = pages(&long);
        let drawn = words(&long);

        assert!(pages.len() > 3);
        assert_eq!(drawn.matches("w599").count(), 5);
        assert_eq!(
            drawn.matches('x').count(),
            name.len() + pages.len() * "harbourgazette.example".matches('x').count()
        );
        for (index, page) in pages.iter().enumerate() {
            assert!(page.iter().any(|(line, _)| *line == format!("{} / {}", index + 1, pages.len())));
            assert!(page.iter().any(|(line, _)| line == "Void"));
            assert!(page.iter().all(|(_, right)| *right <= LEFT + WIDTH + 0.1));
        }
    }

    #[test]
    fn no_line_of_a_paragraph_stands_alone_on_a_page() {
        for rows in 4..18 {
            let rows = vec![("Label".into(), "value".into()); rows];
            let paragraphs = vec!["three lines of text are here ".repeat(9).trim().to_owned(); 3];

            let pages = pages(&ReceiptPage { rows, paragraphs, ..page() });

            for lines in pages {
                let count = lines.iter().filter(|(line, _)| line.contains("lines of text")).count();
                assert_eq!(count % 3, 0);
            }
        }
    }

    #[test]
    fn a_page_from_right_to_left_is_the_mirror_image() {
        let left = |page: &ReceiptPage| {
            let composer = Composer::new(FONTS.as_ref().unwrap(), page).compose(page);
            let edge = |item: &Item| match item {
                Item::Rule { .. } => None,
                Item::Text { x, line, style, .. } => Some((*x, line.width * style.size)),
            };
            composer.sheets.iter().flatten().filter_map(edge).collect::<Vec<_>>()
        };
        let (plain, mirrored) = (left(&page()), left(&ReceiptPage { mirrored: true, ..page() }));
        assert_eq!(plain.len(), mirrored.len());
        for ((x, width), (mirror, _)) in plain.into_iter().zip(mirrored) {
            assert!((x + width + mirror - PAGE_WIDTH).abs() < 0.01);
        }
    }
}
