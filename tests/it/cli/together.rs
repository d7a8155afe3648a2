//! Two processes on one database: they share the work and change nothing twice.

use super::site::Site;
use crate::support::app::Engine;
use crate::support::client::Client;
use crate::support::until;

const GIFTS: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_on_one_postgres_database_are_one_site() {
    let site = Site::on(Engine::Postgres);
    let (one, two) = tokio::join!(site.serve(), site.serve());
    let clients = [Client::new(&one.url), Client::new(&two.url)];
    assert_eq!(site.count("SELECT COUNT(*) AS count FROM settings WHERE name = 'site_key'"), 1);

    let mut thanks = Vec::new();
    for gift in 0..GIFTS {
        let (giver, other) = (&clients[gift % 2], &clients[(gift + 1) % 2]);
        let email = format!("donor-{gift}@example.org");
        let form = [
            ("campaign", "press-fund"),
            ("amount", "25"),
            ("currency", "EUR"),
            ("gateway", "sandbox"),
            ("email", email.as_str()),
            ("name", "Ann Reader"),
        ];
        let page = giver.post("/donate", &form).await.location().to_owned();
        let paid = other.post(&page, &[("outcome", "succeed"), ("delivery", "twice")]).await;
        let url = paid.location().to_owned();
        thanks.push(url[url.find("/thanks/").unwrap()..].to_owned());
    }
    for (gift, path) in thanks.iter().enumerate() {
        until("thanks for the gift", async || {
            let page = clients[(gift + 1) % 2].get(path).await;
            assert_eq!(page.status, 200, "one key signs for both");
            page.text().contains("Thank you, Ann Reader.").then_some(())
        })
        .await;
    }
    site.sends(GIFTS, "receipt R").await;
    until("an empty queue", async || {
        (site.runs(&["job", "list"]).await == "Everything is done.\n").then_some(())
    })
    .await;

    assert_eq!(site.letters_about("receipt R").len(), GIFTS);
    assert_eq!(site.count("SELECT COUNT(*) AS count FROM jobs WHERE attempt > 1 OR failures > 0"), 0);
    assert_eq!(
        site.count("SELECT COUNT(DISTINCT number) AS count FROM receipts"),
        i64::try_from(GIFTS).unwrap()
    );

    let article = "---\ntitle: On salt\nlanding: false\n---\n\nSalt is old.\n";
    std::fs::write(site.folder().join("content/articles/on-salt.md"), article).unwrap();
    for client in &clients {
        until("the new article", async || {
            client.get("/articles/on-salt").await.text().contains("Salt is old.").then_some(())
        })
        .await;
    }
    site.runs(&["doctor"]).await;
    assert_eq!(one.stop().await.code, Some(0));
    assert_eq!(clients[1].get("/health/ready").await.status, 200);
    assert_eq!(two.stop().await.code, Some(0));
}
