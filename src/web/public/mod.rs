//! Pages for readers and donors.

pub(super) mod articles;
pub(super) mod comments;
pub(super) mod discovery;
pub(super) mod donate;
pub(super) mod gift_aid;
pub(super) mod go;
pub(super) mod moving;
pub(super) mod own_comment;
pub(super) mod patrons;
pub(super) mod sandbox;
pub(super) mod thanks;
