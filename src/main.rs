//! The program: everything is in the library.

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn main() {
    mainstay::cli::run(std::env::args_os(), std::env::vars())
}
