//! The texts of the donor's own pages, in English, until the words of all languages are merged.

use std::collections::BTreeMap;
use std::sync::LazyLock;

static TEXTS: LazyLock<BTreeMap<&'static str, &'static str>> = LazyLock::new(|| {
    let all = include_str!("../words/locales/en/account.ftl");
    all.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once(" = ")).collect()
});

/// The text of a key, with its arguments.
pub fn text(key: &str, arguments: &[(&str, String)]) -> String {
    let mut text = TEXTS.get(key).map_or_else(|| format!("⟨{key}⟩"), |text| (*text).to_owned());
    for (name, value) in arguments {
        text = text.replace(&format!("{{ ${name} }}"), value);
    }
    text
}
