use holdfast_auth::*;
use holdfast_policy_rego::*;
#[test]
fn probe() {
    let texts = [
        ("plain", "package config.authz\nimport rego.v1\ndefault allow := false\nallow if input.identity.user_id == \"ann\"\n"),
        ("v0", "package config.authz\ndefault allow = false\nallow { input.identity.user_id == \"ann\" }\n"),
        ("conflict", "package config.authz\nimport rego.v1\nallow := true if input.action\nallow := false if input.identity\n"),
        ("div", "package config.authz\nimport rego.v1\nallow if 1/0 == 1\n"),
        ("undefined", "package config.authz\nimport rego.v1\nallow if false\n"),
        ("noentry", "package config.authz\nimport rego.v1\nother if false\n"),
        ("otherpkg", "package other\nimport rego.v1\nallow if false\n"),
        ("pkg-only", "package config.authz\n"),
        ("range", "package config.authz\nimport rego.v1\nallow if count(numbers.range(1, 1000)) == 1000\n"),
        ("bigrange", "package config.authz\nimport rego.v1\nallow if count(numbers.range(1, 100000000000)) > 1000\n"),
        ("now", "package config.authz\nimport rego.v1\nallow if time.now_ns() > 1000\n"),
        ("runaway", "package config.authz\nimport rego.v1\nallow if { some i in numbers.range(1, 50000); some j in numbers.range(1, 50000); i + j == 0 }\n"),
        ("unknown", "package config.authz\nimport rego.v1\nallow if crypto.sha256(\"\") == \"\"\n"),
        ("whole", "package config.authz\nimport rego.v1\nallow if walk(input, [_, \"ann\"])\n"),
        ("alias", "package config.authz\nimport rego.v1\nallow if { x := input; x.identity.user_id == \"ann\" }\n"),
        ("brack", "package config.authz\nimport rego.v1\nallow if input[\"identity\"].user_id == \"ann\"\n"),
        ("brackvar", "package config.authz\nimport rego.v1\nallow if { some m; input[m].user_id == \"ann\" }\n"),
        ("import", "package config.authz\nimport rego.v1\nimport input.identity as id\nallow if id.user_id == \"ann\"\n"),
        ("notconf", "package config.authz\nimport rego.v1\nblocked := true if input.action\nblocked := false if input.identity\nallow if not blocked\n"),
        ("jwt", "package config.authz\nimport rego.v1\nallow if io.jwt.decode(\"x\")\n"),
        ("jwt2", "package config.authz\nimport rego.v1\nallow if not io.jwt.decode(\"x\")\n"),
        ("print", "package config.authz\nimport rego.v1\nallow if { print(\"hello\", input.action); true }\n"),
        ("with", "package config.authz\nimport rego.v1\nb if input.x == 1\nallow if b with input.x as 1\n"),
        ("roles", "package config.authz\nimport rego.v1\nuser := input.identity.user_id\nroles := {r | some r in input.identity.claims.roles}\nallow if user == \"ann\"\nallow if \"admin\" in roles\n"),
        ("else", "package config.authz\nimport rego.v1\nlevel := 1 if input.action == \"x\" else := 2 if input.identity\nallow if level == 2\n"),
        ("func", "package config.authz\nimport rego.v1\nf(x) := y if { y := upper(x) }\nallow if f(input.identity.user_id) == \"ANN\"\n"),
        ("v0set", "package config.authz\np[x] { x := input.identity.user_id }\nallow { p[\"ann\"] }\n"),
        ("v0chain", "package config.authz\nallow { false } { true }\n"),
        ("recursion", "package config.authz\nimport rego.v1\nallow if not b\nb if not allow\n"),
        ("multi", "package config.authz\nimport rego.v1\nr := x if some x in [1,2]\nallow if not r\n"),
        ("syntax", "package config.authz\nallow if {\n"),
    ];
    for (name, text) in texts {
        let modules = Modules::text(text).unwrap();
        match RegoPolicy::new(RegoSettings::default(), &modules) {
            Ok(policy) => {
                let who = Identity::named("ann");
                let verdict = policy.judge(&who, Action::Read, &Resource::key("n", "k"));
                println!("{name}: {verdict:?} {:?} {:?} {:?}", policy.depends(), policy.dialect(), policy.form());
            }
            Err(error) => println!("{name}: {error}"),
        }
    }
}
