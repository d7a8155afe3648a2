//! Pages for readers and donors.

pub(super) mod articles;
pub(super) mod campaigns;
pub(super) mod cards;
pub(super) mod comments;
pub(super) mod discovery;
pub(super) mod donate;
pub(super) mod embed;
pub(super) mod gift_aid;
pub(super) mod go;
mod look;
pub(super) mod media;
pub(super) mod moved;
pub(super) mod moving;
pub(super) mod own_comment;
pub(super) mod patrons;
pub(super) mod sandbox;
pub(super) mod thanks;
