//! The picture that other places show beside a link to a page: its title and the name of the publication, drawn with
//! the fonts of the receipts. The same words give the same bytes.
#![expect(clippy::float_arithmetic, reason = "geometry of a picture, never money")]

mod raster;

use super::typeset::{FONTS, Family, Line, is_from_right, typeset};
use super::{Picture, SiteMeta};
use png::{BitDepth, ColorType, Encoder, EncodingError};
use raster::{Canvas, Outline, Pen, STEPS, Tint};
use rustybuzz::ttf_parser::GlyphId;
use sha2::{Digest as _, Sha256};

/// Width, in pixels; in the proportion that most places show whole.
pub const WIDTH: u32 = 1200;
/// Height, in pixels.
pub const HEIGHT: u32 = 630;

/// Changes when the same words are drawn in another way.
const DESIGN: &str = "1";

const LEFT: f32 = 90.0;
const ROOM: f32 = 1020.0;
/// Where the title may stand, from its top to its end.
const TITLE_TOP: f32 = 150.0;
const TITLE_ROOM: f32 = 330.0;
/// Sizes of the title: the first in which all of it has room.
const TITLE_SIZES: [f32; 5] = [88.0, 74.0, 62.0, 52.0, 44.0];
/// Between two lines, in sizes.
const LEADING: f32 = 1.18;
/// What is longer than the smallest size has room for is cut at a word.
const TITLE_CHARACTERS: usize = 220;
const SMALL: f32 = 32.0;

/// The colours of pages in the light: paper, then those of [`Tint::ALL`].
const PAPER: [u8; 3] = [0xFC, 0xFA, 0xF5];
const COLOURS: [[u8; 3]; 3] = [[0x1D, 0x1B, 0x18], [0x97, 0x19, 0x1D], [0x5B, 0x55, 0x4C]];

/// What a picture says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Above the title; none: nothing.
    pub kicker: Option<String>,
    /// What the page is about.
    pub title: String,
    /// The publication.
    pub name: String,
}

/// Why a picture cannot be drawn.
#[derive(Debug, thiserror::Error)]
pub enum CardError {
    /// A font inside the program cannot be read: a broken build.
    #[error("fonts inside the program cannot be read; build it again from clean sources")]
    Fonts,
    /// The encoder refused the picture.
    #[error("picture could not be written as png; report this as a defect")]
    Png(#[from] EncodingError),
}

impl Card {
    /// Of pages that have none of their own: the publication, and where it is.
    pub fn of_site(site: &SiteMeta) -> Self {
        let host = site.url.split_once("://").map_or(site.url.as_str(), |(_, host)| host);
        Self { kicker: None, title: site.name.clone(), name: host.to_owned() }
    }

    /// How pages name it, which are given it at this absolute address.
    pub fn picture(&self, address: &str) -> Picture {
        Picture { url: format!("{address}?v={}", self.version()), alt: self.title.clone() }
    }

    /// Eight characters that change with what is said. Places that show a picture keep it by its address.
    pub fn version(&self) -> String {
        let kicker = self.kicker.as_deref().unwrap_or_default();
        let said = [DESIGN, kicker, self.title.as_str(), self.name.as_str()].join("\n");
        hex::encode(Sha256::digest(said.as_bytes())).chars().take(8).collect()
    }

    /// Draws it, as a PNG of [`WIDTH`] by [`HEIGHT`].
    pub fn png(&self) -> Result<Vec<u8>, CardError> {
        let fonts = FONTS.as_ref().ok_or(CardError::Fonts)?;
        let mut canvas = Canvas::new(WIDTH, HEIGHT);
        let from_right = is_from_right(&self.title);
        let mut sheet = Sheet { canvas: &mut canvas, from_right };
        sheet.bar((0.0, 0.0), (1200.0, 14.0), Tint::Accent);
        if let Some(kicker) = &self.kicker {
            sheet.write(one_line(kicker, &fonts.bold, from_right), (110.0, SMALL), Tint::Accent);
        }
        let (lines, size) = title_lines(&shortened(&self.title), &fonts.bold, from_right);
        let mut baseline = TITLE_TOP + size * 0.86;
        for line in lines {
            sheet.write(Some(line), (baseline, size), Tint::Ink);
            baseline += size * LEADING;
        }
        sheet.bar((LEFT, 522.0), (ROOM, 2.0), Tint::Soft);
        sheet.write(one_line(&self.name, &fonts.regular, from_right), (574.0, SMALL), Tint::Soft);
        Ok(encode(&canvas.into_pixels())?)
    }
}

/// The first line of a text, in one size.
fn one_line(text: &str, family: &'static Family, from_right: bool) -> Option<Line> {
    typeset(text, (family, from_right), None, ROOM / SMALL).into_iter().next()
}

/// The title in the largest size in which all of it has room, and that size in pixels.
fn title_lines(title: &str, family: &'static Family, from_right: bool) -> (Vec<Line>, f32) {
    let mut set = (Vec::new(), SMALL);
    for size in TITLE_SIZES {
        let mut lines = typeset(title, (family, from_right), None, ROOM / size);
        let mut room = 0;
        let mut height = size;
        while height <= TITLE_ROOM {
            room += 1;
            height += size * LEADING;
        }
        if lines.len() <= room {
            return (lines, size);
        }
        lines.truncate(room);
        set = (lines, size);
    }
    set
}

/// What there is room for, cut at a word.
fn shortened(title: &str) -> String {
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    if title.chars().count() <= TITLE_CHARACTERS {
        return title;
    }
    let head: String = title.chars().take(TITLE_CHARACTERS).collect();
    let whole = head.rsplit_once(' ').map_or(head.as_str(), |(words, _)| words);
    format!("{whole}…")
}

/// The picture of pages that have none of their own.
pub fn site_picture(site: &SiteMeta) -> Picture {
    Card::of_site(site).picture(&format!("{}/card.png", site.url))
}

/// What is drawn on.
struct Sheet<'a> {
    canvas: &'a mut Canvas,
    from_right: bool,
}

