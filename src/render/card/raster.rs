//! Fills outlines on a picture of few colours, with edges that are as smooth as eight lines to a row of pixels make them.
//!
//! Places are whole numbers of a 64th of a pixel, from the top left corner. What is inside is said by the windings around
//! a place (non-zero), so that letters that overlap, as joined Arabic does, are filled once.
#![expect(clippy::float_arithmetic, reason = "geometry of a picture, never money")]

use rustybuzz::ttf_parser::OutlineBuilder;

/// Places in a pixel, along each side.
const PLACES: i32 = 64;
/// Lines on which a row of pixels is looked at.
const LINES: i32 = 8;
/// What a pixel that is wholly inside has counted.
const WHOLE: u32 = 512;
/// Straight pieces for one curve: at the size of a headline nobody sees more.
const PIECES: u8 = 8;

/// Steps from the paper to a full tint.
pub(super) const STEPS: u8 = 85;

/// What is drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tint {
    Ink,
    Accent,
    Soft,
}

impl Tint {
    /// In the order of the palette, in which each has all its steps.
    pub(super) const ALL: [Self; 3] = [Self::Ink, Self::Accent, Self::Soft];

    /// Where its steps begin in the palette.
    fn base(self) -> u8 {
        match self {
            Self::Ink => 0,
            Self::Accent => STEPS,
            Self::Soft => 2 * STEPS,
        }
    }
}

/// A straight piece of an outline, from the upper end to the lower one.
#[derive(Debug, Clone, Copy)]
struct Edge {
    upper: (i32, i32),
    lower: (i32, i32),
    /// 1 if the outline goes down here, -1 if it goes up.
    winding: i32,
}

impl Edge {
    /// Where it crosses a line, if it does.
    fn crosses(&self, line: i32) -> Option<i32> {
        if !(self.upper.1..self.lower.1).contains(&line) {
            return None;
        }
        let (run, rise) = (i64::from(self.lower.0 - self.upper.0), i64::from(self.lower.1 - self.upper.1));
        let along = run * i64::from(line - self.upper.1) / rise;
        i32::try_from(i64::from(self.upper.0) + along).ok()
    }
}

/// What is to be filled.
#[derive(Debug, Clone, Default)]
pub(super) struct Outline(Vec<Edge>);

impl Outline {
    /// A piece between two places in pixels. Level ones bound nothing.
    fn line(&mut self, from: (f32, f32), to: (f32, f32)) {
        let (from, to) = (place(from), place(to));
        if from.1 < to.1 {
            self.0.push(Edge { upper: from, lower: to, winding: 1 });
        } else if to.1 < from.1 {
            self.0.push(Edge { upper: to, lower: from, winding: -1 });
        }
    }

    /// A rectangle, in pixels.
    pub(super) fn rectangle(&mut self, (x, y): (f32, f32), (width, height): (f32, f32)) {
        self.line((x, y), (x, y + height));
        self.line((x + width, y + height), (x + width, y));
    }

    /// The stretches of a line that are inside.
    fn inside(&self, line: i32) -> Vec<(i32, i32)> {
        let met = self.0.iter().filter_map(|edge| Some((edge.crosses(line)?, edge.winding)));
        let mut met: Vec<(i32, i32)> = met.collect();
        met.sort_unstable();
        let mut stretches = Vec::new();
        let (mut windings, mut begun) = (0, 0);
        for (at, winding) in met {
            if windings == 0 {
                begun = at;
            }
            windings += winding;
            if windings == 0 && at > begun {
                stretches.push((begun, at));
            }
        }
        stretches
    }

    /// The part of it that touches these lines.
    fn between(&self, first: i32, behind: i32) -> Self {
        let touches = |edge: &&Edge| edge.upper.1 < behind && edge.lower.1 > first;
        Self(self.0.iter().filter(touches).copied().collect())
    }
}

/// A place in pixels as whole parts of them.
fn place((x, y): (f32, f32)) -> (i32, i32) {
    const PARTS: f32 = 64.0;
    (nearest(x * PARTS), nearest(y * PARTS))
}

/// The nearest whole number. Beside one and a half times 2²³ a float has no parts left, and its last bits are its
/// distance from there: whatever is drawn is far below the four million that these hold.
fn nearest(number: f32) -> i32 {
    const MIDDLE: f32 = 12_582_912.0;
    let bits = (number + MIDDLE).to_bits() & 0x007F_FFFF;
    i32::try_from(bits).unwrap_or_default() - 0x0040_0000
}

/// Takes a glyph's outline up where the glyph stands.
pub(super) struct Pen<'a> {
    outline: &'a mut Outline,
    /// The glyph's origin on its line of writing, in pixels.
    origin: (f32, f32),
    /// Pixels in a unit of the font.
    scale: f32,
    start: (f32, f32),
    at: (f32, f32),
}

impl<'a> Pen<'a> {
    pub(super) fn new(outline: &'a mut Outline, origin: (f32, f32), scale: f32) -> Self {
        Self { outline, origin, scale, start: origin, at: origin }
    }

    /// A place of the font, in which up is more, on the picture.
    fn seen(&self, x: f32, y: f32) -> (f32, f32) {
        (self.origin.0 + x * self.scale, self.origin.1 - y * self.scale)
    }

    fn go(&mut self, to: (f32, f32)) {
        self.outline.line(self.at, to);
        self.at = to;
    }
}

