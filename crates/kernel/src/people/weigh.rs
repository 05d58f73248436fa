//! What a new value does to the values that are known: which one is in force, which are disputed, which are past. Pure.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::freshness::{self, Freshness};

/// A value that is known of an element: the one in force, or one that another source says instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held<'a> {
    pub id: Uuid,
    pub value: &'a str,
    pub source: &'a str,
    pub rank: i32,
    pub observed_on: NaiveDate,
    pub valid_until: Option<NaiveDate>,
    pub in_force: bool,
}

/// A value that comes in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offered<'a> {
    pub value: &'a str,
    pub source: &'a str,
    pub rank: i32,
    pub observed_on: NaiveDate,
    pub valid_until: Option<NaiveDate>,
}

/// What became of a value that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FactOutcome)]
pub enum Outcome {
    /// Known already, or the same source has said otherwise since.
    Unchanged,
    /// Nothing was known.
    New,
    /// The same source corrects itself, or a better one confirms; the old value is history.
    Replaced,
    /// Another source that counts for more says otherwise: kept beside it.
    Disputed,
    /// In force now; what was in force is disputed, or history where it was stale.
    Won,
}

impl Outcome {
    /// Whether the value is in force now because of this.
    pub fn in_force(self) -> bool {
        matches!(self, Outcome::New | Outcome::Replaced | Outcome::Won)
    }
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub outcome: Outcome,
    /// Facts that become history.
    pub past: Vec<Uuid>,
    /// The fact that was in force and is disputed from now on.
    pub disputed: Option<Uuid>,
}

