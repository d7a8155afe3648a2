//! Making a smaller one of a picture.

use super::profile;
use super::read::{Layout, Origin, Pixels};
use crate::domain::picture::{Size, Turn};
use fast_image_resize::images::{Image, ImageRef};
use fast_image_resize::{PixelType, Resizer};
use webp::{Encoder, PixelLayout};

/// What is lost of a photograph is not seen.
const PHOTOGRAPH: f32 = 80.0;
/// Lines and letters show sooner what is lost.
const DRAWING: f32 = 90.0;

/// The picture at a width, as a WebP that says nothing but what is seen: no place, no camera, no date.
///
/// # Errors
/// In the words of whoever could not do it.
pub(super) fn webp(pixels: &Pixels, width: u32) -> Result<Vec<u8>, String> {
    let turn = pixels.exif.turn;
    let seen = pixels.size.turned(turn).at_width(width);
    // Turned last: there are fewer pixels then.
    let (bytes, layout) =
        (turned(smaller(pixels, seen.turned(turn))?, pixels.layout, (seen, turn)), pixels.layout);
    let bytes = bytes.ok_or("it cannot be turned")?;
    let layout = match layout {
        Layout::Opaque => PixelLayout::Rgb,
        Layout::Transparent => PixelLayout::Rgba,
    };
    let quality = match pixels.origin {
        Origin::Photograph => PHOTOGRAPH,
        Origin::Drawing => DRAWING,
    };
    let encoder = Encoder::new(&bytes, layout, seen.width(), seen.height());
    let webp = encoder.encode_simple(false, quality).map_err(|error| format!("{error:?}"))?;
    match &pixels.profile {
        Some(profile) => {
            profile::within(&webp, profile, seen).ok_or_else(|| "its colours cannot be kept".to_owned())
        }
        None => Ok(webp.to_vec()),
    }
}

fn smaller(pixels: &Pixels, size: Size) -> Result<Vec<u8>, String> {
    let kind = match pixels.layout {
        Layout::Opaque => PixelType::U8x3,
        Layout::Transparent => PixelType::U8x4,
    };
    let whole = ImageRef::new(pixels.size.width(), pixels.size.height(), &pixels.bytes, kind);
    let whole = whole.map_err(|error| error.to_string())?;
    let mut small = Image::new(size.width(), size.height(), kind);
    Resizer::new().resize(&whole, &mut small, None).map_err(|error| error.to_string())?;
    Ok(small.into_vec())
}

/// The pixels of a picture of this size once it is turned; none if there are fewer than it has.
fn turned(pixels: Vec<u8>, layout: Layout, (seen, turn): (Size, Turn)) -> Option<Vec<u8>> {
    if turn.is_none() {
        return Some(pixels);
    }
    let row_length = usize::try_from(seen.turned(turn).width()).ok()?;
    let mut all = Vec::with_capacity(pixels.len());
    for row in 0..seen.height() {
        for column in 0..seen.width() {
            let (from_column, from_row) = turn.source(seen, (column, row));
            let pixel = usize::try_from(from_row).ok()? * row_length + usize::try_from(from_column).ok()?;
            all.extend(pixels.get(pixel * layout.bytes()..)?.get(..layout.bytes())?);
        }
    }
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pictures::exif::Exif;

    /// Left half red, right half blue.
    fn two_halves(turn: u16, layout: Layout, profile: Option<Vec<u8>>) -> Pixels {
        let size = Size::new(64, 32).unwrap();
        let pixel = |place: u32| if place % 64 < 32 { [250, 10, 10, 255] } else { [10, 10, 250, 0] };
        let bytes = (0..64 * 32).flat_map(|place| pixel(place).into_iter().take(layout.bytes())).collect();
        let exif = Exif { turn: Turn::of_exif(turn), has_place: true };
        Pixels { size, layout, bytes, exif, profile, origin: Origin::Drawing }
    }

    /// The size of a WebP and some of its pixels, as a browser would see them.
    fn seen(webp: &[u8], places: &[(u32, u32)]) -> ((u32, u32), Vec<[u8; 4]>) {
        let decoded = webp::Decoder::new(webp).decode().unwrap();
        let (width, bytes) = (decoded.width(), if decoded.is_alpha() { 4 } else { 3 });
        let pixel = |(column, row): &(u32, u32)| {
            let at = usize::try_from(row * width + column).unwrap() * bytes;
            [decoded[at], decoded[at + 1], decoded[at + 2], if bytes == 4 { decoded[at + 3] } else { 255 }]
        };
        ((width, decoded.height()), places.iter().map(pixel).collect())
    }

    fn is_red([red, _, blue, alpha]: [u8; 4]) -> bool {
        red > 200 && blue < 60 && alpha == 255
    }

    #[test]
    fn a_smaller_picture_is_turned_as_it_was_taken() {
        // Turned to the right, what was left is above.
        let webp = webp(&two_halves(6, Layout::Opaque, None), 16).unwrap();
        let (size, pixels) = seen(&webp, &[(8, 4), (8, 28)]);
        assert_eq!(size, (16, 32));
        assert!(is_red(pixels[0]) && !is_red(pixels[1]), "{pixels:?}");

        let webp = super::webp(&two_halves(3, Layout::Opaque, None), 32).unwrap();
        let (size, pixels) = seen(&webp, &[(4, 8), (28, 8)]);
        assert_eq!(size, (32, 16));
        assert!(!is_red(pixels[0]) && is_red(pixels[1]), "{pixels:?}");
    }

    #[test]
    fn what_is_transparent_stays_so() {
        let webp = webp(&two_halves(1, Layout::Transparent, None), 32).unwrap();
        let (size, pixels) = seen(&webp, &[(4, 8), (28, 8)]);
        assert_eq!(size, (32, 16));
        assert!(is_red(pixels[0]), "{pixels:?}");
        assert_eq!(pixels[1][3], 0, "{pixels:?}");
    }

    #[test]
    fn colours_keep_their_profile_and_stay_readable() {
        for layout in [Layout::Opaque, Layout::Transparent] {
            let webp = webp(&two_halves(1, layout, Some(b"a profile".to_vec())), 32).unwrap();
            assert!(webp.windows(9).any(|part| part == b"a profile"));
            assert!(is_red(seen(&webp, &[(4, 8)]).1[0]));
        }
    }
}
