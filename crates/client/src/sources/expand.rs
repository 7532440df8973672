//! `${VAR}` in the values of a source.

use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use futures::StreamExt;
use holdfast_tree::{Value, json};

use crate::source::{Change, Follow, Source, Update, Updates};
use crate::{Batch, Committed, Entry, Error, Kind};

/// Says what a variable holds; `None`: it is not set.
type Lookup = Arc<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// A source whose texts may name variables: `${HOME}`, `${PORT:-8080}` with what stands in for one that is not set or empty, `$${` for a
/// `${` that stays.
///
/// Looked at are texts, and texts inside of JSON documents, when they are read; names of members, other codecs and what is encrypted stay
/// as they are. It goes over a text once: what a variable holds is not looked at again. A variable that is not set and has nothing to stand
/// in is empty, as in a shell, unless [`strict`](Self::strict) is asked for. What is written is written as it is.
#[derive(Clone)]
pub struct Expand {
    source: Arc<dyn Source>,
    lookup: Lookup,
    strict: bool,
}

impl Expand {
    /// With the environment of this process.
    pub fn over(source: impl Source) -> Self {
        Self::with(source, |name| std::env::var(name).ok())
    }

    /// With variables of one's own.
    pub fn with(
        source: impl Source,
        lookup: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        Self { source: Arc::new(source), lookup: Arc::new(lookup), strict: false }
    }

    /// A variable that is not set and has nothing to stand in is an error of whoever reads: [`Kind::Validation`], with the key and the
    /// name. A watch ends with it too: then nothing is fresh until it is set.
    #[must_use]
    pub fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    fn entry(&self, mut entry: Entry) -> Result<Entry, Error> {
        // Nearly no value names a variable.
        if !entry.value.windows(2).any(|two| two == b"${") {
            return Ok(entry);
        }
        let expanded = match &*entry.codec {
            "json" => self.document(&entry.value),
            "string" | "text" => self.text_of(&entry.value),
            _ => Ok(None),
        };
        let named = |why: String| Error::new(Kind::Validation, format!("{}: {why}", entry.key));
        if let Some(value) = expanded.map_err(named)? {
            entry.value = value.into();
        }
        Ok(entry)
    }

    /// What is no JSON is left to whoever decodes it.
    fn document(&self, bytes: &[u8]) -> Result<Option<String>, String> {
        let text = std::str::from_utf8(bytes).ok();
        let document = text.and_then(|text| json::read(text).ok());
        let expanded = document.map(|document| self.value(document)).transpose()?;
        Ok(expanded.map(|document| document.to_string()))
    }

    fn text_of(&self, bytes: &[u8]) -> Result<Option<String>, String> {
        std::str::from_utf8(bytes).ok().map(|text| self.text(text)).transpose()
    }

    fn value(&self, value: Value) -> Result<Value, String> {
        Ok(match value {
            Value::Text(text) => Value::Text(self.text(&text)?),
            Value::List(items) => Value::List(
                items.into_iter().map(|item| self.value(item)).collect::<Result<_, _>>()?,
            ),
            Value::Table(members) => {
                let members =
                    members.into_iter().map(|(name, value)| Ok((name, self.value(value)?)));
                Value::Table(members.collect::<Result<_, String>>()?)
            }
            other => other,
        })
    }

    fn text(&self, text: &str) -> Result<String, String> {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(at) = rest.find("${") {
            let (before, inside) = (&rest[..at], &rest[at + 2..]);
            if let Some(before) = before.strip_suffix('$') {
                out.push_str(before);
                out.push_str("${");
                rest = inside;
                continue;
            }
            // What does not end is no name.
            let Some(end) = inside.find('}') else { break };
            out.push_str(before);
            out.push_str(&self.variable(&inside[..end])?);
            rest = &inside[end + 1..];
        }
        out.push_str(rest);
        Ok(out)
    }

    fn variable(&self, inside: &str) -> Result<String, String> {
        let (name, instead) = inside.split_once(":-").map_or((inside, None), |(a, b)| (a, Some(b)));
        match ((self.lookup)(name), instead) {
            (Some(value), None) => Ok(value),
            (Some(value), Some(_)) if !value.is_empty() => Ok(value),
            (_, Some(instead)) => Ok(instead.to_owned()),
            (None, None) if self.strict => Err(format!("the variable {name} is not set")),
            (None, None) => Ok(String::new()),
        }
    }

