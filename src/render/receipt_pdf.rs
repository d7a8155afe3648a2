//! Draws a receipt as an A4 PDF that can be archived (PDF/A-2a) and read aloud (PDF/UA-1).
//!
//! Text comes in already worded and formatted; this file only sets it. The same input gives the same bytes.
//! Three steps: `typeset` (text to lines of glyphs), `compose` (lines to pages), and here pages to PDF.
#![expect(clippy::float_arithmetic, reason = "page geometry, never money")]

mod compose;

use std::num::NonZeroU16;

use krilla::configure::{Accessibility, Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::error::KrillaError;
use krilla::geom::{PathBuilder, Point, Rect};
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::surface::Surface;
use krilla::tagging::{
    Artifact, ArtifactType, ContentTag, Identifier, SpanTag, TableHeaderScope, Tag, TagGroup, TagTree,
};
use krilla::{Document, SerializeSettings};

use super::typeset::{FONTS, Run, clean};
use compose::{Composer, Item, PAGE_HEIGHT, PAGE_WIDTH, Role};

/// Everything a receipt says, worded in the donor's language and formatted for it.
///
/// Line feeds start new lines; other control characters and marks that turn the text direction are dropped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptPage {
    /// Language of the text, as a BCP 47 tag such as `pt-BR`.
    pub language: String,
    /// Whether the page runs from right to left.
    pub mirrored: bool,
    /// Name of the issuer first, then address and legal lines.
    pub organisation: Vec<String>,
    /// Heading, such as "Donation receipt"; must not be empty.
    pub title: String,
    /// Number and date of the receipt on one line.
    pub number_line: String,
    /// Name and address of the donor.
    pub donor: Vec<String>,
    /// Label and value of each fact about the donation.
    pub rows: Vec<(String, String)>,
    /// Label and value of the amount received.
    pub total: (String, String),
    /// Thanks and legal wording.
    pub paragraphs: Vec<String>,
    /// State to show on every page in red, such as "Void: replaced by receipt 2026-000018".
    pub banner: Option<String>,
    /// Small print at the foot of every page.
    pub footer: String,
    /// Day of issue, for the file's metadata.
    pub created: CreatedOn,
}

/// A calendar day, by the calendar of the issuer's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreatedOn {
    /// Year, 0 to 9999.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, 1 to 31.
    pub day: u8,
}

/// Why a receipt cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum PdfError {
    /// A font inside the binary cannot be read: a broken build.
    #[error("receipt fonts inside the program cannot be read; build it again from clean sources")]
    Fonts,
    /// Readers of the file are promised a title.
    #[error("receipt has no title; give its template a title in this language")]
    NoTitle,
    /// The PDF writer refused the document.
    #[error("receipt could not be written as pdf; report this as a defect")]
    Write(#[from] Box<KrillaError>),
}

/// Draws the receipt and returns the PDF file.
pub fn draw(page: &ReceiptPage) -> Result<Vec<u8>, PdfError> {
    let fonts = FONTS.as_ref().ok_or(PdfError::Fonts)?;
    if clean(&page.title).trim().is_empty() {
        return Err(PdfError::NoTitle);
    }
    let composer = Composer::new(fonts, page).compose(page);
    Ok(paint(page, &composer).map_err(Box::new)?)
}

fn paint(page: &ReceiptPage, composer: &Composer) -> Result<Vec<u8>, KrillaError> {
    // Both standards agree on the PDF version, so this cannot fail; without them the receipt is still readable.
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_A)
        .with_accessibility_validator(Accessibility::UA1)
        .finish()
        .unwrap_or_default();
    let mut document =
        Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    let title = short(&page.title);
    let mut identifiers = vec![Vec::new(); composer.roles.len()];
    for sheet in &composer.sheets {
        let settings = PageSettings::from_wh(PAGE_WIDTH, PAGE_HEIGHT).unwrap_or_default();
        let mut sheet_of_pdf = document.start_page_with(settings);
        let mut surface = sheet_of_pdf.surface();
        for item in sheet {
            if let Some((element, identifier)) = paint_item(&mut surface, item)
                && let Some(parts) = identifiers.get_mut(element)
            {
                parts.push(identifier);
            }
        }
        surface.finish();
        sheet_of_pdf.finish();
    }
    let mut outline = Outline::new();
    outline.push_child(OutlineNode::new(title.clone(), XyzDestination::new(0, Point::from_xy(0.0, 0.0))));
    document.set_outline(outline);
    document.set_tag_tree(tag_tree(&composer.roles, identifiers, &title));
    document.set_metadata(metadata(page, title));
    document.finish()
}

/// Draws one item; text that is content comes back with the element it belongs to and its mark.
fn paint_item(surface: &mut Surface<'_>, item: &Item) -> Option<(usize, Identifier)> {
    match item {
        Item::Rule { x, y, width, thickness, tint } => {
            let mut path = PathBuilder::new();
            path.push_rect(Rect::from_xywh(*x, *y, *width, *thickness)?);
            surface.set_fill(Some(tint.fill()));
            surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(ArtifactType::Layout)));
            surface.draw_path(&path.finish()?);
            surface.end_tagged();
            None
        }
        Item::Text { x, baseline, line, style, element } => {
            let decoration = ContentTag::Artifact(Artifact::with_kind(ArtifactType::PaginationOther));
            let tag = if element.is_some() { ContentTag::Span(SpanTag::empty()) } else { decoration };
            surface.set_fill(Some(style.tint.fill()));
            let identifier = surface.start_tagged(tag);
            let mut x = *x;
            for Run { typeface, glyphs } in &line.runs {
                let start = Point::from_xy(x, *baseline);
                surface.draw_glyphs(start, glyphs, typeface.font.clone(), &line.text, style.size, false);
                x += glyphs.iter().map(|glyph| glyph.x_advance).sum::<f32>() * style.size;
            }
            surface.end_tagged();
            element.map(|element| (element, identifier))
        }
    }
}

