//! `[staff]`: the office.

use super::merge::Layers;
use super::secret::Secret;

/// Shortest sealing key, in characters.
const SEALING_KEY_MIN: usize = 32;

/// The office.
#[derive(Clone, Debug)]
pub struct Staff {
    /// Minutes without a visit after which somebody is signed out.
    pub session_idle_minutes: u32,
    /// Hours from signing in after which somebody is signed out in any case.
    pub session_hours: u32,
    /// Seals the seeds of authenticators; none leaves that to the key of the site.
    pub sealing_key: Option<Secret<String>>,
}

impl Staff {
    pub(super) fn read(layers: &mut Layers) -> Option<Self> {
        let session_idle_minutes = layers.number("staff.session_idle_minutes", 1..=240);
        let session_hours = layers.number("staff.session_hours", 1..=24);
        let example = "\"the output of: openssl rand -base64 32\"";
        let sealing_key = layers.parse_optional("staff.sealing_key", example, |text| {
            if text.chars().count() < SEALING_KEY_MIN {
                return Err(format!("is too short: at least {SEALING_KEY_MIN} characters"));
            }
            Ok(Secret::new(text.to_owned()))
        });
        Some(Self {
            session_idle_minutes: session_idle_minutes?,
            session_hours: session_hours?,
            sealing_key: sealing_key.ok()?,
        })
    }
}
