//! Style sheet, script and icon: embedded, compressed once, under names that change with their content.

use super::error::WebError;
use super::page_cache::CachedPage;
use super::state::AppState;
use crate::render::Assets;
use actix_web::http::header::HeaderValue;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use std::collections::BTreeMap;

#[derive(rust_embed::Embed)]
#[folder = "src/web/static/"]
struct Embedded;

/// A file that changes is another file.
pub(super) const CACHING: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");

const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The files by the name they are served under.
pub struct Files {
    by_name: BTreeMap<String, CachedPage>,
    addresses: Assets,
    /// What other sites load: under a name that does not change, as it stands in their pages.
    embed: CachedPage,
}

impl Files {
    /// Reads and compresses the embedded files.
    pub fn load() -> Self {
        let mut by_name = BTreeMap::new();
        let read = |name: &str| Embedded::get(name).map(|file| file.data.into_owned()).unwrap_or_default();
        let mut add = |name: &str, media_type: &'static str| {
            let page = CachedPage::new(read(name), media_type);
            let (stem, end) = name.rsplit_once('.').unwrap_or((name, ""));
            let served = format!("{stem}-{}.{end}", page.digest());
            by_name.insert(served.clone(), page);
            format!("/static/{served}")
        };
        let addresses = Assets {
            css: add("site.css", "text/css; charset=utf-8"),
            desk_css: add("desk.css", "text/css; charset=utf-8"),
            js: add("site.js", SCRIPT),
            frame_js: add("frame.js", SCRIPT),
            icon: add("favicon.svg", "image/svg+xml"),
        };
        Self { by_name, addresses, embed: CachedPage::new(read("embed.js"), SCRIPT) }
    }

    /// The script that other sites load.
    pub(super) fn embed(&self) -> &CachedPage {
        &self.embed
    }

    /// Where pages find them.
    pub fn addresses(&self) -> Assets {
        self.addresses.clone()
    }
}

pub(super) async fn file(
    request: HttpRequest,
    state: Data<AppState>,
    name: Path<String>,
) -> Result<HttpResponse, WebError> {
    let file = state.files.by_name.get(name.as_str()).ok_or_else(|| WebError::not_found("file"))?;
    Ok(file.answer(&request, CACHING))
}
