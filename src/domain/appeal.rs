//! Which appeal stands where on an article, and why; which of two texts a reader was shown.
//!
//! An article has three places, and at most one appeal in each. What the article itself names comes first, then what was
//! chosen by the rules of the appeals, the higher priority first.

use super::article::{Appeal, Article, OwnAppeal, Slug};
use super::words;
use chrono::NaiveDate;
use std::fmt;

/// Where an appeal wants to stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Position {
    /// Below the article.
    #[default]
    End,
    /// Inside the article, after so many of its paragraphs; at least 1.
    AfterParagraph(u32),
    /// In one quiet line above the article.
    Bar,
}

impl Position {
    /// Reads `end`, `bar` or `after_paragraph 3`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let position = match (words.next()?, words.next()) {
            ("end", None) => Self::End,
            ("bar", None) => Self::Bar,
            ("after_paragraph", Some(number)) => {
                Self::AfterParagraph(number.parse().ok().filter(|number| *number > 0)?)
            }
            _ => return None,
        };
        words.next().is_none().then_some(position)
    }

    /// The place that it takes up.
    pub const fn spot(self) -> Spot {
        match self {
            Self::End => Spot::End,
            Self::AfterParagraph(_) => Spot::Inside,
            Self::Bar => Spot::Bar,
        }
    }
}

impl fmt::Display for Position {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::End => formatter.write_str("end"),
            Self::AfterParagraph(number) => write!(formatter, "after_paragraph {number}"),
            Self::Bar => formatter.write_str("bar"),
        }
    }
}

words! {
    /// A place of an article that one appeal can have.
    Spot {
        /// Above it.
        Bar = "bar",
        /// Between its paragraphs.
        Inside = "inside",
        /// Below it.
        End = "end",
    }
}

/// On which articles an appeal stands without being named there. All that is said must hold; of a list one is enough,
/// and an empty list says nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rules {
    /// Articles by name.
    pub articles: Vec<Slug>,
    /// The sections of articles: their kickers, whatever the case of the letters.
    pub sections: Vec<String>,
    /// The languages of articles; `pt` holds for `pt-BR` too.
    pub languages: Vec<String>,
    /// The first day, in the publisher's time zone.
    pub from: Option<NaiveDate>,
    /// The last day, in the publisher's time zone.
    pub until: Option<NaiveDate>,
}

impl Rules {
    /// The first of them that an article breaks on a day.
    fn broken_by(&self, article: &Article, today: NaiveDate) -> Option<Absence> {
        let kicker = article.kicker.as_deref().unwrap_or_default().to_lowercase();
        if !self.articles.is_empty() && !self.articles.contains(&article.slug) {
            return Some(Absence::OtherArticles);
        }
        if !self.sections.is_empty() && !self.sections.iter().any(|section| section.to_lowercase() == kicker)
        {
            return Some(Absence::OtherSections);
        }
        if !self.languages.is_empty() && !self.languages.iter().any(|tag| covers(tag, &article.language)) {
            return Some(Absence::OtherLanguages);
        }
        if let Some(from) = self.from.filter(|from| today < *from) {
            return Some(Absence::NotYet(from));
        }
        self.until.filter(|until| *until < today).map(Absence::Over)
    }
}

/// Whether a language tag is another one or one of its kinds.
fn covers(tag: &str, other: &str) -> bool {
    let (tag, other) = (tag.to_lowercase(), other.to_lowercase());
    other.strip_prefix(&tag).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

/// Why an appeal stands on an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Its rules fit.
    Rules,
    /// The article names it.
    Named,
}

/// Why an appeal does not stand on an article.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Absence {
    /// The article wants none.
    Silent,
    /// The article does not name it, and it has no rules.
    NoRules,
    /// Its rules name other articles.
    OtherArticles,
    /// Its rules name other sections.
    OtherSections,
    /// Its rules name other languages.
    OtherLanguages,
    /// Its first day is to come.
    NotYet(NaiveDate),
    /// Its last day has passed.
    Over(NaiveDate),
    /// The article has no paragraph after the one that it is to follow.
    TooShort,
    /// Another one has its place.
    Behind(Slug),
}

/// What was found about one appeal and one article.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict<'a> {
    /// Which appeal.
    pub appeal: &'a Appeal,
    /// Where it stands and why, or why it does not.
    pub found: Result<(Position, Reason), Absence>,
}

