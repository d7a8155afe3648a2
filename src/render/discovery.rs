//! How programs find the publication and follow it: feeds, the map of the site, rules for robots, structured data.

use crate::domain::article::ArticleDate;
use chrono::{NaiveDate, NaiveTime};
use minijinja::HtmlEscape;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Articles in a feed.
pub const ENTRIES_MAX: usize = 20;

/// A published article as programs are told of it. Undated ones are pages rather than news, and are not told of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Absolute address, which is its id too.
    pub url: String,
    /// Headline with its kicker.
    pub title: String,
    /// Plain text.
    pub summary: String,
    /// BCP 47.
    pub language: String,
    /// In the order to print them.
    pub authors: Vec<String>,
    /// When it was published, as exactly as is known.
    pub date: ArticleDate,
}

/// What feeds say of the publication itself.
#[derive(Debug, Clone, Copy)]
pub struct Channel<'a> {
    /// The publication's name, or what of it the feed tells of.
    pub name: &'a str,
    /// Absolute address of the publication, without a slash at its end.
    pub url: &'a str,
    /// Path of the page that a feed belongs to, without a slash at its end: empty for the publication's own.
    pub path: &'a str,
    /// BCP 47.
    pub language: &'a str,
    /// Each with its whole text, in which addresses are absolute; newest first.
    pub entries: &'a [(Entry, String)],
}

impl Channel<'_> {
    /// Absolute address of the page that it belongs to.
    fn home(&self) -> String {
        format!("{}{}", self.url, if self.path.is_empty() { "/" } else { self.path })
    }

    /// Absolute address of a feed.
    fn feed(&self, file: &str) -> String {
        format!("{}{}/{file}", self.url, self.path)
    }
}

/// What is told of an article beside its text.
#[derive(Debug, Clone, Copy)]
pub struct About<'a> {
    /// Absolute address of its picture.
    pub picture_url: &'a str,
    /// How many comments are shown; none: it has none.
    pub comments: Option<usize>,
    /// Absolute address at which it asks for support; none: it does not.
    pub donate_url: Option<&'a str>,
}

/// A page on the map of the site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Absolute address.
    pub url: String,
    /// When it was published, where that is known.
    pub date: Option<ArticleDate>,
    /// Languages in which it can be had by `?lang=`; empty for one that is in its own language alone.
    pub languages: Vec<String>,
}

/// An Atom feed (RFC 4287).
pub fn atom(channel: &Channel<'_>) -> String {
    let (name, home, own) = (xml(channel.name), xml(&channel.home()), xml(&channel.feed("feed.xml")));
    let mut feed = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"{}\">\n\
         <id>{home}</id>\n<title>{name}</title>\n<updated>{}</updated>\n\
         <link rel=\"self\" type=\"application/atom+xml\" href=\"{own}\"/>\n<link rel=\"alternate\" href=\"{home}\"/>\n",
        xml(channel.language),
        rfc3339(newest(channel)),
    );
    for (entry, html) in channel.entries {
        let (url, date) = (xml(&entry.url), rfc3339(first_day(entry.date)));
        let authors =
            if entry.authors.is_empty() { vec![channel.name.to_owned()] } else { entry.authors.clone() };
        let authors: Vec<String> =
            authors.iter().map(|author| format!("<author><name>{}</name></author>\n", xml(author))).collect();
        let authors = authors.concat();
        // Writing to a String cannot fail.
        let _ = write!(
            feed,
            "<entry xml:lang=\"{}\">\n<id>{url}</id>\n<title>{}</title>\n<published>{date}</published>\n\
             <updated>{date}</updated>\n{authors}<link rel=\"alternate\" href=\"{url}\"/>\n<summary>{}</summary>\n\
             <content type=\"html\">{}</content>\n</entry>\n",
            xml(&entry.language),
            xml(&entry.title),
            xml(&entry.summary),
            xml(html),
        );
    }
    feed.push_str("</feed>\n");
    feed
}

