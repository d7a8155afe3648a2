//! The way of letters, tried out by somebody of the office. No job: whoever asked waits for what comes of it.

use super::Services;
use crate::mail::{Address, OutgoingMail};
use crate::usecases::gateways::LetterWay;
use async_trait::async_trait;

#[async_trait]
impl LetterWay for Services {
    async fn greet(&self) -> Result<(), String> {
        self.mailer.check().await.map_err(|error| error.to_string())
    }

    async fn letter(&self, to: &str) -> Result<(), String> {
        let name = &self.templates.site().name;
        let text = format!(
            "This is a letter to try out the mail of {name}.\n\nIt was asked for in the office. If you read it, letters \
             to donors leave and arrive; see that it did not come by way of the junk folder.\n"
        );
        self.send_as_it_is(to, (format!("{name}: letters arrive"), text, String::new())).await
    }

    async fn sample(&self, to: &str, parts: (String, String, String)) -> Result<(), String> {
        self.send_as_it_is(to, parts).await
    }
}

impl Services {
    async fn send_as_it_is(
        &self,
        to: &str,
        (subject, text, html): (String, String, String),
    ) -> Result<(), String> {
        let mail = OutgoingMail {
            to: Address { name: None, email: to.to_owned() },
            subject,
            text,
            html,
            message_id: format!("try-{}@{}", hex::encode(self.ctx.ids.random()), self.host),
            attachments: Vec::new(),
            inline: Vec::new(),
            headers: Vec::new(),
        };
        self.mailer.send(&mail, self.ctx.now()).await.map_err(|error| error.to_string())
    }
}