/// The logical structure: paragraphs, one heading, and the facts as a table with row headers.
fn tag_tree(roles: &[Role], identifiers: Vec<Vec<Identifier>>, title: &str) -> TagTree {
    let mut tree = TagTree::new();
    let mut table = TagGroup::new(Tag::Table);
    let mut row = TagGroup::new(Tag::TR);
    for (role, parts) in roles.iter().zip(identifiers) {
        let children = parts.into_iter().map(Into::into).collect::<Vec<_>>();
        if !matches!(role, Role::Label | Role::Value) && !table.children.is_empty() {
            tree.push(std::mem::replace(&mut table, TagGroup::new(Tag::Table)));
        }
        if children.is_empty() {
            continue;
        }
        match role {
            Role::Paragraph => tree.push(TagGroup::with_children(Tag::P, children)),
            Role::Heading => {
                let heading = Tag::Hn(NonZeroU16::MIN, Some(title.to_owned()));
                tree.push(TagGroup::with_children(heading, children));
            }
            Role::Label => row.push(TagGroup::with_children(Tag::TH(TableHeaderScope::Row), children)),
            Role::Value => {
                row.push(TagGroup::with_children(Tag::TD, children));
                table.push(std::mem::replace(&mut row, TagGroup::new(Tag::TR)));
            }
        }
    }
    if !table.children.is_empty() {
        tree.push(table);
    }
    tree
}

fn metadata(page: &ReceiptPage, title: String) -> Metadata {
    let number = short(&page.number_line);
    let title = if number.is_empty() { title } else { format!("{title}, {number}") };
    let is_tag = |c: char| c.is_ascii_alphanumeric() || c == '-';
    let is_language = !page.language.is_empty() && page.language.chars().all(is_tag);
    let CreatedOn { year, month, day } = page.created;
    Metadata::new()
        .title(title)
        .language(if is_language { page.language.clone() } else { "und".to_owned() })
        .creator("Mainstay".to_owned())
        .authors(page.organisation.first().map(|name| short(name)).into_iter().collect())
        .creation_date(DateTime::new(year).month(month).day(day))
}

/// On one line and within what the standards allow a text string in metadata.
fn short(text: &str) -> String {
    clean(text).replace('\n', " ").trim().chars().take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn page() -> ReceiptPage {
        let text = str::to_owned;
        ReceiptPage {
            language: text("en"),
            mirrored: false,
            organisation: vec![
                text("The Harbour Gazette"),
                text("12 Quay Street, Galway"),
                text("CHY 22 471"),
            ],
            title: text("Donation receipt"),
            number_line: text("No. 2026-000017"),
            donor: vec![text("Zoë Ångström"), text("1100 København")],
            rows: vec![(text("Date"), text("12 March 2026")), (text("Purpose"), text("Reporting"))],
            total: (text("Amount received"), text("€1,250.00")),
            paragraphs: vec![text("Thank you.")],
            banner: None,
            footer: text("harbourgazette.example"),
            created: CreatedOn { year: 2026, month: 3, day: 14 },
        }
    }

    #[test]
    fn same_input_gives_the_same_small_file() {
        let first = draw(&page()).unwrap();

        assert_eq!(first, draw(&page()).unwrap());
        assert!(first.starts_with(b"%PDF-1.7"));
        assert!(first.len() < 60_000, "{} bytes", first.len());
    }

    #[test]
    fn hostile_text_is_disarmed_and_never_fails() {
        let hostile = [
            "a\u{202E}b\u{2066}c\u{200F}d\u{0}e\u{1B}[31mf\u{FEFF}g\u{AD}h",
            "\u{E000}\u{FFFE}\u{10FFFF}\u{1F6D1}\u{0301}\u{200D}",
            "\u{200D}\u{200C}",
            "\r\n\t\u{2028}",
        ];
        for text in hostile {
            draw(&ReceiptPage {
                language: text.into(),
                organisation: vec![text.into(); 3],
                number_line: text.into(),
                donor: vec![text.into()],
                rows: vec![(text.into(), text.into())],
                total: (text.into(), text.into()),
                paragraphs: vec![text.into()],
                banner: Some(text.into()),
                footer: text.into(),
                ..page()
            })
            .unwrap();
        }
    }

    /// The standards forbid a glyph without meaning; one character that slips through would fail a receipt.
    #[test]
    fn every_character_passes_the_archive_and_accessibility_checks() {
        let characters: Vec<char> = ('\0'..='\u{FFFF}').chain('\u{1F300}'..='\u{1FAFF}').collect();
        for part in characters.chunks(4_000) {
            draw(&ReceiptPage { paragraphs: vec![part.iter().collect()], ..page() }).unwrap();
        }
    }

    #[test]
    fn empty_parts_are_left_out_and_a_missing_title_is_an_error() {
        let bare = ReceiptPage {
            organisation: vec![],
            donor: vec![],
            rows: vec![],
            paragraphs: vec![],
            footer: String::new(),
            number_line: String::new(),
            total: ("Total".into(), " ".into()),
            ..page()
        };

        draw(&bare).unwrap();
        assert!(matches!(draw(&ReceiptPage { title: "\u{202E} ".into(), ..bare }), Err(PdfError::NoTitle)));
    }
}
