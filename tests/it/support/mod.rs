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

/// How long [`until`] looks before the test fails.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// Waits for something that another process brings about: looks until it is there.
pub(crate) async fn until<T>(what: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(50));
    let found = tokio::time::timeout(PATIENCE, async {
        loop {
            looks.tick().await;
            if let Some(found) = look().await {
                return found;
            }
        }
    });
    found.await.unwrap_or_else(|_late| panic!("{what}: not in {PATIENCE:?}"))
}
