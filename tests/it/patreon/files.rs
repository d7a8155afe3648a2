//! Patreon's file of members: taken in whole or not at all, again without effect, and never before what Patreon said later.

use super::site::Site;
use crate::support::app::TestApp;
use crate::support::patreon::pat;
use crate::support::{both, flow};
use mainstay::domain::audit::Actor;
use mainstay::gateways::patreon::MemberFile;
use mainstay::usecases::members::{self, Import, Imported};

const FILES: [&str; 2] = [
    include_str!("../fixtures/patreon/members_export_2023.csv"),
    include_str!("../fixtures/patreon/members_export_2026.csv"),
];

async fn imported(app: &TestApp, text: &str, how: Import) -> Imported {
    let file = MemberFile::read(text.as_bytes()).unwrap();
    members::import(app.ctx(), Actor::Command, file, how).await.unwrap()
}

flow! {
    async fn a_file_is_tried_first_and_taken_in_once_whatever_its_generation(app) {
        let [old, new] = FILES;
        let tried = imported(&app, old, Import::Trial).await;
        assert_eq!((tried.lines, tried.new), (13, 13));
        for table in ["external_members", "external_moves", "audit_log"] {
            assert_eq!(app.count(table).await, 0, "{table}");
        }
        assert_eq!(imported(&app, old, Import::Real).await, tried);
        assert_eq!(app.count("external_members").await, 13);
        // Eleven pay; whoever pays by the year counts once.
        assert_eq!(app.count("external_moves").await, 11);
        let worth = "SELECT CAST(annual_minor AS TEXT) AS line FROM external_members WHERE person = '5000000'";
        assert_eq!(app.lines(worth).await, ["300"]);

        let again = imported(&app, old, Import::Real).await;
        assert_eq!((again.new, again.changed, again.same), (0, 0, 13));
        // The later file says of one that they only try it out.
        let later = imported(&app, new, Import::Real).await;
        assert_eq!((later.new, later.changed, later.same), (0, 1, 12));
        assert_eq!(app.count("external_members WHERE state = 'trial'").await, 1);
    }
}

flow! {
    async fn a_file_with_a_fault_is_refused_whole_with_every_fault_by_line(app) {
        let broken = FILES[1].replacen("15.00", "fifteen", 1).replacen("monthly", "weekly", 2);
        let faults = MemberFile::read(broken.as_bytes()).unwrap_err();
        assert!(faults.iter().all(|fault| fault.line > 1) && faults.len() >= 2, "{faults:?}");
        assert_eq!(app.count("external_members").await, 0);
    }
}

both! {
    async fn a_file_and_patreon_itself_speak_of_the_same_people(engine) {
        let site = Site::connected(engine).await;
        site.patreon.put(pat(1));
        site.reads().await;
        let head = FILES[1].lines().next().unwrap();
        let line = |user: u32, amount: &str, updated: &str| format!(
            "{head}\nPat,pat1@example.org,,Active patron,No,No,No,7.00,{amount},monthly,Gold,,,,,,,,2026-06-01 07:59:00,\
             2026-06-01 08:00:00,Paid,,{user},{updated},EUR,,,,,web\n"
        );
        // What Patreon said later counts.
        let older = imported(&site.app, &line(84_000_001, "15.00", "2026-06-02 08:00:00"), Import::Real).await;
        assert_eq!((older.older, older.new), (1, 0));
        assert_eq!(site.members().await, ["Pat Patron 1 active 700 8400"]);
        // Of whom only a file told, and whom Patreon does not list, nothing more is counted.
        let other = imported(&site.app, &line(7, "15.00", "2026-06-02 08:00:00"), Import::Real).await;
        assert_eq!(other.new, 1);
        let level = "SELECT tier AS line FROM external_members WHERE person = '7'";
        assert_eq!(site.app.lines(level).await, ["103"]);
        site.app.clock.advance(chrono::TimeDelta::hours(1));
        site.reads().await;
        assert_eq!(site.members().await, ["Pat former 0 0", "Pat Patron 1 active 700 8400"]);
        site.finish().await;
    }
}
