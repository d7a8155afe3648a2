//! Taking a picture apart into its pixels, or finding out how large it is.

use super::Fault;
use super::exif::{self, Exif};
use super::profile;
use crate::domain::picture::Size;
use png::{BitDepth, ColorType, Transformations};
use std::io::Cursor;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// The longest side that a JPEG can say it has, in pixels.
const JPEG_SIDE_MAX: usize = 65_535;
/// Bytes that reading a PNG may take besides its pixels.
const PNG_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What was found.
#[derive(Debug)]
pub(super) enum Found {
    /// Its pixels: smaller ones can be made of it.
    Pixels(Pixels),
    /// No smaller ones are made of it: it moves, is small by its kind, or has a fault.
    SizeAlone(Option<Size>, Option<Fault>),
}

/// A picture as its file has it, not turned yet.
pub(super) struct Pixels {
    pub(super) size: Size,
    pub(super) layout: Layout,
    /// Row by row.
    pub(super) bytes: Vec<u8>,
    pub(super) exif: Exif,
    /// The profile of its colours, if they are no usual ones.
    pub(super) profile: Option<Vec<u8>>,
    pub(super) origin: Origin,
}

impl std::fmt::Debug for Pixels {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Pixels")
            .field("size", &self.size)
            .field("layout", &self.layout)
            .finish_non_exhaustive()
    }
}

/// What a pixel is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Three bytes.
    Opaque,
    /// Four bytes.
    Transparent,
}

impl Layout {
    /// Bytes of a pixel.
    pub(super) const fn bytes(self) -> usize {
        match self {
            Self::Opaque => 3,
            Self::Transparent => 4,
        }
    }
}

/// What a picture most likely shows, by what it is kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    Photograph,
    Drawing,
}

/// Looks at a file. What it is, its first bytes say, whatever its name says.
pub(super) fn read(bytes: &[u8]) -> Found {
    let read = if bytes.starts_with(b"\xff\xd8\xff") {
        jpeg(bytes)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        png(bytes)
    } else if bytes.starts_with(b"GIF8") {
        Ok(Found::SizeAlone(gif_size(bytes), None))
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP".as_slice()) {
        Ok(Found::SizeAlone(webp_size(bytes), None))
    } else if bytes.get(4..8) == Some(b"ftyp".as_slice()) {
        Ok(Found::SizeAlone(None, None))
    } else {
        Err(Fault::Damaged("it is no JPEG, PNG, GIF, WebP or AVIF".to_owned()))
    };
    read.unwrap_or_else(|fault| Found::SizeAlone(None, Some(fault)))
}

fn jpeg(bytes: &[u8]) -> Result<Found, Fault> {
    let damaged = |error: &dyn std::fmt::Display| Fault::Damaged(error.to_string());
    let options = DecoderOptions::default()
        .set_max_width(JPEG_SIDE_MAX)
        .set_max_height(JPEG_SIDE_MAX)
        // What is cut off is told, not filled with grey.
        .set_strict_mode(true)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| damaged(&error))?;
    let sides = decoder.dimensions().unwrap_or_default();
    let size = size_of(sides).ok_or_else(|| damaged(&"a side of it is nothing"))?;
    let exif = decoder.exif().map(|bytes| exif::read(bytes)).unwrap_or_default();
    let seen = Some(size.turned(exif.turn));
    if size.is_too_large() {
        return Ok(Found::SizeAlone(seen, Some(Fault::TooManyPixels(size.width(), size.height()))));
    }
    if matches!(decoder.input_colorspace(), Some(ColorSpace::CMYK | ColorSpace::YCCK)) {
        return Ok(Found::SizeAlone(seen, Some(Fault::ForPrinting)));
    }
    let profile = profile::needed(decoder.icc_profile());
    let bytes = decoder.decode().map_err(|error| damaged(&error))?;
    let origin = Origin::Photograph;
    Ok(Found::Pixels(Pixels { size, layout: Layout::Opaque, bytes, exif, profile, origin }))
}

fn size_of((width, height): (usize, usize)) -> Option<Size> {
    Size::new(u32::try_from(width).ok()?, u32::try_from(height).ok()?)
}

fn png(bytes: &[u8]) -> Result<Found, Fault> {
    let damaged = |error: &dyn std::fmt::Display| Fault::Damaged(error.to_string());
    let limits = png::Limits { bytes: PNG_BYTES_MAX };
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), limits);
    decoder.set_transformations(Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().map_err(|error| damaged(&error))?;
    let info = reader.info();
    let size = Size::new(info.width, info.height).ok_or_else(|| damaged(&"a side of it is nothing"))?;
    let exif = info.exif_metadata.as_deref().map(exif::read).unwrap_or_default();
    let profile = profile::needed(info.icc_profile.as_deref().map(<[u8]>::to_vec));
    let seen = Some(size.turned(exif.turn));
    if size.is_too_large() {
        return Ok(Found::SizeAlone(seen, Some(Fault::TooManyPixels(size.width(), size.height()))));
    }
    if info.animation_control.is_some() {
        return Ok(Found::SizeAlone(seen, None));
    }
    let length = reader.output_buffer_size().ok_or_else(|| damaged(&"it has no size"))?;
    let mut pixels = vec![0; length];
    reader.next_frame(&mut pixels).map_err(|error| damaged(&error))?;
    let (colors, depth) = reader.output_color_type();
    if depth != BitDepth::Eight {
        return Err(damaged(&"its colours cannot be read"));
    }
    let (layout, bytes) = match colors {
        ColorType::Rgb => (Layout::Opaque, pixels),
        ColorType::Rgba => (Layout::Transparent, pixels),
        ColorType::Grayscale => (Layout::Opaque, pixels.iter().flat_map(|grey| [*grey; 3]).collect()),
        ColorType::GrayscaleAlpha => (Layout::Transparent, with_three_greys(&pixels)),
        ColorType::Indexed => return Err(damaged(&"its colours cannot be read")),
    };
    Ok(Found::Pixels(Pixels { size, layout, bytes, exif, profile, origin: Origin::Drawing }))
}

/// Pixels of one grey and its transparency, with that grey as red, green and blue.
fn with_three_greys(pixels: &[u8]) -> Vec<u8> {
    let (pairs, _rest) = pixels.as_chunks::<2>();
    pairs.iter().flat_map(|[grey, alpha]| [*grey, *grey, *grey, *alpha]).collect()
}

fn gif_size(bytes: &[u8]) -> Option<Size> {
    Size::new(short(bytes, 6)?.into(), short(bytes, 8)?.into())
}

/// Of the three ways to write a WebP.
fn webp_size(bytes: &[u8]) -> Option<Size> {
    match bytes.get(12..16)? {
        b"VP8X" => {
            let side = |at: usize| {
                Some(u32::from_le_bytes([*bytes.get(at)?, *bytes.get(at + 1)?, *bytes.get(at + 2)?, 0]) + 1)
            };
            Size::new(side(24)?, side(27)?)
        }
        b"VP8L" => {
            let packed = u32::from_le_bytes(*bytes.get(21..)?.first_chunk()?);
            Size::new((packed & 0x3fff) + 1, ((packed >> 14) & 0x3fff) + 1)
        }
        b"VP8 " => Size::new((short(bytes, 26)? & 0x3fff).into(), (short(bytes, 28)? & 0x3fff).into()),
        _ => None,
    }
}

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(*bytes.get(at..)?.first_chunk()?))
}
