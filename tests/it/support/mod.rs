//! What tests stand on: the application with a clock that stands still, both databases, a real mail server, a
//! real browser, the real program.

pub(crate) mod app;
pub(crate) mod browser;
pub(crate) mod client;
pub(crate) mod command;
pub(crate) mod gateway;
pub(crate) mod gift;
pub(crate) mod postgres;
pub(crate) mod smtp;
pub(crate) mod sql;

/// Makes two tests of one flow: `name::sqlite` and `name::postgres`. With `settings: …,` in front, on a site of
/// these [`app::Changes`].
macro_rules! flow {
    ($(#[$attribute:meta])* async fn $name:ident($app:ident) $body:block) => {
        $crate::support::flow! {
            settings: $crate::support::app::Changes::default(),
            $(#[$attribute])* async fn $name($app) $body
        }
    };
    (settings: $changes:expr, $(#[$attribute:meta])* async fn $name:ident($app:ident) $body:block) => {
        mod $name {
            use super::*;
            use $crate::support::app::{Engine, TestApp};

            $(#[$attribute])*
            async fn flow($app: TestApp) {
                $body
                $app.finish().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                flow(TestApp::start_with(Engine::Sqlite, $changes).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                flow(TestApp::start_with(Engine::Postgres, $changes).await).await;
            }
        }
    };
}
pub(crate) use flow;
