//! Sets text: cleans it, orders scripts, picks fonts, shapes, and breaks it into lines of glyphs.
#![expect(clippy::float_arithmetic, reason = "page geometry, never money")]

use std::ops::Range;
use std::rc::Rc;
use std::sync::LazyLock;

use krilla::text::{Font, GlyphId, KrillaGlyph};
use rustybuzz::{BufferFlags, Direction, Face, Language, UnicodeBuffer};
use unicode_bidi::ParagraphBidiInfo;

pub(super) struct Typeface {
    pub(super) font: Font,
    pub(super) face: Face<'static>,
}

/// The face for most text and the face for Arabic script, in one weight.
pub(super) struct Family {
    pub(super) latin: Typeface,
    pub(super) arabic: Typeface,
}

pub(super) struct Fonts {
    pub(super) regular: Family,
    pub(super) bold: Family,
}

/// Parsed once: reading the tables of a font takes longer than drawing a receipt.
pub(super) static FONTS: LazyLock<Option<Fonts>> = LazyLock::new(|| {
    let typeface = |bytes: &'static [u8]| {
        Some(Typeface { font: Font::new(bytes.into(), 0)?, face: Face::from_slice(bytes, 0)? })
    };
    Some(Fonts {
        regular: Family {
            latin: typeface(include_bytes!("fonts/NotoSerif-Regular.ttf"))?,
            arabic: typeface(include_bytes!("fonts/NotoNaskhArabic-Regular.ttf"))?,
        },
        bold: Family {
            latin: typeface(include_bytes!("fonts/NotoSerif-Bold.ttf"))?,
            arabic: typeface(include_bytes!("fonts/NotoNaskhArabic-Bold.ttf"))?,
        },
    })
});

/// Glyphs of one font, left to right; ranges point into the whole paragraph's text.
pub(super) struct Run {
    pub(super) typeface: &'static Typeface,
    pub(super) glyphs: Vec<KrillaGlyph>,
}

/// One line, ready to draw; the width is in ems and leaves out a closing space.
pub(super) struct Line {
    pub(super) text: Rc<str>,
    pub(super) runs: Vec<Run>,
    pub(super) width: f32,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cover {
    Latin,
    Arabic,
    Missing,
}

/// Sets text in a family, from right to left at base if the page is mirrored, within a width in ems: cleans, orders by script direction, shapes, breaks into lines.
pub(super) fn typeset(
    text: &str,
    (family, mirrored): (&'static Family, bool),
    language: Option<&Language>,
    width: f32,
) -> Vec<Line> {
    let mut lines = Vec::new();
    for paragraph in clean(text).split('\n').map(str::trim).filter(|paragraph| !paragraph.is_empty()) {
        let base = mirrored.then(unicode_bidi::Level::rtl);
        let bidi = ParagraphBidiInfo::new(paragraph, base);
        let mut runs = Vec::new();
        for (range, is_rtl) in level_runs(&bidi, 0..paragraph.len()) {
            for (range, cover) in cover_runs(paragraph, range, family) {
                runs.push(shape(paragraph, range, (cover, is_rtl), (family, language)));
            }
        }
        let text: Rc<str> = paragraph.into();
        for range in break_lines(paragraph, &clusters(&runs), width) {
            lines.push(line(&text, &bidi, range, &runs));
        }
    }
    lines
}

/// Drops what would be drawn wrongly or could disguise text, and puts U+FFFD for what no reader may be given.
///
/// Marks that turn the direction can make "payee" and "amount" swap places; stacks of accents can cover other
/// lines, so at most four stay on a letter.
pub(super) fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut marks = 0;
    for c in text.replace("\r\n", "\n").chars() {
        let is_mark = matches!(c, '\u{300}'..='\u{36F}' | '\u{483}'..='\u{489}' | '\u{64B}'..='\u{65F}'
            | '\u{670}' | '\u{6D6}'..='\u{6ED}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
            | '\u{20D0}'..='\u{20FF}' | '\u{2DE0}'..='\u{2DFF}' | '\u{FE20}'..='\u{FE2F}');
        marks = if is_mark { marks + 1 } else { 0 };
        match c {
            '\n' | '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => cleaned.push('\n'),
            '\u{AD}'
            | '\u{34F}'
            | '\u{61C}'
            | '\u{180B}'..='\u{180F}'
            | '\u{200B}'
            | '\u{200E}'
            | '\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFF9}'..='\u{FFFC}'
            | '\u{1D173}'..='\u{1D17A}'
            | '\u{E0000}'..='\u{E0FFF}' => {}
            '\u{A0}' | '\u{202F}' => cleaned.push('\u{A0}'),
            _ if c.is_whitespace() => {
                if !cleaned.ends_with(' ') {
                    cleaned.push(' ');
                }
            }
            _ if c.is_control() || marks > 4 => {}
            '\u{E000}'..='\u{F8FF}' | '\u{FDD0}'..='\u{FDEF}' | '\u{F0000}'.. => cleaned.push('\u{FFFD}'),
            _ if u32::from(c) & 0xFFFE == 0xFFFE => cleaned.push('\u{FFFD}'),
            _ => cleaned.push(c),
        }
    }
    cleaned
}

/// Whether a text runs from right to left, by its first letter that runs anywhere.
pub(super) fn is_from_right(text: &str) -> bool {
    ParagraphBidiInfo::new(text, None).paragraph_level.is_rtl()
}

/// Stretches of one direction in the order of the page, each with whether it runs right to left.
fn level_runs(bidi: &ParagraphBidiInfo<'_>, range: Range<usize>) -> Vec<(Range<usize>, bool)> {
    let (levels, runs) = bidi.visual_runs(range);
    let is_rtl = |run: &Range<usize>| levels.get(run.start).is_some_and(unicode_bidi::Level::is_rtl);
    runs.into_iter().map(|run| (run.clone(), is_rtl(&run))).collect()
}

/// Stretches that one font can draw. Joiners stay with the letters they join.
fn cover_runs(text: &str, range: Range<usize>, family: &Family) -> Vec<(Range<usize>, Cover)> {
    let mut runs: Vec<(Range<usize>, Cover)> = Vec::new();
    for (offset, c) in text.get(range.clone()).unwrap_or_default().char_indices() {
        let start = range.start + offset;
        let end = start + c.len_utf8();
        let cover = match runs.last() {
            Some((_, cover)) if is_joiner(c) => *cover,
            _ if family.latin.face.glyph_index(c).is_some() => Cover::Latin,
            _ if family.arabic.face.glyph_index(c).is_some() => Cover::Arabic,
            _ => Cover::Missing,
        };
        match runs.last_mut() {
            Some((run, last)) if *last == cover => run.end = end,
            _ => runs.push((start..end, cover)),
        }
    }
    runs
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200C}' | '\u{200D}')
}

