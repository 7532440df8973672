//! The committer.

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::Instant;

use holdfast_model::{Batch, Cause, Head, Namespace};
use holdfast_store::{AppendError, Group, StoreError};
use tokio::sync::mpsc::UnboundedReceiver;

use super::answers::Answer;
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

/// Jobs that wait for the committer.
pub(super) struct Waiting {
    jobs: UnboundedReceiver<Job>,
    /// It was too large for the group before.
    left_over: Option<Job>,
}

impl Waiting {
    /// The first job of a group; `None`: there will be none any more.
    async fn first(&mut self) -> Option<Job> {
        match self.left_over.take() {
            Some(job) => Some(job),
            None => self.jobs.recv().await,
        }
    }

    /// What waits behind the jobs of a group, as far as it has room.
    fn fill(&mut self, group: &mut Vec<Job>) {
        let mut weight: usize = group.iter().map(|job| job.weight).sum();
        while group.len() < GROUP_BATCHES && weight < GROUP_BYTES {
            let next = self.left_over.take().or_else(|| self.jobs.try_recv().ok());
            let Some(job) = next else { return };
            weight += job.weight;
            if weight > GROUP_BYTES && !group.is_empty() {
                self.left_over = Some(job);
                return;
            }
            group.push(job);
        }
    }
}

/// Commits what comes through the queue until that is closed and empty.
pub(crate) async fn run(log: Arc<Log>, jobs: UnboundedReceiver<Job>, answers: Answers) {
    let mut waiting = Waiting { jobs, left_over: None };
    while let Some(first) = waiting.first().await {
        let mut group = vec![first];
        waiting.fill(&mut group);
        log.queue.taken(group.len());
        answers.send(log.settle_in_turn(group, &mut waiting).await);
    }
}

impl Log {
    /// Settles a group; one that waited for other nodes, or is judged again, takes along what came meanwhile.
    pub(super) async fn settle(
        &self,
        mut group: Vec<Job>,
        mut waiting: Option<&mut Waiting>,
    ) -> Vec<Answer> {
        let mut answers = Vec::with_capacity(group.len());
        let mut result = Err(EngineError::Contended);
        for _ in 0..RACES {
            let stood_by = self.stand_by(&mut group, waiting.as_deref_mut()).await;
            drop_late(&mut group, &mut answers);
            if group.is_empty() {
                break;
            }
            let tried = match stood_by {
                Ok(()) => self.try_group(&group).await,
                Err(error) => Err(error.into()),
            };
            match tried {
                Ok(Tried::Moved) => {}
                Ok(Tried::Settled(results)) => {
                    result = Ok(results);
                    break;
                }
                Err(error) => {
                    result = Err(error);
                    break;
                }
            }
        }
        if self.follow.is_some() {
            // Perhaps nothing was left to append.
            self.store.stand_down().await;
        }
        if group.is_empty() {
            return answers;
        }
        self.metrics.group_batches.observe(group.len() as f64);
        match result {
            Ok(results) => answers.extend(group.into_iter().zip(results)),
            // One batch may be what the store cannot take: the others must not suffer for it.
            Err(error) if group.len() > 1 && single_out(&error) => {
                for job in group {
                    answers.extend(Box::pin(self.settle(vec![job], None)).await);
                }
            }
            Err(error) => answers.extend(group.into_iter().map(|job| (job, Err(error.clone())))),
        }
        answers
    }

    /// Where other nodes append too: waits for its turn, if that is how to get one, and reads what they appended.
    async fn stand_by(
        &self,
        group: &mut Vec<Job>,
        waiting: Option<&mut Waiting>,
    ) -> Result<(), StoreError> {
        if self.follow.is_none() {
            return Ok(());
        }
        if let Some(page) = self.store.stand_by(&self.view().head).await {
            self.read_up_to(page).await?;
        }
        if let Some(waiting) = waiting {
            let before = group.len();
            waiting.fill(group);
            self.queue.taken(group.len() - before);
        }
        Ok(())
    }

    async fn try_group(&self, group: &[Job]) -> Result<Tried, EngineError> {
        let batches: Vec<&Batch> = group.iter().map(|job| &job.batch).collect();
        // Before the facts: whoever appends from here on makes our append fail, whatever we read meanwhile.
        let mut head = self.view().head;
        let facts = self.gather(&batches).await?;
        if self.follow.is_none() {
            // After the facts: the ordinal base covers every trace of a key that was gone by then. A shared store compares it.
            head.ordinal_base = self.store.head().await?.ordinal_base;
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
        match self.append(&head, judged, used).await {
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
                Ok(Tried::Settled(answers.collect()))
            }
            Err(AppendError::Moved(page)) => {
                self.read_up_to(*page).await?;
                Ok(Tried::Moved)
            }
            Err(error) => Err(self.failed(error)),
        }
    }

    async fn append(
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
        let head = self.store.append(head, group).await?;
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

/// What became of a group.
enum Tried {
    /// How each batch went.
    Settled(Vec<Result<Committed, EngineError>>),
    /// Another node appended first: nothing was done, and its commits are shown by now.
    Moved,
}

fn drop_late(group: &mut Vec<Job>, answers: &mut Vec<Answer>) {
    let now = Instant::now();
    let late = group.extract_if(.., |job| job.deadline.is_some_and(|deadline| deadline < now));
    answers.extend(late.map(|job| (job, Err(EngineError::Deadline))));
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
