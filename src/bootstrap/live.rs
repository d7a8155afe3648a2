//! The settings of the office, taken up while the program runs.

use super::{App, StartError, edition, mail_shown};
use crate::config::{Config, ConfigErrors, Problem};
use crate::domain::pledge::GatewayKind;
use crate::gateways::{ByHand, Gateway};
use crate::jobs::Services;
use crate::usecases::settings::{self, OfficeValues};
use crate::usecases::{Exchange, UseCaseError};
use crate::web::{self, Files};
use async_trait::async_trait;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio::sync::Mutex;

/// What the office set, as this process has taken it up, for its pages and its jobs.
pub struct Live {
    /// File and environment alone.
    machine: Arc<Config>,
    services: Services,
    files: Arc<Files>,
    config: Exchange<Config>,
    shown: Exchange<web::Edition>,
    number: AtomicI64,
    /// The last change that could not be taken up. Held while one is: of two at once, the later must not be overtaken.
    refused: Mutex<i64>,
}

impl Live {
    pub(super) fn of(app: &App) -> Self {
        let services = app.services.clone();
        Self {
            machine: Arc::clone(&app.machine),
            files: Arc::clone(&app.files),
            config: Exchange::new(Config::clone(&app.config)),
            shown: Exchange::new(shown(&services, &app.config)),
            number: AtomicI64::new(services.ctx.policy.edition),
            refused: Mutex::default(),
            services,
        }
    }

    fn fits(&self, config: &Config, office: &OfficeValues) -> Result<crate::jobs::Edition, StartError> {
        let url = &self.services.ctx.policy.public_url;
        edition((config, office), url, &self.files, &self.services.mailer)
    }

    fn put(&self, office: &OfficeValues) -> Result<(), StartError> {
        let config = self.machine.with_office(&office.values)?;
        self.services.editions.put(self.fits(&config, office)?);
        let services = self.services.now();
        let gateways = &services.ctx.gateways;
        let takes_transfers = config.bank_transfer.is_some();
        if gateways.get(GatewayKind::BankTransfer).is_some() != takes_transfers {
            let by_hand: Arc<dyn Gateway> = Arc::new(ByHand::BANK_TRANSFER);
            gateways.put(GatewayKind::BankTransfer, takes_transfers.then_some(by_hand));
        }
        self.shown.put(shown(&services, &config));
        self.config.put(config);
        self.number.store(office.edition, Ordering::Release);
        Ok(())
    }
}

fn shown(services: &Services, config: &Config) -> web::Edition {
    let services = services.now();
    web::Edition {
        ctx: services.ctx.clone(),
        templates: services.templates.clone(),
        mail_shown: mail_shown(&config.mail),
        letters: Arc::new(services),
    }
}

#[async_trait]
impl web::Live for Live {
    fn number(&self) -> i64 {
        self.number.load(Ordering::Acquire)
    }

    fn edition(&self) -> Arc<web::Edition> {
        self.shown.get()
    }

    fn config(&self) -> Arc<Config> {
        self.config.get()
    }

    fn read(&self, values: &BTreeMap<String, Value>) -> Result<Config, ConfigErrors> {
        self.machine.with_office(values)
    }

    fn propose(&self, values: &BTreeMap<String, Value>) -> Result<Config, ConfigErrors> {
        let config = self.machine.with_office(values)?;
        // Beside the configuration itself only languages can fail: those that nobody has translated.
        let office = OfficeValues::proposed(values.clone());
        self.fits(&config, &office).map_err(|error| {
            vec![Problem {
                section: "site".to_owned(),
                key: "locales".to_owned(),
                origin: "office".to_owned(),
                what: error.to_string(),
                example: None,
            }]
        })?;
        Ok(config)
    }

    async fn take_up(&self) -> Result<bool, UseCaseError> {
        let mut refused = self.refused.lock().await;
        let number = settings::edition(&self.services.ctx).await?;
        if number == web::Live::number(self) || number == *refused {
            return Ok(false);
        }
        let office = settings::current(&self.services.ctx).await?;
        if let Err(error) = self.put(&office) {
            tracing::error!(%error, "what the office set cannot be taken up; what counted before goes on to count");
            *refused = office.edition;
            return Ok(false);
        }
        Ok(true)
    }
}