/// What becomes of each appeal on an article with so many paragraphs, on a day of the publisher. They are counted only where an
/// appeal asks for them: that takes longer than all the rest.
pub fn verdicts<'a>(
    appeals: impl Iterator<Item = &'a Appeal>,
    (article, paragraphs): (&Article, &dyn Fn() -> u32),
    today: NaiveDate,
) -> Vec<Verdict<'a>> {
    let judged = |appeal: &'a Appeal| Verdict { appeal, found: claim(appeal, article, paragraphs, today) };
    let mut all: Vec<Verdict<'a>> = appeals.map(judged).collect();
    for spot in Spot::ALL {
        let rivals = all.iter().filter_map(|verdict| match &verdict.found {
            Ok((position, reason)) if position.spot() == *spot => Some((*reason, verdict.appeal)),
            Ok(_) | Err(_) => None,
        });
        let rank = |(reason, appeal): &(Reason, &Appeal)| {
            (*reason, appeal.priority, std::cmp::Reverse(appeal.slug.clone()))
        };
        let Some((_, first)) = rivals.max_by_key(rank) else { continue };
        for verdict in &mut all {
            let stands_here = matches!(&verdict.found, Ok((position, _)) if position.spot() == *spot);
            if stands_here && verdict.appeal.slug != first.slug {
                verdict.found = Err(Absence::Behind(first.slug.clone()));
            }
        }
    }
    all
}

/// Where an appeal would stand if it were the only one.
fn claim(
    appeal: &Appeal,
    article: &Article,
    paragraphs: &dyn Fn() -> u32,
    today: NaiveDate,
) -> Result<(Position, Reason), Absence> {
    let fits = || match appeal.position {
        Position::AfterParagraph(number) => number < paragraphs(),
        Position::End | Position::Bar => true,
    };
    match &article.appeal {
        OwnAppeal::Silent => return Err(Absence::Silent),
        // Who names it wants to see it: at the end, where it cannot stand inside.
        OwnAppeal::Named(slug) if *slug == appeal.slug => {
            let position = if fits() { appeal.position } else { Position::End };
            return Ok((position, Reason::Named));
        }
        OwnAppeal::Named(_) | OwnAppeal::ByRules => {}
    }
    let rules = appeal.rules.as_ref().ok_or(Absence::NoRules)?;
    match rules.broken_by(article, today) {
        Some(absence) => Err(absence),
        None if fits() => Ok((appeal.position, Reason::Rules)),
        None => Err(Absence::TooShort),
    }
}

words! {
    /// One of the two texts of a test.
    Side {
        /// The text of the file.
        First = "a",
        /// The text that is tried beside it.
        Second = "b",
    }
}

/// Characters of a [`TestId`].
pub const TEST_ID_CHARS: usize = 12;

/// Names a test of two texts by what they say: other texts are another test, so that figures are never mixed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TestId(String);

impl TestId {
    /// Twelve lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        (text.len() == TEST_ID_CHARS && text.bytes().all(is_digit)).then(|| Self(text.to_owned()))
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TestId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// An appeal as a reader was shown it: written as `spring`, or `spring.a.0123456789ab` while two texts are tried.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SeenAppeal {
    /// Which appeal.
    pub appeal: Slug,
    /// Which text of which test; none when nothing is tried.
    pub text: Option<(Side, TestId)>,
}

impl SeenAppeal {
    /// Reads what [`fmt::Display`] writes. A slug has no dots.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let appeal = Slug::parse(parts.next()?).ok()?;
        let text = match (parts.next(), parts.next()) {
            (None, _) => None,
            (Some(side), Some(id)) => Some((Side::parse(side)?, TestId::parse(id)?)),
            (Some(_), None) => return None,
        };
        parts.next().is_none().then_some(Self { appeal, text })
    }
}

impl fmt::Display for SeenAppeal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.text {
            Some((side, test)) => write!(formatter, "{}.{side}.{test}", self.appeal),
            None => write!(formatter, "{}", self.appeal),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::article::Ties;
    use std::collections::BTreeMap;

