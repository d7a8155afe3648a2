//! Colours of the form on other sites: theirs, as far as what is written in them can be read, in light or in dark.
#![expect(clippy::float_arithmetic, reason = "colours, never money")]

use std::fmt::{self, Display, Formatter, Write as _};

/// The contrast that small text needs (WCAG 2.2, 1.4.3).
const CONTRAST: f64 = 4.5;

/// Which of its two sets of colours a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// As the reader's system asks.
    #[default]
    Auto,
    /// Dark on light, whatever the system asks.
    Light,
    /// Light on dark, whatever the system asks.
    Dark,
}

impl Theme {
    /// The theme of this word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Auto, Self::Light, Self::Dark].into_iter().find(|theme| theme.as_str() == word)
    }

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// A colour of sRGB.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Colour {
    red: u8,
    green: u8,
    blue: u8,
}

impl Display for Colour {
    /// Six digits, without the sign in front that style sheets want.
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        write!(out, "{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }
}

impl Colour {
    const BLACK: Self = Self { red: 0, green: 0, blue: 0 };
    const WHITE: Self = Self { red: 255, green: 255, blue: 255 };

    /// Six hexadecimal digits, with or without `#` in front.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.trim();
        let digits = digits.strip_prefix('#').unwrap_or(digits);
        if digits.len() != 6 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        let part = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
        Some(Self { red: part(0)?, green: part(2)?, blue: part(4)? })
    }

    /// How bright it is to the eye, from 0 to 1.
    fn luminance(self) -> f64 {
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(self.red) + 0.7152 * linear(self.green) + 0.0722 * linear(self.blue)
    }

    /// From 1, the same, to 21, black and white.
    fn contrast(self, other: Self) -> f64 {
        let (own, others) = (self.luminance() + 0.05, other.luminance() + 0.05);
        if own > others { own / others } else { others / own }
    }

    /// So many hundredths of the way to another.
    fn towards(self, other: Self, hundredths: u16) -> Self {
        let mixed = |from: u8, to: u8| {
            let sum = u16::from(from) * (100 - hundredths) + u16::from(to) * hundredths;
            u8::try_from(sum / 100).unwrap_or(u8::MAX)
        };
        Self {
            red: mixed(self.red, other.red),
            green: mixed(self.green, other.green),
            blue: mixed(self.blue, other.blue),
        }
    }
}

/// A set of colours under the names that `site.css` has for them.
struct Palette {
    scheme: &'static str,
    colours: [(&'static str, &'static str); 10],
    /// Where a colour goes that cannot be told from what is around it.
    far: Colour,
}

const ACCENT: &str = "accent";
/// The accent below a pointer.
const DEEP: &str = "deep";
/// What text stands on in the accent, and the text that stands on the accent.
const AROUND: [&str; 4] = ["paper", "card", "field", "on-accent"];

const LIGHT: Palette = Palette {
    scheme: "light",
    colours: [
        ("paper", "fcfaf5"),
        ("card", "f4efe3"),
        ("field", "fffefa"),
        ("ink", "1d1b18"),
        ("soft", "5b554c"),
        ("hair", "d9d2c3"),
        ("edge", "857d70"),
        (ACCENT, "97191d"),
        (DEEP, "741014"),
        ("on-accent", "fffdf8"),
    ],
    far: Colour::BLACK,
};

const DARK: Palette = Palette {
    scheme: "dark",
    colours: [
        ("paper", "161412"),
        ("card", "211e1a"),
        ("field", "100e0d"),
        ("ink", "e6e0d4"),
        ("soft", "aea69a"),
        ("hair", "3a352e"),
        ("edge", "8d8578"),
        (ACCENT, "f0938a"),
        (DEEP, "f8b9b2"),
        ("on-accent", "200c0a"),
    ],
    far: Colour::WHITE,
};

impl Palette {
    /// The accent nearest to this one that can be read here.
    fn readable(&self, accent: Colour) -> Colour {
        let around: Vec<Colour> = self
            .colours
            .iter()
            .filter(|(name, _)| AROUND.contains(name))
            .filter_map(|(_, value)| Colour::parse(value))
            .collect();
        let can_be_read = |colour: &Colour| around.iter().all(|other| colour.contrast(*other) >= CONTRAST);
        let mut steps = (0..=100).step_by(4).map(|hundredths| accent.towards(self.far, hundredths));
        steps.find(can_be_read).unwrap_or(self.far)
    }

