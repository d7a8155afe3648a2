//! `[sandbox]`: the gateway that only pretends.

use super::merge::Layers;
use super::read::choose;
use super::secret::Secret;
use super::server::Mode;

/// The gateway that only pretends.
#[derive(Clone, Debug)]
pub struct Sandbox {
    /// Whether it is offered; never in production.
    pub enabled: bool,
    /// Signs its webhooks; the same for every process of a site.
    pub webhook_secret: Secret<String>,
}

impl Sandbox {
    pub(super) fn read(layers: &mut Layers, mode: Mode) -> Option<Self> {
        const CHOICES: [(&str, Option<bool>); 3] =
            [("auto", None), ("true", Some(true)), ("false", Some(false))];
        let enabled =
            layers.parse("sandbox.enabled", "false", |text| match (choose(text, &CHOICES)?, mode) {
                (Some(true), Mode::Production) => {
                    Err("would let anybody pretend to have paid; production refuses it".to_owned())
                }
                (Some(enabled), _) => Ok(enabled),
                (None, mode) => Ok(!mode.is_production()),
            });
        let webhook_secret = layers.required_text("sandbox.webhook_secret", "\"any text\"").map(Secret::new);
        let enabled = enabled?;
        layers.resolve("sandbox.enabled", enabled);
        Some(Self { enabled, webhook_secret: webhook_secret? })
    }
}
