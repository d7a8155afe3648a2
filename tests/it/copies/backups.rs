//! `backup` while the site runs, and `restore`.

use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, Mutex};

use mainstay::usecases::demo;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::{Place, other, rich, text};
use crate::support::app::{Engine, TestApp};
use crate::support::command::package_folder;
use crate::support::{both, twins, until};
use crate::trials::is_full;

/// Backups that are taken under load; `MAINSTAY_TRIALS=full` takes all of them.
const CYCLES: usize = 3;
const ALL_CYCLES: usize = 50;
/// Writers that give at the same time.
const WRITERS: usize = 4;
/// Gifts of one cycle: more than are given while a backup is taken, and few enough that 50 cycles end.
const GIFTS: usize = 200;

fn cycles() -> usize {
    if is_full() { ALL_CYCLES } else { CYCLES }
}

both! {
    async fn a_backup_holds_everything_and_goes_into_either_engine(engine) {
        let rich = rich::site(engine).await;
        let place = Place::empty(engine);
        let file = place.file("site.backup");
        let from = rich.app.database_url.clone();

        let backup = place.call(&["backup", text(&file)]).env("MAINSTAY_DATABASE__URL", &from).run().await;
        assert_eq!((backup.code, backup.stderr.as_str()), (Some(0), ""), "{backup:?}");

        let metadata = std::fs::metadata(&file).unwrap();
        assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
        let (donations, receipts) = (rich.app.count("donations").await, rich.app.count("receipts").await);
        let latest = rich.app.lines("SELECT series || year || '-' || substr('000000' || number, length('000000' || number) - 5) AS line FROM receipts ORDER BY id DESC LIMIT 1").await;
        let bytes = metadata.len();
        let contents = format!("{donations} donations, {receipts} receipts, the latest {}, {bytes} bytes.\n", latest[0]);
        assert_eq!(backup.stdout, format!("Backed up to {}: {contents}", file.display()));
        let beside: Vec<_> = std::fs::read_dir(place.folder.path()).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert_eq!(beside, ["site.backup"]);
        for target in [Place::empty(engine), Place::empty(other(engine))] {
            let restored = target.runs(&["restore", text(&file)]).await;

            assert!(restored.starts_with(&format!("Restored from {}: {contents}", file.display())), "{restored}");
            assert!(restored.contains("ok     receipt numbers have no gap\n"), "{restored}");
            assert!(target.runs(&["db", "compare", "--to", &from]).await.starts_with("The same: "));
        }
        rich.app.stop().await;
    }
}

/// Writers that give one gift after the other, as many in all as they are let.
struct Givers {
    /// By writer: how many gifts were acknowledged.
    acknowledged: Arc<Mutex<Vec<u64>>>,
    let_in: Arc<Semaphore>,
    tasks: Vec<JoinHandle<()>>,
}

impl Givers {
    fn start(app: &TestApp) -> Self {
        let acknowledged = Arc::new(Mutex::new(vec![0; WRITERS]));
        let let_in = Arc::new(Semaphore::new(0));
        let giver = |writer: usize| {
            let (ctx, let_in) = (app.ctx().clone(), Arc::clone(&let_in));
            let acknowledged = Arc::clone(&acknowledged);
            async move {
                let seed = u64::try_from(writer).unwrap() + 1;
                for gift in 0.. {
                    let Ok(permit) = let_in.acquire().await else { break };
                    permit.forget();
                    demo::fill(&ctx, seed, gift..gift + 1).await.unwrap();
                    acknowledged.lock().unwrap()[writer] = gift + 1;
                }
            }
        };
        let tasks = (0..WRITERS).map(|writer| tokio::spawn(giver(writer))).collect();
        Self { acknowledged, let_in, tasks }
    }

    fn all(&self) -> u64 {
        self.acknowledged.lock().unwrap().iter().sum()
    }

    /// Lets in the gifts of a cycle, waits for the first, and returns what was acknowledged until then.
    async fn begin_cycle(&self) -> Vec<u64> {
        let before = self.all();
        self.let_in.add_permits(GIFTS);
        until("gifts", async || (self.all() > before).then_some(())).await;
        self.acknowledged.lock().unwrap().clone()
    }

    async fn stop(self) {
        self.let_in.close();
        for task in self.tasks {
            task.await.unwrap();
        }
    }
}

async fn a_backup_under_load_holds_every_gift_acknowledged_before_it_began(engine: Engine) {
    let app = TestApp::start(engine).await;
    // Makes the campaign that all of them give to.
    demo::fill(app.ctx(), 99, 0..1).await.unwrap();
    let givers = Givers::start(&app);
    let mut during = 0;
    for cycle in 0..cycles() {
        let place = Place::empty(if cycle % 2 == 0 { engine } else { other(engine) });
        let file = place.file("site.backup");
        let before = givers.begin_cycle().await;
        let began = givers.all();

        let backup = place.call(&["backup", text(&file)]).env("MAINSTAY_DATABASE__URL", &app.database_url);
        let finished = backup.run().await;
        assert_eq!(finished.code, Some(0), "cycle {cycle}: {finished:?}");
        during += givers.all() - began;
        // Ends with 1 if a rule is broken.
        place.runs(&["restore", text(&file)]).await;

        let mut database = place.connect();
        for (writer, acknowledged) in before.iter().enumerate() {
            let held = format!(
                "SELECT CAST(COUNT(*) AS TEXT) AS line FROM donations d JOIN pledges p ON p.id = d.pledge_id \
                 WHERE d.gross_minor IS NOT NULL AND p.email LIKE 'demo-{}-%'",
                writer + 1
            );
            let held: u64 = database.lines(&held)[0].parse().unwrap();
            assert!(held >= *acknowledged, "cycle {cycle}: {held} of {acknowledged} of writer {writer}");
        }
        println!(
            "{engine:?}: cycle {cycle}: all {} acknowledged gifts are there",
            before.iter().sum::<u64>()
        );
    }
    givers.stop().await;
    assert!(during > 0, "nobody gave while backups were taken");
    app.check_books().await;
    app.stop().await;
    println!(
        "trial backups {engine:?}: {} backups restored, {during} gifts given while they were taken, 0 lost",
        cycles()
    );
}
twins!(a_backup_under_load_holds_every_gift_acknowledged_before_it_began);

