//! The webhook endpoint at Stripe: is it there, does it hear all it should, and how it comes to be.

use super::super::GatewayError;
use super::answers::WebhookEndpoint;
use super::events::EVENT_TYPES;
use super::transport::API_VERSION;
use super::{Key, Stripe, api};

/// What is wrong with the endpoint. The sentences are for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointFault {
    /// There is none for this address.
    #[error("no webhook endpoint for {0} exists at Stripe: run `mainstay stripe setup`")]
    Missing(String),
    /// It is switched off.
    #[error("the webhook endpoint {0} is disabled: run `mainstay stripe setup`")]
    Disabled(String),
    /// It does not hear of everything.
    #[error("the webhook endpoint {id} does not subscribe to {}: run `mainstay stripe setup`", .missing.join(", "))]
    Deaf {
        /// Its name.
        id: String,
        /// The types of events that it lacks.
        missing: Vec<&'static str>,
    },
    /// It writes events in another version of Stripe's interface. They are understood; see to it when convenient.
    #[error(
        "the webhook endpoint {id} is of API version {version}, not {API_VERSION}; to change it delete the endpoint in \
         Stripe's dashboard, then run `mainstay stripe setup` and use the new secret"
    )]
    Version {
        /// Its name.
        id: String,
        /// Its version, in Stripe's words.
        version: String,
    },
    /// It is of the other mode.
    #[error("the webhook endpoint {0} is not of the mode of the secret key")]
    Mode(String),
}

impl EndpointFault {
    /// Whether the site works in spite of it.
    pub fn is_harmless(&self) -> bool {
        match self {
            Self::Version { .. } => true,
            Self::Missing(_) | Self::Disabled(_) | Self::Deaf { .. } | Self::Mode(_) => false,
        }
    }
}

/// What `setup` did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Setup {
    /// The endpoint is new.
    Created {
        /// Its name.
        id: String,
        /// What signs its events. Stripe shows it this once.
        secret: String,
    },
    /// It was there, and was put right.
    Updated {
        /// Its name.
        id: String,
        /// What was wrong and is no more.
        mended: Vec<EndpointFault>,
        /// What only a person can put right.
        left: Vec<EndpointFault>,
    },
    /// It was there and as it should be.
    AsItShouldBe {
        /// Its name.
        id: String,
        /// What only a person can put right.
        left: Vec<EndpointFault>,
    },
}

/// An endpoint that was just created.
#[derive(Debug, Clone)]
pub struct NewEndpoint {
    /// Its name.
    pub id: String,
    /// What signs its events. Stripe shows it this once.
    pub secret: Key,
}

impl Stripe {
    /// What is wrong with the endpoint for this address; nothing if all is well. Changes nothing.
    ///
    /// # Errors
    /// The key is not accepted, or Stripe cannot be reached.
    pub async fn check_endpoint(&self, url: &str) -> Result<Vec<EndpointFault>, GatewayError> {
        Ok(match self.find_endpoint(url).await? {
            Some(endpoint) => self.faults(&endpoint),
            None => vec![EndpointFault::Missing(url.to_owned())],
        })
    }

    /// Creates the endpoint for this address, or puts the existing one right.
    pub async fn set_up_endpoint(&self, url: &str) -> Result<Setup, GatewayError> {
        let Some(endpoint) = self.find_endpoint(url).await? else {
            let created = api::create_endpoint(&self.transport, url).await?;
            let secret = created.secret.ok_or_else(|| {
                GatewayError::Unknown(format!("Stripe created {} without showing its secret", created.id))
            })?;
            return Ok(Setup::Created { id: created.id, secret });
        };
        let id = endpoint.id.clone();
        let can_mend = |fault: &EndpointFault| match fault {
            EndpointFault::Disabled(_) | EndpointFault::Deaf { .. } => true,
            EndpointFault::Missing(_) | EndpointFault::Version { .. } | EndpointFault::Mode(_) => false,
        };
        let (mended, left): (Vec<_>, Vec<_>) = self.faults(&endpoint).into_iter().partition(can_mend);
        if mended.is_empty() {
            return Ok(Setup::AsItShouldBe { id, left });
        }
        // What the endpoint hears beside is somebody's choice and stays.
        let mut events = endpoint.enabled_events.clone().unwrap_or_default();
        events.extend(missing_events(&endpoint).into_iter().map(str::to_owned));
        api::update_endpoint(&self.transport, &id, &events).await?;
        Ok(Setup::Updated { id, mended, left })
    }

    /// Creates another endpoint for this address, whatever is there, and gives what only Stripe knows of it.
    pub async fn new_endpoint(&self, url: &str) -> Result<NewEndpoint, GatewayError> {
        let created = api::create_endpoint(&self.transport, url).await?;
        match created.secret {
            Some(secret) => Ok(NewEndpoint { id: created.id, secret: Key::new(&secret) }),
            None => {
                let what = format!("Stripe created {} without showing its secret", created.id);
                Err(GatewayError::Unknown(what))
            }
        }
    }

    /// Deletes the endpoints of this address but one, whose secret is the one that is known here.
    pub async fn keep_only(&self, url: &str, id: &str) -> Result<(), GatewayError> {
        let endpoints = api::endpoints(&self.transport).await?;
        for other in endpoints.iter().filter(|other| other.url.as_deref() == Some(url) && other.id != id) {
            api::delete_endpoint(&self.transport, &other.id).await?;
        }
        Ok(())
    }

    /// Deletes one endpoint.
    pub async fn delete_endpoint(&self, id: &str) -> Result<(), GatewayError> {
        api::delete_endpoint(&self.transport, id).await
    }

    async fn find_endpoint(&self, url: &str) -> Result<Option<WebhookEndpoint>, GatewayError> {
        let endpoints = api::endpoints(&self.transport).await?;
        let (mut fitting, others): (Vec<_>, Vec<_>) = endpoints
            .into_iter()
            .filter(|endpoint| endpoint.url.as_deref() == Some(url))
            .partition(|endpoint| endpoint.status.as_deref() != Some("disabled"));
        fitting.extend(others);
        Ok(fitting.into_iter().next())
    }

    fn faults(&self, endpoint: &WebhookEndpoint) -> Vec<EndpointFault> {
        let id = endpoint.id.clone();
        let mut faults = Vec::new();
        if endpoint.livemode.is_some_and(|live| live != self.settings.is_live()) {
            faults.push(EndpointFault::Mode(id.clone()));
        }
        if endpoint.status.as_deref() == Some("disabled") {
            faults.push(EndpointFault::Disabled(id.clone()));
        }
        let missing = missing_events(endpoint);
        if !missing.is_empty() {
            faults.push(EndpointFault::Deaf { id: id.clone(), missing });
        }
        if endpoint.api_version.as_deref() != Some(API_VERSION) {
            let version = endpoint.api_version.clone().unwrap_or_else(|| "of the account".to_owned());
            faults.push(EndpointFault::Version { id, version });
        }
        faults
    }
}

fn missing_events(endpoint: &WebhookEndpoint) -> Vec<&'static str> {
    let enabled = endpoint.enabled_events.as_deref().unwrap_or_default();
    let hears = |kind: &str| enabled.iter().any(|event| event == "*" || event == kind);
    EVENT_TYPES.into_iter().filter(|kind| !hears(kind)).collect()
}
