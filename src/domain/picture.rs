//! Smaller ones of a picture: how wide they are, how they are called, and which there are of which picture.

use super::media::MediaPath;
use std::collections::BTreeMap;
use std::fmt;

/// More pixels are not taken apart: each of them takes up to ten bytes of memory for a moment.
pub const PIXELS_MAX: u64 = 30_000_000;
/// Larger files are not read, in bytes.
pub const FILE_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// How wide pictures are offered, in pixels: a telephone, the column of the text, and that column on a screen with small pixels.
const WIDTHS: [u32; 3] = [480, 960, 1600];
/// No side of a WebP is longer, in pixels.
const SIDE_MAX: u32 = 16_383;
/// Where smaller pictures are read.
const PLACE: &str = "/pictures/";
/// What they are called by ends with.
const ENDING: &str = ".webp";
/// Characters of a digest.
const DIGEST_CHARACTERS: usize = 24;

/// How large a picture is, in pixels; neither side is nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    width: u32,
    height: u32,
}

impl Size {
    /// None if a side is nothing.
    pub const fn new(width: u32, height: u32) -> Option<Self> {
        if width == 0 || height == 0 { None } else { Some(Self { width, height }) }
    }

    /// From left to right.
    pub const fn width(self) -> u32 {
        self.width
    }

    /// From above to below.
    pub const fn height(self) -> u32 {
        self.height
    }

    /// How many pixels it has.
    pub fn pixels(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// Whether it may be taken apart.
    pub fn is_too_large(self) -> bool {
        self.pixels() > PIXELS_MAX
    }

    /// The size of the same picture at another width.
    #[must_use]
    pub fn at_width(self, width: u32) -> Self {
        let (from, to) = (u64::from(self.width), u64::from(width.max(1)));
        let height = (u64::from(self.height) * to + from / 2) / from;
        Self { width: width.max(1), height: u32::try_from(height).unwrap_or(u32::MAX).max(1) }
    }

    /// The widths at which it is offered, ascending: never wider than it is.
    pub fn widths(self) -> Vec<u32> {
        let mut widths: Vec<u32> = WIDTHS.into_iter().filter(|width| *width < self.width).collect();
        if WIDTHS.last().is_some_and(|widest| self.width <= *widest) {
            widths.push(self.width);
        }
        widths.retain(|width| self.at_width(*width).height <= SIDE_MAX);
        widths
    }

    /// The size once it is turned.
    #[must_use]
    pub const fn turned(self, turn: Turn) -> Self {
        if turn.swaps_sides() { Self { width: self.height, height: self.width } } else { self }
    }
}

/// How the pixels of a file must be turned to be seen as they were taken: the eight values of EXIF.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Turn {
    /// First, rows and columns are exchanged.
    transposed: bool,
    /// Then left and right.
    mirrored: bool,
    /// Then above and below.
    flipped: bool,
}

impl Turn {
    /// By the number that EXIF has for it; an unknown one turns nothing.
    pub const fn of_exif(number: u16) -> Self {
        let (transposed, mirrored, flipped) = match number {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, true, false),
            7 => (true, true, true),
            8 => (true, false, true),
            _ => (false, false, false),
        };
        Self { transposed, mirrored, flipped }
    }

    /// Whether width and height change places.
    pub const fn swaps_sides(self) -> bool {
        self.transposed
    }

    /// Whether nothing is to be done.
    pub const fn is_none(self) -> bool {
        !self.transposed && !self.mirrored && !self.flipped
    }

    /// Where the pixel of a place in the turned picture, of this size, is in the file: column and row.
    pub const fn source(self, seen: Size, (column, row): (u32, u32)) -> (u32, u32) {
        let column = if self.mirrored { seen.width - 1 - column } else { column };
        let row = if self.flipped { seen.height - 1 - row } else { row };
        if self.transposed { (row, column) } else { (column, row) }
    }
}

/// Tells the contents of pictures apart: 24 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PictureDigest(String);

impl PictureDigest {
    /// None if it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f');
        (text.len() == DIGEST_CHARACTERS && text.bytes().all(is_digit)).then(|| Self(text.to_owned()))
    }

    /// The beginning of a longer one.
    pub fn of_longer(text: &str) -> Option<Self> {
        Self::parse(text.get(..DIGEST_CHARACTERS)?)
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A smaller one of a picture. Its name changes with the picture, so that it may be kept for ever.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rendition {
    /// Of which content.
    pub digest: PictureDigest,
    /// How wide it is, in pixels.
    pub width: u32,
}

impl Rendition {
    /// Reads the name of its file; none if it is none.
    pub fn parse(name: &str) -> Option<Self> {
        let (digest, width) = name.strip_suffix(ENDING)?.split_once('-')?;
        let own = Self { digest: PictureDigest::parse(digest)?, width: width.parse().ok()? };
        // One name for one file: no signs and no zeros in front.
        (own.to_string() == name).then_some(own)
    }

    /// Where it is read.
    pub fn address(&self) -> String {
        format!("{PLACE}{self}")
    }
}

/// The name of its file.
impl fmt::Display for Rendition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}-{}{ENDING}", self.digest.as_str(), self.width)
    }
}

