//! Pictures of pages: drawn when somebody first asks for one, and kept for as long as it says the same.

use crate::domain::article::Article;
use crate::render::SiteMeta;
use crate::render::card::Card;
use crate::web::page_cache::CachedPage;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// A picture that may be drawn already.
#[derive(Clone)]
pub(in crate::web) struct KeptPicture {
    card: Card,
    drawn: Arc<OnceLock<Option<CachedPage>>>,
}

impl KeptPicture {
    fn of(card: Card) -> Self {
        Self { card, drawn: Arc::default() }
    }

    /// What its address ends with while it says this.
    pub(in crate::web) fn version(&self) -> String {
        self.card.version()
    }

    /// The picture, drawn now if it is not yet, which takes longer than a page; none if it cannot be drawn.
    pub(in crate::web) fn page(&self) -> Option<&CachedPage> {
        let draw = || {
            let drawn = self.card.png();
            let told = drawn.inspect_err(|error| tracing::error!(%error, "a picture could not be drawn"));
            told.ok().map(|png| CachedPage::as_it_is(png, "image/png"))
        };
        self.drawn.get_or_init(draw).as_ref()
    }
}

/// The pictures of the publication.
#[derive(Default)]
pub(in crate::web) struct Cards {
    site: Option<KeptPicture>,
    articles: HashMap<String, KeptPicture>,
}

impl Cards {
    /// Of the site, and of each of these articles.
    pub(super) fn of<'a>(articles: impl Iterator<Item = &'a Article>, site: &SiteMeta) -> Self {
        let kept = |article: &Article| (article.slug.to_string(), KeptPicture::of(card_of(article, site)));
        Self { site: Some(KeptPicture::of(Card::of_site(site))), articles: articles.map(kept).collect() }
    }

    /// Takes over what was drawn before and still says the same.
    pub(super) fn take_over(&mut self, before: &Self) {
        let again = |new: &mut KeptPicture, old: Option<&KeptPicture>| {
            if let Some(old) = old.filter(|old| old.card == new.card) {
                new.drawn = Arc::clone(&old.drawn);
            }
        };
        if let Some(site) = &mut self.site {
            again(site, before.site.as_ref());
        }
        for (slug, kept) in &mut self.articles {
            again(kept, before.articles.get(slug));
        }
    }

    /// That of every page which has none of its own.
    pub(in crate::web) fn site(&self) -> Option<KeptPicture> {
        self.site.clone()
    }

    /// That of an article.
    pub(in crate::web) fn article(&self, slug: &str) -> Option<KeptPicture> {
        self.articles.get(slug).cloned()
    }
}

/// What an article's picture says.
pub(super) fn card_of(article: &Article, site: &SiteMeta) -> Card {
    Card { kicker: article.kicker.clone(), title: article.title.clone(), name: site.name.clone() }
}
