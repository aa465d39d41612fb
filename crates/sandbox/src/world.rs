//! Everything that a running sandbox knows.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, RwLock, RwLockReadGuard};

use jiff::Timestamp;

use crate::account::Account;
use crate::caller::Sessions;
use crate::conduct::Conduct;
use crate::counters::Counters;
use crate::fault::FaultMemory;
use crate::random;

/// The account, how the server behaves, and what it counts.
#[derive(Debug)]
pub(crate) struct World {
    account: RwLock<Account>,
    conduct: RwLock<Arc<Conduct>>,
    requests: AtomicU64,
    pub(crate) counters: Counters,
    pub(crate) faults: FaultMemory,
    pub(crate) sessions: Sessions,
}

impl World {
    pub(crate) fn new(account: Account, conduct: Conduct) -> Self {
        Self {
            account: RwLock::new(account),
            conduct: RwLock::new(Arc::new(conduct)),
            requests: AtomicU64::new(0),
            counters: Counters::default(),
            faults: FaultMemory::default(),
            sessions: Sessions::default(),
        }
    }

    pub(crate) fn account(&self) -> RwLockReadGuard<'_, Account> {
        self.account.read().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    pub(crate) fn change<T>(&self, change: impl FnOnce(&mut Account) -> T) -> T {
        change(&mut self.account.write().unwrap_or_else(|poisoned| poisoned.into_inner()))
    }

    pub(crate) fn conduct(&self) -> Arc<Conduct> {
        self.conduct.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone()
    }

    pub(crate) fn change_conduct(&self, change: impl FnOnce(&mut Conduct)) {
        let mut conduct = self.conduct.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        change(Arc::make_mut(&mut conduct));
    }

    /// Gives the time by the sandbox's clock.
    pub(crate) fn now(&self, conduct: &Conduct) -> Timestamp {
        Timestamp::now().saturating_add(conduct.clock_offset).unwrap_or(Timestamp::MAX)
    }

    /// Gives an id that no other answer has.
    pub(crate) fn request_id(&self) -> String {
        format!("{:016X}", random::of(&self.requests.fetch_add(1, Relaxed)))
    }
}
