//! The databases alone, doing what a pledge by bank transfer does to them: the limit of `pledges`; or taking one row
//! for each event: the limit of `webhooks`.
//!
//! The statements for a pledge are those of `usecases::pledge`, in its order: the campaign, a token from each of the
//! two rate limits, an equal submission, the pledge, the job that mails the instructions.

pub(crate) mod postgres;
pub(crate) mod sqlite;