/// Turns one stretch into glyphs. A character that no font has becomes the visible U+FFFD, but keeps its own text,
/// so that a name in Chinese can still be copied and read aloud.
fn shape(
    text: &str,
    range: Range<usize>,
    (cover, is_rtl): (Cover, bool),
    (family, language): (&'static Family, Option<&Language>),
) -> Run {
    let piece = text.get(range.clone()).unwrap_or_default();
    let typeface = if cover == Cover::Arabic { &family.arabic } else { &family.latin };
    let em = typeface.font.units_per_em();
    if cover == Cover::Missing {
        let glyph = typeface.face.glyph_index(char::REPLACEMENT_CHARACTER).unwrap_or_default();
        let advance = f32::from(typeface.face.glyph_hor_advance(glyph).unwrap_or_default()) / em;
        let glyphs = piece.char_indices().filter(|(_, c)| !is_joiner(*c)).map(|(offset, c)| {
            let start = range.start + offset;
            let id = GlyphId::new(glyph.0.into());
            KrillaGlyph::new(id, advance, 0.0, 0.0, 0.0, start..start + c.len_utf8(), None)
        });
        let mut glyphs: Vec<_> = glyphs.collect();
        if is_rtl {
            glyphs.reverse();
        }
        return Run { typeface, glyphs };
    }

    let mut buffer = UnicodeBuffer::new();
    buffer.push_str(piece);
    buffer.guess_segment_properties();
    buffer.set_direction(if is_rtl { Direction::RightToLeft } else { Direction::LeftToRight });
    buffer.set_flags(BufferFlags::REMOVE_DEFAULT_IGNORABLES);
    if let Some(language) = language {
        buffer.set_language(language.clone());
    }
    let shaped = rustybuzz::shape(&typeface.face, &[], buffer);

    let mut starts: Vec<u32> = shaped.glyph_infos().iter().map(|info| info.cluster).collect();
    starts.sort_unstable();
    starts.dedup();
    let offset_of = |cluster: u32| range.start + usize::try_from(cluster).unwrap_or_default();
    let ems = |units: i32| f32::from(i16::try_from(units).unwrap_or_default()) / em;
    let glyphs = shaped.glyph_infos().iter().zip(shaped.glyph_positions()).map(|(info, at)| {
        let next = starts.get(starts.partition_point(|start| *start <= info.cluster));
        let span = offset_of(info.cluster)..next.map_or(range.end, |next| offset_of(*next));
        let id = GlyphId::new(info.glyph_id);
        KrillaGlyph::new(id, ems(at.x_advance), ems(at.x_offset), ems(at.y_offset), 0.0, span, None)
    });
    Run { typeface, glyphs: glyphs.collect() }
}

/// The smallest pieces that may not be torn (a letter with its marks, a ligature): start and width in ems.
fn clusters(runs: &[Run]) -> Vec<(usize, f32)> {
    let glyphs = runs.iter().flat_map(|run| &run.glyphs);
    let mut clusters: Vec<_> = glyphs.map(|glyph| (glyph.text_range.start, glyph.x_advance)).collect();
    clusters.sort_by_key(|(start, _)| *start);
    clusters.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        if is_same {
            kept.1 += next.1;
        }
        is_same
    });
    clusters
}

