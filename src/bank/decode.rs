//! Bytes of a file as UTF-8, piece by piece, each line ended by one byte: whoever counts lines counts those. What is not
//! written as it says is refused: a name with wrong letters would not be found again.

use super::Fault;
use crate::domain::bank_mapping::Charset;
use crate::xml::shortened;
use encoding_rs::{Decoder, DecoderResult, Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::io::{self, BufRead, Read};

/// Bytes that are decoded at a time.
const PIECE_BYTES: usize = 8 * 1024;
/// An XML declaration stands in so many bytes.
const DECLARATION_BYTES: usize = 200;

/// UTF-8 of what is written otherwise.
pub struct Utf8<R> {
    inner: R,
    decoder: Decoder,
    name: &'static str,
    piece: Vec<u8>,
    at: usize,
    ended: bool,
    /// The last byte was a carriage return, which is dropped if a line feed follows.
    returned: bool,
}

impl<R: BufRead> Utf8<R> {
    fn new(inner: R, encoding: &'static Encoding) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        Self {
            inner,
            decoder,
            name: encoding.name(),
            piece: Vec::new(),
            at: 0,
            ended: false,
            returned: false,
        }
    }

    /// Decodes the next piece.
    fn refill(&mut self) -> io::Result<()> {
        let input = self.inner.fill_buf()?;
        let last = input.is_empty();
        self.piece.resize(PIECE_BYTES, 0);
        let (result, read, written) =
            self.decoder.decode_to_utf8_without_replacement(input, &mut self.piece, last);
        self.inner.consume(read);
        self.piece.truncate(written);
        self.at = 0;
        match result {
            DecoderResult::Malformed(_, _) => {
                let message = format!("there are letters that are not written as {}", self.name);
                Err(io::Error::new(io::ErrorKind::InvalidData, message))
            }
            DecoderResult::InputEmpty => {
                self.ended = last;
                self.end_lines();
                Ok(())
            }
            DecoderResult::OutputFull => {
                self.end_lines();
                Ok(())
            }
        }
    }

    /// Leaves one byte of the two by which some end a line.
    fn end_lines(&mut self) {
        let mut piece = Vec::with_capacity(self.piece.len().saturating_add(2));
        for byte in self.piece.drain(..) {
            if self.returned && byte != b'\n' {
                piece.push(b'\r');
            }
            self.returned = byte == b'\r';
            if !self.returned {
                piece.push(byte);
            }
        }
        if self.ended && self.returned {
            piece.push(b'\r');
        }
        self.piece = piece;
    }
}

impl<R: BufRead> Read for Utf8<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.piece.len() {
            if self.ended {
                return Ok(0);
            }
            self.refill()?;
        }
        let left = self.piece.get(self.at..).unwrap_or_default();
        let count = left.len().min(out.len());
        let (to, from) = (out.get_mut(..count), left.get(..count));
        if let (Some(to), Some(from)) = (to, from) {
            to.copy_from_slice(from);
        }
        self.at = self.at.saturating_add(count);
        Ok(count)
    }
}

/// A CSV, in the letters that its mapping names.
pub fn of_charset<R: BufRead>(file: R, charset: Charset) -> Utf8<R> {
    let encoding = match charset {
        Charset::Utf8 => UTF_8,
        Charset::Windows1252 => WINDOWS_1252,
    };
    Utf8::new(file, encoding)
}

/// XML, in the letters that its first bytes or its declaration name.
pub(super) fn of_xml<R: BufRead>(mut file: R) -> Result<Utf8<R>, Fault> {
    let beginning = file.fill_buf().map_err(|error| Fault::new(1, error))?;
    let encoding = encoding_of(beginning.get(..beginning.len().min(DECLARATION_BYTES)).unwrap_or_default())?;
    Ok(Utf8::new(file, encoding))
}

fn encoding_of(beginning: &[u8]) -> Result<&'static Encoding, Fault> {
    if let Some((encoding, _mark_bytes)) = Encoding::for_bom(beginning) {
        return Ok(encoding);
    }
    match beginning {
        [b'<', 0, ..] => return Ok(UTF_16LE),
        [0, b'<', ..] => return Ok(UTF_16BE),
        _ => {}
    }
    let text = String::from_utf8_lossy(beginning);
    let declaration = text.split("?>").next().unwrap_or_default();
    let named =
        declaration.split_once("encoding=").map(|(_, rest)| rest).filter(|_| text.starts_with("<?xml"));
    let Some(rest) = named else { return Ok(UTF_8) };
    let label = rest.trim_start_matches(['"', '\'']).split(['"', '\'']).next().unwrap_or_default();
    let encoding = Encoding::for_label(label.as_bytes())
        .ok_or_else(|| Fault::new(1, format!("the encoding “{}” is not known", shortened(label))))?;
    // Whoever wrote that it is UTF-16 in single bytes wrote something else.
    Ok(if [UTF_16LE, UTF_16BE].contains(&encoding) { UTF_8 } else { encoding })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8]) -> Result<String, String> {
        let mut text = String::new();
        // Small buffers: letters fall between two of them.
        let file = io::BufReader::with_capacity(64, io::Cursor::new(bytes.to_vec()));
        let mut utf8 = of_xml(file).map_err(|fault| fault.to_string())?;
        utf8.read_to_string(&mut text).map_err(|error| error.to_string())?;
        Ok(text)
    }

    #[test]
    fn a_line_is_ended_by_one_byte_wherever_two_pieces_meet() {
        let lines = "ab\r\n".repeat(PIECE_BYTES);
        let file = io::BufReader::with_capacity(7, io::Cursor::new(format!("\r{lines}\r\rc\r").into_bytes()));
        let mut text = String::new();
        of_charset(file, Charset::Utf8).read_to_string(&mut text).unwrap();
        assert_eq!(text, format!("\r{}\r\rc\r", "ab\n".repeat(PIECE_BYTES)));
    }

    #[test]
    fn xml_is_read_in_the_letters_that_it_names() {
        let latin = |label: &str| {
            [format!("<?xml version='1.0' encoding='{label}'?>").as_bytes(), b"<a>Zo\xeb</a>"].concat()
        };
        for label in ["ISO-8859-1", "windows-1252", "iso-8859-15"] {
            assert!(decoded(&latin(label)).unwrap().ends_with("<a>Zoë</a>"), "{label}");
        }
        let utf16: Vec<u8> = "\u{feff}<a>Zoë 🎁</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(decoded(&utf16).unwrap(), "<a>Zoë 🎁</a>");
        assert_eq!(decoded(utf16.get(2..).unwrap()).unwrap(), "<a>Zoë 🎁</a>");
        let long = format!("<a>{}</a>", "ë🎁".repeat(10_000));
        assert_eq!(decoded(long.as_bytes()).unwrap(), long);
        assert!(decoded(&latin("utf-8")).unwrap_err().contains("not written as UTF-8"));
        assert!(decoded(&latin("klingon")).unwrap_err().contains("klingon"));
    }
}
