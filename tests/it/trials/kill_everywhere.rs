//! One gift from the form to its refund, with the program killed at each system call that writes, syncs or speaks: the
//! donor and the gateway repeat what was not answered, and the end is the same, byte for byte.
//!
//! `strace` does the killing. It counts the calls of each thread, so the threads are as few as can be; which call of
//! which thread comes first is not quite the same in each run, so the points that were really hit are counted.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mainstay::domain::clock::{Clock as _, SystemClock};
use mainstay::gateways::sandbox::{SandboxEvent, SandboxPayment, SandboxRefund};
use mainstay::store::Db;
use reqwest::{RequestBuilder, StatusCode};

use super::dump::dump;
use super::site::{Site, Start, broken_rules, converge, message_id, paid, webhook};
use super::{Summary, size};
use crate::support::app::Engine;
use crate::support::client::{Answer, Client};
use crate::support::command::{Mainstay, Serving};
use crate::support::gift::Form;
use crate::support::twins;

/// What is durable, and what others are told.
const CALLS: &[&str] = &[
    "pwrite64",
    "write",
    "writev",
    "fsync",
    "fdatasync",
    "ftruncate",
    "openat",
    "unlink",
    "rename",
    "sendto",
    "sendmsg",
    "recvfrom",
    "connect",
];

/// Longest wait for a letter: a job of a killed program is taken over after two seconds.
const PATIENCE: Duration = Duration::from_mins(1);

async fn a_gift_ends_alike_wherever_the_program_is_killed(engine: Engine) {
    let mut summary = Summary::of("kill_everywhere", engine, &[]);
    let (mut site, start) = quiet(engine).await.prepared().await;
    let undisturbed = live(&mut site, &start, &Plan::Survey).await;
    let few = match engine {
        Engine::Sqlite => 5,
        Engine::Postgres => 2,
    };
    let most = usize::try_from(size(few, 1 << 32)).unwrap();
    let chosen = chosen(&undisturbed.points, most);
    for point in &chosen {
        summary.fault(name_of(&point.victim), 0);
    }
    for point in chosen {
        let end = live(&mut site, &start, &Plan::Kill(point.clone())).await;
        summary.ran(1);
        match end.killed {
            0 => summary.figure("not reached", format!("{point:?}")),
            _ => summary.fault(name_of(&point.victim), 1),
        }
        judge(&undisturbed, &end, &point, &mut summary);
    }
    summary.figure("points", undisturbed.points.len());
    summary.finish();
}
twins!(a_gift_ends_alike_wherever_the_program_is_killed);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_gift_ends_alike_whichever_write_fails() {
    let mut summary = Summary::of("broken_disk", Engine::Sqlite, &["EIO", "ENOSPC"]);
    let (mut site, start) = quiet(Engine::Sqlite).await.prepared().await;
    let undisturbed = live(&mut site, &start, &Plan::Survey).await;
    let of_the_disk = |point: &&Point| {
        matches!(point.victim, Victim::Server)
            && ["pwrite64", "fsync", "fdatasync", "ftruncate"].contains(&point.call)
    };
    let points: Vec<Point> = undisturbed.points.iter().filter(of_the_disk).cloned().collect();
    let most = usize::try_from(size(3, 1 << 32)).unwrap();
    for (number, point) in chosen(&points, most).into_iter().enumerate() {
        let error = ["EIO", "ENOSPC"][number % 2];
        let end = live(&mut site, &start, &Plan::Fail(point.clone(), error)).await;
        summary.ran(1);
        summary.fault(error, end.failed);
        judge(&undisturbed, &end, &point, &mut summary);
    }
    summary.figure("points", points.len());
    summary.finish();
}

/// A few of all points, spread over the whole life; those of which `MAINSTAY_POINTS` says the beginning, such as
/// `Server pwrite64` or `Server fsync 7`.
fn chosen(points: &[Point], most: usize) -> Vec<Point> {
    if let Some(wanted) = std::env::var_os("MAINSTAY_POINTS") {
        let wanted = wanted.into_string().unwrap();
        let name = |point: &Point| format!("{:?} {} {} ", point.victim, point.call, point.nth);
        return points
            .iter()
            .filter(|point| name(point).starts_with(&format!("{wanted} ")))
            .cloned()
            .collect();
    }
    let all = points.len();
    let is_next =
        |(number, _): &(usize, &Point)| most >= all || (number * most) / all != ((number + 1) * most) / all;
    points.iter().enumerate().filter(is_next).map(|(_, point)| point.clone()).collect()
}

/// A site with as few threads as can be.
async fn quiet(engine: Engine) -> Site {
    Site::new(engine).await.with(&[
        ("MAINSTAY_SERVER__WORKERS", "1"),
        ("MAINSTAY_JOBS__WORKERS", "1"),
        ("MAINSTAY_DATABASE__POOL_SIZE", "1"),
        ("MAINSTAY_JOBS__LEASE_S", "2"),
        ("MAINSTAY_MAIL__TIMEOUT_S", "1"),
    ])
}

