//! Pictures of the content folder: which names they may have, and as what they are sent.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Longest name with its folders, in bytes.
const BYTES_MAX: usize = 300;
/// Where pictures are read.
const PLACE: &str = "/media/";
/// What stands in an address as it is.
const PLAIN: AsciiSet = NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'_').remove(b'.');

/// The name of a picture below the folder of pictures: no way leads out of it, and what it is sent as can run nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MediaPath {
    path: String,
    media_type: &'static str,
}

impl MediaPath {
    /// Reads a decoded name such as `2019/05/bread.jpg`; none for another kind of file, and for a way out of the folder.
    pub fn parse(path: &str) -> Option<Self> {
        let is_bad = |c: char| c.is_control() || matches!(c, '\\' | ':');
        let is_part = |part: &str| !part.is_empty() && !part.starts_with('.');
        if path.len() > BYTES_MAX || path.contains(is_bad) || !path.split('/').all(is_part) {
            return None;
        }
        let (_, extension) = path.rsplit_once('.')?;
        let media_type = match extension.to_ascii_lowercase().as_str() {
            "jpg" | "jpeg" => "image/jpeg",
            "png" => "image/png",
            "gif" => "image/gif",
            "webp" => "image/webp",
            "avif" => "image/avif",
            _ => return None,
        };
        Some(Self { path: path.to_owned(), media_type })
    }

    /// The same of a name as addresses write it.
    pub fn parse_encoded(path: &str) -> Option<Self> {
        Self::parse(&percent_decode_str(path).decode_utf8().ok()?)
    }

    /// The picture at an address of this site.
    pub fn of_address(address: &str) -> Option<Self> {
        Self::parse_encoded(address.strip_prefix(PLACE)?)
    }

    /// Its name below the folder.
    pub fn as_str(&self) -> &str {
        &self.path
    }

    /// As what it is sent.
    pub const fn media_type(&self) -> &'static str {
        self.media_type
    }

    /// Where it is read.
    pub fn address(&self) -> String {
        format!("{PLACE}{}", utf8_percent_encode(&self.path, &PLAIN))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_leads_out_of_the_folder_or_is_run() {
        for bad in [
            "../a.png",
            "a/../b.png",
            "/a.png",
            "a//b.png",
            ".hidden.png",
            "a/.b.png",
            "a\\b.png",
            "c:a.png",
            "",
            "a",
            "a.svg",
            "a.html",
            "a.png/",
            "a.js",
            "a\0.png",
        ] {
            assert_eq!(MediaPath::parse(bad), None, "{bad}");
        }
        assert_eq!(MediaPath::parse_encoded("a/%2e%2e/b.png"), None);
        assert_eq!(MediaPath::parse_encoded("%2Fetc%2Fa.png"), None);
    }

    #[test]
    fn an_address_of_this_site_is_that_of_a_picture() {
        let picture = MediaPath::of_address("/media/a%20b.png").unwrap();
        assert_eq!((picture.as_str(), picture.address().as_str()), ("a b.png", "/media/a%20b.png"));
        for other in
            ["https://a.example/media/a.png", "/static/a.png", "/media/../a.png", "/media/", "media/a.png"]
        {
            assert_eq!(MediaPath::of_address(other), None, "{other}");
        }
    }

    #[test]
    fn a_picture_has_an_address_and_a_kind() {
        let picture = MediaPath::parse_encoded("2019/05/caf%C3%A9%20(1).JPG").unwrap();
        assert_eq!(picture.as_str(), "2019/05/café (1).JPG");
        assert_eq!(picture.media_type(), "image/jpeg");
        assert_eq!(picture.address(), "/media/2019/05/caf%C3%A9%20%281%29.JPG");
    }
}
