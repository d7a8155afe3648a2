//! The program as an operator uses it, on both databases: what it prints, and how it ends.

mod articles;
mod bank;
mod imports;
mod office;
mod rolling;
mod setup;
mod site;
mod statements;
mod takeover;
mod together;

/// Makes two tests of one: `name::sqlite` and `name::postgres`, each with a site of its own.
macro_rules! program {
    (async fn $name:ident($site:ident) $body:block) => {
        async fn $name(engine: $crate::support::app::Engine) {
            let $site = $crate::cli::site::Site::on(engine);
            $body
        }
        $crate::support::twins!($name);
    };
}
use program;
