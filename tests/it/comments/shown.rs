//! What programs keep of comments, read anew only where something changed, is what is there.

use chrono::TimeDelta;
use mainstay::domain::article::Slug;
use mainstay::domain::audit::Actor;
use mainstay::domain::comment::{CommentText, Discussion, Verdict};
use mainstay::domain::donor::{EmailAddress, PersonName};
use mainstay::domain::ids::CommentId;
use mainstay::domain::past_comment::PastComment;
use mainstay::store::discussions::{self, ByArticle};
use mainstay::usecases::comments::own::{self, Extent};
use mainstay::usecases::comments::{self, Decision, Sender, Typed, past};
use mainstay::usecases::{UseCaseError, tokens};

use super::many;
use crate::support::app::TestApp;
use crate::support::flow;

/// Steps of the walk.
const STEPS: u64 = 150;
const ARTICLES: [&str; 4] = ["harbour", "mill", "bridge", "quay"];
const READERS: [&str; 3] = ["ann", "bob", "cy"];

/// Numbers that look like chance, the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn of<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        (!all.is_empty()).then(|| all[self.below(all.len())].clone())
    }
}

fn is_known(done: &Result<impl Sized, UseCaseError>) -> bool {
    matches!(
        done,
        Ok(_) | Err(UseCaseError::NotFound(_) | UseCaseError::Conflict { .. } | UseCaseError::Invalid(_))
    )
}

impl TestApp {
    async fn shown_since(&self, known: ByArticle) -> ByArticle {
        self.ctx().db.read(move |conn| discussions::shown(conn, &known)).await.unwrap()
    }

    async fn written(&self) -> Vec<CommentId> {
        let ids = self.lines("SELECT id AS line FROM comments ORDER BY id").await;
        ids.into_iter().map(|id| id.parse().unwrap()).collect()
    }

    /// A reader, who may answer somebody, writes below an article with an address that may be followed or not.
    async fn writes(&self, chance: &mut Chance, step: u64) {
        let article = Slug::parse(chance.of(&ARTICLES).unwrap()).unwrap();
        let reader = chance.of(&READERS).unwrap();
        let discussion = Discussion { title: article.to_string(), article, last_day: None };
        let answered = chance.of(&self.written().await).filter(|_| step.is_multiple_of(3));
        let typed = Typed {
            name: reader.into(),
            email: format!("{reader}@example.org"),
            text: format!("Words {step}, as on https://example.org/{step}."),
            reply_to: answered.map(|id| id.to_string()).unwrap_or_default(),
            ..Typed::default()
        };
        let done = comments::write(self.ctx(), discussion, typed, Sender::default()).await;
        assert!(is_known(&done), "{done:?}");
    }

    async fn decides_by_chance(&self, chance: &mut Chance, verdict: Verdict) {
        let ids = self.written().await;
        let some = (0..2).filter_map(|_| chance.of(&ids)).collect();
        let decision = Decision { verdict, reason: String::new() };
        comments::decide(self.ctx(), Actor::Command, some, decision).await.unwrap();
    }

    /// One that was written elsewhere, long before all others.
    async fn brings_from_elsewhere(&self, chance: &mut Chance, step: u64) {
        let article = Slug::parse(chance.of(&ARTICLES).unwrap()).unwrap();
        let reader = chance.of(&READERS).unwrap();
        let comment = PastComment {
            source: format!("elsewhere {step}"),
            thread: None,
            name: PersonName::parse(reader).unwrap().unwrap(),
            email: Some(EmailAddress::parse(&format!("{reader}@example.org")).unwrap()),
            text: CommentText::parse("Said long ago.").unwrap(),
            written_at: "2004-06-15T10:00:00Z".parse().unwrap(),
            is_approved: true,
        };
        let place = (article.clone(), article.to_string());
        past::take_over(self.ctx(), Actor::Command, place, vec![comment]).await.unwrap();
    }

    async fn takes_a_step(&self, chance: &mut Chance, step: u64) {
        self.clock.advance(TimeDelta::minutes(1));
        let own = chance.of(&self.written().await);
        let link = own.map(|id| tokens::own_comment_token(&self.ctx().key, id).unwrap()).unwrap_or_default();
        match chance.below(16) {
            0..=5 => self.writes(chance, step).await,
            6..=10 => self.decides_by_chance(chance, Verdict::Approve).await,
            11 => self.decides_by_chance(chance, Verdict::Reject).await,
            12 => assert!(is_known(&own::change(self.ctx(), &link, &format!("Changed {step}.")).await)),
            13 => assert!(is_known(&own::remove(self.ctx(), &link, Extent::This).await)),
            14 if step.is_multiple_of(4) => {
                assert!(is_known(&own::remove(self.ctx(), &link, Extent::All).await));
            }
            _ => self.brings_from_elsewhere(chance, step).await,
        }
    }
}

flow! {
    settings: many(),
    async fn what_is_read_anew_is_what_changed_and_nothing_is_missed(app) {
        let (mut chance, mut kept) = (Chance(7), ByArticle::new());
        let (mut seen, mut vouched, mut emptied) = (0, 0, 0);
        for step in 0..STEPS {
            app.takes_a_step(&mut chance, step).await;
            let before = kept.clone();
            kept = app.shown_since(kept).await;
            assert_eq!(kept, app.shown_since(ByArticle::new()).await, "after step {step}");
            let changed = kept.iter().filter(|(slug, now)| before.get(*slug) != Some(now)).count();
            assert!(changed <= ARTICLES.len());
            seen += changed;
            vouched += usize::from(changed > 1);
            let mut said = kept.values().flat_map(|below| &below.said);
            emptied += usize::from(said.any(|shown| shown.said.is_none()));
        }
        // The walk has been where it should: most steps change one article, some the next of the same reader as well.
        assert!(seen > 40 && vouched > 5 && seen < 400 && emptied > 5, "{seen} {vouched} {emptied}");
    }
}
