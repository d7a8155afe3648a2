//! `[site]`: the publication, its currencies, languages and legal details.

use std::path::PathBuf;

use chrono_tz::Tz;

use crate::domain::donor::EmailAddress;
use crate::domain::money::Currency;

use super::merge::Layers;
use super::server::read_origins;

/// The publication.
#[derive(Clone, Debug)]
pub struct Site {
    /// Folder with the articles and the appeal.
    pub content: PathBuf,
    /// Folder for smaller ones of their pictures.
    pub pictures: PathBuf,
    /// Folder with templates that replace the built-in ones.
    pub templates: Option<PathBuf>,
    /// Name in titles and mails.
    pub name: String,
    /// The currency a form starts with; one of `currencies`.
    pub default_currency: Currency,
    /// All currencies that can be chosen, in the order to show them.
    pub currencies: Vec<Currency>,
    /// Language of a visitor whose own is not offered; one of `locales`.
    pub default_locale: String,
    /// All languages offered, as tags such as `en` or `pt-BR`.
    pub locales: Vec<String>,
    /// Zone in which days begin and times are shown.
    pub time_zone: Tz,
    /// Origins of other sites that may show the form in a frame.
    pub embed_origins: Vec<String>,
    /// Who is written to when a person must look at something; empty: nobody.
    pub staff_emails: Vec<EmailAddress>,
    /// Who receives the gifts.
    pub organisation: Organisation,
}

/// Who receives the gifts, as printed on receipts.
#[derive(Clone, Debug)]
pub struct Organisation {
    /// Registered name; the site's name when none is set.
    pub legal_name: String,
    /// Lines of the postal address.
    pub address: Vec<String>,
    /// Number in a public register, empty when none.
    pub registration: String,
    /// Sentence printed on every receipt, empty when none.
    pub receipt_statement: String,
    /// Employer Identification Number: receipts say what the tax law of the United States wants. None: they do not.
    pub ein: Option<String>,
    /// What stands before the receipt number.
    pub receipt_series: String,
}

impl Site {
    pub(super) fn read(layers: &mut Layers) -> Option<Self> {
        let content = layers.required_path("site.content", "\"content\"");
        let pictures = layers.required_path("site.pictures", "\"data/pictures\"");
        let name = layers.required_text("site.name", "\"The Example Review\"");
        let currencies = read_currencies(layers);
        let default_currency = layers.parse("site.default_currency", "\"EUR\"", parse_currency);
        if let (Some(all), Some(one)) = (&currencies, &default_currency)
            && !all.contains(one)
        {
            layers.reject("site.default_currency", format!("{one} is not among site.currencies"), "\"EUR\"");
        }
        let locales = read_locales(layers);
        let default_locale = layers.parse("site.default_locale", "\"en\"", parse_locale);
        if let (Some(all), Some(one)) = (&locales, &default_locale)
            && !all.contains(one)
        {
            layers.reject("site.default_locale", format!("{one:?} is not among site.locales"), "\"en\"");
        }
        let time_zone = layers.parse("site.time_zone", "\"Europe/London\"", |text| {
            text.parse().map_err(|_unknown| "is not the IANA name of a time zone".to_owned())
        });
        let embed_origins = read_origins(layers, "site.embed_origins");
        let staff_emails = read_staff_emails(layers);
        let organisation = Organisation::read(layers, name.as_deref().unwrap_or_default());
        Some(Self {
            content: content?,
            pictures: pictures?,
            templates: Some(layers.text("site.templates")).filter(|path| !path.is_empty()).map(PathBuf::from),
            name: name?,
            default_currency: default_currency?,
            currencies: currencies?,
            default_locale: default_locale?,
            locales: locales?,
            time_zone: time_zone?,
            embed_origins: embed_origins?,
            staff_emails: staff_emails?,
            organisation: organisation?,
        })
    }
}

impl Organisation {
    fn read(layers: &mut Layers, site_name: &str) -> Option<Self> {
        let receipt_series = layers.parse("site.organisation.receipt_series", "\"R\"", |text| {
            let fits = (1..=8).contains(&text.len());
            if fits && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '-') {
                Ok(text.to_owned())
            } else {
                Err("is not 1 to 8 capital letters, digits or hyphens".to_owned())
            }
        });
        let ein = layers.parse_optional("site.organisation.ein", "\"12-3456789\"", |text| {
            let (head, tail) = text.split_once('-').unwrap_or_default();
            let digits =
                |text: &str, wanted| text.len() == wanted && text.bytes().all(|sign| sign.is_ascii_digit());
            if digits(head, 2) && digits(tail, 7) {
                Ok(text.to_owned())
            } else {
                Err("is not two digits, a hyphen and seven digits".to_owned())
            }
        });
        let legal_name = layers.text("site.organisation.legal_name");
        Some(Self {
            legal_name: if legal_name.is_empty() { site_name.to_owned() } else { legal_name },
            address: layers.list("site.organisation.address"),
            registration: layers.text("site.organisation.registration"),
            receipt_statement: layers.text("site.organisation.receipt_statement"),
            ein: ein.ok()?,
            receipt_series: receipt_series?,
        })
    }
}

pub(super) fn parse_currency(text: &str) -> Result<Currency, String> {
    Currency::parse(text).map_err(|_unknown| "is not a known ISO 4217 currency code".to_owned())
}

fn read_currencies(layers: &mut Layers) -> Option<Vec<Currency>> {
    read_list(layers, "site.currencies", "[\"EUR\", \"GBP\"]", parse_currency)
}

fn read_locales(layers: &mut Layers) -> Option<Vec<String>> {
    read_list(layers, "site.locales", "[\"en\", \"de\"]", parse_locale)
}

fn read_staff_emails(layers: &mut Layers) -> Option<Vec<EmailAddress>> {
    const PATH: &str = "site.staff_emails";
    if !layers.is_broken(PATH) && layers.list(PATH).is_empty() {
        return Some(Vec::new());
    }
    read_list(layers, PATH, "[\"office@example.org\"]", |text| {
        EmailAddress::parse(text).map_err(|_malformed| "is not a mail address".to_owned())
    })
}

/// A list of at least one item, each once, all of them valid.
fn read_list<T: PartialEq>(
    layers: &mut Layers,
    path: &str,
    example: &str,
    parse: impl Fn(&str) -> Result<T, String>,
) -> Option<Vec<T>> {
    if layers.is_broken(path) {
        return None;
    }
    let mut items = Vec::new();
    let mut wrong = Vec::new();
    for text in layers.list(path) {
        match parse(&text) {
            Ok(item) if items.contains(&item) => wrong.push(format!("{text:?} is listed twice")),
            Ok(item) => items.push(item),
            Err(what) => wrong.push(format!("{text:?} {what}")),
        }
    }
    if items.is_empty() && wrong.is_empty() {
        wrong.push("the list is empty".to_owned());
    }
    if wrong.is_empty() {
        return Some(items);
    }
    layers.reject(path, wrong.join("; "), example);
    None
}

/// Checks the shape of a language tag: `en`, `pt-BR`, `sr-Latn`.
fn parse_locale(text: &str) -> Result<String, String> {
    let mut subtags = text.split('-');
    let language = subtags.next().unwrap_or_default();
    let is_language =
        (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_rest =
        |tag: &str| (2..=8).contains(&tag.len()) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_language && subtags.all(is_rest) {
        Ok(text.to_owned())
    } else {
        Err("is not a language tag".to_owned())
    }
}
