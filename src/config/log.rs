//! `[log]`: how much is logged, and in which form.

use super::merge::Layers;
use super::read::choose;
use super::server::Mode;

/// The log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// A level, and exceptions by module: `info,actix_web=warn`. Checked, so that no word is mistaken for a module.
    pub level: String,
    /// One line for people, or one JSON object a line for machines.
    pub format: LogFormat,
}

/// Form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

impl Log {
    pub(super) fn read(layers: &mut Layers, mode: Mode) -> Option<Self> {
        const CHOICES: [(&str, Option<LogFormat>); 3] =
            [("auto", None), ("text", Some(LogFormat::Text)), ("json", Some(LogFormat::Json))];
        let level = layers.parse("log.level", "\"info,actix_web=warn\"", parse_level);
        let format = layers.parse("log.format", "\"json\"", |text| choose(text, &CHOICES))?;
        let format = format.unwrap_or(match mode {
            Mode::Development => LogFormat::Text,
            Mode::Production => LogFormat::Json,
        });
        layers.resolve(
            "log.format",
            match format {
                LogFormat::Text => "text",
                LogFormat::Json => "json",
            },
        );
        Some(Self { level: level?, format })
    }
}

fn parse_level(text: &str) -> Result<String, String> {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let parts: Vec<String> = text.split(',').map(|part| part.split_whitespace().collect()).collect();
    for part in &parts {
        let level = part.split_once('=').map_or(part.as_str(), |(_, level)| level);
        let has_module = part.split_once('=').is_none_or(|(module, _)| !module.is_empty());
        if !has_module || !LEVELS.contains(&level.to_ascii_lowercase().as_str()) {
            return Err(format!(
                "is not a level ({}) with exceptions such as actix_web=warn",
                LEVELS.join(", ")
            ));
        }
    }
    Ok(parts.join(","))
}
