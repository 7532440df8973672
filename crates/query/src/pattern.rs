//! Regular expressions: PCRE's meaning, in linear time.
//!
//! What PCRE has and cannot be had in linear time is refused; so is what would mean something else here than there.

use regex::{Regex, RegexBuilder};
use regex_syntax::ast::parse::ParserBuilder;
use regex_syntax::ast::{
    AssertionKind, Ast, ClassPerlKind, ClassSetItem, Flag, Flags, FlagsItemKind, GroupKind, Span,
    visit,
};

use crate::FilterError;
use crate::limits::{DEPTH, PATTERN, PROGRAM};
use crate::place::Place;

/// `$options`: which of `i`, `m`, `s`, `x` are set.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Options {
    any_case: bool,
    lines: bool,
    dot_is_all: bool,
    spaced: bool,
}

impl Options {
    pub(crate) fn parse(text: &str, place: Place<'_>) -> Result<Self, FilterError> {
        let mut options = Self::default();
        for letter in text.chars() {
            match letter {
                'i' => options.any_case = true,
                'm' => options.lines = true,
                's' => options.dot_is_all = true,
                'x' => options.spaced = true,
                // PCRE's UTF mode, in which everything is anyway.
                'u' => {}
                _ => return Err(place.unknown(&format!("{letter:?} is none of i, m, s, x and u"))),
            }
        }
        Ok(options)
    }
}

/// Compiles an expression within its bounds.
pub(crate) fn compile(
    text: &str,
    options: Options,
    place: Place<'_>,
) -> Result<Regex, FilterError> {
    if text.len() > PATTERN {
        return Err(place.refused(&format!("a regular expression has at most {PATTERN} bytes")));
    }
    let text = translate(text, options).map_err(|why| place.refused(&why))?;
    let mut builder = RegexBuilder::new(&text);
    builder
        .case_insensitive(options.any_case)
        .multi_line(options.lines)
        .dot_matches_new_line(options.dot_is_all)
        .ignore_whitespace(options.spaced)
        .nest_limit(nest_limit())
        .size_limit(PROGRAM)
        .dfa_size_limit(PROGRAM);
    builder.build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => place.refused("the regular expression is too large"),
        error => place.refused(&sentence(&error.to_string())),
    })
}

/// Nesting of an expression; what is put in for a class adds a level or two.
fn nest_limit() -> u32 {
    u32::try_from(DEPTH).unwrap_or(u32::MAX) * 2
}

/// The last line of what the library says; those above it draw the expression.
fn sentence(error: &str) -> String {
    let line = error.lines().last().unwrap_or_default();
    format!("the regular expression cannot be had: {}", line.trim_start_matches("error: "))
}

/// Writes an expression so that it means here what it means in PCRE.
fn translate(text: &str, options: Options) -> Result<String, String> {
    let mut parser = ParserBuilder::new();
    let mut parser = parser.nest_limit(nest_limit()).ignore_whitespace(options.spaced).build();
    let ast = parser.parse(text).map_err(|error| sentence(&error.kind().to_string()))?;
    let seen = visit(&ast, Seen { lines: options.lines, ..Seen::default() })?;
    Ok(seen.write(text))
}

/// What is to be put in place of parts of an expression.
#[derive(Debug, Default)]
struct Seen {
    /// Whether `$` may be meant as the end of a line.
    lines: bool,
    ends: Vec<Span>,
    others: Vec<(Span, &'static str)>,
}

impl Seen {
    fn write(mut self, text: &str) -> String {
        if !self.lines {
            // The end of a text may be followed by one end of a line.
            self.others.extend(self.ends.into_iter().map(|span| (span, "(?:\\n?\\z)")));
        }
        self.others.sort_by_key(|(span, _)| span.start.offset);
        let mut written = String::with_capacity(text.len());
        let mut from = 0;
        for (span, instead) in self.others {
            written.push_str(&text[from..span.start.offset]);
            written.push_str(instead);
            from = span.end.offset;
        }
        written.push_str(&text[from..]);
        written
    }

    fn flags(&mut self, flags: &Flags) -> Result<(), String> {
        for item in &flags.items {
            match item.kind {
                FlagsItemKind::Flag(Flag::CRLF | Flag::Unicode) => {
                    return Err("the flags R and u are not PCRE's".to_owned());
                }
                FlagsItemKind::Flag(Flag::MultiLine) => self.lines = true,
                _ => {}
            }
        }
        Ok(())
    }
}

impl regex_syntax::ast::Visitor for Seen {
    type Output = Self;
    type Err = String;

    fn finish(self) -> Result<Self, String> {
        Ok(self)
    }

    fn visit_pre(&mut self, ast: &Ast) -> Result<(), String> {
        match ast {
            Ast::Flags(set) => self.flags(&set.flags)?,
            Ast::Group(group) => {
                if let GroupKind::NonCapturing(flags) = &group.kind {
                    self.flags(flags)?;
                }
            }
            Ast::Repetition(repetition) if matches!(*repetition.ast, Ast::Repetition(_)) => {
                return Err("a possessive repetition is not supported".to_owned());
            }
            Ast::Assertion(assertion) => match assertion.kind {
                AssertionKind::EndLine => self.ends.push(assertion.span),
                AssertionKind::WordBoundary => self.others.push((assertion.span, "(?-u:\\b)")),
                AssertionKind::StartLine
                | AssertionKind::StartText
                | AssertionKind::EndText
                | AssertionKind::NotWordBoundary => {}
                _ => return Err("this kind of word boundary is not PCRE's".to_owned()),
            },
            Ast::ClassPerl(class) => {
                self.others.push((class.span, perl(&class.kind, class.negated)))
            }
            _ => {}
        }
        Ok(())
    }

    fn visit_class_set_item_pre(&mut self, item: &ClassSetItem) -> Result<(), String> {
        match item {
            ClassSetItem::Perl(class) => {
                self.others.push((class.span, perl(&class.kind, class.negated)))
            }
            ClassSetItem::Bracketed(_) => {
                return Err("a bracket in a class is written \\[".to_owned());
            }
            _ => {}
        }
        Ok(())
    }

    fn visit_class_set_binary_op_pre(
        &mut self,
        _: &regex_syntax::ast::ClassSetBinaryOp,
    ) -> Result<(), String> {
        Err("&&, -- and ~~ in a class are written with a backslash".to_owned())
    }
}

/// PCRE's classes are those of ASCII.
fn perl(kind: &ClassPerlKind, negated: bool) -> &'static str {
    match (kind, negated) {
        (ClassPerlKind::Digit, false) => "[0-9]",
        (ClassPerlKind::Digit, true) => "[^0-9]",
        (ClassPerlKind::Space, false) => "[\\t\\n\\x0B\\f\\r\\x20]",
        (ClassPerlKind::Space, true) => "[^\\t\\n\\x0B\\f\\r\\x20]",
        (ClassPerlKind::Word, false) => "[0-9A-Za-z_]",
        (ClassPerlKind::Word, true) => "[^0-9A-Za-z_]",
    }
}
