//! A retry budget: retries are at most a share of the calls, so that a server in trouble is not asked many times as often.

/// Tokens in hundredths: every call puts some in, every retry takes a whole one out.
#[derive(Debug)]
pub(crate) struct Budget {
    hundredths: u32,
    deposit: u32,
}

/// What a client that has just started, or was idle, may spend.
const MOST: u32 = 10 * RETRY;
const RETRY: u32 = 100;

impl Budget {
    /// `percent`: retries for every hundred calls.
    pub(crate) fn new(percent: u32) -> Self {
        Self { hundredths: MOST, deposit: percent.min(1_000) }
    }

    /// A call begins.
    pub(crate) fn deposit(&mut self) {
        self.hundredths = (self.hundredths + self.deposit).min(MOST);
    }

    /// May a retry be made?
    pub(crate) fn withdraw(&mut self) -> bool {
        let enough = self.hundredths >= RETRY;
        if enough {
            self.hundredths -= RETRY;
        }
        enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retries_are_a_share_of_the_calls() {
        let mut budget = Budget::new(20);
        let at_once = (0..100).filter(|_| budget.withdraw()).count();
        assert_eq!(at_once, 10);
        let mut retries = 0;
        for _ in 0..1_000 {
            budget.deposit();
            retries += usize::from(budget.withdraw());
        }
        assert_eq!(retries, 200);
    }

    #[test]
    fn an_idle_client_saves_no_more_than_its_most() {
        let mut budget = Budget::new(100);
        (0..1_000).for_each(|_| budget.deposit());
        assert_eq!((0..100).filter(|_| budget.withdraw()).count(), 10);
    }

    #[test]
    fn without_a_budget_there_is_no_end_of_the_first_ten() {
        let mut budget = Budget::new(0);
        (0..50).for_each(|_| budget.deposit());
        assert_eq!((0..50).filter(|_| budget.withdraw()).count(), 10);
    }
}
