//! `[gift_aid]`: the charity that claims tax on gifts of United Kingdom taxpayers.

use super::merge::Layers;
use super::read::Reported;
use crate::domain::gift_aid::Charity;

/// `Ok(None)`: no reference, so it is off.
pub(super) fn read(layers: &mut Layers) -> Result<Option<Charity>, Reported> {
    const PATH: &str = "gift_aid.reference";
    let reference = layers.parse_optional(PATH, "\"AB12345\"", |text| {
        let digits = text.trim_start_matches(|sign: char| sign.is_ascii_uppercase());
        let fits = (1..=2).contains(&(text.len() - digits.len())) && (1..=5).contains(&digits.len());
        if fits && digits.bytes().all(|sign| sign.is_ascii_digit()) {
            Ok(text.to_owned())
        } else {
            Err("is no reference of HMRC: one or two capital letters, then up to five digits".to_owned())
        }
    })?;
    let Some(reference) = reference else {
        return Ok(None);
    };
    if !layers.list("site.currencies").iter().any(|currency| currency == "GBP") {
        layers.reject(
            PATH,
            "is set, but no gifts are taken in pounds: GBP is not among site.currencies",
            "\"\"",
        );
    }
    let typed =
        ["gift_aid.charity", "site.organisation.legal_name", "site.name"].map(|path| layers.text(path));
    let name = typed.into_iter().find(|name| !name.is_empty()).unwrap_or_default();
    Ok(Some(Charity { name, reference }))
}
