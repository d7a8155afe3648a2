//! What is not copied, and what the operator reads then.

use super::{Place, other, sentence, text};
use crate::support::app::Engine;
use crate::support::both;
use crate::support::command::Mainstay;

const NEWER: &str = "INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('29991231000000', '2999-12-31 00:00:00')";

both! {
    async fn only_an_empty_database_is_written_to(engine) {
        let from = Place::with_gifts(other(engine), 3).await;
        let file = from.file("site.backup");
        from.runs(&["backup", text(&file)]).await;
        let to = Place::with_gifts(engine, 0).await;
        to.execute("INSERT INTO settings VALUES ('colour', 'blue')");
        let before = to.dump();

        let copy = to.refuses(&["db", "copy", "--from", &from.url]).await;
        let restore = to.refuses(&["restore", text(&file)]).await;
        let itself = from.refuses(&["db", "copy", "--to", &from.url]).await;

        for (refused, table) in [(&copy, "settings"), (&restore, "settings"), (&itself, "campaign_totals")] {
            assert!(refused.starts_with(&format!("the target is not empty: {table} has rows; ")), "{refused}");
            assert!(refused.contains("Name a new one: an SQLite file that does not exist yet, or a fresh PostgreSQL database"), "{refused}");
        }
        assert_eq!(to.dump(), before);
    }
}

both! {
    async fn another_version_of_the_program_is_named(engine) {
        let newer = Place::with_gifts(engine, 1).await;
        let file = newer.file("site.backup");
        newer.runs(&["backup", text(&file)]).await;
        newer.execute(NEWER);
        let place = Place::empty(Engine::Sqlite);
        place.execute("SELECT 1");
        std::fs::copy(&file, place.file("site.db")).unwrap();
        place.execute(NEWER);
        let to = Place::empty(engine);
        let older = Place::with_gifts(engine, 1).await;
        older.execute("DELETE FROM __diesel_schema_migrations WHERE version = (SELECT MAX(version) FROM __diesel_schema_migrations)");

        for (refused, what) in [
            (to.refuses(&["db", "copy", "--from", &newer.url]).await, "the source"),
            (newer.refuses(&["backup", text(&newer.file("b"))]).await, "the source"),
            (to.refuses(&["restore", text(&place.file("site.db"))]).await, "the backup"),
            (older.refuses(&["db", "copy", "--to", &newer.url]).await, ""),
            (place.refuses(&["db", "copy", "--from", &to.url]).await, ""),
        ] {
            let words = "was written by a newer version of mainstay (migration 29991231000000); use that version or a newer one";
            assert!(what.is_empty() || refused == format!("{what} {words}"), "{refused}");
        }
        let behind = to.refuses(&["db", "copy", "--from", &older.url]).await;
        assert!(behind.contains("`mainstay migrate`") || behind == "the source holds no site of mainstay", "{behind}");
        assert!(!newer.file("b").exists() && !newer.file("b.part").exists());
    }
}

both! {
    async fn a_file_that_is_no_backup_or_is_damaged_is_not_restored(engine) {
        let from = Place::with_gifts(other(engine), 50).await;
        let good = from.file("good");
        from.runs(&["backup", text(&good)]).await;
        let bytes = std::fs::read(&good).unwrap();
        let to = Place::empty(engine);
        let write = |name: &str, bytes: &[u8]| {
            let file = from.file(name);
            std::fs::write(&file, bytes).unwrap();
            file
        };
        let mut scratched = bytes.clone();
        for page in 3..scratched.len() / 4096 {
            scratched[page * 4096..page * 4096 + 64].fill(0xA5);
        }
        let stranger = Place::empty(Engine::Sqlite);
        stranger.execute("CREATE TABLE songs (title TEXT)");
        let cases = [
            (write("text", b"not a database at all, but long enough to look like one"), "is no backup of mainstay"),
            (write("nothing", b""), "is no backup of mainstay"),
            (stranger.file("site.db"), "is no backup of mainstay"),
            (write("half", &bytes[..bytes.len() / 2]), "is damaged ("),
            (write("scratched", &scratched), "is damaged ("),
            (from.file("missing"), "No such file or directory"),
        ];

        for (file, why) in cases {
            let refused = to.refuses(&["restore", text(&file)]).await;

            assert!(refused.contains(text(&file)) && refused.contains(why), "{refused}");
        }
        let in_use = write("in-use", &bytes);
        write("in-use-wal", b"");
        let refused = to.refuses(&["restore", text(&in_use)]).await;
        assert!(refused.contains("make a backup of it with `mainstay backup`"), "{refused}");
        to.runs(&["restore", text(&good)]).await;
    }
}

#[tokio::test]
async fn a_source_that_is_not_there_is_not_created() {
    let (nowhere, to) = (Place::empty(Engine::Sqlite), Place::empty(Engine::Sqlite));
    let missing = nowhere.file("site.db");

    for arguments in [["db", "copy", "--to", &to.url], ["db", "compare", "--to", &to.url]] {
        let refused = nowhere.refuses(&arguments).await;
        assert_eq!(refused, format!("there is no database {}", missing.display()));
    }
    let refused = nowhere.refuses(&["backup", text(&nowhere.file("b"))]).await;
    assert_eq!(refused, format!("there is no database {}", missing.display()));

    assert_eq!(std::fs::read_dir(nowhere.folder.path()).unwrap().count(), 0);
    assert_eq!(std::fs::read_dir(to.folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn an_address_that_makes_no_sense_is_wrong_usage_and_shows_no_password() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, why) in [
        (&["db", "copy"][..], "--to <URL>"),
        (
            &["db", "copy", "--to", "mysql://a:open-sesame@b/c"],
            "--to does not start with sqlite:// or postgres://",
        ),
        (&["db", "copy", "--from", "sqlite://"], "--from names no file"),
    ] {
        let finished = Mainstay::new(folder.path(), arguments).run().await;
        assert_eq!(finished.code, Some(2), "{finished:?}");
        assert!(finished.stderr.contains(why) && !finished.stderr.contains("open-sesame"), "{finished:?}");
    }
    let unreachable = Mainstay::new(
        folder.path(),
        [
            "db",
            "copy",
            "--to",
            "postgres://a:open-sesame@127.0.0.1:1/c",
            "--from",
            "postgres://a:open-sesame@127.0.0.1:1/c",
        ],
    );
    let refused = sentence(&unreachable.run().await);
    assert!(refused.contains("not available") && !refused.contains("open-sesame"), "{refused}");
}
