//! Settings of scheduled backups.

use std::path::PathBuf;
use std::str::FromStr;

use croner::Cron;
use croner::errors::CronError;
use croner::parser::{CronParser, Seconds};
use jiff::Zoned;
use serde_json::Value;

use super::form::{Form, Unset, quoted};

/// Backups that the server makes of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BackupSettings {
    /// When; `None`: never.
    pub schedule: Option<Schedule>,
    /// Where they are kept.
    pub dir: PathBuf,
    /// How many of them.
    pub keep: usize,
}

impl Default for BackupSettings {
    fn default() -> Self {
        Self { schedule: None, dir: "holdfast-backups".into(), keep: 7 }
    }
}

/// A cron expression of five fields, or six with seconds before them; times are those of the machine's time zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule(String);

impl FromStr for Schedule {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Err(error) = parse(text) {
            return Err(format!(
                "expected a cron expression such as \"0 3 * * *\", found {text:?}: {error}"
            ));
        }
        let schedule = Self(text.to_owned());
        match schedule.next(&Zoned::now()) {
            Some(_) => Ok(schedule),
            None => Err(format!("{text:?} never comes")),
        }
    }
}

impl Schedule {
    /// The first time behind this one.
    #[must_use]
    pub fn next(&self, after: &Zoned) -> Option<Zoned> {
        parse(&self.0).ok()?.find_next_occurrence(after, false).ok()
    }
}

fn parse(text: &str) -> Result<Cron, CronError> {
    CronParser::builder().seconds(Seconds::Optional).build().parse(text)
}

impl Unset for Schedule {
    const UNSET: Self = Self(String::new());
}

impl Form for Schedule {
    fn form(&self) -> &'static str {
        "cron expression"
    }

    fn read(&mut self, raw: &Value) -> Result<(), String> {
        let text = raw.as_str().ok_or_else(|| format!("expected a text, found {raw}"))?;
        *self = text.trim().parse()?;
        Ok(())
    }

    fn show(&self) -> Option<String> {
        quoted(&self.0)
    }
}

impl BackupSettings {
    pub(super) fn contradictions(&self, embedded: bool) -> Vec<String> {
        let mut faults = Vec::new();
        if self.keep == 0 {
            faults.push(
                "backup.keep: has to be above 0 (leave backup.schedule out to make none)"
                    .to_owned(),
            );
        }
        if self.schedule.is_some() && !embedded {
            faults.push("backup.schedule: only the embedded store is backed up by the server; back up a database with its own tools".to_owned());
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cron_expressions_have_five_fields_or_six() {
        let at: Zoned = "2026-01-31T02:30:00[UTC]".parse().expect("a time");
        for (text, next) in [
            ("0 3 * * *", "2026-01-31T03:00:00[UTC]"),
            ("15 2 * * MON", "2026-02-02T02:15:00[UTC]"),
            ("*/5 * * * * *", "2026-01-31T02:30:05[UTC]"),
        ] {
            let schedule: Schedule = text.parse().expect(text);
            let next: Zoned = next.parse().expect("a time");
            assert_eq!(schedule.next(&at), Some(next), "{text}");
        }
        for text in ["", "3", "61 * * * *", "0 3 30 2 *", "daily", "* * * *", "* * * * * * * *"] {
            assert!(text.parse::<Schedule>().is_err(), "{text:?}");
        }
    }
}