/// Weighs a value against what is known. Of `held`, at most one is in force.
pub fn weigh(held: &[Held<'_>], new: &Offered<'_>, today: NaiveDate) -> Verdict {
    let stale = |until| freshness::on(until, today) == Freshness::Stale;
    let disputes = || held.iter().filter(|fact| !fact.in_force);
    let own = || disputes().filter(|fact| fact.source == new.source);
    // A source says one thing at a time, and who agrees with what is in force disputes it no more.
    let settled = |value: &str| -> Vec<Uuid> {
        disputes().filter(|fact| fact.source == new.source || fact.value == value).map(|fact| fact.id).collect()
    };
    let nothing = |past| Verdict { outcome: Outcome::Unchanged, past, disputed: None };
    let Some(current) = held.iter().find(|fact| fact.in_force) else {
        return Verdict { outcome: Outcome::New, past: settled(new.value), disputed: None };
    };
    let replace = |outcome| {
        let mut past = settled(new.value);
        past.push(current.id);
        Verdict { outcome, past, disputed: None }
    };
    if own().any(|fact| fact.observed_on > new.observed_on) {
        return nothing(Vec::new());
    }
    let renews = stale(current.valid_until) && !stale(new.valid_until);
    if current.value == new.value {
        if new.rank > current.rank || renews {
            return replace(Outcome::Replaced);
        }
        return nothing(settled(new.value));
    }
    if current.source == new.source {
        if new.observed_on < current.observed_on {
            return nothing(Vec::new());
        }
        return replace(Outcome::Replaced);
    }
    if renews {
        return replace(Outcome::Won);
    }
    let newer = new.observed_on >= current.observed_on;
    let said_before = own().any(|fact| fact.value == new.value);
    // The same said again on the same day is nothing new: a file that is imported twice changes nothing.
    let again = own().any(|fact| fact.value == new.value && fact.observed_on == new.observed_on);
    if !again && (new.rank > current.rank || new.rank == current.rank && newer) {
        return Verdict { outcome: Outcome::Won, past: settled(new.value), disputed: Some(current.id) };
    }
    if said_before {
        return nothing(Vec::new());
    }
    Verdict { outcome: Outcome::Disputed, past: own().map(|fact| fact.id).collect(), disputed: None }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(n: u32) -> NaiveDate {
        NaiveDate::from_num_days_from_ce_opt(740_000 + i32::try_from(n).unwrap()).unwrap()
    }

    const TODAY: u32 = 100;

    /// `value source rank observed [until]`, in force unless it begins with `?`.
    fn held(n: u128, text: &'static str) -> Held<'static> {
        let words: Vec<&str> = text.trim_start_matches('?').split(' ').collect();
        Held {
            id: Uuid::from_u128(n),
            value: words[0],
            source: words[1],
            rank: words[2].parse().unwrap(),
            observed_on: day(words[3].parse().unwrap()),
            valid_until: words.get(4).map(|n| day(n.parse().unwrap())),
            in_force: !text.starts_with('?'),
        }
    }

    #[test]
    fn every_case_of_the_table() {
        use Outcome::{Disputed, New, Replaced, Unchanged, Won};
        // What is held (numbered from 1), what comes in, the outcome, what becomes past, what becomes disputed.
        type Case = (&'static [&'static str], &'static str, Outcome, &'static [u128], Option<u128>);
        let cases: &[Case] = &[
            (&[], "a visit 45 50", New, &[], None),
            (&["?b police 90 50"], "a visit 45 50", New, &[], None),
            (&["?a police 90 50"], "a visit 45 50", New, &[1], None),
            // The same value.
            (&["a visit 45 50"], "a visit 45 50", Unchanged, &[], None),
            (&["a visit 45 50"], "a visit 45 60", Unchanged, &[], None),
            (&["a police 90 50"], "a visit 45 60", Unchanged, &[], None),
            (&["a visit 45 50"], "a police 90 40", Replaced, &[1], None),
            (&["a visit 45 50 99"], "a visit 45 60 200", Replaced, &[1], None),
            (&["a police 90 50 99"], "a visit 45 60 200", Replaced, &[1], None),
            (&["a visit 45 50 99"], "a visit 45 50 99", Unchanged, &[], None),
            (&["a visit 45 50 100"], "a visit 45 60 200", Unchanged, &[], None),
            // The same source.
            (&["a visit 45 50"], "b visit 45 60", Replaced, &[1], None),
            (&["a visit 45 50"], "b visit 45 50", Replaced, &[1], None),
            (&["a visit 45 50"], "b visit 45 40", Unchanged, &[], None),
            // Another source says otherwise.
            (&["a visit 45 50"], "b police 90 40", Won, &[], Some(1)),
            (&["a visit 45 50"], "b other 45 60", Won, &[], Some(1)),
            (&["a visit 45 50"], "b other 45 50", Won, &[], Some(1)),
            (&["a visit 45 50"], "b other 45 40", Disputed, &[], None),
            (&["a police 90 50"], "b visit 45 60", Disputed, &[], None),
            (&["a police 90 50 99"], "b visit 45 60 200", Won, &[1], None),
            (&["a police 90 50 99"], "b visit 45 60 70", Disputed, &[], None),
            // And said so before.
            (&["a police 90 50", "?b visit 45 60"], "b visit 45 60", Unchanged, &[], None),
            (&["a police 90 50", "?b visit 45 60"], "b visit 45 70", Unchanged, &[], None),
            (&["a police 90 50", "?b visit 45 60"], "c visit 45 70", Disputed, &[2], None),
            (&["a police 90 50", "?b visit 45 60"], "c visit 45 40", Unchanged, &[], None),
            (&["a police 90 50", "?b visit 45 60"], "a visit 45 70", Unchanged, &[2], None),
            (&["a police 90 50", "?b visit 45 60"], "b police 90 70", Replaced, &[2, 1], None),
            (&["a police 90 50", "?b visit 45 60"], "b other 30 70", Disputed, &[], None),
            (&["b other 45 60", "?a visit 45 50"], "a visit 45 50", Unchanged, &[], None),
            (&["b other 45 60", "?a visit 45 50"], "a visit 45 70", Won, &[2], Some(1)),
            (&["a police 90 50 99", "?b visit 45 60 80"], "b visit 45 90 200", Won, &[2, 1], None),
        ];
        for (known, offered, outcome, past, disputed) in cases {
            let known: Vec<_> = known.iter().zip(1..).map(|(text, n)| held(n, text)).collect();
            let Held { value, source, rank, observed_on, valid_until, .. } = held(0, offered);
            let verdict = weigh(&known, &Offered { value, source, rank, observed_on, valid_until }, day(TODAY));
            let expected = Verdict {
                outcome: *outcome,
                past: past.iter().map(|n| Uuid::from_u128(*n)).collect(),
                disputed: disputed.map(Uuid::from_u128),
            };
            assert_eq!(verdict, expected, "{offered} against {known:?}");
        }
    }

    const VALUES: [&str; 3] = ["a", "b", "c"];
    const SOURCES: [(&str, i32); 4] = [("police", 90), ("visit", 45), ("old", 45), ("sheet", 35)];

    type Offer = (usize, usize, u32, Option<u32>);

    /// Lets values come in one after the other.
    fn play(offers: &[Offer]) -> (Vec<(Held<'static>, bool)>, Vec<Outcome>) {
        let mut all: Vec<(Held<'static>, bool)> = Vec::new();
        let mut outcomes = Vec::new();
        for (n, (value, source, observed, lasts)) in offers.iter().enumerate() {
            let (source, rank) = SOURCES[*source];
            let new = Offered {
                value: VALUES[*value],
                source,
                rank,
                observed_on: day(*observed),
                valid_until: lasts.map(|days| day(*observed + days)),
            };
            let known: Vec<_> = all.iter().filter(|(_, past)| !past).map(|(fact, _)| fact.clone()).collect();
            let verdict = weigh(&known, &new, day(TODAY));
            for (fact, past) in &mut all {
                *past |= verdict.past.contains(&fact.id);
                fact.in_force &= verdict.disputed != Some(fact.id);
            }
            if verdict.outcome != Outcome::Unchanged {
                let Offered { value, source, rank, observed_on, valid_until } = new;
                let in_force = verdict.outcome.in_force();
                let id = Uuid::from_u128(n as u128 + 1);
                all.push((Held { id, value, source, rank, observed_on, valid_until, in_force }, false));
            }
            outcomes.push(verdict.outcome);
        }
        (all, outcomes)
    }

    fn offers() -> impl Strategy<Value = Vec<Offer>> {
        proptest::collection::vec((0..3usize, 0..4usize, 0..100u32, proptest::option::of(0..150u32)), 1..12)
    }

    proptest! {
        #[test]
        fn exactly_one_value_is_in_force_and_a_source_says_one_thing_at_a_time(offers in offers()) {
            let (all, _) = play(&offers);
            let alive: Vec<_> = all.iter().filter(|(_, past)| !past).map(|(fact, _)| fact).collect();
            let current: Vec<_> = alive.iter().filter(|fact| fact.in_force).collect();
            prop_assert_eq!(current.len(), 1);
            for (source, _) in SOURCES {
                prop_assert!(alive.iter().filter(|fact| fact.source == source).count() <= 1, "{:?}", alive);
            }
            prop_assert!(alive.iter().all(|fact| fact.in_force || fact.value != current[0].value), "{:?}", alive);
        }

        #[test]
        fn the_same_said_again_changes_nothing(offers in offers()) {
            let (before, _) = play(&offers);
            let mut twice = offers.clone();
            twice.push(offers[offers.len() - 1]);
            let (after, outcomes) = play(&twice);
            prop_assert_eq!(outcomes.last(), Some(&Outcome::Unchanged));
            prop_assert_eq!(before, after);
        }

        #[test]
        fn fresh_values_stay_with_the_better_source(offers in offers()) {
            let fresh: Vec<Offer> = offers.into_iter().map(|(v, s, o, _)| (v, s, o, None)).collect();
            let (all, _) = play(&fresh);
            let best = fresh.iter().map(|(_, source, ..)| SOURCES[*source].1).max().unwrap();
            let current = all.iter().find(|(fact, past)| fact.in_force && !past).unwrap();
            prop_assert_eq!(current.0.rank, best);
        }
    }
}
