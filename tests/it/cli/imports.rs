//! `mainstay import donations`: a past, taken over once however often it is typed, and taken back.

use super::program;

const KOFI: &str = "DateTime (UTC),From,Message,Item,Received,Given,Currency,TransactionType,TransactionId,BuyerEmail\n\
    2024-01-03 10:00,Jo,Thanks!,,3.00,,EUR,Tip,t1,jo@example.org\n\
    2024-01-04 10:00,Jo,,Mug,9.00,,EUR,Shop Order,t2,jo@example.org\n";

program! {
    async fn a_past_is_taken_over_once_however_often_the_command_is_typed(site) {
        // Serving reads the campaigns.
        site.serve().await.stop().await;
        let file = site.folder().join("kofi.csv");
        std::fs::write(&file, KOFI).unwrap();
        let path = file.display().to_string();

        let unnamed = site.call(&["import", "donations", &path]).run().await;
        assert!(unnamed.code == Some(1) && unnamed.stderr.contains("line 2: it names no campaign"), "{unnamed:?}");
        let command = ["import", "donations", &path, "--campaign", "press-fund"];
        let dry = site.runs(&[&command[..], &["--dry-run"]].concat()).await;
        for words in [
            "2 lines, 1 gifts to book: 0 of recurring support, 0 without an address.",
            "EUR 3.00 were given, of which EUR 0.00 went back.",
            "1 left out, because it is no gift that came in: line 3.",
            "Nothing was changed.",
        ] {
            assert!(dry.contains(words), "{words}: {dry}");
        }
        assert_eq!(site.count("SELECT COUNT(*) AS count FROM donations"), 0);

        let said = site.runs(&command).await;
        assert!(said.ends_with(" is done: 1 gifts of it are on record.\n"), "{said}");
        let again = site.runs(&command).await;
        assert!(again.contains("0 gifts to book") && again.contains("it was taken over before: line 2"), "{again}");
        assert_eq!(site.count("SELECT COUNT(*) AS count FROM donations"), 1);
        site.runs(&["doctor"]).await;

        let listed = site.runs(&["import", "list"]).await;
        let first = listed.lines().find(|line| line.contains("1 booked")).unwrap();
        let id = first.split_whitespace().next().unwrap();
        let undone = site.runs(&["import", "undo", id]).await;
        assert!(undone.contains("is taken back: 0 gifts of it are on record"), "{undone}");
        let twice = site.call(&["import", "undo", id]).run().await;
        assert!(twice.code == Some(1) && twice.stderr.contains("declared void"), "{twice:?}");
        let strange = site.call(&["import", "donations", &path, "--dates", "xyz"]).run().await;
        assert!(strange.code == Some(2) && strange.stderr.contains("one of dmy, mdy, ymd"), "{strange:?}");
        site.runs(&["doctor"]).await;
    }
}