/// Between two places, so far along.
fn between(from: (f32, f32), to: (f32, f32), along: f32) -> (f32, f32) {
    (from.0 + (to.0 - from.0) * along, from.1 + (to.1 - from.1) * along)
}

impl OutlineBuilder for Pen<'_> {
    fn move_to(&mut self, x: f32, y: f32) {
        self.start = self.seen(x, y);
        self.at = self.start;
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.go(self.seen(x, y));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (from, over, to) = (self.at, self.seen(x1, y1), self.seen(x, y));
        for piece in 1..=PIECES {
            let along = f32::from(piece) / f32::from(PIECES);
            self.go(between(between(from, over, along), between(over, to, along), along));
        }
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let (from, first, second, to) = (self.at, self.seen(x1, y1), self.seen(x2, y2), self.seen(x, y));
        for piece in 1..=PIECES {
            let along = f32::from(piece) / f32::from(PIECES);
            let middle = between(first, second, along);
            let (head, tail) = (between(from, first, along), between(second, to, along));
            self.go(between(between(head, middle, along), between(middle, tail, along), along));
        }
    }

    fn close(&mut self) {
        self.go(self.start);
    }
}

/// A picture: for each pixel its place in the palette, row by row.
pub(super) struct Canvas {
    width: usize,
    pixels: Vec<u8>,
}

impl Canvas {
    /// Paper.
    pub(super) fn new(width: u32, height: u32) -> Self {
        let side = |pixels: u32| usize::try_from(pixels).unwrap_or_default();
        Self { width: side(width), pixels: vec![0; side(width) * side(height)] }
    }

    pub(super) fn into_pixels(self) -> Vec<u8> {
        self.pixels
    }

    /// Fills what is inside the outline and on the picture.
    pub(super) fn fill(&mut self, outline: &Outline, tint: Tint) {
        let mut covered = vec![0_u32; self.width];
        for (row, pixels) in (0_i32..).zip(self.pixels.chunks_mut(self.width.max(1))) {
            let first = row * PLACES;
            let near = outline.between(first, first + PLACES);
            if near.0.is_empty() {
                continue;
            }
            covered.fill(0);
            for line in 0..LINES {
                let line = first + line * (PLACES / LINES) + PLACES / LINES / 2;
                for stretch in near.inside(line) {
                    cover(&mut covered, stretch);
                }
            }
            for (pixel, covered) in pixels.iter_mut().zip(&covered).filter(|(_, covered)| **covered > 0) {
                *pixel = tint.base() + step(*covered);
            }
        }
    }
}

/// Counts a stretch for each pixel that it touches.
fn cover(row: &mut [u32], (from, to): (i32, i32)) {
    let first = usize::try_from(from.max(0) / PLACES).unwrap_or_default();
    let lefts = (0_i32..).map(|pixel| pixel * PLACES).zip(row.iter_mut()).skip(first);
    for (left, covered) in lefts.take_while(|(left, _)| *left < to) {
        let shared = to.min(left + PLACES) - from.max(left);
        *covered += u32::try_from(shared).unwrap_or_default();
    }
}

/// What was counted for a pixel, as a step from the paper to the tint.
fn step(covered: u32) -> u8 {
    let last = u32::from(STEPS - 1);
    u8::try_from(covered.min(WHOLE) * last / WHOLE).unwrap_or(STEPS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(outline: &Outline) -> Vec<u8> {
        let mut canvas = Canvas::new(4, 3);
        canvas.fill(outline, Tint::Ink);
        canvas.into_pixels()
    }

    #[test]
    fn what_is_half_inside_is_half_a_tint() {
        let mut outline = Outline::default();
        outline.rectangle((1.0, 1.0), (1.5, 1.0));
        assert_eq!(drawn(&outline), [0, 0, 0, 0, 0, 84, 42, 0, 0, 0, 0, 0]);
        let mut low = Outline::default();
        low.rectangle((0.0, 0.5), (1.0, 1.0));
        assert_eq!(drawn(&low), [42, 0, 0, 0, 42, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn what_overlaps_is_filled_once_and_what_turns_back_is_a_hole() {
        let mut outline = Outline::default();
        outline.rectangle((0.0, 0.0), (3.0, 3.0));
        outline.rectangle((1.0, 0.0), (3.0, 3.0));
        assert_eq!(drawn(&outline), [84; 12]);
        let mut ring = Outline::default();
        ring.rectangle((0.0, 0.0), (4.0, 3.0));
        ring.line((1.0, 2.0), (1.0, 1.0));
        ring.line((3.0, 1.0), (3.0, 2.0));
        assert_eq!(drawn(&ring), [84, 84, 84, 84, 84, 0, 0, 84, 84, 84, 84, 84]);
    }

    #[test]
    fn what_is_off_the_picture_is_left_out() {
        let mut outline = Outline::default();
        outline.rectangle((-50.0, -50.0), (51.0, 52.0));
        assert_eq!(drawn(&outline), [84, 0, 0, 0, 84, 0, 0, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn a_float_is_the_nearest_whole_number() {
        for (number, whole) in [(0.0, 0), (1.4, 1), (1.6, 2), (-1.6, -2), (-0.4, 0), (76_800.0, 76_800)] {
            assert_eq!(nearest(number), whole, "{number}");
        }
    }
}
