//! The webhook at Patreon: created when the account is connected, switched on again when Patreon paused it.

use super::account::{WEBHOOK, asked};
use super::{PATREON, webhook_url};
use crate::gateways::patreon::{PatreonError, Webhook};
use crate::store::external_accounts::{self, SealedWebhook};
use crate::usecases::{Context, UseCaseError};

/// Sees to it that Patreon tells this site what happens: what is missing is created, what is paused is switched on again,
/// and then Patreon tells of everything that waited.
///
/// # Errors
/// Patreon or the database does not answer. Nothing is lost by it: the rounds find what was not told.
pub(super) async fn tend(ctx: &Context) -> Result<(), UseCaseError> {
    let url = webhook_url(ctx);
    let there = asked(ctx, |open| async move { open.client.webhooks(&open.token).await }).await?;
    let own = there.into_iter().find(|webhook| webhook.url == url);
    let Some(webhook) = own else { return create(ctx, &url).await };
    if webhook.paused || !webhook.missing.is_empty() {
        let id = webhook.id.clone();
        asked(ctx, |open| {
            let id = id.clone();
            async move { open.client.wake_webhook(&open.token, &id).await }
        })
        .await?;
        tracing::warn!(webhook = %webhook.id, "Patreon had paused the webhook; it is on again");
    }
    let kept = ctx.db.read(|conn| external_accounts::find(conn, PATREON)).await?;
    let is_kept =
        kept.and_then(|account| account.webhook).is_some_and(|kept| kept.remote == webhook.id.as_str());
    match webhook.secret {
        _ if is_kept => Ok(()),
        Some(_) => keep(ctx, webhook).await,
        // Nobody knows what signs it.
        None => {
            remove(ctx, &webhook).await?;
            create(ctx, &url).await
        }
    }
}

async fn create(ctx: &Context, url: &str) -> Result<(), UseCaseError> {
    let made = asked(ctx, |open| {
        let url = url.to_owned();
        async move { open.client.new_webhook(&open.token, &open.campaign, &url).await }
    })
    .await?;
    keep(ctx, made).await
}

async fn keep(ctx: &Context, webhook: Webhook) -> Result<(), UseCaseError> {
    let secret = webhook.secret.ok_or_else(|| {
        UseCaseError::GatewayUnavailable("Patreon did not say what signs the new webhook".to_owned())
    })?;
    let sealed = SealedWebhook {
        remote: webhook.id.as_str().to_owned(),
        secret: ctx.sealer.seal(WEBHOOK, secret.expose(), ctx.ids.random())?,
    };
    Ok(ctx.db.write(move |tx| external_accounts::set_webhook(tx, PATREON, &sealed)).await?)
}

/// Takes the webhook of this site away at Patreon.
pub(super) async fn remove_own(ctx: &Context) -> Result<(), UseCaseError> {
    let url = webhook_url(ctx);
    let there = asked(ctx, |open| async move { open.client.webhooks(&open.token).await }).await?;
    for webhook in there.into_iter().filter(|webhook| webhook.url == url) {
        remove(ctx, &webhook).await?;
    }
    Ok(())
}

async fn remove(ctx: &Context, webhook: &Webhook) -> Result<(), UseCaseError> {
    asked(ctx, |open| {
        let id = webhook.id.clone();
        async move {
            match open.client.delete_webhook(&open.token, &id).await {
                Err(PatreonError::Gone) | Ok(()) => Ok(()),
                Err(error) => Err(error),
            }
        }
    })
    .await
}
