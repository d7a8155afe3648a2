//! Markdown to safe HTML and to plain text. The only place that names pulldown-cmark and ammonia.

mod footnotes;

use std::collections::{HashMap, HashSet};

use ammonia::UrlRelative;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

use super::pictures;
use crate::domain::article::Slug;
use crate::domain::picture::Gallery;

/// HTML that is safe to put into a page, and its headings in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Sanitised HTML.
    pub html: String,
    /// Every heading, for a table of contents.
    pub headings: Vec<Heading>,
}

/// A heading of a rendered text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// As in the HTML, 2 to 6.
    pub level: u8,
    /// The `id` in the HTML. It begins with `s-`, so that no heading can take an id of the page around it.
    pub id: String,
    /// Plain text.
    pub text: String,
}

/// Renders Markdown. HTML written in it is shown as text and never run; its comments are left out.
///
/// The highest heading becomes `<h2>`, because the page's own headline is the `<h1>`. Straight quotes become
/// curly ones; quotes that are curly already stay as they are. Footnotes stand below the text, and lead back.
///
/// Pictures are plain, as feeds and letters want them; [`to_html_with`] shows them as pages do.
pub fn to_html(source: &str) -> Rendered {
    render(source, None)
}

/// The same for a page, whose pictures have their sizes and smaller ones for who reads on a small screen.
pub fn to_html_with(source: &str, gallery: &Gallery) -> Rendered {
    render(source, Some(gallery))
}

fn render(source: &str, gallery: Option<&Gallery>) -> Rendered {
    let mut events: Vec<Event<'_>> = show_raw_html(Parser::new_ext(source, options()));
    let headings = name_headings(&mut events);
    events = footnotes::gather(events);
    // Once notes have their places: the first picture is the first of the page.
    if let Some(gallery) = gallery {
        events = pictures::show(events.into_iter(), gallery);
    }
    let events = events.into_iter().map(open_link);
    let mut html = String::with_capacity(source.len() + source.len() / 4);
    pulldown_cmark::html::push_html(&mut html, events);
    Rendered { html: sanitise(&align_cells(html)), headings }
}

/// The words of a Markdown text on one line, without any marks, footnotes or HTML.
pub fn to_text(source: &str) -> String {
    let mut text = String::with_capacity(source.len());
    let mut inside_footnote = false;
    for event in Parser::new_ext(source, options()) {
        match event {
            Event::Start(Tag::FootnoteDefinition(_)) => inside_footnote = true,
            Event::End(TagEnd::FootnoteDefinition) => inside_footnote = false,
            Event::Text(words) | Event::Code(words) if !inside_footnote => text.push_str(&words),
            Event::SoftBreak
            | Event::HardBreak
            | Event::Rule
            | Event::End(
                TagEnd::Paragraph
                | TagEnd::Heading(_)
                | TagEnd::Item
                | TagEnd::CodeBlock
                | TagEnd::TableCell
                | TagEnd::BlockQuote(_),
            ) => text.push(' '),
            Event::Start(_)
            | Event::End(_)
            | Event::Text(_)
            | Event::Code(_)
            | Event::InlineMath(_)
            | Event::DisplayMath(_)
            | Event::Html(_)
            | Event::InlineHtml(_)
            | Event::FootnoteReference(_)
            | Event::TaskListMarker(_) => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The beginning of [`to_text`], at most `chars_max` characters, cut between words and then ended with "…".
pub fn excerpt(source: &str, chars_max: usize) -> String {
    let text = to_text(source);
    if text.chars().count() <= chars_max {
        return text;
    }
    // One character is kept free for the ellipsis; one more tells whether the cut falls on a word's end.
    let head: String = text.chars().take(chars_max).collect();
    let cut = match head.rfind(' ') {
        Some(end) => head.get(..end).unwrap_or_default().to_owned(),
        None => head.chars().take(chars_max.saturating_sub(1)).collect(),
    };
    format!("{}…", cut.trim_end_matches([',', ';', ':', ' ', '–', '—']))
}

pub(super) fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_SMART_PUNCTUATION
}

/// Turns HTML in the source into text and drops HTML comments, which are notes between editors.
fn show_raw_html<'a>(events: impl Iterator<Item = Event<'a>>) -> Vec<Event<'a>> {
    let mut shown = Vec::new();
    let mut block: Option<String> = None;
    for event in events {
        if let (Some(open), Event::Html(html) | Event::Text(html)) = (block.as_mut(), &event) {
            open.push_str(html);
        } else if matches!(event, Event::Start(Tag::HtmlBlock)) {
            block = Some(String::new());
        } else if matches!(event, Event::End(TagEnd::HtmlBlock)) {
            let html = block.take().unwrap_or_default();
            if !is_comment(&html) {
                shown.push(Event::Start(Tag::Paragraph));
                shown.push(Event::Text(html.trim_end().to_owned().into()));
                shown.push(Event::End(TagEnd::Paragraph));
            }
        } else if let Event::InlineHtml(html) | Event::Html(html) = event {
            if !is_comment(&html) {
                shown.push(Event::Text(html));
            }
        } else {
            shown.push(event);
        }
    }
    shown
}

