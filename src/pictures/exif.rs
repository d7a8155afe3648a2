//! What EXIF says that matters here: how a picture is turned, and whether it tells where it was taken.

use crate::domain::picture::Turn;

const ORIENTATION: u16 = 0x0112;
const GPS: u16 = 0x8825;
/// Bytes of an entry, and where in it its value begins.
const ENTRY: (usize, usize) = (12, 8);

/// What matters of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Exif {
    pub(super) turn: Turn,
    /// Whether it tells where the picture was taken.
    pub(super) has_place: bool,
}

/// Which byte of a number comes first.
#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

impl Order {
    fn short(self, bytes: &[u8], at: usize) -> Option<u16> {
        let two = *bytes.get(at..)?.first_chunk::<2>()?;
        Some(match self {
            Self::Little => u16::from_le_bytes(two),
            Self::Big => u16::from_be_bytes(two),
        })
    }

    fn long(self, bytes: &[u8], at: usize) -> Option<usize> {
        let four = *bytes.get(at..)?.first_chunk::<4>()?;
        let number = match self {
            Self::Little => u32::from_le_bytes(four),
            Self::Big => u32::from_be_bytes(four),
        };
        usize::try_from(number).ok()
    }
}

/// Reads it from the header of TIFF on; what is no EXIF says nothing.
pub(super) fn read(bytes: &[u8]) -> Exif {
    let mut exif = Exif::default();
    for (tag, value) in entries(bytes).into_iter().flatten() {
        match tag {
            ORIENTATION => exif.turn = Turn::of_exif(value),
            GPS => exif.has_place = true,
            _ => {}
        }
    }
    exif
}

/// The entries of the first directory: tag, and value as a short number.
fn entries(bytes: &[u8]) -> Option<impl Iterator<Item = (u16, u16)>> {
    let order = match bytes.first_chunk::<4>()? {
        b"II*\0" => Order::Little,
        b"MM\0*" => Order::Big,
        _ => return None,
    };
    let directory = bytes.get(order.long(bytes, 4)?..)?;
    let count = usize::from(order.short(directory, 0)?);
    let (length, value_at) = ENTRY;
    let all = directory.get(2..)?.chunks_exact(length).take(count);
    Some(all.filter_map(move |entry| Some((order.short(entry, 0)?, order.short(entry, value_at)?))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// EXIF with two entries, by its order of bytes.
    fn exif(is_big: bool, tags: [(u16, u16); 2]) -> Vec<u8> {
        let short = |number: u16| if is_big { number.to_be_bytes() } else { number.to_le_bytes() };
        let mut bytes = if is_big { b"MM\0*\0\0\0\x08".to_vec() } else { b"II*\0\x08\0\0\0".to_vec() };
        bytes.extend(short(2));
        for (tag, value) in tags {
            bytes.extend(short(tag));
            bytes.extend(short(3));
            bytes.extend(if is_big { 1_u32.to_be_bytes() } else { 1_u32.to_le_bytes() });
            bytes.extend(short(value));
            bytes.extend([0, 0]);
        }
        bytes
    }

    #[test]
    fn the_turn_and_the_place_are_found_in_either_order_of_bytes() {
        for is_big in [false, true] {
            let turned = read(&exif(is_big, [(0x010F, 7), (ORIENTATION, 6)]));
            assert_eq!(turned, Exif { turn: Turn::of_exif(6), has_place: false });
            let placed = read(&exif(is_big, [(GPS, 99), (ORIENTATION, 1)]));
            assert_eq!(placed, Exif { turn: Turn::default(), has_place: true });
        }
    }

    #[test]
    fn what_is_cut_off_says_what_is_left_of_it() {
        let whole = exif(true, [(ORIENTATION, 8), (GPS, 1)]);
        for length in 0..whole.len() {
            let cut = read(&whole[..length]);
            assert!(cut == Exif::default() || cut.turn == Turn::of_exif(8), "{length}");
        }
        assert_eq!(read(b"II*\0\xff\xff\xff\xff"), Exif::default());
        assert_eq!(read(b"nothing of the kind"), Exif::default());
    }
}
