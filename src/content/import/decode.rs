//! Bytes to text with plain line ends.

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::ImportError;

/// A file as text: no byte order mark, `\n` line ends, no control characters.
pub(super) struct Decoded {
    pub(super) text: String,
    /// Said when the encoding had to be guessed.
    pub(super) note: Option<String>,
}

/// Decodes UTF-8 and UTF-16; text in neither is read as Windows-1252 (which includes Latin-1), or as the encoding
/// that an HTML page names, and a note asks to check the accents.
pub(super) fn decode(bytes: &[u8], file_name: &str) -> Result<Decoded, ImportError> {
    let not_text = |kind| ImportError::NotText { file: file_name.to_owned(), kind };
    if let Some(kind) = foreign_kind(bytes) {
        return Err(not_text(kind));
    }
    let (text, note) = if let Some((encoding, _mark_bytes)) = Encoding::for_bom(bytes) {
        let (text, malformed) = encoding.decode_with_bom_removal(bytes);
        let note = malformed.then(|| {
            format!("some characters of {file_name} were not valid {} and show as \u{fffd}", encoding.name())
        });
        (text.into_owned(), note)
    } else if let Some(encoding) = utf16_without_mark(bytes) {
        (encoding.decode_without_bom_handling(bytes).0.into_owned(), None)
    } else if bytes.contains(&0) {
        return Err(not_text("a binary file"));
    } else if let Ok(text) = std::str::from_utf8(bytes) {
        (text.to_owned(), None)
    } else {
        let encoding = encoding_named_in_html(bytes).unwrap_or(WINDOWS_1252);
        let (text, _malformed) = encoding.decode_without_bom_handling(bytes);
        let note = format!(
            "{file_name} is not UTF-8 and was read as {}; check accents and quotation marks",
            encoding.name()
        );
        (text.into_owned(), Some(note))
    };
    Ok(Decoded { text: plain_line_ends(&text), note })
}

/// Recognises what people try to import by mistake, by the first bytes.
fn foreign_kind(bytes: &[u8]) -> Option<&'static str> {
    let signatures: [(&[u8], &'static str); 7] = [
        (b"%PDF", "a PDF"),
        (b"PK\x03\x04", "a word processor's file or an archive"),
        (b"{\\rtf", "an RTF file"),
        (b"\xd0\xcf\x11\xe0", "an old word processor's file"),
        (b"\x89PNG", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
        (b"GIF8", "a picture"),
    ];
    signatures.iter().find(|(signature, _kind)| bytes.starts_with(signature)).map(|(_signature, kind)| *kind)
}

/// In UTF-16 text of European languages every other byte is zero.
fn utf16_without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let sample = bytes.get(..bytes.len().min(1024)).unwrap_or_default();
    if sample.len() < 8 || !bytes.len().is_multiple_of(2) {
        return None;
    }
    let zeros = |start| sample.iter().skip(start).step_by(2).filter(|byte| **byte == 0).count();
    let pairs = sample.len() / 2;
    match (zeros(0), zeros(1)) {
        (0, odd) if odd * 3 > pairs * 2 => Some(UTF_16LE),
        (even, 0) if even * 3 > pairs * 2 => Some(UTF_16BE),
        _ => None,
    }
}

fn encoding_named_in_html(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(bytes.get(..bytes.len().min(2048)).unwrap_or_default()).to_lowercase();
    let (_before, after) = head.split_once("charset=")?;
    let label: String = after
        .trim_start_matches(['"', '\''])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    Encoding::for_label(label.as_bytes()).filter(|encoding| *encoding != UTF_8)
}

fn plain_line_ends(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace(['\r', '\u{85}', '\u{2028}', '\u{b}'], "\n");
    let text = text.replace(['\u{2029}', '\u{c}'], "\n\n");
    text.chars().filter(|c| matches!(c, '\n' | '\t') || !(c.is_control() || *c == '\u{feff}')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> String {
        decode(bytes, "a.txt").unwrap().text
    }

    #[test]
    fn line_ends_become_plain() {
        assert_eq!(text("\u{feff}a\r\nb\rc\u{2029}d\u{0}".trim_end_matches('\0').as_bytes()), "a\nb\nc\n\nd");
    }

    #[test]
    fn utf16_is_read_with_and_without_mark() {
        let little: Vec<u8> = "Straße und Bahn".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "Straße und Bahn".encode_utf16().flat_map(u16::to_be_bytes).collect();

        assert_eq!(text(&little), "Straße und Bahn");
        assert_eq!(text(&big), "Straße und Bahn");
        assert_eq!(text(&[&b"\xff\xfe"[..], &little].concat()), "Straße und Bahn");
        assert_eq!(text(&[&b"\xfe\xff"[..], &big].concat()), "Straße und Bahn");
    }

    #[test]
    fn latin_1_is_read_and_said() {
        let decoded = decode(b"caf\xe9 \x93so\x94", "a.txt").unwrap();

        assert_eq!(decoded.text, "café “so”");
        assert!(decoded.note.unwrap().contains("windows-1252"));

        let named = decode(b"<meta charset=\"windows-1251\">\xcf\xf0", "a.html").unwrap();
        assert!(named.text.ends_with("Пр"));
    }

    #[test]
    fn binary_files_are_refused() {
        for bytes in [&b"PK\x03\x04..."[..], b"ab\0\0\0\0cd\0", b"{\\rtf1 x}"] {
            assert!(matches!(decode(bytes, "a.txt"), Err(ImportError::NotText { .. })));
        }
    }
}
