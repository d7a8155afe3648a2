//! Colour profiles: without the one of a telephone its pictures would be paler than they were taken.

use crate::domain::picture::Size;

/// Longer ones are those of printing machines, in bytes.
const BYTES_MAX: usize = 64 * 1024;
/// The flag in an extended WebP that it has one.
const HAS_PROFILE: u8 = 0x20;
/// An extended header: its length, its flags, what is kept free, and two sides of three bytes each.
const HEADER: (usize, usize) = (4, 10);

/// The profile if browsers need it: it is of red, green and blue, and not what they take a picture without one to be.
pub(super) fn needed(profile: Option<Vec<u8>>) -> Option<Vec<u8>> {
    let names = |profile: &[u8], name: &[u8]| profile.windows(name.len()).any(|part| part == name);
    profile.filter(|profile| {
        profile.len() <= BYTES_MAX
            && profile.get(16..20) == Some(b"RGB ".as_slice())
            && !names(profile, b"sRGB")
            && !names(profile, b"s\0R\0G\0B")
    })
}

/// A WebP with a profile in it; none if it is no WebP.
pub(super) fn within(webp: &[u8], profile: &[u8], size: Size) -> Option<Vec<u8>> {
    let chunks = webp.strip_prefix(b"RIFF")?.get(4..)?.strip_prefix(b"WEBP")?;
    let (length, whole) = (HEADER.0, HEADER.0 + HEADER.1);
    let (flags, chunks) = match chunks.strip_prefix(b"VP8X") {
        // It is there already, where something is transparent.
        Some(extended) => (*extended.get(length)?, extended.get(whole..)?),
        None => (0, chunks),
    };
    let [width, height] = [size.width(), size.height()].map(|side| (side - 1).to_le_bytes());
    let mut header = vec![flags | HAS_PROFILE, 0, 0, 0];
    header.extend(width.into_iter().take(3));
    header.extend(height.into_iter().take(3));
    let mut body = b"WEBP".to_vec();
    append(&mut body, *b"VP8X", &header)?;
    append(&mut body, *b"ICCP", profile)?;
    body.extend(chunks);
    let mut file = b"RIFF".to_vec();
    file.extend(u32::try_from(body.len()).ok()?.to_le_bytes());
    file.extend(body);
    Some(file)
}

/// Appends a chunk, which takes an even number of bytes.
fn append(body: &mut Vec<u8>, name: [u8; 4], content: &[u8]) -> Option<()> {
    body.extend(name);
    body.extend(u32::try_from(content.len()).ok()?.to_le_bytes());
    body.extend(content);
    if content.len() % 2 == 1 {
        body.push(0);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(space: &str, name: &[u8]) -> Vec<u8> {
        [[0; 16].as_slice(), space.as_bytes(), name].concat()
    }

    #[test]
    fn only_what_differs_from_what_browsers_assume_is_kept() {
        let own = profile("RGB ", b"Display P3");
        assert_eq!(needed(Some(own.clone())), Some(own));
        assert_eq!(needed(Some(profile("RGB ", b"sRGB IEC61966-2.1"))), None);
        assert_eq!(needed(Some(profile("RGB ", b"\0s\0R\0G\0B"))), None);
        assert_eq!(needed(Some(profile("CMYK", b"Coated"))), None);
        assert_eq!(needed(Some(profile("RGB ", &vec![1; BYTES_MAX]))), None);
        assert_eq!(needed(Some(b"short".to_vec())), None);
        assert_eq!(needed(None), None);
    }

    #[test]
    fn a_profile_stands_between_the_header_and_the_picture() {
        let size = Size::new(300, 2).unwrap();
        let simple = b"RIFF\x10\0\0\0WEBPVP8 \x04\0\0\0abcd";
        let with = within(simple, b"odd", size).unwrap();
        let expected: &[u8] =
            b"RIFF\x2e\0\0\0WEBPVP8X\x0a\0\0\0\x20\0\0\0\x2b\x01\0\x01\0\0ICCP\x03\0\0\0odd\0VP8 \x04\0\0\0abcd";
        assert_eq!(with, expected);

        let extended = b"RIFF\x22\0\0\0WEBPVP8X\x0a\0\0\0\x10\0\0\0\x2b\x01\0\x01\0\0ALPH\x04\0\0\0abcd";
        let with = within(extended, b"even", size).unwrap();
        let expected: &[u8] =
            b"RIFF\x2e\0\0\0WEBPVP8X\x0a\0\0\0\x30\0\0\0\x2b\x01\0\x01\0\0ICCP\x04\0\0\0evenALPH\x04\0\0\0abcd";
        assert_eq!(with, expected);
        assert_eq!(within(b"something else", b"odd", size), None);
    }
}
