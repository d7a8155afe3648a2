//! Charts as SVG, drawn here: they need no script, follow light and dark, and say in words what they show. The table
//! with the figures stands beside each of them.
//!
//! Each chart is drawn twice, for wide and for narrow windows; the style sheet shows one. Text keeps its size that way.

use std::fmt::Write as _;

/// How values are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A bar for each place, the series on top of one another. Values below zero are not drawn.
    Bars,
    /// A line for each series.
    Lines,
}

/// What is drawn in one colour.
#[derive(Debug, Clone)]
pub struct Series {
    /// What it is.
    pub name: String,
    /// A value for each place.
    pub values: Vec<i64>,
}

/// A chart.
pub struct Chart<'a> {
    /// Its name in the page, unlike that of every other.
    pub id: &'a str,
    /// What it shows.
    pub title: &'a str,
    /// What can be seen in it, in a sentence.
    pub description: &'a str,
    /// How it is drawn.
    pub form: Form,
    /// What stands below each place.
    pub places: &'a [String],
    /// Up to three of them.
    pub series: &'a [Series],
    /// Writes a value beside the axis.
    pub spell: &'a dyn Fn(i64) -> String,
}

/// The measures of a drawing, in units of the drawing.
#[derive(Clone, Copy)]
struct Size {
    word: &'static str,
    width: i64,
    height: i64,
    /// Room for the words beside the axis.
    side: i64,
    /// Places between two words below the axis, at least so wide.
    word_width: i64,
}

const WIDE: Size = Size { word: "wide", width: 900, height: 260, side: 84, word_width: 74 };
const NARROW: Size = Size { word: "narrow", width: 350, height: 220, side: 64, word_width: 66 };
const TOP: i64 = 14;
const BOTTOM: i64 = 28;

impl Chart<'_> {
    /// The drawing, for both widths of windows.
    pub fn svg(&self) -> String {
        let mut out = String::new();
        for size in [WIDE, NARROW] {
            self.draw(&mut out, size);
        }
        out
    }

    /// The largest value that is drawn.
    fn largest(&self) -> i64 {
        let at = |place: usize| {
            let values =
                self.series.iter().map(|series| series.values.get(place).copied().unwrap_or_default().max(0));
            match self.form {
                Form::Bars => values.fold(0, i64::saturating_add),
                Form::Lines => values.max().unwrap_or_default(),
            }
        };
        (0..self.places.len()).map(at).max().unwrap_or_default()
    }

    fn draw(&self, out: &mut String, size: Size) {
        let (id, word) = (self.id, size.word);
        let _infallible = write!(
            out,
            "<svg class=\"chart {word}\" viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"{id}-{word}-t {id}-{word}-d\">\
             <title id=\"{id}-{word}-t\">{}</title><desc id=\"{id}-{word}-d\">{}</desc>",
            size.width,
            size.height,
            escaped(self.title),
            escaped(self.description)
        );
        let step = step_of(self.largest());
        let top = rounded_up(self.largest().max(1), step);
        let frame = Frame { size, top, places: i64::try_from(self.places.len()).unwrap_or(1).max(1) };
        let mut next = Some(0_i64);
        while let Some(mark) = next.filter(|mark| *mark <= top) {
            let y = frame.y(mark);
            let line = if mark == 0 { "base" } else { "rule" };
            let _infallible = write!(
                out,
                "<path class=\"{line}\" d=\"M{} {y}H{}\"/><text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text>",
                size.side,
                size.width,
                size.side - 10,
                y + 5,
                escaped(&(self.spell)(mark))
            );
            next = mark.checked_add(step);
        }
        self.name_places(out, &frame);
        match self.form {
            Form::Bars => self.bars(out, &frame),
            Form::Lines => self.lines(out, &frame),
        }
        out.push_str("</svg>");
    }

    /// As many words as there is room for, the last place always among them.
    fn name_places(&self, out: &mut String, frame: &Frame) {
        let every = (frame.size.word_width + frame.slot() - 1).div_euclid(frame.slot().max(1)).max(1);
        for (place, name) in (0..).zip(self.places) {
            if (frame.places - 1 - place).rem_euclid(every) == 0 {
                let _infallible = write!(
                    out,
                    "<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                    frame.x(place).min(frame.size.width - 24),
                    frame.size.height - 6,
                    escaped(name)
                );
            }
        }
    }

    fn bars(&self, out: &mut String, frame: &Frame) {
        let width = (frame.slot() * 7).div_euclid(10).clamp(2, 44);
        for place in 0..frame.places {
            let mut below = 0_i64;
            for (number, series) in (1..).zip(self.series) {
                let value = usize::try_from(place).ok().and_then(|place| series.values.get(place).copied());
                let value = value.unwrap_or_default().max(0);
                if value > 0 {
                    let (y, foot) = (frame.y(below.saturating_add(value)), frame.y(below));
                    let height = (foot - y).max(1);
                    let x = frame.x(place) - width.div_euclid(2);
                    let _infallible = write!(
                        out,
                        "<rect class=\"s{number}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\"/>"
                    );
                }
                below = below.saturating_add(value);
            }
        }
    }

    fn lines(&self, out: &mut String, frame: &Frame) {
        for (number, series) in (1..).zip(self.series) {
            let points: Vec<(i64, i64)> = (0..)
                .zip(&series.values)
                .map(|(place, value)| (frame.x(place), frame.y((*value).max(0))))
                .collect();
            let path: Vec<String> = points.iter().map(|(x, y)| format!("{x} {y}")).collect();
            let _infallible = write!(out, "<path class=\"line l{number}\" d=\"M{}\"/>", path.join("L"));
            if let Some((x, y)) = points.last() {
                let _infallible = write!(out, "<circle class=\"s{number}\" cx=\"{x}\" cy=\"{y}\" r=\"4\"/>");
            }
        }
    }
}

