//! Footnotes: numbered in the order in which the text refers to them, gathered below it, each with a way back.

use crate::domain::article::Slug;
use pulldown_cmark::{Event, Tag, TagEnd};
use std::collections::{HashMap, HashSet};

/// A note, and what it says.
struct Note<'a> {
    id: String,
    events: Vec<Event<'a>>,
}

/// What was referred to so far.
struct Marks {
    /// Ids of the notes that there are.
    known: HashSet<String>,
    /// Ids of notes; the place of one is its number.
    order: Vec<String>,
    /// How often each was referred to.
    times: HashMap<String, u32>,
}

impl Marks {
    /// The number of a note, counted from one.
    fn number_of(&mut self, id: &str) -> usize {
        let known = self.order.iter().position(|known| known == id);
        let place = known.unwrap_or_else(|| {
            self.order.push(id.to_owned());
            self.order.len().saturating_sub(1)
        });
        place.saturating_add(1)
    }

    /// A reference becomes a mark that leads to its note, and stays what was typed where there is none.
    fn marked<'a>(&mut self, event: Event<'a>) -> Event<'a> {
        let Event::FootnoteReference(label) = &event else {
            return event;
        };
        let id = id_of(label);
        if !self.known.contains(&id) {
            return Event::Text(format!("[^{label}]").into());
        }
        let number = self.number_of(&id);
        let times = self.times.entry(id.clone()).or_default();
        *times += 1;
        let own = way_back(&id, *times);
        let mark =
            format!("<sup class=\"footnote-reference\" id=\"{own}\"><a href=\"#{id}\">{number}</a></sup>");
        Event::InlineHtml(mark.into())
    }

    /// A note as it stands below the text: its number leads back to where it was first referred to.
    fn below<'a>(&mut self, note: Note<'a>) -> Vec<Event<'a>> {
        let id = note.id;
        let number = self.number_of(&id);
        let label = if self.times.contains_key(&id) {
            format!("<a href=\"#{}\">{number}</a>", way_back(&id, 1))
        } else {
            number.to_string()
        };
        let begin = format!(
            "<div class=\"footnote-definition\" id=\"{id}\"><sup class=\"footnote-definition-label\">{label}</sup>\n"
        );
        let mut events = vec![Event::Html(begin.into())];
        events.extend(note.events.into_iter().map(|event| self.marked(event)));
        events.push(Event::Html("</div>\n".into()));
        events
    }
}

/// Puts all notes below the text, in the order of their numbers. One that nothing refers to comes last.
pub(super) fn gather(events: Vec<Event<'_>>) -> Vec<Event<'_>> {
    let (text, mut notes) = apart(events);
    let known = notes.iter().map(|note| note.id.clone()).collect();
    let mut marks = Marks { known, order: Vec::new(), times: HashMap::new() };
    let mut all: Vec<Event<'_>> = text.into_iter().map(|event| marks.marked(event)).collect();
    if notes.is_empty() {
        return all;
    }
    all.push(Event::Html("<div class=\"footnotes\">\n".into()));
    let mut next = 0_usize;
    while !notes.is_empty() {
        let at = match marks.order.get(next) {
            Some(id) => notes.iter().position(|note| note.id == *id),
            None => Some(0),
        };
        next = next.saturating_add(1);
        if let Some(at) = at {
            all.extend(marks.below(notes.remove(at)));
        }
    }
    all.push(Event::Html("</div>\n".into()));
    all
}

/// The text, and its notes in the order in which they are written.
fn apart(events: Vec<Event<'_>>) -> (Vec<Event<'_>>, Vec<Note<'_>>) {
    let mut text = Vec::new();
    let mut notes: Vec<Note<'_>> = Vec::new();
    let mut is_inside = false;
    for event in events {
        if let Event::Start(Tag::FootnoteDefinition(label)) = &event {
            notes.push(Note { id: id_of(label), events: Vec::new() });
            is_inside = true;
        } else if matches!(event, Event::End(TagEnd::FootnoteDefinition)) {
            is_inside = false;
        } else if let Some(note) = notes.last_mut().filter(|_| is_inside) {
            note.events.push(event);
        } else {
            text.push(event);
        }
    }
    (text, notes)
}

/// Keeps the ids of footnotes apart from every other id of the page.
fn id_of(label: &str) -> String {
    Slug::from_title(label).map_or_else(
        || label.chars().fold("fn".to_owned(), |id, c| id + &format!("-{:x}", u32::from(c))),
        |slug| format!("fn-{slug}"),
    )
}

/// The id of a mark: where the text refers to a note for the first time, the second, and so on.
fn way_back(id: &str, times: u32) -> String {
    let name = id.strip_prefix("fn").unwrap_or(id);
    if times == 1 { format!("fnref{name}") } else { format!("fnref{times}{name}") }
}

#[cfg(test)]
mod tests {
    use crate::content::markdown::to_html;

    #[test]
    fn notes_are_numbered_by_the_text_gathered_below_it_and_lead_back() {
        let html = to_html(
            "One[^b].\n\n[^a]: Of *a*.\n\nTwo[^a], again[^b].\n\n[^b]: Of b.\n\n    More of b.\n\n[^lost]: Of nothing.\n",
        )
        .html;

        let (text, notes) = html.split_once("<div class=\"footnotes\">").unwrap();
        assert!(text.contains("id=\"fnref-b\"><a href=\"#fn-b\">1</a></sup>"), "{text}");
        assert!(text.contains("id=\"fnref-a\"><a href=\"#fn-a\">2</a></sup>"), "{text}");
        assert!(text.contains("id=\"fnref2-b\"><a href=\"#fn-b\">1</a></sup>"), "{text}");
        assert!(!text.contains("Of "), "{text}");
        let places: Vec<usize> = ["Of b.", "More of b.", "Of <em>a</em>.", "Of nothing."]
            .map(|part| notes.find(part).unwrap())
            .into();
        assert!(places.is_sorted(), "{notes}");
        assert!(notes.contains(
            "id=\"fn-b\"><sup class=\"footnote-definition-label\"><a href=\"#fnref-b\">1</a></sup>"
        ));
        assert!(notes.contains("<sup class=\"footnote-definition-label\">3</sup>"), "{notes}");
        assert_eq!(html.matches("<div").count(), html.matches("</div>").count());
    }

    #[test]
    fn a_text_without_notes_has_no_place_for_them() {
        assert!(!to_html("One.").html.contains("footnotes"));
        assert!(to_html("One[^none].").html.contains("[^none]"));
    }
}
