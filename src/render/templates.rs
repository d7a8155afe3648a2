//! The templates: embedded in the program, each of them replaceable by a file of the operator.

use minijinja::value::{Serde, merge_maps};
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
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
    /// BCP 47 tag of the page's language.
    pub language: String,
    /// `ltr` or `rtl`.
    pub dir: &'static str,
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
}

/// Addresses of the style sheet, the script and the icon.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Assets {
    /// Style sheet.
    pub css: String,
    /// Script.
    pub js: String,
    /// Icon.
    pub icon: String,
}

/// Renders pages and letters. Cheap to clone.
#[derive(Clone)]
pub struct Templates {
    environment: Arc<Environment<'static>>,
    site: SiteMeta,
    assets: Assets,
}

impl Templates {
    /// Templates for a site; files in `overrides` are used in place of the embedded ones of the same name.
    pub fn new(site: SiteMeta, assets: Assets, overrides: Option<&Path>) -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|name| {
            if Path::new(name).extension().is_some_and(|end| end == "txt") {
                AutoEscape::None
            } else {
                AutoEscape::Html
            }
        });
        environment.add_function("t", |key: &str, arguments: minijinja::value::Kwargs| {
            let names: Vec<String> = arguments.args().map(str::to_owned).collect();
            let mut given = Vec::new();
            for name in &names {
                given.push((name.as_str(), arguments.get::<Value>(name)?.to_string()));
            }
            Ok::<_, minijinja::Error>(super::interim_words::text(key, &given))
        });
        let folder = overrides.map(Path::to_path_buf);
        environment.set_loader(move |name| Ok(load(folder.as_ref(), name)));
        Self { environment: Arc::new(environment), site, assets }
    }

    /// Renders a page: the template's own values beside those of the site and the head.
    pub fn page(&self, template: &str, page: &PageMeta, body: impl Serialize) -> Result<String, RenderError> {
        let globals = minijinja::context! { site => Serde(&self.site), page => Serde(page), assets => Serde(&self.assets) };
        self.render(template, merge_maps([Value::from(Serde(body)), globals]))
    }

    /// Renders one part of a letter.
    pub fn letter(&self, template: &str, body: &impl Serialize) -> Result<String, RenderError> {
        let globals = minijinja::context! { site => Serde(&self.site) };
        self.render(template, merge_maps([Value::from(Serde(body)), globals]))
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
        Embedded::iter().map(std::borrow::Cow::into_owned).filter(|name| !name.ends_with("layout.html") && !name.ends_with("parts.html"))
    }

    /// What the site is called and where it is.
    pub fn site(&self) -> &SiteMeta {
        &self.site
    }
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
        let site = SiteMeta { name: "x".into(), url: "https://x".into(), language: "en".into(), dir: "ltr" };
        let templates = Templates::new(site, Assets::default(), None);
        let mut rendered = 0;
        for name in Templates::names() {
            for sample in samples(&name) {
                let out =
                    templates.render(&name, Value::from(Serde(&sample))).unwrap_or_else(|e| panic!("{e}"));
                assert!(!out.trim().is_empty(), "{name}");
                assert!(!out.contains("<script>alert"), "{name}");
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
        let site =
            SiteMeta { name: "Lantern".into(), url: "https://x".into(), language: "en".into(), dir: "ltr" };
        let templates = Templates::new(site, Assets::default(), Some(&folder));
        let out = templates.letter("email/refund.subject.txt", &serde_json::json!({})).unwrap();
        assert_eq!(out, "Own words for Lantern");
        assert!(load(Some(&folder), "../../../etc/passwd").is_none());
    }
}
