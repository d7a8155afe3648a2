//! `docs/api.md`, carried out: each example against a running site, as it stands there.

use crate::office::content::publication;
use crate::support::app::{Engine, TestApp};
use crate::support::command::package_folder;
use crate::support::gift::Form;
use crate::support::twins;
use mainstay::domain::access::Scope;
use serde_json::Value;
use std::collections::BTreeMap;
use std::process::Command;

/// The blocks of the document: their language, and what they say.
fn blocks() -> Vec<(String, String)> {
    let text = std::fs::read_to_string(package_folder().join("docs/api.md")).unwrap();
    let parts = text.split("\n```").collect::<Vec<_>>();
    let inside = parts.iter().skip(1).step_by(2);
    inside
        .map(|block| {
            let (language, body) = block.split_once('\n').unwrap();
            (language.to_owned(), body.to_owned())
        })
        .collect()
}

/// What the examples speak of, as they call it.
async fn ids(app: &TestApp) -> BTreeMap<&'static str, String> {
    let given = app.gives(&Form::gift()).await;
    let monthly = app.gives(&Form::gift().by(2).set("frequency", "monthly")).await;
    let promised = app.promises_transfer(&Form::transfer().by(3)).await;
    let one = async |sql: &str| app.lines(sql).await.first().cloned().unwrap();
    let receipt = format!("SELECT id AS line FROM receipts WHERE donation_id = '{}'", monthly.donation.id);
    let (site, token) = (app.url.clone(), app.program(Scope::Finance).await.token);
    BTreeMap::from([
        ("SITE", site),
        ("TOKEN", token),
        ("DONATION", given.donation.id.to_string()),
        ("PLEDGE", monthly.pledge.id.to_string()),
        ("REFERENCE", promised.pledge.reference.unwrap().to_string()),
        ("DONOR", one("SELECT MIN(id) AS line FROM donors").await),
        ("OTHER_DONOR", one("SELECT MAX(id) AS line FROM donors").await),
        ("RECEIPT", one(&receipt).await),
        ("EVENT", one("SELECT MIN(id) AS line FROM inbox").await),
    ])
}

/// Runs a block as a shell does. A request that is refused ends it.
fn run(block: &str, known: &BTreeMap<&'static str, String>) -> String {
    let script =
        format!("set -euo pipefail\ncurl() {{ command curl -sS --fail-with-body \"$@\"; echo; }}\n{block}");
    let output = Command::new("bash").arg("-c").arg(script).envs(known).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{block}\n{said}\n{}", String::from_utf8_lossy(&output.stderr));
    said
}

/// Whether an answer has everything that the document shows of it.
fn has(answer: &Value, shown: &Value) -> bool {
    match (answer, shown) {
        (Value::Object(answer), Value::Object(shown)) => {
            shown.iter().all(|(name, value)| answer.get(name).is_some_and(|own| has(own, value)))
        }
        (Value::Array(answer), Value::Array(shown)) => {
            shown.iter().all(|value| answer.iter().any(|own| has(own, value)))
        }
        (Value::String(_), Value::String(shown)) if shown.ends_with('…') || shown.ends_with('Z') => true,
        (answer, shown) => answer == shown,
    }
}

async fn every_example_of_the_document_does_what_it_says(engine: Engine) {
    let (app, _folder) = publication(engine).await;
    let mut known = ids(&app).await;
    let (mut said, mut examples) = (String::new(), 0);
    for (language, block) in blocks() {
        match language.as_str() {
            "sh" => {
                let (told, block) = (known.clone(), block.clone());
                said = tokio::task::spawn_blocking(move || run(&block, &told)).await.unwrap();
                app.run_jobs().await;
                examples += 1;
            }
            // What nobody asked for here.
            "json" if block.contains("about:blank") => {}
            "json" => {
                let shown: Value = serde_json::from_str(&block).unwrap();
                let answer: Value =
                    serde_json::from_str(said.lines().rfind(|line| !line.is_empty()).unwrap()).unwrap();
                assert!(has(&answer, &shown), "the document shows\n{shown}\nand the answer was\n{answer}");
                if let Some(id) = answer["id"].as_str().filter(|id| id.starts_with("exp_")) {
                    known.insert("EXPORT", id.to_owned());
                }
            }
            other => panic!("a block of {other}"),
        }
    }
    assert!(examples >= 12, "only {examples}");
    app.finish().await;
}
twins!(every_example_of_the_document_does_what_it_says);