fn judge(undisturbed: &End, end: &End, point: &Point, summary: &mut Summary) {
    let (before, after): (BTreeSet<_>, BTreeSet<_>) =
        (undisturbed.dump.iter().collect(), end.dump.iter().collect());
    summary.lost(before.difference(&after).map(|line| format!("{point:?}: {line}")));
    summary.doubled(after.difference(&before).map(|line| format!("{point:?}: {line}")));
    if undisturbed.dump.len() != end.dump.len() {
        summary.doubled([format!("{point:?}: {} rows, not {}", end.dump.len(), undisturbed.dump.len())]);
    }
    summary.lost(end.broken.iter().map(|rule| format!("{point:?}: {rule}")));
    // The yes of the mail server may have been forgotten with whatever happened.
    if end.again > 1 {
        summary.doubled([format!("{point:?}: {} letters came again", end.again)]);
    }
}

#[derive(Debug, Clone)]
enum Victim {
    Server,
    Refund,
}

fn name_of(victim: &Victim) -> &'static str {
    match victim {
        Victim::Server => "server killed",
        Victim::Refund => "refund command killed",
    }
}

/// The `nth` call of this name by a thread of the victim.
#[derive(Debug, Clone)]
struct Point {
    victim: Victim,
    call: &'static str,
    nth: u32,
}

#[derive(Debug)]
enum Plan {
    /// Nobody is killed; the calls are counted.
    Survey,
    Kill(Point),
    /// The call fails with this error, once.
    Fail(Point, &'static str),
}

impl Plan {
    /// The command under `strace`, if it is the one to be counted or killed.
    fn apply(&self, victim: &Victim, site: &Site, command: Mainstay) -> Mainstay {
        // Without `--seccomp-bpf`: with it, strace counts the calls but injects no signal.
        let traced = ["-f", "-qq", "-e", "signal=none", "-o"].map(str::to_owned).to_vec();
        let more = match (self, victim) {
            (Self::Survey, _) => {
                vec![log_of(site, victim), "-e".to_owned(), format!("trace={}", CALLS.join(","))]
            }
            (Self::Kill(point), victim)
                if std::mem::discriminant(&point.victim) == std::mem::discriminant(victim) =>
            {
                let Point { call, nth, .. } = point;
                let inject = format!("inject={call}:signal=KILL:when={nth}");
                vec![
                    "/dev/null".to_owned(),
                    "-e".to_owned(),
                    format!("trace={call}"),
                    "-e".to_owned(),
                    inject,
                ]
            }
            (Self::Fail(Point { call, nth, .. }, error), Victim::Server) => {
                let inject = format!("inject={call}:error={error}:when={nth}");
                vec![log_of(site, victim), "-e".to_owned(), format!("trace={call}"), "-e".to_owned(), inject]
            }
            (Self::Kill(_) | Self::Fail(..), _) => return command,
        };
        command.under("strace", [traced, more].concat())
    }
}

fn log_of(site: &Site, victim: &Victim) -> String {
    format!("{}/{victim:?}.strace", site.folder.path().display())
}

/// Every point of a survey: for each name as many as the thread with the most calls made.
fn points(site: &Site, victim: &Victim) -> Vec<Point> {
    let log = std::fs::read_to_string(log_of(site, victim)).unwrap_or_else(|error| {
        panic!("{error}: is strace there? type: scripts/test-setup");
    });
    let mut made: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for line in log.lines() {
        let (thread, rest) = line.split_once(' ').unwrap();
        if let Some((call, _)) = rest.trim_start().split_once('(') {
            *made.entry((thread, call)).or_default() += 1;
        }
    }
    let most = |call: &&'static str| {
        let counts = made.iter().filter(|((_, made), _)| made == call).map(|(_, count)| *count);
        let victim = victim.clone();
        (1..=counts.max().unwrap_or(0))
            .map(move |nth| Point { victim: victim.clone(), call, nth })
            .collect::<Vec<_>>()
    };
    CALLS.iter().flat_map(most).collect()
}

/// What is left when all is done.
struct End {
    dump: Vec<String>,
    broken: Vec<String>,
    killed: usize,
    /// Calls that failed as they were told to.
    failed: u64,
    /// Letters that came a second time.
    again: usize,
    points: Vec<Point>,
}

