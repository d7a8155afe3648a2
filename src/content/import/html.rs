//! Saved web pages: the article's part of the page, converted to Markdown. The only place that names htmd.

use std::sync::{Arc, Mutex, PoisonError};

use htmd::element_handler::Handlers;
use htmd::{Element, HtmlToMarkdown, HtmlToMarkdownBuilder};

use super::markdown_file::take_first_heading;
use super::plain_text::APPEAL_CHARS_MAX;
use super::{Draft, ImportError, ImportedAppeal, recognise};
use crate::content::markdown;

/// Deepest nesting of elements that is read. Browsers stop at 512; the converter calls itself once per level.
const DEPTH_MAX: usize = 512;

/// Parts of a page that are never its text.
const SKIPPED: [&str; 22] = [
    "script", "style", "noscript", "template", "nav", "form", "button", "input", "select", "textarea",
    "label", "fieldset", "iframe", "object", "embed", "svg", "canvas", "dialog", "footer", "audio", "video",
    "map",
];

/// What the handlers collect while the page is walked.
#[derive(Default)]
struct Page {
    title: String,
    headings: Vec<String>,
    articles: Vec<String>,
    main: Option<String>,
    language: Option<String>,
    meta: Vec<(String, String)>,
    time: Option<String>,
}

impl Page {
    fn meta(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| {
            let (_name, content) = self.meta.iter().find(|(found, _content)| found == name)?;
            Some(content.trim().to_owned()).filter(|content| !content.is_empty())
        })
    }
}

/// Reads a page: the longest `<article>`, else `<main>`, else the body.
pub(super) fn read(html: &str, file_name: &str) -> Result<Draft, ImportError> {
    if depth(html) > DEPTH_MAX {
        return Err(ImportError::TooDeep { file: file_name.to_owned() });
    }
    let page = Arc::new(Mutex::new(Page::default()));
    let whole = converter(&page)
        .convert(html)
        .map_err(|source| ImportError::Io { path: file_name.into(), source })?;
    let page = std::mem::take(&mut *page.lock().unwrap_or_else(PoisonError::into_inner));
    Ok(draft_of(&page, &whole))
}

/// The Markdown of a part of a page, all of which is text. `name` stands in the message.
pub(super) fn part(html: &str, name: &str) -> Result<String, ImportError> {
    if depth(html) > DEPTH_MAX {
        return Err(ImportError::TooDeep { file: name.to_owned() });
    }
    let whole = converter(&Arc::default()).convert(html);
    let whole = whole.map_err(|source| ImportError::Io { path: name.into(), source })?;
    Ok(whole.trim().to_owned())
}

fn draft_of(page: &Page, whole: &str) -> Draft {
    let mut draft = Draft::default();
    let longest = page.articles.iter().max_by_key(|article| article.len());
    // A page of teasers has many small articles; then the text around them is meant.
    let around = page.main.as_deref().unwrap_or(whole);
    let chosen = longest.filter(|article| article.len() * 3 > around.len()).map_or(around, String::as_str);
    let (heading, body) = take_first_heading(chosen);

    let site = page.meta(&["og:site_name"]);
    let headline = heading
        .or_else(|| page.headings.first().map(|heading| markdown::to_text(heading)))
        .or_else(|| page.meta(&["og:title"]))
        .unwrap_or_else(|| without_site(&page.title, site.as_deref()));
    match recognise::kicker(&headline) {
        Some((kicker, title)) => {
            draft.kicker = Some(kicker.to_owned());
            title.clone_into(&mut draft.title);
        }
        None => draft.title = headline,
    }
    draft.standfirst = page.meta(&["og:description", "description"]);
    draft.language.clone_from(&page.language);
    draft.authors = page
        .meta(&["author", "article:author"])
        .filter(|author| !author.starts_with("http"))
        .map(|author| recognise::byline(&format!("By {author}")).unwrap_or_else(|| vec![author]))
        .unwrap_or_default();
    let published = page.meta(&["article:published_time", "date", "dc.date"]).or_else(|| page.time.clone());
    draft.date = published.as_deref().and_then(recognise::date);
    draft.language = draft.language.take().map(|tag| tag.replace('_', "-"));
    sort_blocks(&body, &mut draft);
    draft
}