    fn slug(text: &str) -> Slug {
        Slug::parse(text).unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn article(appeal: OwnAppeal) -> Article {
        Article {
            slug: slug("salt"),
            title: "On salt".to_owned(),
            kicker: Some("Theory".to_owned()),
            date: None,
            authors: Vec::new(),
            standfirst: None,
            language: "pt-BR".to_owned(),
            landing: false,
            draft: false,
            publish: None,
            ties: Ties::default(),
            appeal,
            comments: true,
            was: Vec::new(),
            imported: None,
            body: String::new(),
        }
    }

    fn appeal(name: &str, position: Position, priority: i32, rules: Option<Rules>) -> Appeal {
        Appeal {
            slug: slug(name),
            heading: "Give".to_owned(),
            body: "Please.".to_owned(),
            campaign: slug("fund"),
            amounts: BTreeMap::new(),
            position,
            priority,
            rules,
            second: None,
        }
    }

    fn found(appeals: &[Appeal], article: &Article) -> Vec<Result<(Position, Reason), Absence>> {
        verdicts(appeals.iter(), (article, &|| 5), day("2026-06-15")).into_iter().map(|v| v.found).collect()
    }

    #[test]
    fn positions_read_back() {
        for text in ["end", "bar", "after_paragraph 3"] {
            assert_eq!(Position::parse(text).unwrap().to_string(), text);
        }
        for bad in [
            "",
            "top",
            "after_paragraph",
            "after_paragraph 0",
            "after_paragraph x",
            "bar 2",
            "after_paragraph 2 3",
        ] {
            assert_eq!(Position::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_articles_own_appeal_wins_and_the_priority_decides_among_others() {
        let all = Some(Rules::default());
        let appeals = [
            appeal("low", Position::End, 1, all.clone()),
            appeal("high", Position::End, 2, all.clone()),
            appeal("named", Position::End, 0, None),
            appeal("quiet", Position::Bar, 0, all),
        ];

        let by_rules = found(&appeals, &article(OwnAppeal::ByRules));
        assert_eq!(by_rules[0], Err(Absence::Behind(slug("high"))));
        assert_eq!(by_rules[1], Ok((Position::End, Reason::Rules)));
        assert_eq!(by_rules[2], Err(Absence::NoRules));
        assert_eq!(by_rules[3], Ok((Position::Bar, Reason::Rules)));

        let named = found(&appeals, &article(OwnAppeal::Named(slug("named"))));
        assert_eq!(named[1], Err(Absence::Behind(slug("named"))));
        assert_eq!(named[2], Ok((Position::End, Reason::Named)));
        assert_eq!(named[3], Ok((Position::Bar, Reason::Rules)), "another place is free");

        assert!(found(&appeals, &article(OwnAppeal::Silent)).iter().all(|one| *one == Err(Absence::Silent)));
    }

    #[test]
    fn every_rule_must_hold() {
        let of = |rules: Rules| {
            found(&[appeal("one", Position::End, 0, Some(rules))], &article(OwnAppeal::ByRules)).remove(0)
        };
        let stands = Ok((Position::End, Reason::Rules));

        assert_eq!(of(Rules { articles: vec![slug("salt")], ..Rules::default() }), stands);
        assert_eq!(
            of(Rules { articles: vec![slug("bread")], ..Rules::default() }),
            Err(Absence::OtherArticles)
        );
        assert_eq!(of(Rules { sections: vec!["theory".into()], ..Rules::default() }), stands);
        assert_eq!(
            of(Rules { sections: vec!["News".into()], ..Rules::default() }),
            Err(Absence::OtherSections)
        );
        assert_eq!(of(Rules { languages: vec!["pt".into()], ..Rules::default() }), stands);
        assert_eq!(
            of(Rules { languages: vec!["p".into()], ..Rules::default() }),
            Err(Absence::OtherLanguages)
        );
        let (before, on, after) = (day("2026-06-14"), day("2026-06-15"), day("2026-06-16"));
        assert_eq!(of(Rules { from: Some(on), until: Some(on), ..Rules::default() }), stands);
        assert_eq!(of(Rules { from: Some(after), ..Rules::default() }), Err(Absence::NotYet(after)));
        assert_eq!(of(Rules { until: Some(before), ..Rules::default() }), Err(Absence::Over(before)));
    }

    #[test]
    fn an_appeal_inside_needs_a_paragraph_after_it() {
        let (all, by_rules) = (Some(Rules::default()), article(OwnAppeal::ByRules));
        let late = [appeal("late", Position::AfterParagraph(5), 0, all.clone())];
        let early = [appeal("early", Position::AfterParagraph(4), 0, all)];

        assert_eq!(found(&late, &by_rules), [Err(Absence::TooShort)]);
        assert_eq!(found(&early, &by_rules), [Ok((Position::AfterParagraph(4), Reason::Rules))]);
        let named = article(OwnAppeal::Named(slug("late")));
        assert_eq!(found(&late, &named), [Ok((Position::End, Reason::Named))]);
    }

    #[test]
    fn what_was_seen_reads_back() {
        for text in ["spring", "spring-2.b.0123456789ab"] {
            assert_eq!(SeenAppeal::parse(text).unwrap().to_string(), text);
        }
        for bad in [
            "",
            "Spring",
            "spring.",
            "spring.a",
            "spring.c.0123456789ab",
            "spring.a.0123",
            "spring.a.0123456789ab.x",
        ] {
            assert_eq!(SeenAppeal::parse(bad), None, "{bad}");
        }
    }
}
