//! The templates: embedded in the program, each of them replaceable by a file of the operator.

use crate::words::{Language, Variable, Words};
use minijinja::value::{Kwargs, Serde, ValueKind, merge_maps};
use minijinja::{AutoEscape, Environment, ErrorKind, HtmlEscape, UndefinedBehavior, Value};
use serde::Serialize;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

#[derive(rust_embed::Embed)]
#[folder = "src/render/templates/"]
struct Embedded;

/// A template that does not exist, is written wrongly, or misses a value.
#[derive(Debug, Clone, thiserror::Error)]
#[error("template {template}: {why}")]
pub struct RenderError {
    template: String,
    why: String,
}

/// What every page and letter knows about the site.
#[derive(Debug, Clone, Serialize)]
pub struct SiteMeta {
    /// Its name.
    pub name: String,
    /// Its base address.
    pub url: String,
}

/// The language a page or letter is in, as templates know it: `site.language`, `site.dir`, `site.languages`.
#[derive(Debug, Clone, Serialize)]
struct Spoken {
    name: String,
    url: String,
    language: String,
    dir: &'static str,
    languages: Vec<Offered>,
}

/// A language to switch to.
#[derive(Debug, Clone, Serialize)]
struct Offered {
    tag: String,
    name: String,
    dir: &'static str,
    current: bool,
}

/// What the head of a page says.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PageMeta {
    /// Title, without the name of the site.
    pub title: String,
    /// For search engines and link previews.
    pub description: Option<String>,
    /// Absolute address.
    pub canonical: Option<String>,
    /// Path, to mark the place in the navigation.
    pub path: String,
    /// `noindex` for private pages.
    pub robots: Option<&'static str>,
    /// What a link to the same page in another language keeps of the query: empty, or pairs that end in `&`.
    pub query: String,
    /// The frame on a page of another site, for a page that stands in one.
    pub frame: Option<Frame>,
    /// What other places show beside a link to it.
    pub picture: Option<Picture>,
    /// Whether all of it can be had in every language of the site, by `?lang=`; else it is one page in all of them.
    pub in_languages: bool,
    /// The same page in each language, for a page that can be had in them: filled in as it is rendered.
    pub alternates: Vec<Alternate>,
}

/// A picture of a page (`render::card`).
#[derive(Debug, Clone, Serialize)]
pub struct Picture {
    /// Absolute address.
    pub url: String,
    /// What it says.
    pub alt: String,
}

/// A page in another language.
#[derive(Debug, Clone, Serialize)]
pub struct Alternate {
    /// BCP 47, or `x-default`.
    pub language: String,
    /// Absolute address.
    pub url: String,
}

/// A frame on a page of another site: what leads on leads out of it.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Frame {
    /// Style sheet with its colours; none: those of the house.
    pub css: Option<String>,
    /// Origin of the page around it, which is told how tall the page is; none: nobody is told.
    pub parent: Option<String>,
}

/// Addresses of the style sheets, the script and the icon.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Assets {
    /// Style sheet.
    pub css: String,
    /// Style sheet of the office, over the first.
    pub desk_css: String,
    /// Script.
    pub js: String,
    /// Script of pages in a frame, beside the first.
    pub frame_js: String,
    /// Icon.
    pub icon: String,
}

/// Renders pages and letters. Cheap to clone.
#[derive(Clone)]
pub struct Templates {
    environment: Arc<Environment<'static>>,
    site: Arc<SiteMeta>,
    assets: Arc<Assets>,
    words: Words,
    language: Language,
    /// What every template may name: `site`, `assets`, `t`, `t_html`, in this language.
    globals: Value,
}

