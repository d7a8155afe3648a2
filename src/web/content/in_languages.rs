//! A page in every language of the site and with every face that its appeals give it.

use super::{ContentFault, Face, Material, Test};
use crate::render::Templates;
use crate::web::page_cache::CachedPage;
use std::sync::OnceLock;

/// Which page.
pub(super) enum Leaf {
    Landing(String),
    Article(String),
    /// A page of the list at this path, counted from one.
    Shelf(String, usize),
}

impl Leaf {
    /// The article on it.
    fn slug(&self) -> Option<&str> {
        match self {
            Self::Landing(slug) | Self::Article(slug) => Some(slug),
            Self::Shelf(..) => None,
        }
    }
}

/// A page in every language and with every face: in the language of the site with its first face at once, so that a
/// mistake is known at once, the others when somebody first asks for them. It does not hold what it is drawn from: a page that
/// stays while others change would keep all of that.
pub(in crate::web) struct InLanguages {
    what: Leaf,
    first: CachedPage,
    others: Vec<Other>,
    /// The test of two texts that runs on it.
    test: Option<Test>,
}

struct Other {
    language: String,
    face: Face,
    kept: OnceLock<Option<CachedPage>>,
}

/// From so many pages on, all cores draw.
const MANY: usize = 64;

impl InLanguages {
    /// Draws pages, in their order: thousands, when a publication of many years starts or changes.
    pub(super) fn all(
        material: &Material,
        leaves: Vec<Leaf>,
        templates: &Templates,
    ) -> Result<Vec<Self>, ContentFault> {
        let draw = |leaves: Vec<Leaf>| -> Result<Vec<Self>, ContentFault> {
            leaves.into_iter().map(|leaf| Self::new(material, leaf, templates)).collect()
        };
        if leaves.len() < MANY {
            return draw(leaves);
        }
        let draw = &draw;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let (share, mut left) = (leaves.len().div_ceil(cores), leaves.into_iter());
        std::thread::scope(|scope| {
            let begin = |part: Vec<Leaf>| scope.spawn(move || draw(part));
            let parts: Vec<_> = (0..cores).map(|_core| begin(left.by_ref().take(share).collect())).collect();
            let mut all = Vec::new();
            for part in parts {
                all.extend(part.join().unwrap_or(Err(ContentFault::CutOff))?);
            }
            Ok(all)
        })
    }

    /// Which page it is.
    pub(super) fn leaf(&self) -> &Leaf {
        &self.what
    }

    pub(super) fn new(material: &Material, what: Leaf, templates: &Templates) -> Result<Self, ContentFault> {
        let words = templates.words();
        let first = material.draw(&what, Face::First, &templates.speaking(words.default_language()))?;
        let (has_appeals, test) = what.slug().map(|slug| material.standing.on(slug)).unwrap_or_default();
        let mut faces = vec![Face::First];
        faces.extend(test.is_some().then_some(Face::Second));
        faces.extend(has_appeals.then_some(Face::Quiet));
        let mut others = Vec::new();
        for language in words.offered() {
            for face in faces.iter().copied() {
                if language != words.default_language() || face != Face::First {
                    let language = language.tag().to_owned();
                    others.push(Other { language, face, kept: OnceLock::new() });
                }
            }
        }
        Ok(Self { what, first, others, test })
    }

    /// The test of two texts that runs on it; none, and everybody sees its first face.
    pub(in crate::web) fn test(&self) -> Option<&Test> {
        self.test.as_ref()
    }

    /// The page in the language of the templates. A face that it does not have is its first.
    pub(super) fn page(&self, face: Face, templates: &Templates, material: Option<&Material>) -> &CachedPage {
        let tag = templates.language().tag();
        let of = |face: Face| self.others.iter().find(|other| other.language == tag && other.face == face);
        let draw = |other: &Other| {
            let drawn = material?.draw(&self.what, other.face, templates);
            drawn
                .inspect_err(|error| tracing::error!(%error, language = tag, "a page could not be rendered"))
                .ok()
        };
        let found = of(face).or_else(|| of(Face::First));
        found.and_then(|other| other.kept.get_or_init(|| draw(other)).as_ref()).unwrap_or(&self.first)
    }
}