fn is_comment(html: &str) -> bool {
    let html = html.trim();
    html.strip_prefix("<!--").is_some_and(|rest| rest.find("-->").is_some_and(|end| end + 3 == rest.len()))
}

/// Shifts the headings so that the highest is an `<h2>`, gives each a unique id, and lists them.
fn name_headings(events: &mut [Event<'_>]) -> Vec<Heading> {
    let highest = events.iter().filter_map(heading_level).min().unwrap_or(2);
    let mut headings: Vec<Heading> = Vec::new();
    let mut uses: HashMap<String, u32> = HashMap::new();
    let mut taken: HashSet<String> = HashSet::new();
    for index in 0..events.len() {
        let Some(level) = events.get(index).and_then(heading_level) else {
            continue;
        };
        let level = (level - highest + 2).min(6);
        let text = text_until_heading_ends(events.get(index..).unwrap_or_default());
        let id = unique_id(&text, headings.len() + 1, &mut uses, &mut taken);
        if let Some(Event::Start(Tag::Heading { level: shown, id: shown_id, classes, attrs })) =
            events.get_mut(index)
        {
            *shown = level_of(level);
            *shown_id = Some(CowStr::from(id.clone()));
            classes.clear();
            attrs.clear();
        }
        let end = events.iter_mut().skip(index).find_map(|event| {
            if let Event::End(TagEnd::Heading(shown)) = event { Some(shown) } else { None }
        });
        if let Some(shown) = end {
            *shown = level_of(level);
        }
        headings.push(Heading { level, id, text });
    }
    headings
}

fn heading_level(event: &Event<'_>) -> Option<u8> {
    let Event::Start(Tag::Heading { level, .. }) = event else {
        return None;
    };
    Some(match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    })
}

fn level_of(level: u8) -> HeadingLevel {
    match level {
        0..=2 => HeadingLevel::H2,
        3 => HeadingLevel::H3,
        4 => HeadingLevel::H4,
        5 => HeadingLevel::H5,
        _ => HeadingLevel::H6,
    }
}

