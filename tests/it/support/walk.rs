//! Somebody who follows every link that they are shown.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use reqwest::{Method, StatusCode};

use super::client::{Answer, Client};

/// A walk in one browser, from page to page. Pages of one kind, such as those about one donation each, are alike: a few of
/// each kind are seen.
pub(crate) struct Walk {
    client: Client,
    site: String,
    cookie: String,
    /// Most pages of one kind.
    of_a_kind: usize,
    /// Most pages below one place: a site has thousands of texts, each with a page of its own.
    below_a_place: usize,
}

/// What was seen, by address.
pub(crate) type Seen = BTreeMap<String, Answer>;

impl Walk {
    pub(crate) fn new(client: Client, site: &str, cookie: &str) -> Self {
        Self { client, site: site.to_owned(), cookie: cookie.to_owned(), of_a_kind: 3, below_a_place: 15 }
    }

    /// Every page that can be reached from these, with where each redirect leads.
    pub(crate) async fn from(&self, start: &[&str]) -> Seen {
        let mut seen = Seen::new();
        let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut waiting: VecDeque<String> = start.iter().map(|path| (*path).to_owned()).collect();
        while let Some(path) = waiting.pop_front() {
            let of_its_kind = kinds.entry(kind(&path)).or_default();
            if seen.contains_key(&path) || *of_its_kind >= self.of_a_kind {
                continue;
            }
            if let Some(place) = place(&path) {
                let below_it = places.entry(place).or_default();
                if *below_it >= self.below_a_place {
                    continue;
                }
                *below_it += 1;
            }
            *of_its_kind += 1;
            let request = self.client.request(Method::GET, &path).header("cookie", &self.cookie);
            let answer = self.client.send(request).await;
            if answer.status == StatusCode::SEE_OTHER {
                waiting.extend(self.inside(answer.header("location")));
            }
            if answer.header("content-type").starts_with("text/html") {
                waiting.extend(links(&answer.text()).iter().filter_map(|link| self.inside(link)));
            }
            seen.insert(path, answer);
        }
        seen
    }

    /// The path of a link that stays on the site, without the place on the page.
    fn inside(&self, link: &str) -> Option<String> {
        let link = link.split('#').next().unwrap();
        let path = link.strip_prefix(&self.site).unwrap_or(link);
        (path.starts_with('/') && !path.starts_with("//")).then(|| path.to_owned())
    }
}

/// What the page links to.
fn links(page: &str) -> BTreeSet<String> {
    let parts = page.split(" href=\"").skip(1).map(|part| part.split_once('"').unwrap().0);
    parts.map(|link| link.replace("&amp;", "&")).collect()
}

/// What a page is one of: its path without ids, and the names of what is asked of it.
fn kind(path: &str) -> String {
    let (path, query) = path.split_once('?').unwrap_or((path, ""));
    let is_id = |part: &&str| part.chars().filter(char::is_ascii_digit).count() >= 4;
    let parts: Vec<&str> = path.split('/').map(|part| if is_id(&part) { "*" } else { part }).collect();
    let names: BTreeSet<&str> =
        query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")).0).collect();
    format!("{} {names:?}", parts.join("/"))
}

/// What a page of the office lies below, if it lies two steps below something: the texts of all languages below the wording.
fn place(path: &str) -> Option<String> {
    let (path, _query) = path.split_once('?').unwrap_or((path, ""));
    let parts: Vec<&str> = path.split('/').collect();
    (parts.len() > 4).then(|| parts[..3].join("/"))
}

#[test]
fn pages_about_one_thing_each_are_of_one_kind() {
    let one = kind("/admin/donations/don_01KAX00000000000000000000A?done=x&order=largest");
    assert_eq!(one, kind("/admin/donations/don_01KBX00000000000000000000B?order=newest&done=y"));
    assert_ne!(one, kind("/admin/donations/don_01KBX00000000000000000000B"));
    assert_ne!(kind("/articles/a"), kind("/articles/b"));
    assert_eq!(place("/admin/wording/de/letter-dear?done=x"), place("/admin/wording/fr/letter-hello"));
    assert_eq!(place("/admin/reports/timeline"), None);
}