both! {
    async fn a_backup_of_an_older_version_is_migrated_on_its_way_in(engine) {
        let first = "2026-11-25-000000_foundation";
        let mut names: Vec<String> = std::fs::read_dir(package_folder().join("migrations/sqlite"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        assert_eq!(names[0], first);
        let older = Place::empty(Engine::Sqlite);
        let tables = package_folder().join("migrations/sqlite").join(first).join("up.sql");
        older.execute(&std::fs::read_to_string(tables).unwrap());
        older.execute(
            "CREATE TABLE __diesel_schema_migrations (version VARCHAR(50) PRIMARY KEY NOT NULL, \
             run_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP); \
             INSERT INTO __diesel_schema_migrations (version) VALUES ('20261125000000'); \
             INSERT INTO settings VALUES ('site_key', 'MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=');",
        );
        let file = older.file("site.db");
        let before = std::fs::read(&file).unwrap();
        let target = Place::empty(engine);

        let restored = target.runs(&["restore", text(&file)]).await;

        let applied: Vec<&str> =
            restored.lines().map_while(|line| line.strip_prefix("applied: ")).collect();
        assert_eq!(applied, names[1..]);
        assert_eq!(std::fs::read(&file).unwrap(), before, "the backup itself stays as it is");
        assert_eq!(std::fs::read_dir(older.folder.path()).unwrap().count(), 1);
        assert_eq!(target.dump()["settings"].len(), 1);
        target.runs(&["doctor"]).await;
    }
}

both! {
    async fn who_was_forgotten_since_the_backup_is_forgotten_again(engine) {
        let place = Place::with_gifts(engine, 8).await;
        let file = place.file("site.backup");
        place.runs(&["backup", text(&file)]).await;
        let donors = place.connect().lines("SELECT id AS line FROM donors ORDER BY id");
        assert!(donors.len() > 1, "{donors:?}");
        let row = |action: &str, donor: &str| format!("9,2026-11-26T10:00:00Z,Ann,{action},{donor}\n");
        let log = [
            "\u{feff}No.,When,Who,What,To what\n".to_owned(),
            row("donor.exported", &donors[1]),
            row("donor.erased", &donors[0]),
            row("donor.erased", "dnr_01KV5BJH80EQ75JV2581H6HJZ9"),
        ];
        let list = place.file("log.csv");
        std::fs::write(&list, log.concat()).unwrap();
        let target = Place::empty(other(engine));

        let nowhere = target.call(&["restore", text(&file), "--forgotten", "nothing.csv"]).run().await;
        assert_eq!(nowhere.code, Some(2), "{nowhere:?}");
        let restored = target.call(&["restore", text(&file), "--forgotten", text(&list)]).run().await;

        assert_eq!(restored.code, Some(0), "{restored:?}");
        assert!(restored.stdout.contains("\n1 of 2 donors on the list are in the backup"), "{restored:?}");
        let serving = target.call(&["serve"]).serve().await;
        let forgotten = "SELECT id AS line FROM donors WHERE erased_at IS NOT NULL";
        until("one donor to be forgotten again", async || {
            (target.connect().lines(forgotten) == [donors[0].clone()]).then_some(())
        })
        .await;
        assert_eq!(serving.stop().await.code, Some(0));
        let named = |table: &str| target.connect().dump_of(table).concat().contains(&donors[0]);
        assert!(named("donations"), "the money stays");
        target.runs(&["doctor"]).await;
    }
}

both! {
    async fn a_backup_replaces_another_only_when_told_to_and_only_when_it_is_whole(engine) {
        let place = Place::with_gifts(engine, 2).await;
        let file = place.file("site.backup");
        std::fs::write(&file, "the old one").unwrap();

        let refused = place.refuses(&["backup", text(&file)]).await;
        assert_eq!(refused, format!("{} exists already; choose another name, or replace it with --force", file.display()));
        let nowhere = Place::empty(engine);
        let failed = nowhere.call(&["backup", "--force", text(&file)]).run().await;
        assert_eq!(failed.code, Some(1), "{failed:?}");
        assert_eq!(std::fs::read(&file).unwrap(), b"the old one");

        // A run that was killed has left its draft behind.
        std::fs::write(place.file("site.backup.part"), vec![b'x'; 100_000]).unwrap();
        let kept = place.runs(&["backup", "--force", text(&file)]).await;
        assert!(kept.contains(": 2 donations, 2 receipts, "), "{kept}");
        assert!(!place.file("site.backup.part").exists());
        Place::empty(engine).runs(&["restore", text(&file)]).await;

        let draft = std::fs::File::create(place.file("site.backup.part")).unwrap();
        draft.lock().unwrap();
        let busy = place.refuses(&["backup", "--force", text(&file)]).await;
        assert!(busy.starts_with("another backup is being written to "), "{busy}");
    }
}
