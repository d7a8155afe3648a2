//! A database with the tables of this version, made once: tests begin with a copy of it, as bringing an empty one up to
//! date costs more than most of them do.

use std::path::Path;
use std::sync::{Arc, Weak};

use mainstay::bootstrap;
use mainstay::config::Config;
use tokio::sync::Mutex;

use super::app::Engine;
use super::postgres::{TestDatabase, create_database};

/// Kept by the tests that use it, so that nothing of it is left when the last has ended.
static SQLITE: Mutex<Weak<Template>> = Mutex::const_new(Weak::new());
static POSTGRES: Mutex<Weak<Template>> = Mutex::const_new(Weak::new());

pub(crate) enum Template {
    Sqlite(tempfile::TempDir),
    Postgres(TestDatabase),
}

/// A database of one test.
pub(crate) struct Copied {
    pub(crate) url: String,
    _database: Option<TestDatabase>,
    /// Not before its copy is it gone.
    _template: Arc<Template>,
}

impl Template {
    /// Puts a copy under a site: on SQLite as `site.db` in `folder`.
    pub(crate) async fn copy(engine: Engine, folder: &Path) -> Copied {
        let template = Self::of(engine).await;
        let (url, database) = match &*template {
            Self::Sqlite(made) => {
                let file = folder.join(FILE);
                std::fs::copy(made.path().join(FILE), &file).unwrap();
                (url_of(&file), None)
            }
            Self::Postgres(made) => {
                let copy = create_database(Some(&made.name));
                (copy.url.clone(), Some(copy))
            }
        };
        Copied { url, _database: database, _template: template }
    }

    async fn of(engine: Engine) -> Arc<Self> {
        let kept = match engine {
            Engine::Sqlite => &SQLITE,
            Engine::Postgres => &POSTGRES,
        };
        let mut kept = kept.lock().await;
        if let Some(template) = kept.upgrade() {
            return template;
        }
        let made = Arc::new(Self::make(engine).await);
        *kept = Arc::downgrade(&made);
        made
    }

    async fn make(engine: Engine) -> Self {
        let (template, url) = match engine {
            Engine::Sqlite => {
                let folder = tempfile::tempdir().unwrap();
                let url = url_of(&folder.path().join(FILE));
                (Self::Sqlite(folder), url)
            }
            Engine::Postgres => {
                let database = create_database(None);
                let url = database.url.clone();
                (Self::Postgres(database), url)
            }
        };
        let environment = [("MAINSTAY_DATABASE__URL".to_owned(), url)];
        let config = Config::load(None, environment).unwrap_or_else(|errors| panic!("{errors}"));
        let db = bootstrap::open_database(&config).unwrap();
        db.migrate().await.unwrap();
        // What still stands in the log goes into the file, which is all that is copied.
        db.empty_log().await.unwrap();
        template
    }
}

const FILE: &str = "site.db";

fn url_of(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}