impl Sheet<'_> {
    fn bar(&mut self, corner: (f32, f32), size: (f32, f32), tint: Tint) {
        let mut outline = Outline::default();
        outline.rectangle(corner, size);
        self.canvas.fill(&outline, tint);
    }

    /// A line of writing on its baseline, in a size in pixels, from the side from which it is read.
    fn write(&mut self, line: Option<Line>, (baseline, size): (f32, f32), tint: Tint) {
        let Some(line) = line else { return };
        let mut outline = Outline::default();
        let mut x = if self.from_right { LEFT + ROOM - line.width * size } else { LEFT };
        for run in &line.runs {
            let scale = size / run.typeface.font.units_per_em();
            for glyph in &run.glyphs {
                let origin = (x + glyph.x_offset * size, baseline - glyph.y_offset * size);
                if let Ok(id) = u16::try_from(glyph.glyph_id.to_u32()) {
                    // A glyph without an outline, such as a blank, draws nothing.
                    let mut pen = Pen::new(&mut outline, origin, scale);
                    let _ = run.typeface.face.outline_glyph(GlyphId(id), &mut pen);
                }
                x += glyph.x_advance * size;
            }
        }
        self.canvas.fill(&outline, tint);
    }
}

/// Red, green and blue of each place in the palette: every tint in steps from the paper.
fn palette() -> Vec<u8> {
    let last = u16::from(STEPS - 1);
    let mixed = |from: u8, to: u8, step: u8| {
        let step = u16::from(step);
        u8::try_from((u16::from(from) * (last - step) + u16::from(to) * step) / last).unwrap_or(u8::MAX)
    };
    let tints = Tint::ALL.iter().zip(COLOURS);
    let steps = tints.flat_map(|(_, colour)| (0..STEPS).map(move |step| (colour, step)));
    steps
        .flat_map(|(colour, step)| PAPER.into_iter().zip(colour).map(move |(from, to)| mixed(from, to, step)))
        .collect()
}

fn encode(pixels: &[u8]) -> Result<Vec<u8>, EncodingError> {
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, WIDTH, HEIGHT);
    encoder.set_color(ColorType::Indexed);
    encoder.set_depth(BitDepth::Eight);
    encoder.set_palette(palette());
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(title: &str) -> Card {
        Card { kicker: Some("Essay".to_owned()), title: title.to_owned(), name: "The Lantern".to_owned() }
    }

    /// The pixels, and how wide the picture is.
    fn seen(file: &[u8]) -> (Vec<u8>, usize) {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut pixels).unwrap();
        assert_eq!((info.width, info.height, info.color_type), (WIDTH, HEIGHT, ColorType::Rgb));
        (pixels, usize::try_from(info.width).unwrap() * 3)
    }

    /// How many pixels of the title's place are not paper, in the left half and in the right one.
    fn inked(file: &[u8]) -> (usize, usize) {
        let (pixels, row) = seen(file);
        let rows = pixels.chunks(row).skip(150).take(330);
        let count = |half: &[u8]| half.chunks(3).filter(|pixel| *pixel != PAPER).count();
        rows.fold((0, 0), |(left, right), line| {
            let (head, tail) = line.split_at(row / 2);
            (left + count(head), right + count(tail))
        })
    }

    #[test]
    fn the_same_words_are_the_same_small_picture() {
        let first = card("Ink & <paper>").png().unwrap();
        assert_eq!(first, card("Ink & <paper>").png().unwrap());
        assert!(first.len() < 60_000, "{} bytes", first.len());
        assert_ne!(card("Ink").version(), card("Lead").version());
        let (left, right) = inked(&first);
        assert!(left > 3_000 && right < left, "{left} {right}");
    }

    #[test]
    fn what_is_read_from_the_right_stands_there() {
        let (left, right) = inked(&card("الحبر").png().unwrap());
        assert!(right > 1_000 && left == 0, "{left} {right}");
    }

    #[test]
    fn a_title_of_any_length_stays_in_its_place() {
        for title in ["A", &"long words ".repeat(60), &"x".repeat(900), &"نص ".repeat(200), "", "\u{202e}山"]
        {
            let (pixels, row) = seen(&card(title).png().unwrap());
            let below = pixels.chunks(row).skip(485).take(30);
            assert!(below.flat_map(|line| line.chunks(3)).all(|pixel| pixel == PAPER), "{title}");
        }
    }
}
