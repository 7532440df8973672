//! What a policy may call: each promise of `docs/policies.md` about functions.

use holdfast_auth::Verdict;
use holdfast_policy_rego::{Form, LoadError};

use crate::asking::{ann, policy, rules, try_policy};

/// Each holds.
const PRESENT: [&str; 38] = [
    "abs(-1) == 1",
    "array.concat([1], [2]) == [1, 2]",
    "base64.encode(\"a\") == \"YQ==\"",
    "base64url.encode_no_pad(\"a\") == \"YQ\"",
    "bits.and(3, 1) == 1",
    "concat(\"/\", [\"a\", \"b\"]) == \"a/b\"",
    "contains(\"abc\", \"b\")",
    "count({1, 2}) == 2",
    "endswith(\"abc\", \"c\")",
    "glob.match(\"a/*\", [\"/\"], \"a/b\")",
    "graph.reachable({\"a\": [\"b\"], \"b\": []}, [\"a\"]) == {\"a\", \"b\"}",
    "hex.encode(\"a\") == \"61\"",
    "indexof(\"abc\", \"c\") == 2",
    "intersection({{1, 2}, {2}}) == {2}",
    "is_string(\"a\")",
    "json.filter({\"a\": 1, \"b\": 2}, [\"a\"]) == {\"a\": 1}",
    "json.unmarshal(\"[1]\") == [1]",
    "lower(\"A\") == \"a\"",
    "max([1, 2]) == 2",
    "net.cidr_contains(\"10.0.0.0/8\", \"10.1.2.3\")",
    "numbers.range(1, 3) == [1, 2, 3]",
    "object.get({\"a\": 1}, \"b\", 2) == 2",
    "regex.match(\"^a+$\", \"aa\")",
    "replace(\"abc\", \"b\", \"x\") == \"axc\"",
    "round(1.6) == 2",
    "semver.compare(\"1.2.0\", \"1.10.0\") == -1",
    "sort([2, 1]) == [1, 2]",
    "split(\"a/b\", \"/\") == [\"a\", \"b\"]",
    "sprintf(\"%s-%d\", [\"a\", 1]) == \"a-1\"",
    "strings.any_prefix_match(\"abc\", [\"ab\"])",
    "time.clock([1720000000000000000, \"Asia/Kathmandu\"]) == [15, 31, 40]",
    "time.format([0, \"America/New_York\", \"RFC1123Z\"]) == \"Wed, 31 Dec 1969 19:00:00 -0500\"",
    "time.parse_rfc3339_ns(\"1970-01-01T00:00:01Z\") == 1000000000",
    "trim_space(\" a \") == \"a\"",
    "units.parse(\"1k\") == 1000",
    "urlquery.decode(\"a%2Fb\") == \"a/b\"",
    "uuid.parse(\"00000000-0000-4000-8000-000000000000\").version == 4",
    "yaml.unmarshal(\"a: 1\") == {\"a\": 1}",
];

/// None of them is there; a policy that calls one is refused.
const ABSENT: [&str; 8] = [
    "http.send({\"method\": \"get\", \"url\": \"http://localhost\"})",
    "crypto.sha256(\"a\") == \"\"",
    "net.lookup_ip_addr(\"localhost\")",
    "opa.nothing()",
    "strings.render_template(\"a\", {})",
    "json.patch({}, [])",
    "rego.metadata.rule()",
    "net.cidr_expand(\"10.0.0.0/8\")",
];

#[test]
fn these_are_there_in_the_compiled_form() {
    for call in PRESENT {
        let policy = policy(&rules(&format!("allow if {call}")));
        assert_eq!(policy.form(), Some(Form::Compiled), "{call}");
        assert_eq!(ann(&policy), Ok(Verdict::Allow), "{call}");
    }
}

#[test]
fn these_are_not_and_a_policy_that_wants_them_is_refused() {
    for call in ABSENT {
        let loaded = try_policy(&rules(&format!("allow if {call}")));
        assert!(matches!(loaded, Err(LoadError::Compile(_))), "{call}");
    }
}

#[test]
fn a_range_between_numbers_that_are_not_written_is_refused() {
    for range in [
        "numbers.range(1, count(input.identity.user_id))",
        "numbers.range(0, 100000)",
        "numbers.range_step(0, 9, 0)",
    ] {
        let loaded = try_policy(&rules(&format!("allow if {range}")));
        let Err(LoadError::Compile(why)) = loaded else { panic!("{range} is bounded by nothing") };
        assert!(why.contains("not available"), "{why}");
    }
    assert_eq!(
        ann(&policy(&rules("allow if count(numbers.range(1, 99999)) == 99999"))),
        Ok(Verdict::Allow)
    );
}

/// A machine is used again and again; its clock and its dice are not those of the first use.
#[test]
fn the_clock_goes_on_and_the_dice_are_thrown_again() {
    for text in [
        "allow := time.now_ns()",
        "allow := uuid.rfc4122(\"a\")",
        "allow := rand.intn(\"a\", 1000000000)",
    ] {
        let seen: std::collections::BTreeSet<_> = (0..20).map(|_| value(text)).collect();
        assert!(seen.len() > 1, "{text}: {seen:?}");
    }
}

fn value(text: &str) -> String {
    use holdfast_policy_rego::RegoSettings;
    use holdfast_policy_rego::tools::Tried;
    thread_local! {
        static TRIED: std::cell::RefCell<Vec<(String, Tried)>> = const { std::cell::RefCell::new(Vec::new()) };
    }
    TRIED.with_borrow_mut(|all| {
        if !all.iter().any(|(known, _)| known == text) {
            let modules = crate::asking::modules(&rules(text));
            let tried = Tried::new(RegoSettings::default(), modules).expect("it compiles");
            all.push((text.to_owned(), tried));
        }
        let (_, tried) = all.iter().find(|(known, _)| known == text).expect("just put there");
        let decided = tried.decide(&serde_json::json!({})).expect("it decides");
        decided.value.expect("a value").to_string()
    })
}
