//! The committer's thread.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use holdfast_model::{Batch, Cause, Head, Namespace};
use holdfast_store::{AppendError, Group};

use super::answers::Answer;
use super::wait::block_on;
use super::{Answers, Committed, Job};
use crate::error::EngineError;
use crate::judge::{Circumstances, Judgement, Refusal, judge};
use crate::log::Log;
use crate::quotas::Used;

/// Batches of one group at most.
const GROUP_BATCHES: usize = 1_024;
/// Bytes of one group at most; a single larger batch goes alone.
const GROUP_BYTES: usize = 1 << 20;
/// How often a group is judged again because another node appended first.
const RACES: usize = 64;

/// Commits what comes through the queue until that is closed and empty.
pub(crate) fn run(log: &Arc<Log>, jobs: &Receiver<Job>, answers: &Answers) {
    let mut left_over = None;
    while let Some(first) = left_over.take().or_else(|| jobs.recv().ok()) {
        let mut weight = first.weight;
        let mut group = vec![first];
        while group.len() < GROUP_BATCHES
            && weight < GROUP_BYTES
            && let Ok(job) = jobs.try_recv()
        {
            weight += job.weight;
            if weight > GROUP_BYTES {
                left_over = Some(job);
                break;
            }
            group.push(job);
        }
        log.queue.taken(group.len());
        answers.send(log.settle_in_turn(group));
    }
}

impl Log {
    pub(super) fn settle(&self, group: Vec<Job>) -> Vec<Answer> {
        let now = Instant::now();
        let late = |job: &Job| job.deadline.is_some_and(|deadline| deadline < now);
        let (late, group): (Vec<_>, Vec<_>) = group.into_iter().partition(late);
        let mut answers = Vec::with_capacity(late.len() + group.len());
        answers.extend(late.into_iter().map(|job| (job, Err(EngineError::Deadline))));
        if group.is_empty() {
            return answers;
        }
        self.metrics.group_batches.observe(group.len() as f64);
        match self.try_group(&group) {
            Ok(results) => answers.extend(group.into_iter().zip(results)),
            // One batch may be what the store cannot take: the others must not suffer for it.
            Err(error) if group.len() > 1 && single_out(&error) => {
                answers.extend(group.into_iter().map(|job| {
                    let result = self.try_group(std::slice::from_ref(&job));
                    let alone = result.map(|mut results| results.pop());
                    let alone = alone.and_then(|r| r.unwrap_or(Err(EngineError::Stopping)));
                    (job, alone)
                }));
            }
            Err(error) => answers.extend(group.into_iter().map(|job| (job, Err(error.clone())))),
        }
        answers
    }

    fn try_group(&self, group: &[Job]) -> Result<Vec<Result<Committed, EngineError>>, EngineError> {
        let batches: Vec<&Batch> = group.iter().map(|job| &job.batch).collect();
        for _ in 0..RACES {
            // Before the facts: whoever appends from here on makes our append fail, whatever we read meanwhile.
            let mut head = self.view().head;
            let facts = block_on(self.gather(&batches))?;
            if self.follow.is_none() {
                // After the facts: the ordinal base covers every trace of a key that was gone by then. A shared store compares it.
                head.ordinal_base = block_on(self.store.head())?.ordinal_base;
            }
            let now = self.options.clock.now();
            self.clock_behind.store(now < head.time, Relaxed);
            let mut random = random_bytes;
            let circumstances = Circumstances { now, random: &mut random };
            let judgement = judge(&head, &facts, circumstances, &batches);
            let Judgement { group: mut judged, verdicts, used } = judgement;
            // What goes with a batch that was refused is refused too.
            let accepted = group.iter().zip(&verdicts).filter(|(_, verdict)| verdict.is_ok());
            judged.side.extend(accepted.flat_map(|(job, _)| job.side.iter().cloned()));
            match self.append(&head, judged, used) {
                Ok(head) => {
                    let answers = verdicts.into_iter().zip(&batches).map(|(verdict, batch)| {
                        let verdict = verdict.map_err(|refusal| self.refused(batch, refusal))?;
                        Ok(Committed {
                            revision: verdict.revision,
                            time: verdict.time,
                            commit: verdict.commit,
                            replay: verdict.replay,
                            chosen: verdict.chosen,
                            head,
                        })
                    });
                    return Ok(answers.collect());
                }
                Err(AppendError::Moved(head)) => block_on(self.read_up_to(&head))?,
                Err(error) => return Err(self.failed(error)),
            }
        }
        Err(EngineError::Contended)
    }

