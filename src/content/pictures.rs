//! The pictures of a text: which there are, and how a page shows them.

use super::markdown::{attribute_value, options};
use crate::domain::media::MediaPath;
use crate::domain::picture::{Gallery, Known};
use pulldown_cmark::{CowStr, Event, Parser, Tag};
use std::collections::BTreeSet;

/// How wide a picture stands on a page: as wide as the column of the text, or the window with its margins.
const SIZES: &str = "(min-width: 44rem) 40rem, 90vw";

/// The pictures that a text shows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Pictured {
    /// Those of the content folder.
    pub own: BTreeSet<MediaPath>,
    /// How many say nothing to those who do not see them.
    pub silent: usize,
}

impl Pictured {
    /// What a person should know of it, in one sentence.
    pub fn note(&self) -> Option<String> {
        match self.silent {
            0 => None,
            1 => Some(
                "a picture has no text for those who do not see it; write one: ![what it shows](…)"
                    .to_owned(),
            ),
            count => Some(format!(
                "{count} pictures have no text for those who do not see them; write one: ![what it shows](…)"
            )),
        }
    }
}

/// The pictures of a Markdown text.
pub fn of(source: &str) -> Pictured {
    let mut pictured = Pictured::default();
    for part in parts(Parser::new_ext(source, options())) {
        if let Part::Picture(image) = part {
            pictured.own.extend(image.own());
            pictured.silent += usize::from(image.words.trim().is_empty());
        }
    }
    pictured
}

/// Puts in the place of each picture what a page has for it: its size, so that nothing moves when it comes, and smaller ones
/// for browsers that read WebP. The first one is loaded at once, the others when they come near. All of it is HTML of our own,
/// which the sanitiser looks through as everything else.
pub(super) fn show<'a>(events: impl Iterator<Item = Event<'a>>, gallery: &Gallery) -> Vec<Event<'a>> {
    let mut is_first = true;
    let show = |part: Part<'a>| match part {
        Part::Other(event) => event,
        Part::Picture(image) => {
            let html = image.html(gallery, std::mem::take(&mut is_first));
            Event::InlineHtml(html.into())
        }
    };
    parts(events).into_iter().map(show).collect()
}

/// A piece of a text.
enum Part<'a> {
    Picture(Image<'a>),
    Other(Event<'a>),
}

/// A picture as a text names it.
struct Image<'a> {
    address: CowStr<'a>,
    title: CowStr<'a>,
    /// For those who do not see it.
    words: String,
}

/// The events of a text, with each picture and its words as one.
fn parts<'a>(events: impl Iterator<Item = Event<'a>>) -> Vec<Part<'a>> {
    let mut parts = Vec::new();
    // A picture that has begun, and how many marks inside its words are open.
    let mut begun: Option<(Image<'a>, usize)> = None;
    for event in events {
        let Some((mut image, depth)) = begun.take() else {
            if let Event::Start(Tag::Image { dest_url, title, .. }) = event {
                begun = Some((Image { address: dest_url, title, words: String::new() }, 0));
            } else {
                parts.push(Part::Other(event));
            }
            continue;
        };
        let mut depth_now = depth;
        if let Event::Text(words) | Event::Code(words) = &event {
            image.words.push_str(words);
        } else if matches!(event, Event::SoftBreak | Event::HardBreak) {
            image.words.push(' ');
        } else if matches!(event, Event::Start(_)) {
            depth_now += 1;
        } else if matches!(event, Event::End(_)) {
            let Some(less) = depth.checked_sub(1) else {
                parts.push(Part::Picture(image));
                continue;
            };
            depth_now = less;
        }
        begun = Some((image, depth_now));
    }
    parts
}

