//! The engine against a MongoDB-compatible server (tests/foreign/ferret), but for the known differences.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use holdfast_query::{Filter, Order};
use holdfast_tests::dice::Dice;
use holdfast_tests::{binary, skip};
use serde_json::{Value, json};

use crate::differences;
use crate::drawn::Drawn;

/// In each round so many documents, and so many filters.
const ROUNDS: usize = 400;
const MANY: usize = 25;
/// And so many orders of all the documents.
const ORDERS: usize = 5;

struct Judge {
    child: Child,
    stdin: ChildStdin,
    stdout: BufReader<ChildStdout>,
}

impl Judge {
    fn start() -> Option<Self> {
        let program = binary::repository().join(".setup/judge/judge");
        if !program.is_file() {
            skip::skipped("judged queries", "there is no judge: run `make setup`");
            return None;
        }
        let mut child = Command::new(program)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the judge starts");
        let stdin = child.stdin.take().expect("a pipe");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        Some(Self { child, stdin, stdout })
    }

    fn ask(&mut self, documents: &[Value], cases: &[Value]) -> Vec<Value> {
        let round = json!({"documents": documents, "cases": cases});
        writeln!(self.stdin, "{round}").expect("the judge listens");
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("the judge answers");
        let answer: Value = serde_json::from_str(&line).expect("the judge answers in JSON");
        let answers = answer["answers"].as_array().expect("answers").clone();
        assert_eq!(answers.len(), cases.len());
        answers
    }

    fn ends_well(mut self) {
        drop(self.stdin);
        assert!(self.child.wait().expect("a status").success());
    }
}

/// What became of all pairs of a filter and a document.
#[derive(Default)]
struct Tally {
    judged: usize,
    matched: usize,
    orders: usize,
    left: BTreeMap<String, usize>,
    wrong: Vec<String>,
}

/// Differences that are shown; there may be as many as there are pairs.
const SHOWN: usize = 20;

#[test]
fn a_mongodb_compatible_server_gives_the_same_answers() {
    let Some(mut judge) = Judge::start() else { return };
    let mut dice = Dice::new("judged queries");
    let mut tally = Tally::default();
    for _ in 0..ROUNDS {
        let mut drawn = Drawn::new(&mut dice, false);
        let documents = drawn.documents(MANY);
        let cases: Vec<_> = (0..MANY + ORDERS)
            .map(|number| {
                let all = number >= MANY;
                let sort = if all || number % 2 == 0 { drawn.path() } else { String::new() };
                let filter = if all { json!({}) } else { drawn.filter(2) };
                json!({"filter": filter, "sort": sort, "reverse": number % 4 == 0})
            })
            .collect();
        let answers = judge.ask(&documents, &cases);
        for (case, answer) in cases.iter().zip(&answers) {
            compare(case, answer, &documents, &mut tally);
        }
    }
    judge.ends_well();
    let pairs = ROUNDS * (MANY + ORDERS) * MANY;
    println!(
        "judged {} of {pairs} pairs ({} match), {} orders",
        tally.judged, tally.matched, tally.orders
    );
    println!("left to the second implementation: {:#?}", tally.left);
    let shown: Vec<_> = tally.wrong.iter().take(SHOWN).collect();
    assert!(shown.is_empty(), "{} differ: {shown:#?}", tally.wrong.len());
    assert!(tally.judged > pairs * 3 / 5, "the judge has most of the say");
    assert!(tally.matched > tally.judged / 20, "what is drawn says something");
    assert!(tally.orders > ROUNDS * ORDERS / 2, "orders are judged");
}

fn compare(case: &Value, answer: &Value, documents: &[Value], tally: &mut Tally) {
    let filter = &case["filter"];
    if let Some(error) = answer["error"].as_str() {
        let known = error.contains("NotImplemented") || filter.to_string().contains("$elemMatch");
        assert!(known, "{filter}: {error}");
        let why = differences::of(filter, &documents[0]).unwrap_or("not implemented");
        *tally.left.entry(why.to_owned()).or_default() += documents.len();
        return;
    }
    let found: Vec<_> = answer["ids"].as_array().expect("ids").iter().collect();
    let parsed = Filter::parse(&filter.to_string());
    let parsed = parsed.unwrap_or_else(|error| panic!("{filter}: {error}"));
    for document in documents {
        if let Some(why) = differences::of(filter, document) {
            *tally.left.entry(why.to_owned()).or_default() += 1;
            continue;
        }
        let (ours, theirs) = (parsed.matches(document), found.contains(&&document["_id"]));
        if ours != theirs {
            tally
                .wrong
                .push(format!("{filter} wants {document}: {ours}, and the judge says {theirs}"));
        }
        tally.judged += 1;
        tally.matched += usize::from(ours);
    }
    order(case, &found, documents, tally);
}

/// Of the documents that were found, the order.
fn order(case: &Value, found: &[&Value], documents: &[Value], tally: &mut Tally) {
    let path = case["sort"].as_str().expect("a path");
    let mut ours: Vec<_> = documents.iter().filter(|one| found.contains(&&one["_id"])).collect();
    if let Some(why) = ours.iter().find_map(|document| differences::of_order(path, document)) {
        *tally.left.entry(why.to_owned()).or_default() += 1;
        return;
    }
    // Documents were made in the order of `_id`, which is how ties are to come.
    if !path.is_empty() {
        let by = Order::new(path, case["reverse"] == true);
        ours.sort_by(|left, right| by.compare(*left, *right));
    }
    let ours: Vec<_> = ours.iter().map(|document| &document["_id"]).collect();
    let same: Vec<_> = ours.iter().zip(found).filter(|(one, other)| one == other).collect();
    if same.len() < found.len() && tally.wrong.is_empty() {
        tally
            .wrong
            .push(format!("{case}: {ours:?}, and the judge says {found:?}, of {documents:?}"));
    }
    tally.orders += usize::from(ours.len() > 1);
}