/// Drops the page's furniture and cuts the appeal off, block by block.
fn sort_blocks(body: &str, draft: &mut Draft) {
    let blocks = blocks_of(body);
    let mut kept: Vec<&str> = Vec::new();
    let mut dropped = Vec::new();
    for block in blocks {
        let text = markdown::to_text(block);
        if recognise::is_furniture(&text) {
            dropped.push(format!("“{text}”"));
        } else if draft.standfirst.as_deref() != Some(text.as_str()) {
            kept.push(block);
        }
    }
    if !dropped.is_empty() {
        draft.notes.push(format!("left out as parts of a web page: {}", dropped.join(", ")));
    }
    let half = kept.len() / 2;
    let appeal_at = kept.iter().enumerate().skip(half.max(1)).find_map(|(index, block)| {
        let is_heading = block.starts_with('#') || block.starts_with("**");
        (is_heading && recognise::is_appeal_heading(&markdown::to_text(block))).then_some(index)
    });
    let is_short = |at: &usize| {
        let bytes: usize = kept.iter().skip(at + 1).map(|block| block.len()).sum();
        (1..=APPEAL_CHARS_MAX).contains(&bytes)
    };
    if let Some(at) = appeal_at.filter(is_short) {
        let tail = kept.split_off(at);
        if let Some((heading, body)) = tail.split_first() {
            draft.appeal =
                Some(ImportedAppeal { heading: markdown::to_text(heading), body: body.join("\n\n") });
            draft.notes.push("an appeal was found below the article; read it once".to_owned());
        }
    }
    draft.body = kept.join("\n\n");
    let pictures = draft.body.matches("![").count();
    if pictures > 0 {
        draft.notes.push(format!("pictures that are still loaded from the page they came from: {pictures}"));
    }
}

/// Markdown cut at empty lines, but not inside fenced code.
fn blocks_of(body: &str) -> Vec<&str> {
    let mut blocks = Vec::new();
    let (mut start, mut offset, mut inside_code) = (0, 0, false);
    for line in body.split_inclusive('\n') {
        if line.trim_start().starts_with("```") {
            inside_code = !inside_code;
        }
        offset += line.len();
        if line.trim().is_empty() && !inside_code {
            blocks.push(body.get(start..offset).unwrap_or_default());
            start = offset;
        }
    }
    blocks.push(body.get(start..).unwrap_or_default());
    // Leading spaces carry the nesting of lists.
    blocks.into_iter().map(str::trim_end).filter(|block| !block.trim().is_empty()).collect()
}

/// "Bread | The Paper" without the name of the paper.
fn without_site(title: &str, site: Option<&str>) -> String {
    let title = title.trim();
    for mark in [" | ", " – ", " — ", " - ", " « ", " :: "] {
        if let Some((head, tail)) = title.rsplit_once(mark)
            && (site == Some(tail.trim()) || (site.is_none() && mark == " | "))
        {
            return head.trim().to_owned();
        }
    }
    title.to_owned()
}

fn converter(page: &Arc<Mutex<Page>>) -> HtmlToMarkdown {
    let options = htmd::options::Options {
        bullet_list_marker: htmd::options::BulletListMarker::Dash,
        ul_bullet_spacing: 1,
        ol_number_spacing: 1,
        hr_style: htmd::options::HrStyle::Dashes,
        br_style: htmd::options::BrStyle::Backslash,
        ..Default::default()
    };
    let builder = HtmlToMarkdown::builder().options(options).skip_tags(SKIPPED.to_vec());
    read_head(read_body(builder, page), page).build()
}

/// Notes the parts of the text by which the article is found, and leaves them in place.
fn read_body(builder: HtmlToMarkdownBuilder, page: &Arc<Mutex<Page>>) -> HtmlToMarkdownBuilder {
    let (heading, article) = (Arc::clone(page), Arc::clone(page));
    let (main, time) = (Arc::clone(page), Arc::clone(page));
    builder
        .add_handler(vec!["h1"], move |handlers: &dyn Handlers, element: Element<'_>| {
            let result = handlers.fallback(element)?;
            with(&heading, |page| page.headings.push(result.content.clone()));
            Some(result)
        })
        .add_handler(vec!["article"], move |handlers: &dyn Handlers, element: Element<'_>| {
            let result = handlers.fallback(element)?;
            with(&article, |page| page.articles.push(result.content.trim().to_owned()));
            Some(result)
        })
        .add_handler(vec!["main"], move |handlers: &dyn Handlers, element: Element<'_>| {
            let result = handlers.fallback(element)?;
            with(&main, |page| page.main = Some(result.content.trim().to_owned()));
            Some(result)
        })
        .add_handler(vec!["time"], move |handlers: &dyn Handlers, element: Element<'_>| {
            let date = attribute(&element, "datetime");
            with(&time, |page| page.time = page.time.take().or(date));
            Some(handlers.walk_children(element.node))
        })
}

/// Notes what the page says about itself.
fn read_head(builder: HtmlToMarkdownBuilder, page: &Arc<Mutex<Page>>) -> HtmlToMarkdownBuilder {
    let (title, html, meta) = (Arc::clone(page), Arc::clone(page), Arc::clone(page));
    builder
        .add_handler(vec!["title"], move |handlers: &dyn Handlers, element: Element<'_>| {
            let words = markdown::to_text(&handlers.walk_children(element.node).content);
            with(&title, |page| page.title = words);
            None
        })
        .add_handler(vec!["html"], move |handlers: &dyn Handlers, element: Element<'_>| {
            let language = attribute(&element, "lang");
            with(&html, |page| page.language = language);
            handlers.fallback(element)
        })
        .add_handler(vec!["meta"], move |_handlers: &dyn Handlers, element: Element<'_>| {
            let name =
                attribute(&element, "property").or_else(|| attribute(&element, "name"))?.to_lowercase();
            let content = attribute(&element, "content")?;
            with(&meta, |page| page.meta.push((name, content)));
            None
        })
}

