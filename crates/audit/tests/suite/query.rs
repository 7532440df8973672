//! Finding records.

use holdfast_audit::query::Hit;
use holdfast_audit::{FileAuditor, Filter, Name, Order, query};
use holdfast_auth::{Auditor, Operation, Outcome};
use tempfile::TempDir;

use crate::{START, block_on, files, record, settings};
use holdfast_model::Timestamp;

/// 200 records in several files, by turns of two users, three namespaces, and others.
fn written() -> TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    let auditor = FileAuditor::open(settings(directory.path(), 20_000)).expect("opens");
    block_on(async {
        for number in 0..200_u64 {
            let mut record = record(number);
            record.user = if number % 2 == 0 { "ann".into() } else { "bob".into() };
            record.namespace = ["prod", "prod:eu", "dev"][number as usize % 3].into();
            record.key = format!("app/{}/x", number % 5);
            if number % 7 == 0 {
                record.operation = Operation::Decision;
                record.outcome = Outcome::Denied("no rule".into());
            }
            auditor.record(&record).await.expect("kept");
        }
        auditor.close().await;
    });
    directory
}

fn numbers(directory: &TempDir, filter: Filter, order: Order) -> Vec<u64> {
    let number = |hit: Hit| {
        let fields = hit.entry.fields().expect("a record").clone();
        fields.request_id[1..].parse().expect("a number")
    };
    query(files(directory.path()), filter, order)
        .map(|hit| number(hit.expect("readable")))
        .collect()
}

#[test]
fn filters_find_what_they_name_and_nothing_else() {
    let directory = written();
    let exact = |name: &str| Some(Name::Exact(name.into()));
    let prefix = |name: &str| Some(Name::Prefix(name.into()));
    let any = Filter::default;
    type Wanted = fn(u64) -> bool;
    let cases: Vec<(Filter, Wanted)> = vec![
        (any(), |_| true),
        (Filter { user: Some("bob".into()), ..any() }, |n| n % 2 == 1),
        (Filter { namespace: exact("prod"), ..any() }, |n| n % 3 == 0),
        (Filter { namespace: prefix("prod"), ..any() }, |n| n % 3 < 2),
        (Filter { key: exact("app/3/x"), ..any() }, |n| n % 5 == 3),
        (Filter { key: prefix("app/"), ..any() }, |_| true),
        (Filter { key: prefix("b"), ..any() }, |_| false),
        (Filter { operation: Some(Operation::Decision), ..any() }, |n| n % 7 == 0),
        (Filter { outcome: Some("denied".into()), ..any() }, |n| n % 7 == 0),
        (Filter { outcome: Some("done".into()), ..any() }, |n| n % 7 != 0),
        (Filter { since: Some(Timestamp(START + 150_000_000_000)), ..any() }, |n| n >= 150),
        (Filter { until: Some(Timestamp(START + 20_000_000_000)), ..any() }, |n| n <= 20),
        (Filter { user: Some("ann".into()), namespace: exact("dev"), ..any() }, |n| n % 6 == 2),
    ];
    for (filter, wanted) in cases {
        let mut expected: Vec<u64> = (0..200).filter(|number| wanted(*number)).collect();
        assert_eq!(numbers(&directory, filter.clone(), Order::OldestFirst), expected, "{filter:?}");
        expected.reverse();
        assert_eq!(numbers(&directory, filter.clone(), Order::NewestFirst), expected, "{filter:?}");
    }
}

#[test]
fn a_bad_line_is_told_and_the_rest_is_found() {
    let directory = written();
    let path = files(directory.path()).remove(1);
    let text = std::fs::read_to_string(&path).expect("UTF-8");
    let damaged: Vec<String> = text
        .lines()
        .enumerate()
        .map(|(at, line)| {
            if at == 2 { line.replace("ann", "eve").replace("bob", "eve") } else { line.to_owned() }
        })
        .collect();
    std::fs::write(&path, damaged.join("\n") + "\n{\"torn").expect("written");
    for order in [Order::OldestFirst, Order::NewestFirst] {
        let found: Vec<_> = query(files(directory.path()), Filter::default(), order).collect();
        let mut bad: Vec<_> = found.iter().filter_map(|hit| hit.as_ref().err()).collect();
        bad.sort_by_key(|bad| bad.line);
        assert_eq!(bad.len(), 2, "{bad:?}");
        assert_eq!((&bad[0].file, bad[0].line), (&path, 3));
        assert_eq!((&bad[1].file, bad[1].line), (&path, text.lines().count() as u64 + 1));
        assert_eq!(found.iter().filter(|hit| hit.is_ok()).count(), 199);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_told() {
    let directory = written();
    let mut all = files(directory.path());
    all.insert(1, directory.path().join("not-there"));
    for order in [Order::OldestFirst, Order::NewestFirst] {
        let found: Vec<_> = query(all.clone(), Filter::default(), order).collect();
        assert_eq!(found.iter().filter(|hit| hit.is_err()).count(), 1);
        assert_eq!(found.iter().filter(|hit| hit.is_ok()).count(), 200);
    }
}
