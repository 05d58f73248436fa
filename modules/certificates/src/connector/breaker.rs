//! A department's interface that fails again and again is left alone for a while: nobody at a counter waits for it in vain.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

/// After how many failures in a row, and for how long.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Patience {
    pub(crate) failures: u32,
    pub(crate) pause: Duration,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    resting_until: Option<DateTime<Utc>>,
}

/// By source; each process has its own experience of them.
static STATES: LazyLock<Mutex<HashMap<Uuid, State>>> = LazyLock::new(Mutex::default);

fn states() -> MutexGuard<'static, HashMap<Uuid, State>> {
    STATES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a source may be asked now; else when. After the pause one query tries it, and others wait for what becomes of that.
pub(crate) fn admit(source: Uuid, now: DateTime<Utc>, patience: Patience) -> Result<(), DateTime<Utc>> {
    let mut states = states();
    match states.get_mut(&source).map(|state| &mut state.resting_until) {
        Some(Some(until)) if *until > now => Err(*until),
        Some(Some(until)) => {
            // Also where whoever tries it goes away without a word.
            *until = now + patience.pause;
            Ok(())
        }
        _ => Ok(()),
    }
}

pub(crate) fn succeeded(source: Uuid) {
    states().remove(&source);
}

pub(crate) fn failed(source: Uuid, now: DateTime<Utc>, patience: Patience) {
    let mut states = states();
    let state = states.entry(source).or_default();
    state.failures += 1;
    if state.failures >= patience.failures {
        state.resting_until = Some(now + patience.pause);
    }
}

/// Until when a source is left alone.
pub(crate) fn resting_until(source: Uuid, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    states().get(&source)?.resting_until.filter(|until| *until > now)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Patience = Patience { failures: 3, pause: Duration::seconds(60) };

    #[test]
    fn it_opens_after_failures_in_a_row_lets_one_try_after_the_pause_and_closes_after_a_success() {
        let (source, start) = (Uuid::new_v4(), DateTime::UNIX_EPOCH);
        let after = |seconds| start + Duration::seconds(seconds);
        failed(source, start, PATIENCE);
        failed(source, start, PATIENCE);
        succeeded(source);
        for _ in 0..2 {
            failed(source, start, PATIENCE);
            assert_eq!(admit(source, start, PATIENCE), Ok(()), "two in a row are none too many");
        }
        failed(source, start, PATIENCE);
        assert_eq!(admit(source, after(59), PATIENCE), Err(after(60)));
        assert_eq!(resting_until(source, after(59)), Some(after(60)));
        assert_eq!(admit(source, after(60), PATIENCE), Ok(()), "one tries it");
        assert_eq!(admit(source, after(61), PATIENCE), Err(after(120)), "the others wait");
        failed(source, after(62), PATIENCE);
        assert_eq!(admit(source, after(121), PATIENCE), Err(after(122)), "one failure more and it rests again");
        assert_eq!(admit(source, after(122), PATIENCE), Ok(()));
        succeeded(source);
        assert_eq!(admit(source, after(122), PATIENCE), Ok(()));
        assert_eq!(resting_until(source, after(122)), None);
    }
}