fn with(page: &Mutex<Page>, change: impl FnOnce(&mut Page)) {
    change(&mut page.lock().unwrap_or_else(PoisonError::into_inner));
}

fn attribute(element: &Element<'_>, name: &str) -> Option<String> {
    element.attrs.iter().find(|found| &*found.name.local == name).map(|found| found.value.to_string())
}

/// A rough upper bound of how deeply elements are nested. Elements that HTML closes by itself are not counted.
fn depth(html: &str) -> usize {
    const SELF_CLOSED: [&str; 25] = [
        "area", "base", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "link", "meta",
        "option", "p", "param", "source", "tbody", "td", "th", "thead", "tr", "track", "wbr", "body",
    ];
    let (mut open, mut deepest) = (0_usize, 0);
    for tag in html.split('<').skip(1) {
        if tag.starts_with('/') {
            open = open.saturating_sub(1);
            continue;
        }
        let name: String =
            tag.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
        if !name.is_empty() && !SELF_CLOSED.contains(&name.as_str()) {
            open += 1;
            deepest = deepest.max(open);
        }
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<!DOCTYPE html><html lang=en_GB><head><title>Bread | The Paper</title>\
        <meta property='og:description' content='What bread is.'><meta name=author content='Ann Lee and Bo Ek'>\
        <script>alert('x')</script><style>p{}</style></head><body>\
        <nav><a href='/'>Home</a></nav><header>The Paper</header>\
        <main><article><h1>Review: On <em>bread</em></h1><time datetime='2003-03-05T10:00:00Z'>5 March</time>\
        <p>Bread is <b>old</b> &amp; ’good’; <a href='https://example.org/'>see</a> 2 * 3.</p>\
        <h2>The oven</h2><ul><li>one<li>two</ul>\
        <blockquote><p>Old as <i>fire</i>.</p></blockquote><p onclick='x()'>Last.</p>\
        <h3>Appeal to our readers</h3><p>Please give.</p><p>Be the first to comment</p>\
        <form><label>E-mail</label><input><button>Send</button></form><svg><text>x</text></svg></article></main>\
        <footer>Imprint</footer></body></html>";

    #[test]
    fn the_article_of_a_page_is_found() {
        let draft = read(PAGE, "a.html").unwrap();

        assert_eq!((draft.kicker.as_deref(), draft.title.as_str()), (Some("Review"), "On bread"));
        assert_eq!(draft.standfirst.as_deref(), Some("What bread is."));
        assert_eq!(draft.authors, ["Ann Lee", "Bo Ek"]);
        assert_eq!(draft.date.unwrap().iso(), "2003-03-05");
        assert_eq!(draft.language.as_deref(), Some("en-GB"));
        for part in [
            "Bread is **old** & ’good’; [see](https://example.org/) 2 \\* 3.",
            "## The oven",
            "- one\n- two",
            "> Old as *fire*.",
            "Last.",
        ] {
            assert!(draft.body.contains(part), "{part} in {}", draft.body);
        }
        for part in
            ["alert", "p{}", "Home", "The Paper", "Imprint", "Send", "E-mail", "first to comment", "onclick"]
        {
            assert!(!draft.body.contains(part), "{part} in {}", draft.body);
        }
        let appeal = draft.appeal.unwrap();
        assert_eq!(
            (appeal.heading.as_str(), appeal.body.as_str()),
            ("Appeal to our readers", "Please give.")
        );
    }

    #[test]
    fn titles_are_found_where_they_are() {
        let title = |html: &str| read(html, "a.html").unwrap().title;

        assert_eq!(title("<title>Bread | The Paper</title><p>Text."), "Bread");
        assert_eq!(title("<title>Bread - a history</title><p>Text."), "Bread - a history");
        assert_eq!(
            title("<meta property=og:site_name content=Paper><title>Bread - Paper</title><p>Text."),
            "Bread"
        );
        assert_eq!(title("<title>x</title><meta property='og:title' content='Bread'><p>Text."), "Bread");
        assert_eq!(title("<title>x</title><h1>Bread</h1><main><p>Text.</main>"), "Bread");
        assert_eq!(title("<p>Text."), "");
    }

    #[test]
    fn hostile_pages_come_out_harmless() {
        let deep = "<div>".repeat(5000);
        assert!(matches!(read(&deep, "a.html"), Err(ImportError::TooDeep { .. })));
        assert!(read(&"<p>x".repeat(5000), "a.html").is_ok());

        let draft =
            read("<h1>A</h1><p>&lt;script&gt;x&lt;/script&gt; <a href='javascript:x()'>y</a>", "a").unwrap();
        let html = markdown::to_html(&draft.body).html;
        assert!(!html.contains("<script") && !html.contains("javascript:"), "{html}");
    }

    #[test]
    fn pictures_are_noted() {
        let draft =
            read("<h1>A</h1><p><img src='https://example.org/a.png' alt='An oven'></p>", "a").unwrap();

        assert!(draft.body.contains("![An oven](https://example.org/a.png)"), "{}", draft.body);
        assert!(draft.notes[0].ends_with(": 1"));
    }
}
