//! The program: everything is in the library.

use std::process::ExitCode;

#[expect(clippy::disallowed_methods, reason = "the one place that reads the environment")]
fn main() -> ExitCode {
    mainstay::cli::run(std::env::args_os(), std::env::vars())
}