/// What pages know of a picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// How large it is, as it is seen.
    pub size: Size,
    /// Smaller ones of it, ascending; perhaps none.
    pub renditions: Vec<Rendition>,
}

/// What is known of the pictures of the publication.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gallery {
    known: BTreeMap<MediaPath, Known>,
    said: BTreeMap<MediaPath, Vec<String>>,
}

impl Gallery {
    /// What is known of a picture.
    pub fn get(&self, picture: &MediaPath) -> Option<&Known> {
        self.known.get(picture)
    }

    /// What a person should know of a picture, one sentence each.
    pub fn said(&self, picture: &MediaPath) -> &[String] {
        self.said.get(picture).map_or(&[], Vec::as_slice)
    }

    /// The same with what a person should know, by picture.
    #[must_use]
    pub fn saying(self, said: BTreeMap<MediaPath, Vec<String>>) -> Self {
        Self { said, ..self }
    }
}

impl FromIterator<(MediaPath, Known)> for Gallery {
    fn from_iter<I: IntoIterator<Item = (MediaPath, Known)>>(known: I) -> Self {
        Self { known: known.into_iter().collect(), said: BTreeMap::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(width: u32, height: u32) -> Size {
        Size::new(width, height).unwrap()
    }

    #[test]
    fn no_picture_is_offered_wider_than_it_is() {
        assert_eq!(size(4000, 3000).widths(), [480, 960, 1600]);
        assert_eq!(size(1601, 10).widths(), [480, 960, 1600]);
        assert_eq!(size(1600, 10).widths(), [480, 960, 1600]);
        assert_eq!(size(1200, 800).widths(), [480, 960, 1200]);
        assert_eq!(size(480, 10).widths(), [480]);
        assert_eq!(size(32, 10).widths(), [32]);
        assert_eq!(size(1000, 30_000).widths(), [480], "no side of a WebP is so long");
    }

    #[test]
    fn heights_follow_widths_and_are_never_nothing() {
        assert_eq!(size(1200, 800).at_width(480), size(480, 320));
        assert_eq!(size(1000, 333).at_width(500), size(500, 167));
        assert_eq!(size(20_000, 1).at_width(480), size(480, 1));
        assert_eq!(Size::new(0, 1), None);
        assert!(size(u32::MAX, u32::MAX).is_too_large());
        assert!(!size(6_000, 5_000).is_too_large());
        assert!(size(6_001, 5_000).is_too_large());
    }

    /// Of two columns and three rows, numbered as in the file: what is seen, row by row.
    #[test]
    fn the_eight_turns_are_those_of_exif() {
        let seen = |number: u16| -> Vec<u32> {
            let turn = Turn::of_exif(number);
            let whole = size(2, 3).turned(turn);
            let rows = 0..whole.height();
            let places = rows.flat_map(|row| (0..whole.width()).map(move |column| (column, row)));
            places
                .map(|place| {
                    let (column, row) = turn.source(whole, place);
                    row * 2 + column + 1
                })
                .collect()
        };
        assert_eq!(seen(1), [1, 2, 3, 4, 5, 6]);
        assert_eq!(seen(2), [2, 1, 4, 3, 6, 5]);
        assert_eq!(seen(3), [6, 5, 4, 3, 2, 1]);
        assert_eq!(seen(4), [5, 6, 3, 4, 1, 2]);
        assert_eq!(seen(5), [1, 3, 5, 2, 4, 6]);
        assert_eq!(seen(6), [5, 3, 1, 6, 4, 2]);
        assert_eq!(seen(7), [6, 4, 2, 5, 3, 1]);
        assert_eq!(seen(8), [2, 4, 6, 1, 3, 5]);
        assert_eq!(seen(0), seen(1));
        assert_eq!(seen(9), seen(1));
        assert!(Turn::of_exif(1).is_none() && !Turn::of_exif(3).is_none());
    }

    #[test]
    fn a_smaller_picture_has_one_name() {
        let name = "0123456789abcdef01234567-480.webp";
        let own = Rendition::parse(name).unwrap();
        assert_eq!((own.width, own.to_string().as_str()), (480, name));
        assert_eq!(own.address(), format!("/pictures/{name}"));
        for bad in [
            "0123456789abcdef01234567-0480.webp",
            "0123456789abcdef01234567-+480.webp",
            "0123456789ABCDEF01234567-480.webp",
            "0123456789abcdef0123456-480.webp",
            "0123456789abcdef01234567-480.png",
            "0123456789abcdef01234567.webp",
            "../0123456789abcdef0123-480.webp",
            "index.json",
            "",
        ] {
            assert_eq!(Rendition::parse(bad), None, "{bad}");
        }
    }
}