    fn update(&self, update: Update) -> Result<Update, Error> {
        let change = |change| match change {
            Change::Set(entry) => self.entry(entry).map(Change::Set),
            gone @ Change::Gone { .. } => Ok(gone),
        };
        Ok(match update {
            Update::Entries(entries) => Update::Entries(
                entries.into_iter().map(|e| self.entry(e)).collect::<Result<_, _>>()?,
            ),
            Update::Changes { changes, place, moment, as_of } => {
                let changes = changes.into_iter().map(change).collect::<Result<_, _>>()?;
                Update::Changes { changes, place, moment, as_of }
            }
            other => other,
        })
    }
}

impl fmt::Debug for Expand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Expand").field("source", &self.source).finish_non_exhaustive()
    }
}

#[async_trait]
impl Source for Expand {
    fn origin(&self) -> Arc<str> {
        self.source.origin()
    }

    fn identity(&self) -> String {
        self.source.identity()
    }

    fn reads_as_written(&self) -> bool {
        false
    }

    async fn get(&self, namespace: &str, key: &str) -> Result<Entry, Error> {
        self.entry(self.source.get(namespace, key).await?)
    }

    async fn list(&self, namespace: &str, prefix: &str) -> Result<Vec<Entry>, Error> {
        let entries = self.source.list(namespace, prefix).await?;
        entries.into_iter().map(|entry| self.entry(entry)).collect()
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, Error> {
        self.source.commit(batch).await
    }

    async fn follow(&self, follow: Follow) -> Result<Updates, Error> {
        let this = self.clone();
        let updates = self.source.follow(follow).await?;
        Ok(updates.map(move |update| update.and_then(|update| this.update(update))).boxed())
    }

    async fn aliases(&self) -> Result<Vec<(Arc<str>, Arc<str>)>, Error> {
        self.source.aliases().await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::Memory;
    use crate::sources::suite::{self, Subject, Through};
    use crate::{Config, Write};

    fn variables(name: &str) -> Option<String> {
        let known = [("HOST", "h"), ("EMPTY", ""), ("LOOP", "${HOST}"), ("QUOTE", "a\"b")];
        known.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }

    #[tokio::test]
    async fn it_keeps_the_contract() {
        let source = Arc::new(Expand::with(Memory::new(), variables));
        let subject = Subject::new(source, "suite");
        suite::reads(&subject, &Through(subject.clone())).await;
        suite::writes(&subject).await;
    }

    #[test]
    fn texts_are_gone_over_once() {
        let expand = Expand::with(Memory::new(), variables);
        for (text, expected) in [
            ("${HOST}:${PORT:-80}", "h:80"),
            ("${EMPTY}|${EMPTY:-x}|${NOT}|${NOT:-}", "|x||"),
            ("$${HOST} $HOST $$ ${", "${HOST} $HOST $$ ${"),
            ("${LOOP}", "${HOST}"),
            ("${HOST", "${HOST"),
            ("a${HOST}b${HOST}c", "ahbhc"),
            ("${A:-b:-c}", "b:-c"),
        ] {
            assert_eq!(expand.text(text).expect("fine"), expected, "{text}");
        }
        let strict = expand.strict();
        assert!(strict.text("${NOT}").expect_err("not set").contains("NOT"));
        assert_eq!(strict.text("${NOT:-x}").expect("stands in"), "x");
    }

    #[tokio::test]
    async fn texts_inside_of_documents_are_expanded_when_they_are_read() -> Result<(), Error> {
        let memory = Memory::new();
        memory.set("n", "live", "${HOST}")?;
        let config = Config::over(Expand::with(memory.clone(), variables)).open()?;
        let ns = config.namespace("n");
        ns.set("a", &serde_json::json!({"${HOST}": ["${HOST}", 1, "${QUOTE}"]})).await?;
        let expected = serde_json::json!({"${HOST}": ["h", 1, "a\"b"]});
        assert_eq!(ns.get("a").await?.decode::<serde_json::Value>()?, expected, "one's own write");
        assert!(memory.get("n", "a").await?.value.starts_with(b"{\"${HOST}\":[\"${HOST}\""));
        ns.write(Write::put("n", "raw", "${HOST}", "raw")).await?;
        assert_eq!(ns.get("raw").await?.bytes(), b"${HOST}");
        assert_eq!(*ns.live::<String>("live").await?.get(), "h");

        ns.delete("raw").await?;
        assert_eq!(ns.get("raw").await.expect_err("gone").kind(), Kind::NotFound);
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        assert_eq!(ns.status().resyncs, 0, "a write of one's own is no reason to begin anew");

        let strict = Config::over(Expand::with(memory.clone(), |_| None).strict()).open()?;
        let error = strict.namespace("n").get("a").await.expect_err("not set");
        assert!(
            error.kind() == Kind::Validation && error.message().contains("a: the variable"),
            "{error:?}"
        );
        Ok(())
    }
}
