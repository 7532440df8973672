//! A rule with two values is an error, wherever it stands: never a reason to let somebody in.

use holdfast_auth::{AuthError, Verdict};
use holdfast_policy_rego::LoadError;

use crate::asking::{rules, says, try_policy};

#[test]
fn two_values_fail_also_behind_a_not() {
    for text in [
        "blocked := true if input.action\nblocked := false if input.identity\nallow if not blocked",
        "blocked := x if some x in [true, false]\nallow if not blocked",
        "blocked(a) := true if a\nblocked(a) := false if a\nallow if not blocked(input.action)",
        "names := {k: v | some v in [1, 2]; k := \"x\"}\nallow if not names.y",
        "names[k] := v if { some v in [1, 2]; k := \"x\" }\nallow if not names.y",
    ] {
        let said = says(&rules(text));
        assert!(matches!(said, Err(AuthError::Failed(_))), "{said:?}: {text}");
    }
}

/// The interpreter would follow it until the stack ends.
#[test]
fn a_rule_that_needs_itself_is_refused_in_either_form() {
    for text in [
        "allow if not b\nb if not allow",
        "allow if allow",
        "allow if f(1)\nf(x) := y if y := f(x)",
        "allow if data.config.authz.b\nb if data.config.authz.allow",
        "allow if { some x in data.config; x }",
        "allow if b[\"x\"]\nb contains x if { some x in [1]; c }\nc if b[1]",
    ] {
        // Each of them in the form of the machine, and with something that only the interpreter can do.
        for more in ["", "\nprinted if print(1)"] {
            let loaded = try_policy(&rules(&format!("{text}{more}")));
            assert!(matches!(loaded, Err(LoadError::Compile(_))), "{text}{more}");
        }
    }
}

#[test]
fn names_of_a_rule_s_own_are_no_circle() {
    for text in [
        "user := input.identity.user_id\nok(user) if user == \"ann\"\nallow if ok(user)",
        "allow if { allowed := true; allowed }",
    ] {
        assert_eq!(says(&rules(text)), Ok(Verdict::Allow), "{text}");
    }
}
