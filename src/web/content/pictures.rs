//! The pictures of articles: what is known of them, and the smaller ones, which are made beside the serving.

use super::{ContentFault, Pages, Publication, blocking};
use crate::content::pictures;
use crate::domain::media::MediaPath;
use crate::domain::picture::{Gallery, Rendition};
use crate::pictures::{Done, Keeper};
use crate::web::state::Stopping;
use chrono::{DateTime, Utc};
use std::path::PathBuf;
use std::sync::Arc;

impl Publication {
    /// Makes smaller ones of the pictures that articles show, where they are new or changed, and removes what has not been
    /// needed for a day; pages show them from the next look on. None if another process of this machine is at it. It works off the
    /// threads that serve, one picture after the other, and ends before the next one once the process is about to stop.
    ///
    /// # Errors
    /// The folder for them cannot be read or written. Pages show the originals then.
    pub async fn make_pictures(
        &self,
        now: DateTime<Utc>,
        stopping: &Stopping,
    ) -> Result<Option<Done>, ContentFault> {
        let pictured = Arc::clone(&self.pages().pictured);
        let (keeper, stopping) = (self.keeper.clone(), stopping.clone());
        blocking(move || {
            let done = keeper.bring_up(&pictured, now.timestamp(), &|| !stopping.has_begun());
            done.map_err(ContentFault::Pictures)
        })
        .await
    }

    /// What whoever writes an article should know of its pictures, one sentence each.
    pub(in crate::web) fn picture_notes(&self, text: &str) -> Vec<String> {
        let pictured = pictures::of(text);
        let gallery = self.pages().gallery();
        let said = |picture: &MediaPath| -> Vec<String> {
            gallery.said(picture).iter().map(|said| format!("{}: {said}", picture.address())).collect()
        };
        pictured.note().into_iter().chain(pictured.own.iter().flat_map(said)).collect()
    }

    /// Where the file of a smaller picture is.
    pub(in crate::web) fn picture_file(&self, rendition: &Rendition) -> PathBuf {
        self.keeper.file(rendition)
    }
}

impl Pages {
    /// What is known of the pictures that they show.
    pub(super) fn gallery(&self) -> Arc<Gallery> {
        self.material.as_deref().map(|material| Arc::clone(&material.gallery)).unwrap_or_default()
    }
}

/// What is known of the pictures. Pages go without it, should the folder be closed to us.
pub(super) fn known(keeper: &Keeper) -> Arc<Gallery> {
    let gallery = keeper.gallery().unwrap_or_else(|error| {
        tracing::error!(%error, "what is known of the pictures cannot be read; they are shown as they are");
        Gallery::default()
    });
    Arc::new(gallery)
}