fn text_until_heading_ends(events: &[Event<'_>]) -> String {
    let mut text = String::new();
    for event in events {
        if matches!(event, Event::End(TagEnd::Heading(_))) {
            break;
        }
        if let Event::Text(words) | Event::Code(words) = event {
            text.push_str(words);
        } else if matches!(event, Event::SoftBreak | Event::HardBreak) {
            text.push(' ');
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `s-the-words`, then `s-the-words-2`; `s-4` for the fourth heading when its alphabet gives no slug.
fn unique_id(
    text: &str,
    position: usize,
    uses: &mut HashMap<String, u32>,
    taken: &mut HashSet<String>,
) -> String {
    let base = Slug::from_title(text).map_or_else(|| format!("s-{position}"), |slug| format!("s-{slug}"));
    loop {
        let count = uses.entry(base.clone()).and_modify(|count| *count += 1).or_insert(1);
        let id = if *count == 1 { base.clone() } else { format!("{base}-{count}") };
        if taken.insert(id.clone()) {
            return id;
        }
    }
}

/// Gives links to other sites `rel="noopener"`. The sanitiser checks the address afterwards.
fn open_link(event: Event<'_>) -> Event<'_> {
    let Event::Start(Tag::Link { dest_url, title, .. }) = &event else {
        return event;
    };
    if !is_external(dest_url) {
        return event;
    }
    let title =
        if title.is_empty() { String::new() } else { format!(" title=\"{}\"", attribute_value(title)) };
    Event::InlineHtml(format!("<a href=\"{}\"{title} rel=\"noopener\">", attribute_value(dest_url)).into())
}

fn is_external(url: &str) -> bool {
    let url = url.trim().to_ascii_lowercase();
    url.starts_with("http:") || url.starts_with("https:") || url.starts_with("//")
}

pub(super) fn attribute_value(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Says the alignment of table cells by attribute: a content security policy forbids inline styles.
/// The replaced text cannot come from the source, whose `<` is always escaped at this point.
fn align_cells(mut html: String) -> String {
    for cell in ["td", "th"] {
        for side in ["left", "center", "right"] {
            let style = format!("<{cell} style=\"text-align: {side}\">");
            if html.contains(&style) {
                html = html.replace(&style, &format!("<{cell} align=\"{side}\">"));
            }
        }
    }
    html
}

/// The last gate: whatever the steps before let through, only these tags, attributes and addresses remain.
fn sanitise(html: &str) -> String {
    let tags = [
        "a",
        "blockquote",
        "br",
        "code",
        "del",
        "div",
        "em",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "img",
        "li",
        "ol",
        "p",
        "picture",
        "pre",
        "source",
        "strong",
        "sup",
        "table",
        "tbody",
        "td",
        "th",
        "thead",
        "tr",
        "ul",
    ];
    let mut attributes: HashMap<&str, HashSet<&str>> = HashMap::from([
        ("a", HashSet::from(["href", "title"])),
        ("div", HashSet::from(["id"])),
        ("img", HashSet::from(["src", "alt", "title", "width", "height", "loading", "decoding"])),
        ("ol", HashSet::from(["start"])),
        ("source", HashSet::from(["type", "srcset", "sizes"])),
        ("sup", HashSet::from(["id"])),
        ("td", HashSet::from(["align"])),
        ("th", HashSet::from(["align"])),
    ]);
    for heading in ["h2", "h3", "h4", "h5", "h6"] {
        attributes.insert(heading, HashSet::from(["id"]));
    }
    ammonia::Builder::empty()
        .tags(HashSet::from(tags))
        .clean_content_tags(HashSet::from(["script", "style"]))
        .tag_attributes(attributes)
        .tag_attribute_values(HashMap::from([("a", HashMap::from([("rel", HashSet::from(["noopener"]))]))]))
        .allowed_classes(HashMap::from([
            ("div", HashSet::from(["footnote-definition", "footnotes"])),
            ("sup", HashSet::from(["footnote-reference", "footnote-definition-label"])),
        ]))
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(None)
        .clean(html)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(source: &str) -> String {
        to_html(source).html
    }

    #[test]
    fn the_highest_heading_becomes_h2_and_the_rest_follows() {
        assert_eq!(html("# A\n\n## B"), "<h2 id=\"s-a\">A</h2>\n<h3 id=\"s-b\">B</h3>\n");
        assert_eq!(html("## A\n\n### B"), "<h2 id=\"s-a\">A</h2>\n<h3 id=\"s-b\">B</h3>\n");
        assert_eq!(html("### A"), "<h2 id=\"s-a\">A</h2>\n");
        assert!(html("# A\n\n###### B").contains("<h6 id=\"s-b\">"));
    }

    #[test]
    fn heading_ids_are_unique_and_stable() {
        let ids = |source: &str| to_html(source).headings.into_iter().map(|h| h.id).collect::<Vec<_>>();

        let source = "## War *and* `peace`\n\n## Notes\n\n## Notes\n\n## Notes 2\n\n## Мир\n\n## …\n\n## 5";
        assert_eq!(
            ids(source),
            ["s-war-and-peace", "s-notes", "s-notes-2", "s-notes-2-2", "s-5", "s-6", "s-5-2"]
        );
        assert_eq!(ids(source), ids(source));
        assert_eq!(to_html(source).headings[0].text, "War and peace");
        assert_eq!(to_html(source).headings[0].level, 2);
    }

    #[test]
    fn curly_quotes_stay_and_straight_ones_become_curly() {
        assert_eq!(html("’single quotes’ ‘so’"), "<p>’single quotes’ ‘so’</p>\n");
        assert_eq!(html("\"double\" and 'single', don't"), "<p>“double” and ‘single’, don’t</p>\n");
        assert_eq!(html("\"Open, then\n\n\"closed.\""), "<p>“Open, then</p>\n<p>“closed.”</p>\n");
        assert_eq!(html("`'code'`"), "<p><code>'code'</code></p>\n");
    }

    #[test]
    fn tables_footnotes_and_strikethrough_work() {
        let table = html("| a | b |\n|---|--:|\n| 1 | 2 |");
        assert!(table.contains("<th align=\"right\">b</th>") && table.contains("<td align=\"right\">2</td>"));
        assert!(!table.contains("style"));

        let note = html("Text.[^x]\n\n[^x]: The note.");
        assert!(
            note.contains("<sup class=\"footnote-reference\" id=\"fnref-x\"><a href=\"#fn-x\">1</a></sup>"),
            "{note}"
        );
        assert!(note.contains("<div class=\"footnote-definition\" id=\"fn-x\">"), "{note}");

        assert!(html("~~old~~").contains("<del>old</del>"));
    }

    #[test]
    fn only_links_to_other_sites_are_marked() {
        assert_eq!(
            html("[a](https://example.org/?a=1&b=2 \"T\")"),
            "<p><a href=\"https://example.org/?a=1&amp;b=2\" title=\"T\" rel=\"noopener\">a</a></p>\n"
        );
        assert_eq!(html("[a](/donate)"), "<p><a href=\"/donate\">a</a></p>\n");
        assert_eq!(html("[a](//example.org)"), "<p><a href=\"//example.org\" rel=\"noopener\">a</a></p>\n");
        assert!(html("<https://example.org>").contains("rel=\"noopener\""));
        assert!(html("[a](mailto:a@example.org)").contains("href=\"mailto:a@example.org\""));
    }

    #[test]
    fn html_is_shown_as_text_and_comments_are_left_out() {
        assert_eq!(html("a <b>bold</b>"), "<p>a &lt;b&gt;bold&lt;/b&gt;</p>\n");
        assert_eq!(html("<div>\nx\n</div>"), "<p>&lt;div&gt;\nx\n&lt;/div&gt;</p>\n");
        assert_eq!(html("a <!-- check --> b"), "<p>a  b</p>\n");
        assert_eq!(html("<!-- check -->\n\nb"), "<p>b</p>\n");
        assert!(html("<!-- a --><script>x</script>").contains("&lt;script&gt;"));
    }

    /// Nothing in here may leave a tag or an address that runs.
    #[test]
    fn attacks_come_out_as_text() {
        let attacks = [
            "<script>alert(1)</script>",
            "<SCRIPT SRC=//evil.example></SCRIPT>",
            "a <img src=x onerror=alert(1)> b",
            "<svg onload=alert(1)>",
            "<svg><script>alert(1)</script></svg>",
            "<svg><a xlink:href=\"javascript:alert(1)\"><text>x</text></a></svg>",
            "<math><mi xlink:href=\"javascript:alert(1)\">x</mi></math>",
            "<iframe srcdoc=\"<script>alert(1)</script>\"></iframe>",
            "<a href=\"javascript:alert(1)\">x</a>",
            "<style>@import '//evil.example'</style>",
            "<base href=//evil.example>",
            "<form action=//evil.example><button>x</button></form>",
            "<!--><script>alert(1)</script>-->",
            "<!-- --!><script>alert(1)</script> -->",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](<java\tscript:alert(1)>)",
            "[x](java&#x0A;script:alert(1))",
            "[x](&#106;avascript:alert(1))",
            "[x](\u{1}javascript:alert(1))",
            "[x](vbscript:msgbox)",
            "[x](data:text/html;base64,PHNjcmlwdD4=)",
            "![x](data:image/svg+xml;base64,PHN2Zz4=)",
            "![x](javascript:alert(1))",
            "[x](https://a.example/\"onmouseover=\"alert(1))",
            "[x](https://a.example 'a\" onclick=\"alert(1)')",
            "![a\" onerror=\"alert(1)](x.png)",
            "<javascript:alert(1)>",
            "[x]: javascript:alert(1)\n\n[x]",
            "```\"><script>alert(1)</script>\nx\n```",
            "# a {onclick=alert(1)}",
            "[^\"><script>]: x\n\n[^\"><script>]",
            "| a |\n|--|\n| <script>alert(1)</script> |",
            "<td style=\"text-align: left\" onclick=alert(1)>",
            "<td style=\"text-align: left\">",
            "<p title=\"<td style=&quot;text-align: left&quot;>\">",
        ];
        let on_a_page = |source: &str| to_html_with(source, &Gallery::default()).html;
        for (attack, html) in
            attacks.into_iter().flat_map(|text| [(text, html(text)), (text, on_a_page(text))])
        {
            // Tags that the renderer may write; everything else must be escaped.
            for tag in html.split('<').skip(1) {
                let tag = tag.split('>').next().unwrap().to_lowercase();
                let name: String = tag.chars().take_while(|c| c.is_alphanumeric() || *c == '/').collect();
                let known =
                    ["p", "a", "img", "pre", "code", "h2", "sup", "div", "table", "thead", "tbody", "tr"];
                let known = known.contains(&name.trim_start_matches('/'))
                    || ["th", "/th", "td", "/td"].contains(&&*name);
                assert!(known, "{attack} → {html}");
                // Quoted values cannot end early: what is left outside of quotes are the names of attributes.
                let tag: String = tag.chars().filter(|c| !c.is_control()).collect();
                let outside: String = tag.split('"').step_by(2).collect();
                assert!(!outside.contains(" on"), "{attack} → {html}");
                for address in ["javascript:", "vbscript:", "data:"] {
                    assert!(!tag.contains(&format!("href=\"{address}")), "{attack} → {html}");
                    assert!(!tag.contains(&format!("src=\"{address}")), "{attack} → {html}");
                }
            }
        }
    }

    #[test]
    fn plain_text_has_only_the_words() {
        let source =
            "## Head\n\nOne *two* [three](/x) `four`\nfive.[^1]\n\n- six\n- seven\n\n<b>x</b>\n\n[^1]: Note.";

        assert_eq!(to_text(source), "Head One two three four five. six seven x");
    }

    #[test]
    fn excerpts_end_between_words() {
        assert_eq!(excerpt("One two three", 13), "One two three");
        assert_eq!(excerpt("One two, three", 12), "One two…");
        assert_eq!(excerpt("One two three", 8), "One two…");
        assert_eq!(excerpt("Überlänge", 5), "Über…");
        for max in 0..20 {
            assert!(excerpt("One two, three four", max).chars().count() <= max.max(1));
        }
    }
}