    /// These colours of the set, with the accent in place of its own.
    fn rules(&self, accent: Option<Colour>, is_named: impl Fn(&str) -> bool) -> String {
        let own = accent.map(|accent| self.readable(accent));
        let mut rules = String::new();
        for (name, value) in self.colours.iter().filter(|(name, _)| is_named(name)) {
            let colour = match (own, *name) {
                (Some(accent), ACCENT) => accent.to_string(),
                (Some(accent), DEEP) => accent.towards(self.far, 24).to_string(),
                _ => (*value).to_owned(),
            };
            // Writing to a String cannot fail.
            let _ = write!(rules, "--{name}:#{colour};");
        }
        rules
    }

    /// All of them, whatever the system asks for.
    fn whole(&self, accent: Option<Colour>) -> String {
        format!(":root{{color-scheme:{};{}}}\n", self.scheme, self.rules(accent, |_| true))
    }
}

/// The style sheet that puts these colours in the place of those of `site.css`; empty if they are the same.
pub fn style_sheet(accent: Option<Colour>, theme: Theme) -> String {
    let is_of_accent = |name: &str| matches!(name, ACCENT | DEEP);
    match theme {
        Theme::Light => LIGHT.whole(accent),
        Theme::Dark => DARK.whole(accent),
        Theme::Auto if accent.is_none() => String::new(),
        Theme::Auto => format!(
            ":root{{{}}}\n@media (prefers-color-scheme: dark){{:root{{{}}}}}\n",
            LIGHT.rules(accent, is_of_accent),
            DARK.rules(accent, is_of_accent)
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_colours_are_those_of_the_style_sheet() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/src/web/static/site.css");
        let sheet = std::fs::read_to_string(path).unwrap();
        let (light, rest) = sheet.split_once("@media (prefers-color-scheme: dark)").unwrap();
        let (dark, _) = rest.split_once("*, ::before").unwrap();
        for (part, palette) in [(light, LIGHT), (dark, DARK)] {
            for (name, value) in palette.colours {
                assert!(part.contains(&format!("--{name}: #{value};")), "{} {name}", palette.scheme);
            }
        }
    }

    #[test]
    fn whatever_is_asked_for_can_be_read() {
        for red in (0..=255).step_by(51) {
            for green in (0..=255).step_by(51) {
                for blue in (0..=255).step_by(51) {
                    let asked = Colour { red, green, blue };
                    for palette in [LIGHT, DARK] {
                        let shown = palette.readable(asked);
                        for (name, value) in palette.colours.iter().filter(|(name, _)| AROUND.contains(name))
                        {
                            let contrast = shown.contrast(Colour::parse(value).unwrap());
                            assert!(
                                contrast >= CONTRAST,
                                "{asked} on {name} of {}: {contrast}",
                                palette.scheme
                            );
                        }
                    }
                }
            }
        }
        let house = Colour::parse("#97191D").unwrap();
        assert_eq!(LIGHT.readable(house), house, "what can be read stays as it is");
    }

    #[test]
    fn nothing_but_a_colour_is_a_colour() {
        for wrong in ["", "red", "#12345", "+12345", "#1234567", "é1234", "97191d}"] {
            assert_eq!(Colour::parse(wrong), None, "{wrong}");
        }
        assert_eq!(Theme::parse("dark"), Some(Theme::Dark));
        assert_eq!(Theme::parse("Dark "), None);
    }

    #[test]
    fn a_theme_holds_against_the_system_and_an_accent_in_both() {
        assert_eq!(style_sheet(None, Theme::Auto), "");
        let dark = style_sheet(None, Theme::Dark);
        assert!(dark.contains("color-scheme:dark") && dark.contains("--paper:#161412;"), "{dark}");
        let both = style_sheet(Colour::parse("2b6cb0"), Theme::Auto);
        assert_eq!(both.matches("--accent:#").count(), 2, "{both}");
        assert!(both.contains("--accent:#2b6cb0;") && !both.contains("--paper"), "{both}");
    }
}
