//! What must hold for everything that can happen, tried on much of it. Every failure names its seed; `MAINSTAY_SEED`
//! begins at another one, and `MAINSTAY_HISTORIES` is the number of histories that go through the databases: ten thousand
//! with `scripts/trials histories`.

mod database;
mod domain;
mod histories;
mod money;
mod reference;

/// A number from the environment, or `default`.
fn number(variable: &str, default: u64) -> u64 {
    std::env::var_os(variable).map_or(default, |text| {
        let text = text.into_string().unwrap();
        text.parse().unwrap_or_else(|error| panic!("{variable}={text}: {error}"))
    })
}

fn first_seed() -> u64 {
    number("MAINSTAY_SEED", 2026)
}