/// An RSS 2.0 feed, for readers that know no other.
pub fn rss(channel: &Channel<'_>) -> String {
    let (name, home, own) = (xml(channel.name), xml(&channel.home()), xml(&channel.feed("rss.xml")));
    let mut feed = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <rss version=\"2.0\" xmlns:atom=\"http://www.w3.org/2005/Atom\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:content=\"http://purl.org/rss/1.0/modules/content/\">\n<channel>\n<title>{name}</title>\n<link>{home}</link>\n\
         <description>{name}</description>\n<language>{}</language>\n\
         <atom:link rel=\"self\" type=\"application/rss+xml\" href=\"{own}\"/>\n",
        xml(channel.language),
    );
    for (entry, html) in channel.entries {
        let url = xml(&entry.url);
        let creator = |author: &String| format!("<dc:creator>{}</dc:creator>\n", xml(author));
        let authors = entry.authors.iter().map(creator).collect::<Vec<String>>().concat();
        let _ = write!(
            feed,
            "<item>\n<guid isPermaLink=\"true\">{url}</guid>\n<link>{url}</link>\n<title>{}</title>\n\
             <pubDate>{}</pubDate>\n{authors}<description>{}</description>\n<content:encoded>{}</content:encoded>\n</item>\n",
            xml(&entry.title),
            first_day(entry.date).and_time(NaiveTime::MIN).and_utc().to_rfc2822(),
            xml(&entry.summary),
            xml(html),
        );
    }
    feed.push_str("</channel>\n</rss>\n");
    feed
}

/// A JSON Feed, version 1.1.
pub fn json_feed(channel: &Channel<'_>) -> String {
    let items: Vec<Value> = channel
        .entries
        .iter()
        .map(|(entry, html)| {
            let authors: Vec<Value> = entry.authors.iter().map(|author| json!({ "name": author })).collect();
            json!({
                "id": entry.url, "url": entry.url, "title": entry.title, "summary": entry.summary,
                "content_html": html, "date_published": rfc3339(first_day(entry.date)),
                "language": entry.language, "authors": authors,
            })
        })
        .collect();
    json!({
        "version": "https://jsonfeed.org/version/1.1", "title": channel.name,
        "home_page_url": channel.home(), "feed_url": channel.feed("feed.json"),
        "language": channel.language, "items": items,
    })
    .to_string()
}

/// The map of the site (sitemaps.org), with the languages of each page.
pub fn sitemap(places: &[Place]) -> String {
    let mut map = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
         xmlns:xhtml=\"http://www.w3.org/1999/xhtml\">\n",
    );
    for place in places {
        let url = xml(&place.url);
        let _ = write!(map, "<url><loc>{url}</loc>");
        if let Some(date) = place.date {
            let _ = write!(map, "<lastmod>{}</lastmod>", date.iso());
        }
        if !place.languages.is_empty() {
            let _ = write!(map, "<xhtml:link rel=\"alternate\" hreflang=\"x-default\" href=\"{url}\"/>");
        }
        for language in &place.languages {
            let tag = xml(language);
            let _ =
                write!(map, "<xhtml:link rel=\"alternate\" hreflang=\"{tag}\" href=\"{url}?lang={tag}\"/>");
        }
        map.push_str("</url>\n");
    }
    map.push_str("</urlset>\n");
    map
}

/// What robots are asked to leave alone, and where the map is.
pub fn robots(url: &str) -> String {
    const PRIVATE: [&str; 7] = ["/account", "/admin", "/api/", "/go/", "/move/", "/sandbox/", "/thanks/"];
    let rules = PRIVATE.map(|path| format!("Disallow: {path}\n")).concat();
    format!("User-agent: *\n{rules}\nSitemap: {url}/sitemap.xml\n")
}