impl Templates {
    /// Templates for a site; files in `overrides` are used in place of the embedded ones of the same name. They
    /// speak the site's default language until told otherwise.
    pub fn new(site: SiteMeta, assets: Assets, overrides: Option<&Path>, words: Words) -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|name| {
            if Path::new(name).extension().is_some_and(|end| end == "txt") {
                AutoEscape::None
            } else {
                AutoEscape::Html
            }
        });
        let folder = overrides.map(Path::to_path_buf);
        environment.set_loader(move |name| Ok(load(folder.as_ref(), name)));
        let language = words.default_language().clone();
        let (site, assets) = (Arc::new(site), Arc::new(assets));
        let globals = globals(&site, &assets, &words, &language);
        Self { environment: Arc::new(environment), site, assets, words, language, globals }
    }

    /// The same templates in another language. Cheap.
    #[must_use]
    pub fn speaking(&self, language: &Language) -> Self {
        if *language == self.language {
            return self.clone();
        }
        let globals = globals(&self.site, &self.assets, &self.words, language);
        Self { language: language.clone(), globals, ..self.clone() }
    }

    /// The same templates in the offered language nearest to a tag, such as the one kept with a pledge.
    #[must_use]
    pub fn speaking_tag(&self, tag: &str) -> Self {
        self.speaking(self.words.language(tag))
    }

    /// The language of this copy.
    pub fn language(&self) -> &Language {
        &self.language
    }

    /// All languages of the site.
    pub fn words(&self) -> &Words {
        &self.words
    }

    /// Renders a page: the template's own values beside those of the site and the head.
    pub fn page(&self, template: &str, page: &PageMeta, body: impl Serialize) -> Result<String, RenderError> {
        let page = self.in_languages(page);
        let head = minijinja::context! { page => Serde(&page) };
        self.render(template, merge_maps([Value::from(Serde(body)), head, self.globals.clone()]))
    }

    /// A page that can be had in all languages has an address in each: the plain one is that of the first language.
    fn in_languages(&self, page: &PageMeta) -> PageMeta {
        let mut page = page.clone();
        let Some(url) = page.canonical.clone().filter(|_| page.in_languages) else { return page };
        let sign = if url.contains('?') { '&' } else { '?' };
        let address = |language: &Language| format!("{url}{sign}lang={}", language.tag());
        let others = self
            .words
            .offered()
            .iter()
            .map(|language| Alternate { language: language.tag().to_owned(), url: address(language) });
        let plain = Alternate { language: "x-default".to_owned(), url: url.clone() };
        page.alternates = std::iter::once(plain).chain(others).collect();
        if self.language != *self.words.default_language() {
            page.canonical = Some(address(&self.language));
        }
        page
    }

    /// Renders one part of a letter.
    pub fn letter(&self, template: &str, body: &impl Serialize) -> Result<String, RenderError> {
        self.render(template, merge_maps([Value::from(Serde(body)), self.globals.clone()]))
    }

    fn render(&self, template: &str, context: Value) -> Result<String, RenderError> {
        let failed =
            |error: minijinja::Error| RenderError { template: template.to_owned(), why: one_line(&error) };
        let rendered = self
            .environment
            .get_template(template)
            .and_then(|found| found.render(context))
            .map_err(failed)?;
        // The engine also escapes the slash, which is harmless in text and in quoted attributes: addresses stay
        // readable. Text that holds these very characters has its ampersand escaped and is not met.
        Ok(rendered.replace("&#x2f;", "/"))
    }

    /// Reads every template once, so that a mistake in an operator's file is known at the start and not when the
    /// page is asked for.
    pub fn check(&self) -> Result<(), RenderError> {
        for name in Self::names() {
            self.environment
                .get_template(&name)
                .map_err(|error| RenderError { template: name.clone(), why: one_line(&error) })?;
        }
        Ok(())
    }

    /// Every embedded template that can be rendered by itself.
    pub fn names() -> impl Iterator<Item = String> {
        Embedded::iter()
            .map(std::borrow::Cow::into_owned)
            .filter(|name| !name.ends_with("layout.html") && !name.ends_with("parts.html"))
    }

    /// An embedded template as it is written.
    pub(super) fn source(name: &str) -> Option<String> {
        load(None, name)
    }

    /// What the site is called and where it is.
    pub fn site(&self) -> &SiteMeta {
        &self.site
    }
}

/// What does not change from page to page in one language.
fn globals(site: &SiteMeta, assets: &Assets, words: &Words, language: &Language) -> Value {
    let offered = words.offered().iter().map(|one| Offered {
        tag: one.tag().to_owned(),
        name: one.own_name(),
        dir: one.dir().as_str(),
        current: one == language,
    });
    let spoken = Spoken {
        name: site.name.clone(),
        url: site.url.clone(),
        language: language.tag().to_owned(),
        dir: language.dir().as_str(),
        languages: offered.collect(),
    };
    let (plain, marked) = (language.clone(), language.clone());
    minijinja::context! {
        site => Value::from(Serde(&spoken)),
        assets => Value::from(Serde(assets)),
        // The engine escapes what comes back, the words and what was put in alike.
        t => Value::from_function(move |key: &str, told: Kwargs| said(&plain, key, &told, |text| text)),
        // For messages that hold markup: what is put in is escaped here, the words are trusted as templates are.
        t_html => Value::from_function(move |key: &str, told: Kwargs| {
            said(&marked, key, &told, |text| HtmlEscape(&text).to_string()).map(Value::from_safe_string)
        }),
    }
}