/// Where things stand in a drawing.
struct Frame {
    size: Size,
    /// The value at its upper edge.
    top: i64,
    places: i64,
}

impl Frame {
    fn slot(&self) -> i64 {
        (self.size.width - self.size.side).div_euclid(self.places).max(1)
    }

    /// The middle of a place.
    fn x(&self, place: i64) -> i64 {
        let room = self.size.width - self.size.side;
        self.size.side + (room * (2 * place + 1)).div_euclid(2 * self.places)
    }

    fn y(&self, value: i64) -> i64 {
        let room = i128::from(self.size.height - TOP - BOTTOM);
        let up = (i128::from(value) * room).div_euclid(i128::from(self.top.max(1)));
        self.size.height - BOTTOM - i64::try_from(up).unwrap_or_default()
    }
}

/// A round step that leads to the value in five steps or fewer.
fn step_of(largest: i64) -> i64 {
    let mut unit = 1_i64;
    loop {
        for round in [1, 2, 5] {
            let step = unit.saturating_mul(round);
            if largest <= step.saturating_mul(4) || unit >= i64::MAX / 100 {
                return step;
            }
        }
        unit = unit.saturating_mul(10);
    }
}

fn rounded_up(value: i64, step: i64) -> i64 {
    let steps = value.div_euclid(step) + i64::from(value.rem_euclid(step) > 0);
    steps.saturating_mul(step)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(form: Form, values: &[i64]) -> String {
        let places: Vec<String> = (1..=values.len()).map(|place| format!("p{place}")).collect();
        let series = [Series { name: "Gifts".into(), values: values.to_vec() }];
        let chart = Chart {
            id: "x",
            title: "Gifts & <more>",
            description: "Rising",
            form,
            places: &places,
            series: &series,
            spell: &|value| value.to_string(),
        };
        chart.svg()
    }

    #[test]
    fn a_chart_says_what_it_shows_and_no_text_becomes_markup() {
        let svg = drawn(Form::Bars, &[1, 2, 3]);
        assert!(svg.contains("<title id=\"x-wide-t\">Gifts &amp; &lt;more&gt;</title>"), "{svg}");
        assert!(svg.contains("aria-labelledby=\"x-narrow-t x-narrow-d\""), "{svg}");
        assert_eq!(svg.matches("<rect").count(), 6);
    }

    #[test]
    fn any_values_stay_within_the_frame() {
        for values in [vec![], vec![0], vec![-5, 3], vec![i64::MAX, 1], vec![7; 400]] {
            for form in [Form::Bars, Form::Lines] {
                let svg = drawn(form, &values);
                assert!(!svg.contains("y=\"-") && !svg.contains("height=\"-"), "{values:?}: {svg:.400}");
            }
        }
    }

    #[test]
    fn steps_are_round_and_few() {
        for (largest, step) in [(0, 1), (4, 1), (5, 2), (100, 50), (81, 50), (123_456, 50_000)] {
            assert_eq!(step_of(largest), step, "{largest}");
        }
    }
}
