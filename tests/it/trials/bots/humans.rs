//! People at the form while programs try cards: some mistype, some share an address with two hundred others, some have no scripts,
//! some have slow phones.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use reqwest::{Method, StatusCode};

use super::{Site, work_on};
use crate::support::client::Answer;
use crate::support::gift::Form;
use crate::trials::{is_full, size};

/// What people met with.
#[derive(Default)]
pub(super) struct People {
    pub(super) came: u64,
    /// Told to wait, at least once.
    pub(super) refused: u64,
    /// By their numbers.
    pub(super) without_a_way: Vec<u64>,
    /// Paid, and so are donors.
    pub(super) paid: i64,
    at_once: u64,
    by_work: u64,
    by_link: u64,
    /// How long each answer took.
    waits: Vec<Duration>,
    stage: Stage,
}

/// Where the last of them stands.
#[derive(Default)]
enum Stage {
    /// Nobody is here.
    #[default]
    Empty,
    /// On the page of the gateway.
    Paying(String),
    /// A link was asked for.
    Waiting { number: u64, email: String },
}

/// What somebody is like.
struct Person {
    number: u64,
    address: String,
    mistypes: bool,
    has_scripts: bool,
    has_a_slow_phone: bool,
}

impl Person {
    fn of(number: u64) -> Self {
        let shares_an_address = number % 20 == 7;
        Self {
            number,
            address: if shares_an_address {
                "192.0.2.1".to_owned()
            } else {
                format!("172.16.{}.5", number % 250)
            },
            mistypes: number % 10 == 3,
            has_scripts: number % size(8, 33) != 5,
            has_a_slow_phone: is_full() && number % 50 == 9,
        }
    }

    fn email(&self) -> String {
        format!("donor-{}@example.org", self.number)
    }
}

impl People {
    /// Somebody comes to the form and fills it in, as far as the page of the gateway, or the wish for a link.
    pub(super) async fn comes(&mut self, site: &Site, number: u64) {
        self.came += 1;
        let person = Person::of(number);
        let form = Form::gift().set("email", &person.email());
        let reads = site.client.request(Method::GET, "/donate").header("x-forwarded-for", &person.address);
        let mut page = self.timed(site.client.send(reads)).await;
        if person.mistypes {
            let wrong = form.clone().set("email", "ann at example");
            page = self.timed(site.client.give_from(&person.address, &wrong)).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let mut has_worked = false;
        let mut was_refused = false;
        // Once with what the form showed, and once more with what the answer asks for.
        for _ in 0..2 {
            let work = if person.has_scripts { work_on(page.text()).await } else { None };
            if person.has_a_slow_phone && !has_worked {
                // By then the challenge is over.
                site.app.clock.advance(TimeDelta::minutes(11));
            }
            has_worked |= work.is_some();
            let filled = work.iter().fold(form.clone(), |form, work| form.set("proof", work));
            page = self.timed(site.client.give_from(&person.address, &filled)).await;
            if page.status == StatusCode::SEE_OTHER {
                self.at_once += u64::from(!has_worked);
                self.by_work += u64::from(has_worked);
                self.stage = Stage::Paying(page.location().to_owned());
                return;
            }
            was_refused |= page.status == StatusCode::TOO_MANY_REQUESTS;
        }
        self.refused += u64::from(was_refused);
        let asks = form.set("way", "mail");
        let asked = self.timed(site.client.give_from(&person.address, &asks)).await;
        if asked.status == StatusCode::SEE_OTHER {
            self.stage = Stage::Waiting { number, email: person.email() };
        } else {
            self.without_a_way.push(number);
        }
    }

    /// Once the letters are out: opens the link, if one was asked for, and pays.
    pub(super) async fn goes_on(&mut self, site: &Site) {
        let page = match std::mem::take(&mut self.stage) {
            Stage::Empty => return,
            Stage::Paying(page) => page,
            Stage::Waiting { number, email } => match self.by_letter(site, &email).await {
                Some(page) => page,
                None => return self.without_a_way.push(number),
            },
        };
        site.client.pay(&page, "succeed", "now").await;
        self.paid += 1;
    }

    async fn by_letter(&mut self, site: &Site, email: &str) -> Option<String> {
        let letters = site.app.letters_about("Go on with your gift");
        let letter = letters.into_iter().find(|letter| letter.to.contains(email))?;
        let url = letter.text.lines().find(|line| line.contains("/donate/link/"))?.trim();
        let path = url.strip_prefix(&site.app.url)?.to_owned();
        let answer = self.timed(site.client.post(&path, &[])).await;
        if answer.status != StatusCode::SEE_OTHER {
            return None;
        }
        self.by_link += 1;
        Some(answer.location().to_owned())
    }

    async fn timed(&mut self, answer: impl Future<Output = Answer>) -> Answer {
        let asked = Instant::now();
        let answer = answer.await;
        self.waits.push(asked.elapsed());
        answer
    }

    /// How long the slowest answer in a hundred took.
    pub(super) fn slowest_of_a_hundred(&mut self) -> Duration {
        self.waits.sort();
        let faster = self.waits.len() * 99 / 100;
        self.waits.get(faster).copied().unwrap_or_default()
    }

    /// What came of them, in words.
    pub(super) fn told(&self) -> String {
        format!(
            "{} people: {} at once, {} by work, {} by link, {} refused for a while, {} without a way",
            self.came,
            self.at_once,
            self.by_work,
            self.by_link,
            self.refused,
            self.without_a_way.len(),
        )
    }
}
