//! What a rule asks of figures, and whether they bring it: a pure function, so that a result depends on nothing else.

use jizuo_kernel::error::internal;
use jizuo_kernel::rules::{InForce, Kind};
use jizuo_kernel::{Result, Text};
use serde::{Deserialize, Serialize};

/// A rule that was held against a figure. Kept with the meeting, so that an old result stays what it was when the rule
/// changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Computation {
    /// `V.REP.QUORUM`
    pub(crate) rule: String,
    pub(crate) title: Text,
    /// `≥2/3`, of a rule that is a share.
    pub(crate) share: Option<String>,
    /// What the share is of, by the rule's own word, and how many that are.
    pub(crate) of: Option<String>,
    pub(crate) base: Option<u32>,
    pub(crate) needed: u32,
    pub(crate) actual: u32,
    pub(crate) met: bool,
    /// The law and its article.
    pub(crate) basis: Text,
    /// The place that laid the rule down; nobody for the baseline.
    pub(crate) set_by: Option<i32>,
}

/// Holds a rule against a figure; `base` is what a share is of.
pub(crate) fn compute(rule: &InForce, base: Option<u32>, actual: u32) -> Result<Computation> {
    let (share, base, needed) = if rule.kind == Kind::Share {
        let threshold = rule.threshold()?;
        let base = base.ok_or_else(|| internal(format!("nothing to count {} on", rule.id)))?;
        let needed = u32::try_from(threshold.smallest(u64::from(base))).map_err(internal)?;
        (Some(threshold.to_string()), Some(base), needed)
    } else {
        (None, None, rule.number()?)
    };
    Ok(Computation {
        rule: rule.id.clone(),
        title: rule.title.clone(),
        share,
        of: rule.of.clone(),
        base,
        needed,
        actual,
        met: actual >= needed,
        basis: rule.basis.clone(),
        set_by: rule.set_by,
    })
}

/// Whether everything that is asked for is there. Nothing asked for is nothing missing.
pub(crate) fn all_met(computations: &[Computation]) -> bool {
    computations.iter().all(|computation| computation.met)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may stop")]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn rule(value: serde_json::Value, kind: Kind, of: &str) -> InForce {
        InForce {
            id: "X".to_owned(),
            title: Text::new("", ""),
            kind,
            value,
            basis: Text::new("", ""),
            of: Some(of.to_owned()),
            set_by: None,
            trail: Vec::new(),
        }
    }

    #[test]
    fn a_number_of_days_is_a_number_and_a_share_is_counted_on_its_base() {
        let days = compute(&rule(json!(10), Kind::Days, ""), None, 9).unwrap();
        assert_eq!((days.needed, days.met, days.base, days.share), (10, false, None, None));
        let share = compute(&rule(json!(">=2/3"), Kind::Share, "members"), Some(45), 30).unwrap();
        assert_eq!((share.needed, share.met, share.base), (30, true, Some(45)));
        assert!(compute(&rule(json!(">=2/3"), Kind::Share, "members"), None, 30).is_err(), "never a silent nought");
        assert!(
            !compute(&rule(json!(">1/2"), Kind::Share, "present"), Some(0), 0).unwrap().met,
            "nobody decides nothing"
        );
    }

    /// Numerator, denominator, whether the share itself is not enough.
    fn shares() -> impl Strategy<Value = (u32, u32, bool)> {
        prop::sample::select(vec![
            (1, 2, true),
            (2, 3, false),
            (2, 3, true),
            (3, 4, false),
            (4, 5, false),
            (1, 3, false),
        ])
    }

    fn votes() -> impl Strategy<Value = (u32, u32, u32)> {
        (1_u32..5_000).prop_flat_map(|present| {
            (0..=present).prop_flat_map(move |yes| (Just(present), Just(yes), 0..=(present - yes)))
        })
    }

    proptest! {
        #[test]
        fn the_result_is_the_plain_inequality_of_the_figures((n, d, exclusive) in shares(), (present, yes, _) in votes()) {
            let value = json!(format!("{}{n}/{d}", if exclusive { ">" } else { ">=" }));
            let computed = compute(&rule(value, Kind::Share, "present"), Some(present), yes).unwrap();
            let (mine, law) = (u64::from(yes) * u64::from(d), u64::from(present) * u64::from(n));
            prop_assert_eq!(computed.met, if exclusive { mine > law } else { mine >= law });
            prop_assert!(computed.needed <= present && computed.needed > 0);
        }

        #[test]
        fn names_sources_and_who_set_the_rule_change_nothing((n, d, exclusive) in shares(), (present, yes, _) in votes(), who in any::<i32>(), name in ".{0,12}") {
            let value = json!(format!("{}{n}/{d}", if exclusive { ">" } else { ">=" }));
            let plain = compute(&rule(value.clone(), Kind::Share, "present"), Some(present), yes).unwrap();
            let mut other = rule(value, Kind::Share, "present");
            other.id = name.clone();
            other.title = Text::owned(name.clone(), name.clone());
            other.basis = Text::owned(name.clone(), name);
            other.set_by = Some(who);
            let other = compute(&other, Some(present), yes).unwrap();
            prop_assert_eq!((plain.needed, plain.met), (other.needed, other.met));
        }

        #[test]
        fn one_more_yes_never_turns_a_decision_down((n, d, exclusive) in shares(), (present, yes, _) in votes()) {
            let rule = rule(json!(format!("{}{n}/{d}", if exclusive { ">" } else { ">=" })), Kind::Share, "present");
            let met = |yes| compute(&rule, Some(present), yes).unwrap().met;
            prop_assert!(!met(yes) || met((yes + 1).min(present)));
        }
    }
}