impl Image<'_> {
    /// It, if it is of the content folder.
    fn own(&self) -> Option<MediaPath> {
        MediaPath::of_address(&self.address)
    }

    fn html(&self, gallery: &Gallery, is_first: bool) -> String {
        let own = self.own();
        let known = own.as_ref().and_then(|own| gallery.get(own));
        let address = own.as_ref().map_or_else(|| self.address.to_string(), MediaPath::address);
        let mut img =
            format!("<img src=\"{}\" alt=\"{}\"", attribute_value(&address), attribute_value(&self.words));
        if !self.title.is_empty() {
            img.extend([" title=\"", &attribute_value(&self.title), "\""]);
        }
        if let Some(Known { size, .. }) = known {
            let (width, height) = (size.width().to_string(), size.height().to_string());
            img.extend([" width=\"", &width, "\" height=\"", &height, "\""]);
        }
        img.push_str(if is_first { " decoding=\"async\">" } else { " loading=\"lazy\" decoding=\"async\">" });
        let smaller = known.map(|known| known.renditions.as_slice()).unwrap_or_default();
        if smaller.is_empty() {
            return img;
        }
        let list: Vec<String> =
            smaller.iter().map(|smaller| format!("{} {}w", smaller.address(), smaller.width)).collect();
        let list = list.join(", ");
        format!("<picture><source type=\"image/webp\" srcset=\"{list}\" sizes=\"{SIZES}\">{img}</picture>")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::{markdown, paragraphs};
    use crate::domain::picture::{PictureDigest, Rendition, Size};

    fn gallery() -> Gallery {
        let digest = PictureDigest::parse("0123456789abcdef01234567").unwrap();
        let of = |width| Rendition { digest: digest.clone(), width };
        let known = |widths: &[u32]| Known {
            size: Size::new(1200, 800).unwrap(),
            renditions: widths.iter().copied().map(of).collect(),
        };
        let all = [("oven.jpg", known(&[480, 960])), ("a b.png", known(&[]))];
        all.into_iter().map(|(name, known)| (MediaPath::parse(name).unwrap(), known)).collect()
    }

    fn shown(source: &str) -> String {
        markdown::to_html_with(source, &gallery()).html
    }

    #[test]
    fn a_known_picture_has_its_size_and_smaller_ones() {
        assert_eq!(
            shown("![An *old* oven](/media/oven.jpg \"In \\\"1900\\\"\")"),
            "<p><picture><source type=\"image/webp\" srcset=\"/pictures/0123456789abcdef01234567-480.webp 480w, \
             /pictures/0123456789abcdef01234567-960.webp 960w\" sizes=\"(min-width: 44rem) 40rem, 90vw\">\
             <img src=\"/media/oven.jpg\" alt=\"An old oven\" title=\"In &quot;1900&quot;\" width=\"1200\" height=\"800\" \
             decoding=\"async\"></picture></p>\n"
        );
    }

    #[test]
    fn the_first_picture_is_loaded_at_once_and_the_others_later() {
        let html = shown("![A](</media/a b.png>)\n\n![B](/media/gone.png)\n\n![C](https://a.example/c.png)");
        assert_eq!(
            html,
            "<p><img src=\"/media/a%20b.png\" alt=\"A\" width=\"1200\" height=\"800\" decoding=\"async\"></p>\n\
             <p><img src=\"/media/gone.png\" alt=\"B\" loading=\"lazy\" decoding=\"async\"></p>\n\
             <p><img src=\"https://a.example/c.png\" alt=\"C\" loading=\"lazy\" decoding=\"async\"></p>\n"
        );
    }

    #[test]
    fn pictures_of_footnotes_stand_below_the_text_and_are_loaded_after_its_own() {
        let html = shown(
            "One[^a].\n\n[^a]: ![A plan](/media/plan.png)\n\n![An oven](/media/oven.jpg)\n\nTwo[^a].\n",
        );
        let (text, notes) = html.split_once("<div class=\"footnotes\">").unwrap();
        assert!(
            text.contains("alt=\"An oven\" width=\"1200\" height=\"800\" decoding=\"async\"></picture>"),
            "{html}"
        );
        assert!(text.contains("<sup class=\"footnote-reference\" id=\"fnref2-a\">"), "{html}");
        let plan = "<img src=\"/media/plan.png\" alt=\"A plan\" loading=\"lazy\" decoding=\"async\">";
        assert!(notes.contains(plan), "{html}");
    }

    #[test]
    fn paragraphs_with_pictures_are_counted_like_others() {
        let html = shown("![A](/media/oven.jpg)\n\nOne.\n\n![B](/media/oven.jpg) Two.\n");
        assert_eq!(paragraphs::count(&html), 3, "{html}");
        let (before, after) = paragraphs::cut_after(&html, 1).unwrap();
        assert!(before.ends_with("</picture></p>") && after.contains("One."), "{html}");
    }

    #[test]
    fn words_for_those_who_do_not_see_a_picture_cannot_end_early() {
        for source in [
            "![\"><script>alert(1)</script>](/media/oven.jpg)",
            "![a [b](https://a.example) ![c](/media/x.png) `d`\ne](/media/oven.jpg)",
            "![a\" onerror=\"alert(1)](/media/oven.jpg)",
        ] {
            let html = shown(source);
            assert_eq!(html.matches("<img").count(), 1, "{html}");
            assert!(!html.contains("<script") && !html.contains("\" onerror"), "{html}");
        }
        assert!(shown("![a [b](/x) `c`\nd](/media/oven.jpg)").contains("alt=\"a b c d\""));
        assert!(!shown("![x](javascript:alert(1))").contains("javascript"));
    }

    #[test]
    fn feeds_have_plain_pictures() {
        let html = markdown::to_html("![A](/media/oven.jpg)").html;
        assert_eq!(html, "<p><img src=\"/media/oven.jpg\" alt=\"A\"></p>\n");
    }

    #[test]
    fn what_says_nothing_is_counted() {
        let source = "![](/media/a.png) ![ ](/media/b.png?x=1) ![C](/media/a.png)\n\n`![](/media/c.png)`";
        let pictured = of(source);
        assert_eq!(pictured.silent, 2);
        let own: Vec<&str> = pictured.own.iter().map(MediaPath::as_str).collect();
        assert_eq!(own, ["a.png"]);
        assert!(pictured.note().unwrap().starts_with("2 pictures have no text"));
        assert!(of("![A](/media/a.png)").note().is_none());
    }
}
