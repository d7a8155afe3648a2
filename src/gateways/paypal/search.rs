//! How the movements of the account are searched: in spans, page by page, with a margin for what is listed late.

use super::super::manners::Denied;
use super::super::{GatewayError, Page};
use super::answers::TransactionInfo;
use super::{PayPal, api};
use chrono::{DateTime, TimeDelta, Utc};

/// A movement may be missing in PayPal's search for so long.
const SEARCH_DELAY: TimeDelta = TimeDelta::hours(3);

/// One search spans at most 31 days.
const SEARCH_SPAN: TimeDelta = TimeDelta::days(30);

/// Where a search of the movements goes on: from when on, and on which page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) from: DateTime<Utc>,
    pub(super) page: u32,
}

impl Place {
    pub(super) fn of(token: Option<&str>, since: DateTime<Utc>) -> Self {
        let told = token.and_then(|token| {
            let (from, page) = token.split_once('/')?;
            let from = DateTime::from_timestamp(from.parse().ok()?, 0)?;
            Some(Self { from, page: page.parse().ok()? })
        });
        told.unwrap_or(Self { from: since - SEARCH_DELAY, page: 1 })
    }

    pub(super) fn span(self, now: DateTime<Utc>) -> std::ops::Range<DateTime<Utc>> {
        self.from..now.min(self.from + SEARCH_SPAN)
    }

    /// The place behind this page; none at the end.
    pub(super) fn next(self, pages: u32, now: DateTime<Utc>) -> Option<String> {
        let end = self.span(now).end;
        if self.page < pages {
            Some(format!("{}/{}", self.from.timestamp(), self.page + 1))
        } else {
            (end < now).then(|| format!("{}/1", end.timestamp()))
        }
    }
}

impl PayPal {
    /// One page of the movements of the account since, the oldest span first. None where the app may not search.
    pub(super) async fn searched(
        &self,
        since: DateTime<Utc>,
        after: Option<&str>,
    ) -> Result<Page<TransactionInfo>, GatewayError> {
        let (place, now) = (Place::of(after, since), self.clock.now());
        let page = match api::transactions(&self.transport, &place.span(now), place.page).await {
            Ok(page) => page,
            Err(Denied::NotAllowed) => {
                tracing::warn!(
                    "the app at PayPal may not search transactions: only listed events are looked through"
                );
                return Ok(Page::empty());
            }
            Err(denied) => return Err(api::without_answer(denied)),
        };
        let next = place.next(page.total_pages.unwrap_or_default(), now);
        let items = page.transaction_details.into_iter().filter_map(|listed| listed.transaction_info);
        Ok(Page { items: items.collect(), next })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_silence_is_searched_in_spans_that_paypal_takes() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let since = now - TimeDelta::days(70);
        let (mut token, mut spans) = (None, Vec::new());
        loop {
            let place = Place::of(token.as_deref(), since);
            spans.push(place.span(now));
            token = place.next(if place.page == 1 && spans.len() == 1 { 2 } else { 1 }, now);
            if token.is_none() {
                break;
            }
        }
        assert_eq!(spans.len(), 4);
        assert_eq!(spans[0].start, since - SEARCH_DELAY);
        assert_eq!(spans[0], spans[1]);
        assert_eq!((spans[1].end, spans[3].end), (spans[2].start, now));
        assert!(spans.iter().all(|span| span.end - span.start <= TimeDelta::days(31)));
    }
}
