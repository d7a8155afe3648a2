//! The webhook at PayPal: is it there, does it hear all it should, and how it comes to be. And the app behind the
//! credentials: whether they open all that is needed.

use super::super::GatewayError;
use super::super::manners::Denied;
use super::answers::Webhook;
use super::events::EVENT_TYPES;
use super::{PayPal, api};
use chrono::TimeDelta;

/// What is wrong with the webhook. The sentences are for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookFault {
    /// There is none for this address.
    #[error("no webhook for {0} exists at PayPal: run `mainstay paypal setup`")]
    Missing(String),
    /// It does not hear of everything.
    #[error("the webhook {id} does not subscribe to {}: run `mainstay paypal setup`", .missing.join(", "))]
    Deaf {
        /// Its name.
        id: String,
        /// The types of events that it lacks.
        missing: Vec<&'static str>,
    },
    /// The configuration names another one: what this one sends is not believed.
    #[error(
        "the webhook of this address is {id}, not the configured one: write webhook_id = \"{id}\" under [paypal]"
    )]
    Another {
        /// Its name.
        id: String,
    },
}

/// What `setup` did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setup {
    /// The webhook is new.
    Created {
        /// Its name, which the configuration must have.
        id: String,
    },
    /// It was there, and was put right.
    Updated {
        /// Its name.
        id: String,
        /// The types of events that it lacked.
        mended: Vec<&'static str>,
    },
    /// It was there and as it should be.
    AsItShouldBe {
        /// Its name.
        id: String,
    },
}

/// What PayPal said when it was asked about the credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Examination {
    /// What the app may not do and should, as PayPal's page about the app calls it.
    pub forbidden: Vec<&'static str>,
    /// What is wrong with the webhook.
    pub webhook: Vec<WebhookFault>,
}

/// Why the credentials could not be examined.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExamineError {
    /// They open nothing.
    #[error("PayPal does not know the client id and secret")]
    NotKnown,
    /// PayPal did not answer.
    #[error(transparent)]
    Gateway(#[from] GatewayError),
}

impl From<Denied> for ExamineError {
    fn from(denied: Denied) -> Self {
        match denied {
            Denied::NotKnown => Self::NotKnown,
            Denied::NotAllowed | Denied::Other(_) => Self::Gateway(api::without_answer(denied)),
        }
    }
}

impl PayPal {
    /// Asks PayPal what the credentials open, and about the webhook of this address. Changes nothing.
    ///
    /// # Errors
    /// The credentials open nothing, or PayPal does not answer.
    pub async fn examine(&self, url: &str) -> Result<Examination, ExamineError> {
        let webhook = self.faults(api::webhooks(&self.transport).await?, url);
        let now = self.clock.now();
        let mut forbidden = Vec::new();
        let last_hour = now - TimeDelta::hours(1)..now;
        let may_search = api::transactions(&self.transport, &last_hour, 1).await.map(|_any| ());
        let may_see_disputes = api::may_see_disputes(&self.transport).await;
        for (name, answer) in [("Transaction search", may_search), ("Customer disputes", may_see_disputes)] {
            match answer {
                Ok(()) => {}
                Err(Denied::NotAllowed) => forbidden.push(name),
                Err(denied) => return Err(denied.into()),
            }
        }
        Ok(Examination { forbidden, webhook })
    }

    /// What is wrong with the webhook for this address; nothing if all is well. Changes nothing.
    ///
    /// # Errors
    /// The credentials are not accepted, or PayPal cannot be reached.
    pub async fn check_webhook(&self, url: &str) -> Result<Vec<WebhookFault>, ExamineError> {
        Ok(self.faults(api::webhooks(&self.transport).await?, url))
    }

    /// Creates the webhook for this address, or puts the existing one right.
    ///
    /// # Errors
    /// As for [`check_webhook`](Self::check_webhook), or PayPal cannot reach the address.
    pub async fn set_up_webhook(&self, url: &str) -> Result<Setup, ExamineError> {
        let found = api::webhooks(&self.transport).await?;
        let Some(webhook) = self.pick(found, url) else {
            let created = api::create_webhook(&self.transport, url).await?;
            return Ok(Setup::Created { id: created.id });
        };
        let mended = missing(&webhook);
        if mended.is_empty() {
            return Ok(Setup::AsItShouldBe { id: webhook.id });
        }
        // What it hears beside is somebody's choice and stays.
        let heard = webhook.event_types.iter().map(|kind| kind.name.as_str());
        let all = heard.chain(mended.iter().copied());
        api::update_webhook(&self.transport, &webhook.id, all).await?;
        Ok(Setup::Updated { id: webhook.id, mended })
    }

    /// The webhook of an address; of several the configured one.
    fn pick(&self, found: Vec<Webhook>, url: &str) -> Option<Webhook> {
        let (ours, others): (Vec<_>, Vec<_>) = found
            .into_iter()
            .filter(|webhook| webhook.url.as_deref() == Some(url))
            .partition(|webhook| webhook.id == self.settings.webhook_id);
        ours.into_iter().chain(others).next()
    }

    fn faults(&self, found: Vec<Webhook>, url: &str) -> Vec<WebhookFault> {
        let Some(webhook) = self.pick(found, url) else {
            return vec![WebhookFault::Missing(url.to_owned())];
        };
        let mut faults = Vec::new();
        if webhook.id != self.settings.webhook_id {
            faults.push(WebhookFault::Another { id: webhook.id.clone() });
        }
        let missing = missing(&webhook);
        if !missing.is_empty() {
            faults.push(WebhookFault::Deaf { id: webhook.id, missing });
        }
        faults
    }
}

fn missing(webhook: &Webhook) -> Vec<&'static str> {
    let hears = |kind: &str| webhook.event_types.iter().any(|event| event.name == "*" || event.name == kind);
    EVENT_TYPES.into_iter().filter(|kind| !hears(kind)).collect()
}