    fn append(
        &self,
        head: &Head,
        group: Group,
        used: Vec<(Namespace, Used)>,
    ) -> Result<Head, AppendError> {
        if group.commits.is_empty() && group.side.is_empty() {
            return Ok(*head);
        }
        let commits = group.commits.clone();
        let started = Instant::now();
        let head = block_on(self.store.append(head, group))?;
        self.metrics.flush_seconds.observe(started.elapsed().as_secs_f64());
        self.metrics.commits.inc_by(commits.len() as u64);
        let expiries = commits.iter().filter(|sealed| sealed.commit().cause == Cause::Expiry);
        let expired: usize = expiries.map(|sealed| sealed.commit().events.len()).sum();
        self.metrics.expired_entries.inc_by(expired as u64);
        self.show_own(head, &commits, used);
        if let (Some(follow), false) = (&self.follow, commits.is_empty()) {
            follow.note_append(head.revision);
        }
        Ok(head)
    }

    fn failed(&self, error: AppendError) -> EngineError {
        self.metrics.append_failures.inc();
        if let Some(follow) = &self.follow {
            // Whatever became of the group, the log tells.
            follow.kick();
        } else if matches!(error, AppendError::Unknown(_) | AppendError::ReadOnly(_)) {
            self.read_only.store(true, Relaxed);
            tracing::error!(%error, "the store has become read-only");
        }
        EngineError::Append(error)
    }

    fn refused(&self, batch: &Batch, refusal: Refusal) -> EngineError {
        self.metrics.refused.inc();
        let names = |at: &holdfast_model::EntryKey| (at.namespace.to_string(), at.key.to_string());
        let written =
            |index| batch.all_writes().nth(index).map(|w| names(&w.at)).unwrap_or_default();
        match refusal {
            Refusal::Write(index, unmet) => {
                let (namespace, key) = written(index);
                EngineError::Conflict { namespace, key, write: Some(index), unmet }
            }
            Refusal::Condition(index, unmet) => {
                let (namespace, key) = names(&batch.conditions[index].at);
                EngineError::Conflict { namespace, key, write: None, unmet }
            }
            Refusal::Exists(index) => {
                let (namespace, key) = written(index);
                EngineError::KeyExists { namespace, key }
            }
            Refusal::Missing(index) => {
                let (namespace, key) = written(index);
                EngineError::NotFound { namespace, key }
            }
            Refusal::Quota(index, exceeded) => {
                self.metrics.over_quota(exceeded.what);
                exceeded.in_namespace(&written(index).0)
            }
            Refusal::Stale => EngineError::Contended,
            Refusal::OtherRequest => EngineError::IdempotencyMismatch,
        }
    }
}

/// Errors that one batch of a group may be the reason of.
fn single_out(error: &EngineError) -> bool {
    matches!(
        error,
        EngineError::Append(AppendError::NoSpace { .. } | AppendError::Refused(_))
            | EngineError::Store(_)
    )
}

fn random_bytes() -> [u8; 10] {
    let random = uuid::Uuid::new_v4().into_bytes();
    let mut bytes = [0; 10];
    // The last ten bytes of a v4 UUID have two fixed bits; the v7 builder overwrites bits of its own there anyway.
    bytes.copy_from_slice(&random[6..]);
    bytes
}