async fn live(site: &mut Site, start: &Start, plan: &Plan) -> End {
    start.begin_again(site);
    let site = &*site;
    let letters_before = site.mail.messages().len();
    let mut life = Life { site, plan, client: Client::new(""), serving: None, killed: 0 };
    match plan.apply(&Victim::Server, site, site.command(&["serve"])).try_serve().await {
        Ok(serving) => life.serving = Some(serving),
        Err(_killed) => life.start_again().await,
    }
    let form = Form::gift().set("form_id", "the-form").body();
    let page = life.until_answered(|client, site| client.form(&format!("{site}/donate"), form.clone())).await;
    let page = page.location().to_owned();
    let button = "outcome=succeed&delivery=never".to_owned();
    let thanks =
        life.until_answered(|client, site| client.form(&format!("{site}{page}"), button.clone())).await;
    let mut payment = paid(&page, SystemClock.now());
    life.notify("sbe_paid", &payment).await;
    life.until_letters(letters_before, 1).await;
    let year = SystemClock.now().format("%Y");
    life.order_refund(plan, &format!("R{year}-000001")).await;
    life.until_letters(letters_before, 3).await;
    let refund = SandboxRefund {
        id: "sbr_elsewhere".to_owned(),
        refund: None,
        amount_minor: 2000,
        status: "succeeded".to_owned(),
        at: SystemClock.now(),
    };
    payment.refunds.push(refund);
    life.notify("sbe_refunded", &payment).await;
    life.until_letters(letters_before, 4).await;
    let thanks = thanks.location().split_once("/thanks/").unwrap().1.to_owned();
    let page = life
        .until_answered(|client, site| {
            client.request(reqwest::Method::GET, &format!("{site}/thanks/{thanks}"))
        })
        .await;
    assert_eq!(page.status, StatusCode::OK);

    let db = site.database();
    life.converge(&db).await;
    let killed = life.killed;
    life.serving.unwrap().stop().await;
    let letters: Vec<String> =
        site.mail.messages()[letters_before..].iter().map(|letter| message_id(&letter.raw)).collect();
    let different: BTreeSet<&String> = letters.iter().collect();
    let points = match plan {
        Plan::Survey => [points(site, &Victim::Server), points(site, &Victim::Refund)].concat(),
        Plan::Kill(_) | Plan::Fail(..) => Vec::new(),
    };
    End {
        dump: dump(&db).await,
        broken: broken_rules(&db).await,
        killed,
        failed: failed(site, plan),
        again: letters.len() - different.len(),
        points,
    }
}

/// How many calls failed because they were told to.
fn failed(site: &Site, plan: &Plan) -> u64 {
    match plan {
        Plan::Fail(..) => {
            let log = std::fs::read_to_string(log_of(site, &Victim::Server)).unwrap();
            log.matches("(INJECTED)").count().try_into().unwrap()
        }
        Plan::Survey | Plan::Kill(_) => 0,
    }
}

/// The life of one gift, whoever dies meanwhile.
struct Life<'a> {
    site: &'a Site,
    plan: &'a Plan,
    client: Client,
    serving: Option<Serving>,
    killed: usize,
}

impl Life<'_> {
    async fn start_again(&mut self) {
        if let Some(serving) = self.serving.take() {
            serving.ends().await;
        }
        self.killed += 1;
        self.serving = Some(self.site.command(&["serve"]).serve().await);
    }

    async fn until_answered(&mut self, request: impl Fn(&Client, &str) -> RequestBuilder) -> Answer {
        loop {
            let site = self.serving.as_ref().unwrap().url.clone();
            match self.client.try_send(request(&self.client, &site)).await {
                Ok(answer) if !answer.status.is_server_error() => return answer,
                // A disk that failed, and nothing else: tried again until it goes.
                Ok(answer) => assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.text()),
                Err(_cut_off) => self.start_again().await,
            }
        }
    }

    async fn notify(&mut self, id: &str, payment: &SandboxPayment) {
        let event = SandboxEvent { id: id.to_owned(), payment: payment.clone(), subscription: None };
        let answer = self.until_answered(|client, site| webhook(client, site, &event)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text());
    }

    /// Waits for so many different letters. Nobody looks into the database meanwhile: an open connection would spare
    /// the next start the repair of the files.
    async fn until_letters(&mut self, before: usize, count: usize) {
        let mut looks = tokio::time::interval(Duration::from_millis(20));
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            looks.tick().await;
            let messages = self.site.mail.messages();
            let letters: BTreeSet<String> =
                messages[before..].iter().map(|letter| message_id(&letter.raw)).collect();
            if letters.len() >= count {
                return;
            }
            if tokio::time::Instant::now() > deadline {
                let left = dump(&self.site.database()).await;
                let printed = self.serving.as_ref().unwrap().stderr();
                let plan = self.plan;
                panic!(
                    "{plan:?}: {count} letters expected, {letters:?} came; on record: {left:#?}; printed: {printed}"
                );
            }
            self.raise_if_dead().await;
        }
    }

    async fn raise_if_dead(&mut self) {
        if self.serving.as_mut().unwrap().has_ended() {
            self.start_again().await;
        }
    }

    async fn order_refund(&mut self, plan: &Plan, receipt: &str) {
        let order = ["refund", receipt, "--amount", "5", "--once", "the-order"];
        let first = plan.apply(&Victim::Refund, self.site, self.site.command(&order)).run().await;
        if first.code == Some(0) {
            return;
        }
        assert_eq!(first.code, None, "{first:?}");
        self.killed += 1;
        let second = self.site.command(&order).run().await;
        assert_eq!(second.code, Some(0), "{second:?}");
    }

    async fn converge(&mut self, db: &Db) {
        loop {
            let mut looks = tokio::time::interval(Duration::from_millis(20));
            let died = async {
                loop {
                    looks.tick().await;
                    if self.serving.as_mut().unwrap().has_ended() {
                        return;
                    }
                }
            };
            tokio::select! {
                () = converge(db) => return,
                () = died => {}
            }
            self.start_again().await;
        }
    }
}
