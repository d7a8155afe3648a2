//! Databases of their own for tests that need PostgreSQL.

use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};

static COUNT: AtomicU32 = AtomicU32::new(0);

/// The URL of a PostgreSQL superuser, from `MAINSTAY_TEST_POSTGRES`. Without it the test fails and says what to type:
/// a test that skips itself looks like one that passed.
pub(crate) fn admin_url() -> String {
    match std::env::var_os("MAINSTAY_TEST_POSTGRES").map(std::ffi::OsString::into_string) {
        Some(Ok(url)) if !url.is_empty() => url,
        _ => panic!(
            "MAINSTAY_TEST_POSTGRES is not set; run the tests with `scripts/test quick`, \
             or type: export MAINSTAY_TEST_POSTGRES=\"$(scripts/postgres start)\""
        ),
    }
}

/// A database that exists as long as this value.
pub(crate) struct TestDatabase {
    pub(crate) name: String,
    pub(crate) url: String,
}

/// Makes an empty database, or a copy of the database `template`, to which nobody may be connected.
pub(crate) fn create_database(template: Option<&str>) -> TestDatabase {
    let admin_url = admin_url();
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("mainstay_test_{}_{number}", std::process::id());
    let template = template.unwrap_or("template1");

    // A killed run with the same process id may have left one behind.
    execute(&admin_url, &format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)")).unwrap();
    execute(&admin_url, &format!("CREATE DATABASE \"{name}\" TEMPLATE \"{template}\"")).unwrap();
    TestDatabase { url: with_database(&admin_url, &name), name }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let dropped =
            execute(&admin_url(), &format!("DROP DATABASE IF EXISTS \"{}\" WITH (FORCE)", self.name));
        // A second panic would abort the run and hide the first.
        if !std::thread::panicking() {
            dropped.unwrap();
        }
    }
}

/// Runs one statement outside a transaction, which is where PostgreSQL wants `CREATE DATABASE`.
fn execute(url: &str, statement: &str) -> Result<(), String> {
    let mut connection = PgConnection::establish(url).map_err(|error| format!("connect: {error}"))?;
    connection.batch_execute(statement).map_err(|error| format!("{statement}: {error}"))
}

/// `url` with the database `name` in place of its own.
fn with_database(url: &str, name: &str) -> String {
    let (address, parameters) = url.split_once('?').map_or((url, None), |(a, p)| (a, Some(p)));
    let scheme = address.find("://").map_or(0, |at| at + "://".len());
    let server = match address[scheme..].find('/') {
        Some(slash) => &address[..scheme + slash],
        None => address,
    };
    match parameters {
        Some(parameters) => format!("{server}/{name}?{parameters}"),
        None => format!("{server}/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use diesel::RunQueryDsl;

    use super::*;

    #[test]
    fn a_copy_has_what_its_template_has_and_goes_with_its_owner() {
        let template = create_database(None);
        execute(&template.url, "CREATE TABLE gifts (id BIGINT)").unwrap();

        let copy = create_database(Some(&template.name));
        let mut connection = PgConnection::establish(&copy.url).unwrap();
        diesel::sql_query("INSERT INTO gifts VALUES (1)").execute(&mut connection).unwrap();

        let url = copy.url.clone();
        drop(copy);
        assert!(PgConnection::establish(&url).is_err());
    }

    #[test]
    fn the_database_of_a_url_is_replaced() {
        assert_eq!(with_database("postgres://u:p@h:1/a?x=/y", "b"), "postgres://u:p@h:1/b?x=/y");
        assert_eq!(with_database("postgres://h", "b"), "postgres://h/b");
    }
}
