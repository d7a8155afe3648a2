//! What is shown below articles, and the version of that for each: programs that keep pages read anew only what changed.

use super::dialect::on_each;
use super::row::{Row, utc};
use super::schema::{comments, discussions};
use super::{Conn, StoreError, Tx};
use crate::domain::article::Slug;
use crate::domain::comment::{Comment, CommentStatus, CommentText};
use crate::domain::ids::CommentId;
use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// So many articles are read one by one; of more, everything is read at once.
const FEW: usize = 200;

/// What is shown below an article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discussed {
    version: String,
    /// In the order of writing.
    pub said: Vec<Shown>,
}

/// What is shown below each article that was ever written about.
pub type ByArticle = HashMap<Slug, Arc<Discussed>>;

/// A comment as readers see it: without the address of whoever wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its id.
    pub id: CommentId,
    /// The article.
    pub article: Slug,
    /// The first comment of its thread; none: it is the first itself.
    pub thread: Option<CommentId>,
    /// When it was written.
    pub written_at: DateTime<Utc>,
    /// When the reader last changed it.
    pub edited_at: Option<DateTime<Utc>>,
    /// Who says what; none: it was taken away, and others answer it.
    pub said: Option<Said>,
}

/// Who says what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// By what name.
    pub name: String,
    /// What.
    pub text: CommentText,
    /// Whether its addresses may be followed: an earlier comment of the reader was approved.
    pub links: bool,
}

#[derive(QueryableByName)]
struct ShownRow {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    article: String,
    #[diesel(sql_type = Nullable<Text>)]
    thread_id: Option<String>,
    #[diesel(sql_type = Timestamp)]
    written_at: NaiveDateTime,
    #[diesel(sql_type = Nullable<Timestamp>)]
    edited_at: Option<NaiveDateTime>,
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    body: Option<String>,
    #[diesel(sql_type = BigInt)]
    links: i64,
}

impl ShownRow {
    fn into_shown(self) -> Result<Shown, StoreError> {
        let row = Row { table: "comments", id: &self.id };
        let said = self.name.clone().zip(self.body.as_deref());
        let said = said.map(|(name, body)| {
            let text = CommentText::parse(body).map_err(|error| row.corrupt(error))?;
            Ok::<_, StoreError>(Said { name, text, links: self.links > 0 })
        });
        Ok(Shown {
            id: row.parse(&self.id)?,
            article: Slug::parse(&self.article).map_err(|error| row.corrupt(error))?,
            thread: row.parse_option(self.thread_id.as_deref())?,
            written_at: utc(self.written_at),
            edited_at: self.edited_at.map(utc),
            said: said.transpose()?,
        })
    }
}

/// What is shown, and of what is not shown that which shown ones answer; of the articles that a condition leaves.
macro_rules! shown_sql {
    ($condition:literal) => {
        concat!(
            "SELECT b.id, b.article, b.thread_id, b.written_at, b.edited_at, \
             CASE WHEN b.status = 'approved' THEN b.name END AS name, \
             CASE WHEN b.status = 'approved' THEN b.body END AS body, \
             CAST(CASE WHEN EXISTS (SELECT 1 FROM comments e WHERE e.email = b.email AND e.status = 'approved' \
             AND e.id < b.id) THEN 1 ELSE 0 END AS BIGINT) AS links FROM comments b WHERE (b.status = 'approved' \
             OR EXISTS (SELECT 1 FROM comments a WHERE a.thread_id = b.id AND a.status = 'approved'))",
            $condition,
            " ORDER BY b.id"
        )
    };
}
const SHOWN_BELOW_ALL: &str = shown_sql!("");
const SHOWN_BELOW_ONE: &str = shown_sql!(" AND b.article = $1");

/// What is shown below every article. Of `known`, what did not change since is taken over as it is.
pub fn shown(conn: &mut Conn, known: &ByArticle) -> Result<ByArticle, StoreError> {
    let versions: Vec<(String, String)> = discussions::table.load(conn)?;
    let (mut all, mut changed) = (ByArticle::with_capacity(versions.len()), HashMap::new());
    for (article, version) in versions {
        let slug = slug(&article)?;
        match known.get(&slug).filter(|known| known.version == version) {
            Some(known) => drop(all.insert(slug, Arc::clone(known))),
            None => drop(changed.insert(slug, Discussed { version, said: Vec::new() })),
        }
    }
    for shown in said_below(conn, &changed)? {
        if let Some(discussed) = changed.get_mut(&shown.article) {
            discussed.said.push(shown);
        }
    }
    all.extend(changed.into_iter().map(|(slug, discussed)| (slug, Arc::new(discussed))));
    Ok(all)
}

/// At least what is shown below these articles.
fn said_below(conn: &mut Conn, articles: &HashMap<Slug, Discussed>) -> Result<Vec<Shown>, StoreError> {
    let mut rows: Vec<ShownRow> = Vec::new();
    if articles.len() > FEW {
        rows = diesel::sql_query(SHOWN_BELOW_ALL).load(conn)?;
    } else {
        for slug in articles.keys() {
            let below = diesel::sql_query(SHOWN_BELOW_ONE);
            rows.extend(below.bind::<Text, _>(slug.as_str()).load::<ShownRow>(conn)?);
        }
    }
    rows.into_iter().map(ShownRow::into_shown).collect()
}

/// Below which articles something else is seen once this comment comes, changes or goes: its own, and that of the next one
/// from the same address, whose links may be followed for the sake of this one.
pub fn around(conn: &mut Conn, comment: &Comment) -> Result<BTreeSet<Slug>, StoreError> {
    let next: Option<String> = comments::table
        .filter(comments::email.eq(comment.email.as_str()))
        .filter(comments::status.eq(CommentStatus::Approved.as_str()))
        .filter(comments::id.gt(comment.id.to_string()))
        .order(comments::id)
        .select(comments::article)
        .first(conn)
        .optional()?;
    let mut articles = BTreeSet::from([comment.article.clone()]);
    articles.extend(next.map(|article| slug(&article)).transpose()?);
    Ok(articles)
}

/// Something else is shown below these articles. The version must be one that none of them ever had.
pub fn change(tx: &mut Tx<'_>, articles: &BTreeSet<Slug>, version: &str) -> Result<(), StoreError> {
    for article in articles {
        let row = (discussions::article.eq(article.as_str()), discussions::version.eq(version));
        on_each!(tx, |c| diesel::insert_into(discussions::table)
            .values(row)
            .on_conflict(discussions::article)
            .do_update()
            .set(discussions::version.eq(version))
            .execute(c))?;
    }
    Ok(())
}

fn slug(article: &str) -> Result<Slug, StoreError> {
    Slug::parse(article).map_err(|error| Row { table: "discussions", id: article }.corrupt(error))
}
