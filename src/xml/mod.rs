//! Owns: XML that others wrote, as a stream: statements of banks, exports of WordPress. Lines are counted, nothing that a file
//! makes up is looked up, and document types are not taken. The only place that names quick-xml.
//! May import: nothing. Must not: know what a file is about.

use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;
use std::io::BufRead;

/// What stands in a file, one after the other. An empty element opens and closes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// An element begins; its name and those of its attributes are as they are written, with their prefixes.
    Open { name: String, attributes: Vec<(String, String)> },
    /// The innermost element ends.
    Close,
    /// A part of the text of the innermost element.
    Letters(String),
    /// The file is over.
    End,
}

/// A mistake in the form of a file, and its line, from 1. Nothing can be read behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Malformed {
    pub(crate) line: u64,
    pub(crate) what: String,
}

/// Reads a file piece by piece; one of them is in memory at a time.
pub(crate) struct Pieces<R> {
    reader: Reader<R>,
    buffer: Vec<u8>,
    line: u64,
}

impl<R: BufRead> Pieces<R> {
    pub(crate) fn of(text: R) -> Self {
        let mut reader = Reader::from_reader(text);
        reader.config_mut().expand_empty_elements = true;
        Self { reader, buffer: Vec::new(), line: 1 }
    }

    /// The line that was read last, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// What is read from.
    pub(crate) fn source(&mut self) -> &mut R {
        self.reader.get_mut()
    }

    pub(crate) fn read(&mut self) -> Result<Piece, Malformed> {
        loop {
            self.buffer.clear();
            let read = match self.reader.read_event_into(&mut self.buffer) {
                Ok(event) => piece(&event, &mut self.line),
                Err(error) => Err(not_well_formed(error)),
            };
            match read {
                Ok(Some(piece)) => return Ok(piece),
                Ok(None) => {}
                Err(what) => return Err(Malformed { line: self.line, what }),
            }
        }
    }
}

/// None for what says nothing.
fn piece(event: &Event<'_>, line: &mut u64) -> Result<Option<Piece>, String> {
    let mut lines = |text: &str| {
        let count = text.bytes().filter(|byte| *byte == b'\n').count();
        *line = line.saturating_add(u64::try_from(count).unwrap_or_default());
    };
    Ok(match event {
        Event::Start(start) | Event::Empty(start) => {
            lines(start);
            Some(opened(start)?)
        }
        Event::End(end) => {
            lines(end);
            Some(Piece::Close)
        }
        Event::Text(text) => {
            lines(text);
            Some(Piece::Letters(text.xml10_content().into_owned()))
        }
        Event::CData(text) => {
            lines(text);
            Some(Piece::Letters(text.xml10_content().into_owned()))
        }
        Event::GeneralRef(name) => Some(Piece::Letters(referred(name)?)),
        Event::DocType(_) => return Err("the file declares a document type, and is not taken".to_owned()),
        Event::Comment(text) => {
            lines(text);
            None
        }
        Event::PI(text) => {
            lines(text);
            None
        }
        Event::Decl(_) => None,
        Event::Eof => Some(Piece::End),
    })
}

fn opened(start: &BytesStart<'_>) -> Result<Piece, String> {
    let name: &str = start.name().into_inner();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(not_well_formed)?;
        let key: &str = attribute.key.as_ref();
        attributes.push((key.to_owned(), attribute.value.to_string()));
    }
    Ok(Piece::Open { name: name.to_owned(), attributes })
}

/// The five names that XML knows, and letters by their numbers. Names that a file makes up are not looked up.
fn referred(name: &BytesRef<'_>) -> Result<String, String> {
    if let Some(letter) = name.resolve_char_ref().map_err(not_well_formed)? {
        return Ok(letter.to_string());
    }
    let known: &str = name;
    let letter = match known {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        other => return Err(format!("“&{};” is a name that XML does not know", shortened(other))),
    };
    Ok(letter.to_owned())
}

fn not_well_formed(error: impl std::fmt::Display) -> String {
    format!("this is no well-formed XML: {error}")
}

/// The beginning of what a file says, for a message.
pub(crate) fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(40).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Vec<Piece>, Malformed> {
        let mut pieces = Pieces::of(text.as_bytes());
        let mut all = Vec::new();
        loop {
            let piece = pieces.read()?;
            if piece == Piece::End {
                return Ok(all);
            }
            all.push(piece);
        }
    }

    #[test]
    fn pieces_come_in_their_order_with_attributes_and_letters_of_every_kind() {
        let text = "<?xml version='1.0'?>\n<a x:y='1 &lt; 2'><!-- no -->R&amp;D<![CDATA[ <b> ]]><c/></a>";
        let open = |name: &str, attributes: &[(&str, &str)]| Piece::Open {
            name: name.to_owned(),
            attributes: attributes
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect(),
        };
        let letters = |text: &str| Piece::Letters(text.to_owned());
        let expected = [
            letters("\n"),
            open("a", &[("x:y", "1 &lt; 2")]),
            letters("R"),
            letters("&"),
            letters("D"),
            letters(" <b> "),
            open("c", &[]),
            Piece::Close,
            Piece::Close,
        ];
        assert_eq!(read(text).unwrap(), expected);
    }

    #[test]
    fn a_mistake_is_told_with_its_line() {
        for (text, line, what) in [
            ("<a>\n<b>\n</a>", 3, "no well-formed XML"),
            ("<a>\n&made-up;</a>", 2, "“&made-up;” is a name that XML does not know"),
            ("\n\n<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", 3, "declares a document type"),
            ("<a x='1' x='2'/>", 1, "no well-formed XML"),
        ] {
            let fault = read(text).unwrap_err();
            assert_eq!(fault.line, line, "{text}: {fault:?}");
            assert!(fault.what.contains(what), "{text}: {fault:?}");
        }
    }
}
