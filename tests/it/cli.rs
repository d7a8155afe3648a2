//! The program as an operator uses it, on both databases: what it prints, and how it ends.

mod articles;
mod office;
mod setup;
mod site;
mod together;

/// Makes two tests of one: `name::sqlite` and `name::postgres`, each with a site of its own.
macro_rules! program {
    (async fn $name:ident($site:ident) $body:block) => {
        mod $name {
            use super::*;

            async fn program($site: Site) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                program(Site::on($crate::support::app::Engine::Sqlite)).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                program(Site::on($crate::support::app::Engine::Postgres)).await;
            }
        }
    };
}
use program;