/// What search engines are told of an article, as an element of its head: who wrote what when, and, where it asks for
/// support, how that is given.
pub fn structured_html(channel: &Channel<'_>, entry: &Entry, about: &About<'_>) -> String {
    let authors: Vec<Value> =
        entry.authors.iter().map(|author| json!({ "@type": "Person", "name": author })).collect();
    let publisher = publisher(channel.name, channel.url);
    let mut told = json!({
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": entry.title,
        "description": entry.summary, "datePublished": entry.date.iso(), "inLanguage": entry.language,
        "url": entry.url, "mainEntityOfPage": entry.url, "isAccessibleForFree": true, "publisher": publisher,
        "image": [about.picture_url],
    });
    if let Some(fields) = told.as_object_mut() {
        if !authors.is_empty() {
            fields.insert("author".to_owned(), authors.into());
        }
        if let Some(count) = about.comments {
            fields.insert("commentCount".to_owned(), count.into());
        }
        if let Some(target) = about.donate_url {
            let action = json!({ "@type": "DonateAction", "target": target, "recipient": publisher });
            fields.insert("potentialAction".to_owned(), action);
        }
    }
    element(&told)
}

/// Where an article stands, from the front page down: names and addresses, as an element of its head.
pub fn trail_html(trail: &[(&str, &str)]) -> String {
    let place = |(number, (name, url)): (usize, &(&str, &str))| json!({ "@type": "ListItem", "position": number, "name": name, "item": url });
    let places: Vec<Value> = (1..).zip(trail).map(place).collect();
    element(&json!({
        "@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": places,
    }))
}

/// What search engines are told of the page on which is given: for what, to whom and where.
pub fn donation_html(channel: &Channel<'_>, (title, summary): (&str, &str), url: &str) -> String {
    let target = json!({ "@type": "EntryPoint", "urlTemplate": url });
    element(&json!({
        "@context": "https://schema.org", "@type": "DonateAction", "name": title, "description": summary,
        "inLanguage": channel.language, "recipient": publisher(channel.name, channel.url), "target": target,
    }))
}

fn publisher(name: &str, url: &str) -> Value {
    json!({ "@type": "NewsMediaOrganization", "name": name, "url": format!("{url}/") })
}

/// Data in an element of its own. A tag is the one way out of it.
fn element(data: &Value) -> String {
    let text = data.to_string().replace('<', "\\u003c");
    format!("<script type=\"application/ld+json\">{text}</script>")
}

/// HTML in which addresses of this site, and those within its `page`, are whole, as it leaves the site.
pub fn absolute(html: &str, url: &str, page: &str) -> String {
    let html = html.replace(" href=\"#", &format!(" href=\"{page}#"));
    let whole = |html: &str, attribute: &str| {
        let (ours, theirs) = (format!(" {attribute}=\"/"), format!(" {attribute}=\"{url}//"));
        html.replace(&ours, &format!(" {attribute}=\"{url}/")).replace(&theirs, &format!(" {attribute}=\"//"))
    };
    whole(&whole(&html, "href"), "src")
}

fn newest(channel: &Channel<'_>) -> NaiveDate {
    channel.entries.iter().map(|(entry, _)| first_day(entry.date)).max().unwrap_or_default()
}

/// The first day of a year or a month, where no more is known.
fn first_day(date: ArticleDate) -> NaiveDate {
    NaiveDate::from_ymd_opt(date.year, date.month.unwrap_or(1), date.day.unwrap_or(1)).unwrap_or_default()
}

fn rfc3339(day: NaiveDate) -> String {
    format!("{day}T00:00:00Z")
}