/// Fills lines word by word; a word longer than a line is torn between clusters rather than cut off.
fn break_lines(text: &str, clusters: &[(usize, f32)], limit: f32) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let (mut line_start, mut line_width) = (0, 0.0);
    let (mut word_end, mut width_at_word_end) = (0, 0.0);
    for (index, (start, width)) in clusters.iter().enumerate() {
        let end = clusters.get(index + 1).map_or(text.len(), |(next, _)| *next);
        let is_space = text.get(*start..end).is_some_and(|piece| piece.starts_with(' '));
        while !is_space && line_width + width > limit && *start > line_start {
            let (cut, cut_width) =
                if word_end > line_start { (word_end, width_at_word_end) } else { (*start, line_width) };
            lines.push(line_start..cut);
            line_start = cut;
            line_width -= cut_width;
        }
        line_width += width;
        if is_space || is_break_between(text, end) {
            (word_end, width_at_word_end) = (end, line_width);
        }
    }
    lines.push(line_start..text.len());
    lines
}

/// After a hyphen, dash or slash inside a word of letters. Never in dates, numbers or references.
fn is_break_between(text: &str, at: usize) -> bool {
    let (before, after) = text.split_at_checked(at).unwrap_or_default();
    let mut before = before.chars().rev();
    before.next().is_some_and(|c| matches!(c, '-' | '–' | '—' | '/'))
        && before.next().is_some_and(char::is_alphabetic)
        && after.chars().next().is_some_and(char::is_alphabetic)
}

/// Collects the glyphs of one line, in the order of the page.
fn line(text: &Rc<str>, bidi: &ParagraphBidiInfo<'_>, range: Range<usize>, shaped: &[Run]) -> Line {
    let trimmed = text.get(range.clone()).unwrap_or_default().trim_end_matches(' ');
    let ink_end = range.start + trimmed.len();
    // The closing space stays in left-to-right text, unseen, so that readers do not glue words of two lines.
    let range = if bidi.has_rtl() { range.start..ink_end } else { range };
    let mut runs = Vec::new();
    let mut width = 0.0;
    for (part, is_rtl) in level_runs(bidi, range) {
        let mut parts = Vec::new();
        for run in shaped {
            let glyphs = run.glyphs.iter().filter(|glyph| part.contains(&glyph.text_range.start)).cloned();
            let glyphs: Vec<_> = glyphs.collect();
            let ink = glyphs.iter().filter(|glyph| glyph.text_range.start < ink_end);
            width += ink.map(|glyph| glyph.x_advance).sum::<f32>();
            if let Some(first) = glyphs.first() {
                parts.push((first.text_range.start, Run { typeface: run.typeface, glyphs }));
            }
        }
        parts.sort_by_key(|(start, _)| *start);
        if is_rtl {
            parts.reverse();
        }
        runs.extend(parts.into_iter().map(|(_, run)| run));
    }
    Line { text: Rc::clone(text), runs, width }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_no_font_has_is_shown_and_keeps_its_text() {
        let family = &FONTS.as_ref().unwrap().regular;

        let lines = typeset("山 محمد", (family, false), None, 100.0);

        let shown = family.latin.face.glyph_index(char::REPLACEMENT_CHARACTER).unwrap();
        let first = &lines[0].runs[0].glyphs[0];
        assert_eq!((first.glyph_id.to_u32(), first.text_range.clone()), (u32::from(shown.0), 0..3));
        let arabic = &lines[0].runs[2];
        assert!(std::ptr::eq(arabic.typeface, &raw const family.arabic));
        assert!(arabic.glyphs[0].text_range.start > arabic.glyphs[3].text_range.start);
    }

    #[test]
    fn marks_that_disguise_text_are_dropped() {
        let hostile = "a\u{202E}b\u{2066}c\u{200F}d\u{0}e\u{1B}[31mf\u{FEFF}g\u{AD}h";

        assert_eq!(clean(hostile), "abcde[31mfgh");
        assert_eq!(clean(&format!("o{}!", "\u{301}".repeat(9))).chars().count(), 6);
    }

    #[test]
    fn references_and_dates_are_not_torn_at_hyphens() {
        let torn = |text: &str| -> Vec<bool> {
            text.char_indices().map(|(at, c)| is_break_between(text, at + c.len_utf8())).collect()
        };

        assert!(!torn("2026-000017").contains(&true));
        assert_eq!(torn("non-profit").iter().filter(|is_break| **is_break).count(), 1);
    }
}
