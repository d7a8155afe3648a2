//! The page of the office with what to put on other sites, and those lines themselves.

use minijinja::HtmlEscape;
use serde::Serialize;

/// What stands on the page.
#[derive(Debug, Clone, Serialize)]
pub struct EmbeddingPage {
    /// Origins of sites that may show the form.
    pub origins: Vec<String>,
    /// One for each campaign.
    pub forms: Vec<FormToCopy>,
    /// Where the sites are named; none for whoever may not.
    pub settings_url: Option<&'static str>,
}

/// A campaign's form, to be put on another site.
#[derive(Debug, Clone, Serialize)]
pub struct FormToCopy {
    /// Name of the campaign.
    pub slug: String,
    /// Its title.
    pub title: String,
    /// The lines to copy.
    pub snippet: String,
    /// The form as it looks in a frame.
    pub look_url: String,
    /// Whether gifts are taken for it today.
    pub is_open: bool,
}

/// The lines that put a campaign's form on a page of another site; without scripts they are a link.
pub fn snippet(site: &str, slug: &str, title: &str) -> String {
    let (site, title) = (HtmlEscape(site).to_string().replace("&#x2f;", "/"), HtmlEscape(title));
    format!(
        "<script src=\"{site}/embed.js\" data-campaign=\"{slug}\" async></script>\n\
         <noscript><a href=\"{site}/donate?campaign={slug}\">{title}</a></noscript>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_stays_text_on_the_other_site() {
        let lines = snippet("https://give.example.org", "press-fund", "Ink & <paper>");
        assert!(lines.contains("src=\"https://give.example.org/embed.js\" data-campaign=\"press-fund\""));
        assert!(lines.contains(">Ink &amp; &lt;paper&gt;</a></noscript>"), "{lines}");
    }
}
