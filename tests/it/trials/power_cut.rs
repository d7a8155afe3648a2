//! The power fails: what was written but not yet synced is gone, or half of it is. Every write and sync of a real run is
//! recorded with `strace`; at each sync and at each answer the files are put together as a disk would have them then,
//! opened, and held against what had been answered by then.

use std::collections::BTreeMap;
use std::path::Path;

use mainstay::domain::clock::{Clock as _, SystemClock};
use mainstay::gateways::sandbox::SandboxEvent;
use mainstay::store::Db;
use reqwest::StatusCode;

use super::recording::{Event, Recording};
use super::site::{Site, broken_rules, database_at, paid, webhook};
use super::{Summary, seed, size};
use crate::support::app::Engine;
use crate::support::client::Client;
use crate::support::gift::Form;
use crate::support::random::Random;
use crate::support::sql::number;

const GIFTS: usize = 6;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_acknowledged_survives_a_power_cut() {
    let faults = ["cut", "unsynced writes dropped", "unsynced writes torn"];
    let mut summary = Summary::of("power_cut", Engine::Sqlite, &faults);
    let site = Site::new(Engine::Sqlite).await.with(&[("MAINSTAY_SERVER__WORKERS", "1")]);
    let (mut site, start) = site.prepared().await;
    start.begin_again(&mut site);
    let before = std::fs::read(site.database_url.strip_prefix("sqlite://").unwrap()).unwrap();
    let (recording, promises) = record(&site).await;
    let answered = recording.events.iter().filter(|event| matches!(event, Event::Answered)).count();
    assert_eq!(answered, promises.len(), "every answer is in the recording");

    let mut random = Random::seeded(seed());
    let mut disk = Disk::holding(&recording.database, before);
    let every = size(2, 1);
    let mut kept = 0;
    let mut moments = 0;
    for event in recording.events {
        let cut = !matches!(event, Event::Write { .. } | Event::Truncate { .. });
        kept += usize::from(matches!(event, Event::Answered));
        disk.apply(event);
        if !cut {
            continue;
        }
        moments += 1;
        if moments % every != 0 {
            continue;
        }
        summary.fault("cut", 1);
        for way in [Way::Dropped, Way::Torn(random.next())] {
            summary.ran(1);
            match way {
                Way::Dropped => summary.fault("unsynced writes dropped", disk.unsynced()),
                Way::Torn(_) => summary.fault("unsynced writes torn", disk.unsynced()),
            }
            let folder = tempfile::tempdir().unwrap();
            let db = disk.after_a_power_cut(folder.path(), way);
            let gone = missing(&db, &promises[..kept]).await;
            summary.lost(gone.into_iter().map(|what| format!("cut {moments}, {way:?}: {what}")));
            summary.lost(broken_rules(&db).await.into_iter().map(|rule| format!("cut {moments}: {rule}")));
        }
    }
    summary.figure("answers", promises.len());
    summary.figure("moments", moments);
    summary.finish();
}

/// Lives through some gifts under `strace`. Returns all that was written, and for each answer the query that finds what
/// it promised.
async fn record(site: &Site) -> (Recording, Vec<String>) {
    let log = site.folder.path().join("writes.strace");
    let serving = site.command(&["serve"]).under("strace", Recording::arguments(&log)).serve().await;
    let client = Client::new(&serving.url);
    let mut promises = Vec::new();
    for gift in 0..GIFTS {
        let email = format!("donor-{gift}@example.org");
        let page = client
            .give(&Form::gift().by(gift).set("form_id", &format!("form-{gift}")))
            .await
            .location()
            .to_owned();
        promises.push(format!("SELECT COUNT(*) AS number FROM pledges WHERE email = '{email}'"));
        client.pay(&page, "succeed", "never").await;
        let id = page.rsplit_once('/').unwrap().1.to_owned();
        promises.push(format!(
            "SELECT COUNT(*) AS number FROM sandbox_payments WHERE id = '{id}' AND status = 'succeeded'"
        ));
        let payment = paid(&page, SystemClock.now());
        let event = SandboxEvent { id: format!("sbe_{gift}"), payment, subscription: None };
        assert_eq!(client.send(webhook(&client, &serving.url, &event)).await.status, StatusCode::OK);
        promises.push(format!("SELECT COUNT(*) AS number FROM inbox WHERE event_id = 'sbe_{gift}'"));
    }
    site.mail.wait_for(GIFTS).await;
    serving.stop().await;
    (Recording::read(&log, site.database_url.strip_prefix("sqlite://").unwrap()), promises)
}

async fn missing(db: &Db, promises: &[String]) -> Vec<String> {
    let mut missing = Vec::new();
    for promise in promises {
        if number(db, promise).await != 1 {
            missing.push(promise.clone());
        }
    }
    missing
}

/// What happens to writes that were not synced.
#[derive(Debug, Clone, Copy)]
enum Way {
    /// None reached the disk.
    Dropped,
    /// Some did, whichever the disk came to first.
    Torn(u64),
}

/// The files as a disk has them, and what is on its way to it.
struct Disk {
    files: BTreeMap<String, File>,
    database: String,
}

#[derive(Default)]
struct File {
    durable: Vec<u8>,
    pending: Vec<Event>,
}

impl Disk {
    fn holding(database: &str, bytes: Vec<u8>) -> Self {
        let file = File { durable: bytes, pending: Vec::new() };
        Self { files: BTreeMap::from([(database.to_owned(), file)]), database: database.to_owned() }
    }

    fn apply(&mut self, event: Event) {
        match &event {
            Event::Write { file, .. } | Event::Truncate { file, .. } => {
                self.files.entry(file.clone()).or_default().pending.push(event);
            }
            Event::Synced { file } => {
                let file = self.files.entry(file.clone()).or_default();
                for event in std::mem::take(&mut file.pending) {
                    play(&mut file.durable, &event);
                }
            }
            Event::Answered => {}
        }
    }

    fn unsynced(&self) -> u64 {
        self.files.values().map(|file| u64::try_from(file.pending.len()).unwrap()).sum()
    }

    /// Lays the files out in a folder, and opens the database there.
    fn after_a_power_cut(&self, folder: &Path, way: Way) -> Db {
        for (name, file) in &self.files {
            let mut bytes = file.durable.clone();
            if let Way::Torn(seed) = way {
                let mut random = Random::seeded(seed);
                for event in file.pending.iter().filter(|_| random.in_a_hundred(50)) {
                    play(&mut bytes, event);
                }
            }
            let suffix = name.strip_prefix(&self.database).unwrap();
            std::fs::write(folder.join(format!("site.db{suffix}")), bytes).unwrap();
        }
        database_at(&format!("sqlite://{}/site.db", folder.display()))
    }
}

fn play(bytes: &mut Vec<u8>, event: &Event) {
    match event {
        Event::Write { at, data, .. } => {
            let end = at + data.len();
            if bytes.len() < end {
                bytes.resize(end, 0);
            }
            bytes[*at..end].copy_from_slice(data);
        }
        Event::Truncate { length, .. } => bytes.resize(*length, 0),
        Event::Synced { .. } | Event::Answered => {}
    }
}