/// Text in XML: markup is escaped, and what XML cannot hold at all is left out.
pub(super) fn xml(text: &str) -> String {
    let can_stand = |c: &char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    let held: String =
        text.chars().filter(can_stand).filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}')).collect();
    // A slash needs no escape in XML, and addresses are read by people, too.
    HtmlEscape(&held).to_string().replace("&#x2f;", "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry() -> Entry {
        Entry {
            url: "https://lantern.example/articles/a".to_owned(),
            title: "Ink & <paper>\u{b}".to_owned(),
            summary: "S".to_owned(),
            language: "en".to_owned(),
            authors: vec!["Ann \"A\" Reader".to_owned()],
            date: ArticleDate::parse("2003-03").unwrap(),
        }
    }

    fn channel(entries: &[(Entry, String)]) -> Channel<'_> {
        Channel { name: "The Lantern", url: "https://lantern.example", path: "", language: "en", entries }
    }

    #[test]
    fn what_is_markup_in_a_title_is_text_in_a_feed() {
        let entries = [(entry(), "<p>\"x\"</p>".to_owned())];
        for feed in [atom(&channel(&entries)), rss(&channel(&entries))] {
            assert!(feed.contains("<title>Ink &amp; &lt;paper&gt;</title>"), "{feed}");
            assert!(feed.contains("&lt;p&gt;&quot;x&quot;&lt;/p&gt;"), "{feed}");
        }
        let told: Value = serde_json::from_str(&json_feed(&channel(&entries))).unwrap();
        assert_eq!(told["items"][0]["title"], "Ink & <paper>\u{b}");
        assert_eq!(told["items"][0]["date_published"], "2003-03-01T00:00:00Z");
    }

    #[test]
    fn a_feed_of_nothing_is_a_feed() {
        assert!(atom(&channel(&[])).contains("<updated>1970-01-01T00:00:00Z</updated>"));
        assert!(rss(&channel(&[])).ends_with("</channel>\n</rss>\n"));
    }

    #[test]
    fn nothing_leaves_the_element_of_structured_data() {
        let about = About { picture_url: "https://x.example/card.png", comments: Some(2), donate_url: None };
        let html =
            structured_html(&channel(&[]), &Entry { title: "</script><b>".to_owned(), ..entry() }, &about);
        assert_eq!(html.matches('<').count(), 2, "{html}");
        let text = html.split_once('>').unwrap().1.rsplit_once("</").unwrap().0;
        let about: Value = serde_json::from_str(text).unwrap();
        assert_eq!(about["headline"], "</script><b>");
        assert_eq!(about["author"][0]["name"], "Ann \"A\" Reader");
        assert!(about.get("potentialAction").is_none());
        assert_eq!(
            (&about["image"][0], &about["commentCount"]),
            (&"https://x.example/card.png".into(), &2.into())
        );

        let trail = trail_html(&[("Lantern", "https://x.example/"), ("</script>", "https://x.example/a")]);
        assert_eq!(trail.matches('<').count(), 2, "{trail}");
        assert!(trail.contains("\"position\":2"), "{trail}");
        let giving = donation_html(&channel(&[]), ("Press <fund>", "Ink"), "https://x.example/donate");
        assert_eq!(giving.matches('<').count(), 2, "{giving}");
        assert!(giving.contains("\"@type\":\"DonateAction\""), "{giving}");
    }

    #[test]
    fn addresses_of_this_site_are_whole_where_they_leave_it() {
        let html = "<a href=\"/x\">x</a> <img src=\"/y\"> <a href=\"//other.example/\">z</a> <a href=\"https://q.example/\">q</a> <a href=\"#fn-1\">1</a>";
        let whole = absolute(html, "https://lantern.example", "https://lantern.example/articles/a");
        assert!(whole.contains("href=\"https://lantern.example/articles/a#fn-1\""), "{whole}");
        assert_eq!(whole.matches("https://lantern.example/").count(), 3, "{whole}");
        assert!(whole.contains("href=\"//other.example/\"") && whole.contains("href=\"https://q.example/\""));
    }

    #[test]
    fn each_language_of_a_page_is_on_the_map() {
        let place = Place {
            url: "https://lantern.example/donate".to_owned(),
            date: ArticleDate::parse("2003-03").ok(),
            languages: vec!["en".to_owned(), "ar".to_owned()],
        };
        let map = sitemap(&[place]);
        assert!(map.contains("<lastmod>2003-03</lastmod>"), "{map}");
        assert_eq!(map.matches("hreflang=").count(), 3, "and the one for everybody else");
    }
}
