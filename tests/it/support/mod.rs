//! What tests stand on: the application with a clock that stands still, both databases, a real mail server, a
//! real browser, the real program.

pub(crate) mod app;
pub(crate) mod browser;
pub(crate) mod client;
pub(crate) mod command;
pub(crate) mod postgres;
pub(crate) mod smtp;

/// Makes two tests of one flow: `name::sqlite` and `name::postgres`.
macro_rules! flow {
    ($(#[$attribute:meta])* async fn $name:ident($app:ident) $body:block) => {
        mod $name {
            use super::*;

            $(#[$attribute])*
            async fn flow($app: $crate::support::app::TestApp) {
                $body
                $app.finish().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                flow($crate::support::app::TestApp::start($crate::support::app::Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                flow($crate::support::app::TestApp::start($crate::support::app::Engine::Postgres).await).await;
            }
        }
    };
}
pub(crate) use flow;
