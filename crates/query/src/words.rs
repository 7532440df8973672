//! `$text` without an index: words that occur in the texts of a document.

use std::iter::Peekable;
use std::str::Chars;

use serde_json::{Map, Value};

use crate::limits::WORDS;
use crate::place::Place;
use crate::{Document, FilterError};

/// Texts deeper in a document are not looked at: it comes from outside, and nothing recurses without a bound.
const DEEPEST: usize = 256;

/// What is looked for: every word and every phrase occurs somewhere, and none of those with a minus does.
#[derive(Debug, Clone)]
pub(crate) struct Words {
    wanted: Vec<Phrase>,
    unwanted: Vec<Phrase>,
    exact_case: bool,
}

/// Words that follow each other; a single word is a short phrase.
type Phrase = Vec<String>;

impl Words {
    /// Reads the operand of `$text`: `$search`, `$caseSensitive`, and two that change nothing.
    pub(crate) fn parse(operand: &Value, place: Place<'_>) -> Result<Self, FilterError> {
        let members = operand.as_object().ok_or_else(|| place.unknown("takes an object"))?;
        let mut words = Self { wanted: Vec::new(), unwanted: Vec::new(), exact_case: false };
        words.exact_case = flag(members, "$caseSensitive", place)?;
        flag(members, "$diacriticSensitive", place)?;
        for (name, value) in members {
            let place = place.name(name);
            match (name.as_str(), value) {
                ("$search", Value::String(text)) => words.look_for(text, place)?,
                ("$language", Value::String(_)) => {}
                ("$search" | "$language", _) => return Err(place.unknown("takes a text")),
                ("$caseSensitive" | "$diacriticSensitive", _) => {}
                _ => return Err(place.unknown("is not a part of $text")),
            }
        }
        if !members.contains_key("$search") {
            return Err(place.unknown("needs a $search"));
        }
        Ok(words)
    }

    fn look_for(&mut self, text: &str, place: Place<'_>) -> Result<(), FilterError> {
        let mut rest = text.chars().peekable();
        while let Some(next) = rest.peek().copied() {
            if next.is_whitespace() {
                rest.next();
                continue;
            }
            let unwanted = rest.next_if_eq(&'-').is_some();
            let raw = term(&mut rest);
            let phrase: Phrase = tokens(&raw).map(str::to_owned).collect();
            if !phrase.is_empty() {
                let list = if unwanted { &mut self.unwanted } else { &mut self.wanted };
                list.push(phrase);
            }
            if self.wanted.len() + self.unwanted.len() > WORDS {
                return Err(place.refused(&format!("at most {WORDS} words are looked for")));
            }
        }
        Ok(())
    }

    /// Nothing that is wanted is found nowhere.
    pub(crate) fn occur_in(&self, document: &dyn Document) -> bool {
        // A bit for each: there are no more words than bits.
        let mut missing = (0..self.wanted.len()).fold(0_u64, |bits, at| bits | 1 << at);
        if missing == 0 {
            return false;
        }
        let mut spoiled = false;
        document.each(&mut |_, value| {
            texts(value, DEEPEST, &mut |text| {
                spoiled |= self.unwanted.iter().any(|phrase| self.occurs(phrase, text));
                for (at, phrase) in self.wanted.iter().enumerate() {
                    if missing & 1 << at != 0 && self.occurs(phrase, text) {
                        missing &= !(1 << at);
                    }
                }
            });
        });
        missing == 0 && !spoiled
    }

    fn occurs(&self, phrase: &[String], text: &str) -> bool {
        let mut from = tokens(text);
        loop {
            let mut here = from.clone();
            let all =
                phrase.iter().all(|word| here.next().is_some_and(|token| self.same(word, token)));
            if all {
                return true;
            }
            if from.next().is_none() {
                return false;
            }
        }
    }

    fn same(&self, word: &str, token: &str) -> bool {
        let lower = |text: &str, with: &str| {
            let (text, with) = (text.chars(), with.chars());
            text.flat_map(char::to_lowercase).eq(with.flat_map(char::to_lowercase))
        };
        if self.exact_case { word == token } else { lower(word, token) }
    }
}

fn flag(members: &Map<String, Value>, name: &str, place: Place<'_>) -> Result<bool, FilterError> {
    match members.get(name) {
        None => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => Err(place.name(name).unknown("takes true or false")),
    }
}

/// Up to the next white space, or between quotes.
fn term(rest: &mut Peekable<Chars<'_>>) -> String {
    let mut term = String::new();
    if rest.next_if_eq(&'"').is_some() {
        term.extend(rest.by_ref().take_while(|c| *c != '"'));
        return term;
    }
    while let Some(c) = rest.next_if(|c| !c.is_whitespace() && *c != '"') {
        term.push(c);
    }
    term
}

/// The words of a text: letters and digits in a row.
fn tokens(text: &str) -> impl Iterator<Item = &str> + Clone {
    text.split(|c: char| !c.is_alphanumeric()).filter(|token| !token.is_empty())
}

fn texts(value: &Value, depth: usize, see: &mut dyn FnMut(&str)) {
    let Some(depth) = depth.checked_sub(1) else { return };
    match value {
        Value::String(text) => see(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, depth, see)),
        Value::Object(members) => members.values().for_each(|member| texts(member, depth, see)),
        _ => {}
    }
}
