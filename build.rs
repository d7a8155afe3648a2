//! Says what to type when the PostgreSQL client library is missing: the linker alone says only `cannot find -lpq`.

use std::path::Path;
use std::process::{Command, Stdio};

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=PQ_LIB_DIR");
    if !is_there() {
        println!(
            "cargo::warning=the PostgreSQL client library (libpq) was not found; if linking fails, install it: \
             apt-get install libpq-dev (Debian, Ubuntu), dnf install libpq-devel (Fedora), brew install libpq (macOS)"
        );
    }
}

fn is_there() -> bool {
    std::env::var_os("PQ_LIB_DIR").is_some()
        || succeeds("pkg-config", &["--exists", "libpq"])
        || succeeds("pg_config", &["--libdir"])
        || ["/usr/lib/libpq.so", "/usr/lib64/libpq.so", "/usr/local/lib/libpq.so"]
            .iter()
            .any(|file| Path::new(file).exists())
}

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    let quiet = Command::new(program).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    quiet.is_ok_and(|status| status.success())
}
