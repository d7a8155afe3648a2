use super::super::ids::Id as _;
use super::super::money::Currency;
use super::*;
use chrono::TimeDelta;
use proptest::prelude::*;
use std::fmt::Write as _;

fn at(day: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap() + TimeDelta::days(day)
}

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::parse("EUR").unwrap())
}

fn states() -> Vec<SubscriptionState> {
    vec![
        SubscriptionState::Incomplete,
        SubscriptionState::Active,
        SubscriptionState::PastDue { since: at(1) },
        SubscriptionState::Paused { until: None },
        SubscriptionState::Ended { at: at(1), reason: EndReason::Voluntary },
    ]
}

fn news(day: i64, state: SubscriptionState) -> SubscriptionNews {
    SubscriptionNews {
        remote: RemoteId::parse("sub_1").unwrap(),
        customer: None,
        as_of: at(day),
        state,
        amount: eur(1_000 + day),
        frequency: Frequency::Monthly,
        period: None,
        ends_at: None,
        card: None,
    }
}

fn subscription(news: SubscriptionNews) -> Subscription {
    Subscription::first(PledgeId::from_ulid(ulid::Ulid::from_parts(1, 1)), GatewayKind::Stripe, news)
}

/// The table that a reader checks: every state, and what each piece of later and of earlier news makes of it.
#[test]
fn every_state_has_an_answer_to_every_piece_of_news() {
    let mut table = String::new();
    for known in states() {
        for heard in states() {
            let later = subscription(news(5, known)).learned(news(9, heard)).news.state.status();
            let earlier = subscription(news(5, known)).learned(news(2, heard)).news.state.status();
            let (known, heard) = (known.status(), heard.status());
            writeln!(table, "{known:<10} + {heard:<10} = {later:<10} (heard late: {earlier})").unwrap();
        }
    }
    assert_eq!(table, include_str!("news.txt"), "look at it, then write it to news.txt");
}

/// Every state, ending or not, and every order.
#[test]
fn every_state_has_an_answer_to_every_order() {
    let orders = [
        ("change", OrderKind::Change { amount: eur(2_000), frequency: Frequency::Yearly }),
        ("pause", OrderKind::Pause { until: None }),
        ("resume", OrderKind::Resume),
        ("cancel", OrderKind::Cancel),
        ("keep", OrderKind::Keep),
        ("end", OrderKind::End { reason: EndReason::Voluntary }),
    ];
    let mut table = String::new();
    for state in states() {
        for ends_at in [None, Some(at(30))] {
            let known = subscription(SubscriptionNews { ends_at, ..news(1, state) });
            for (name, order) in &orders {
                let answer = known.allows(order).map_or_else(OrderRefused::code, |()| "ok");
                let ending = if ends_at.is_some() { ", ending" } else { "" };
                writeln!(table, "{}{ending}: {name}: {answer}", state.status()).unwrap();
            }
        }
    }
    assert_eq!(table, include_str!("orders.txt"), "look at it, then write it to orders.txt");
}

fn any_state() -> impl Strategy<Value = SubscriptionState> {
    let reason = prop::sample::select(EndReason::ALL.to_vec());
    prop_oneof![
        Just(SubscriptionState::Incomplete),
        Just(SubscriptionState::Active),
        (0..9_i64).prop_map(|day| SubscriptionState::PastDue { since: at(day) }),
        prop::option::of(0..9_i64).prop_map(|day| SubscriptionState::Paused { until: day.map(at) }),
        (0..9_i64, reason).prop_map(|(day, reason)| SubscriptionState::Ended { at: at(day), reason }),
    ]
}

proptest! {
    /// No gateway says two things of one moment, so each piece of news has a moment of its own.
    #[test]
    fn any_order_of_the_same_news_ends_in_the_same_state(
        heard in prop::collection::vec(any_state(), 1..8),
        seed in any::<u64>(),
    ) {
        let mut pictures: Vec<SubscriptionNews> = (0..).zip(heard).map(|(day, state)| news(day, state)).collect();
        // Nothing follows an end but another end.
        let mut over = None;
        for picture in &mut pictures {
            over = over.or(matches!(picture.state, SubscriptionState::Ended { .. }).then_some(picture.state));
            picture.state = over.unwrap_or(picture.state);
        }
        let told = |order: &[usize]| {
            let mut all = order.iter().map(|index| pictures[*index].clone());
            let first = subscription(all.next().unwrap());
            all.fold(first, Subscription::learned).news
        };
        let straight: Vec<usize> = (0..pictures.len()).collect();
        let mut mixed = straight.clone();
        mixed.sort_by_key(|index| super::super::clock::splitmix(seed ^ u64::try_from(*index).unwrap()));
        let repeated: Vec<usize> = mixed.iter().chain(&straight).copied().collect();
        prop_assert_eq!(told(&straight), told(&mixed));
        prop_assert_eq!(told(&straight), told(&repeated));
    }
}

#[test]
fn only_what_is_charged_has_a_worth_in_a_year() {
    let worth =
        |state, frequency| subscription(SubscriptionNews { frequency, ..news(0, state) }).annual_minor();
    assert_eq!(worth(SubscriptionState::Active, Frequency::Weekly), 52_000);
    assert_eq!(worth(SubscriptionState::PastDue { since: at(0) }, Frequency::Monthly), 12_000);
    assert_eq!(worth(SubscriptionState::Active, Frequency::Yearly), 1_000);
    for state in [states()[0], states()[3], states()[4]] {
        assert_eq!(worth(state, Frequency::Monthly), 0);
    }
}
