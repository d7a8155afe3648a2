//! `mainstay bank import`: a statement of the bank, taken in once however often it is typed.

use mainstay::domain::clock::{Clock as _, SystemClock};

use super::program;
use crate::bank_statements::{Entry, camt};
use crate::support::client::Client;
use crate::support::gift::Form;

program! {
    async fn a_statement_is_imported_once_however_often_the_command_is_typed(site) {
        let serving = site.serve().await;
        Client::new(&serving.url).give(&Form::transfer()).await;
        serving.stop().await;
        let pledges = site.exported("pledges").await;
        let reference = pledges[0]["reference"].as_str().unwrap().to_owned();
        // The bank's day may be behind ours, never before it.
        let day = (SystemClock.now() - chrono::TimeDelta::days(1)).date_naive().to_string();
        let entries = [Entry::new(&reference).id("A1").on(&day), Entry::new("lights").id("A2").on(&day)];
        let file = site.folder().join("june.xml");
        std::fs::write(&file, camt(&entries)).unwrap();
        let path = file.display().to_string();

        let said = site.runs(&["bank", "import", &path]).await;
        assert!(said.ends_with(": 2 lines, 2 of them new. 1 booked, 1 wait in the office, 0 went out.\n"), "{said}");
        let again = site.runs(&["import", "bank", &path]).await;
        assert!(again.contains("2 lines, 0 of them new"), "{again}");
        assert_eq!(site.count("SELECT COUNT(*) AS count FROM donations"), 1);
        let listed = site.runs(&["bank", "list"]).await;
        assert!(listed.contains("june.xml") && listed.contains("done"), "{listed}");
        assert!(site.runs(&["bank", "mappings"]).await.contains("There are none"));

        std::fs::write(&file, camt(&[Entry::new("x").amount("1e30")])).unwrap();
        let broken = site.call(&["bank", "import", &path]).run().await;
        assert!(broken.code == Some(1) && broken.stderr.contains("line 3: “1e30” is not an amount"), "{broken:?}");
        std::fs::write(&file, "a;b\n1;2\n").unwrap();
        let unexplained = site.refuses(2, &["bank", "import", &path]).await;
        assert!(unexplained.contains("name a mapping with --mapping"), "{unexplained}");
        let missing = site.refuses(2, &["bank", "import", &path, "--mapping", "Nobody’s"]).await;
        assert!(missing.contains("there is no mapping"), "{missing}");
        std::fs::write(&file, "%PDF-1.4;").unwrap();
        assert!(site.refuses(2, &["bank", "import", &path]).await.contains("neither CAMT.053 (XML) nor CSV"));
        site.runs(&["doctor"]).await;
    }
}
