//! What tests stand on: the application with a clock that stands still, both databases, a real mail server, a
//! real browser, the real program.

pub(crate) mod app;
pub(crate) mod authenticator;
pub(crate) mod browser;
pub(crate) mod client;
pub(crate) mod command;
pub(crate) mod double;
pub(crate) mod faults;
pub(crate) mod gateway;
pub(crate) mod gift;
pub(crate) mod neighbour;
pub(crate) mod patreon;
pub(crate) mod paypal;
pub(crate) mod postgres;
pub(crate) mod program;
pub(crate) mod random;
pub(crate) mod receiver;
pub(crate) mod smtp;
pub(crate) mod sql;
pub(crate) mod stripe;
pub(crate) mod template;
pub(crate) mod walk;

/// The two tests of a function that takes an engine; a module may have the name of a function.
macro_rules! twins {
    ($name:ident) => {
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name($crate::support::app::Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name($crate::support::app::Engine::Postgres).await;
            }
        }
    };
}
pub(crate) use twins;

/// Makes two tests of one flow: `name::sqlite` and `name::postgres`. With `settings: …,` in front, on a site of
/// these [`app::Changes`].
macro_rules! flow {
    ($(#[$attribute:meta])* async fn $name:ident($app:ident) $body:block) => {
        $crate::support::flow! {
            @ |engine| $crate::support::app::TestApp::start(engine),
            $(#[$attribute])* async fn $name($app) $body
        }
    };
    (settings: $changes:expr, $(#[$attribute:meta])* async fn $name:ident($app:ident) $body:block) => {
        $crate::support::flow! {
            @ |engine| $crate::support::app::TestApp::start_with(engine, $changes),
            $(#[$attribute])* async fn $name($app) $body
        }
    };
    (@ $start:expr, $(#[$attribute:meta])* async fn $name:ident($app:ident) $body:block) => {
        $(#[$attribute])*
        async fn $name(engine: $crate::support::app::Engine) {
            let start = $start;
            let $app = start(engine).await;
            $body
            $app.finish().await;
        }
        $crate::support::twins!($name);
    };
}
pub(crate) use flow;

/// Makes two tests of one flow that starts its site itself, on the given engine.
macro_rules! both {
    (async fn $name:ident($engine:ident) $body:block) => {
        async fn $name($engine: $crate::support::app::Engine) $body
        $crate::support::twins!($name);
    };
}
pub(crate) use both;

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