/// A message with its variables: whole numbers as numbers, everything else as text.
fn said(
    language: &Language,
    key: &str,
    told: &Kwargs,
    escape: impl Fn(String) -> String,
) -> Result<String, minijinja::Error> {
    if !language.knows(key) {
        return Err(minijinja::Error::new(
            ErrorKind::InvalidOperation,
            format!("there is no message {key:?}"),
        ));
    }
    let mut variables = Vec::new();
    for name in told.args() {
        let value: Value = told.get(name)?;
        let number = (value.kind() == ValueKind::Number).then(|| i64::try_from(value.clone()).ok()).flatten();
        let variable = match number {
            Some(number) => Variable::from(number),
            None if value.is_safe() => value.to_string().into(),
            None => escape(value.to_string()).into(),
        };
        variables.push((name, variable));
    }
    Ok(language.text(key, &variables))
}

/// What is wrong and where, without the picture of the source that the engine draws.
fn one_line(error: &minijinja::Error) -> String {
    error.to_string().lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

fn load(overrides: Option<&PathBuf>, name: &str) -> Option<String> {
    // Names come from our own code and from `extends` in the operator's files; none may leave the folder.
    let plain = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    let own = overrides.filter(|_| plain).and_then(|folder| std::fs::read_to_string(folder.join(name)).ok());
    own.or_else(|| Embedded::get(name).and_then(|file| String::from_utf8(file.data.into_owned()).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::own::OwnWords;

    const TAGS: [&str; 7] = ["en", "fr", "de", "es", "pt", "ru", "ar"];

    fn of_all(folder: Option<&Path>) -> Templates {
        let words = Words::load(&TAGS.map(str::to_owned), "en", (folder, &OwnWords::new())).unwrap();
        let site = SiteMeta { name: "Lantern".into(), url: "https://x".into() };
        Templates::new(site, Assets::default(), folder, words)
    }

    /// Each sample file holds a list of complete contexts, globals included.
    fn samples(template: &str) -> Vec<serde_json::Value> {
        let stem = template.strip_prefix("email/").map_or_else(
            || template.replace('/', "__"),
            |letter| format!("email__{}", letter.split('.').next().unwrap_or_default()),
        );
        let path = format!("{}/src/render/samples/{stem}.json", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&std::fs::read_to_string(&path).expect(&path)).expect(&path)
    }

    #[test]
    fn every_template_renders_with_every_sample() {
        let templates = of_all(None);
        let mut rendered = 0;
        for name in Templates::names() {
            for (sample, tag) in samples(&name).into_iter().flat_map(|s| TAGS.map(|tag| (s.clone(), tag))) {
                let templates = templates.speaking_tag(tag);
                let context = merge_maps([Value::from(Serde(&sample)), templates.globals.clone()]);
                let out = templates.render(&name, context).unwrap_or_else(|e| panic!("{e}"));
                assert!(!out.trim().is_empty(), "{name}");
                // In plain text it is only words.
                let is_plain = Path::new(&name).extension().is_some_and(|end| end == "txt");
                assert!(is_plain || !out.contains("<script>alert"), "{name}");
                assert!(!out.contains("&#x2f;"), "{name}");
                rendered += 1;
            }
        }
        assert!(rendered >= 30, "only {rendered} renders");
    }

    #[test]
    fn an_operator_s_file_takes_the_place_of_the_embedded_one() {
        let folder = std::env::temp_dir().join("mainstay-template-override");
        std::fs::create_dir_all(folder.join("email")).unwrap();
        std::fs::write(folder.join("email/refund.subject.txt"), "Own words for {{ site.name }}").unwrap();
        let templates = of_all(Some(&folder));
        let out = templates.letter("email/refund.subject.txt", &serde_json::json!({})).unwrap();
        assert_eq!(out, "Own words for Lantern");
        assert!(load(Some(&folder), "../../../etc/passwd").is_none());
    }
}
