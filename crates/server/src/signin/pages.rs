//! The pages: a form, somebody's name, a sentence. Plain HTML; no script runs in them.

use std::sync::LazyLock;

use axum::response::{Html, IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use holdfast_auth::{Field, Form, Identity, Standing};
use http::{HeaderName, HeaderValue, StatusCode, header};
use sha2::{Digest, Sha256};

const STYLE: &str = "\
:root{color-scheme:light dark;font:1rem/1.5 system-ui,sans-serif}\
body{max-width:26rem;margin:12vh auto;padding:0 1rem}\
h1{font-size:1.25rem}\
label{display:block;margin:1rem 0}\
input{display:block;box-sizing:border-box;width:100%;padding:.5rem;font:inherit}\
button{padding:.5rem 1rem;font:inherit}\
dt{font-weight:600}dd{margin:0 0 .5rem;overflow-wrap:anywhere}\
.error{border-left:.25rem solid #c33;padding-left:.75rem}";

/// Nothing is loaded, nothing runs, nobody frames it, and forms stay here.
static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let hash = STANDARD.encode(Sha256::digest(STYLE));
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{hash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    );
    HeaderValue::from_str(&policy)
        .unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
});

/// A form that is sent to `action`, with a complaint about what was sent before.
pub(super) fn form(form: &Form, action: &str, complaint: Option<&str>) -> String {
    let fields: String = form.fields.iter().map(field).collect();
    let complaint = complaint.map(error).unwrap_or_default();
    page(&format!(
        "<h1>Sign in to Holdfast</h1>{complaint}<form method=\"post\" action=\"{}\">{fields}<button>Sign in</button></form>",
        escaped(action)
    ))
}

fn field(field: &Field) -> String {
    let (kind, hint) =
        if field.secret { ("password", "current-password") } else { ("text", "username") };
    format!(
        "<label>{}<input type=\"{kind}\" name=\"{}\" autocomplete=\"{hint}\" required></label>",
        escaped(&field.label),
        escaped(&field.name)
    )
}

/// Who is signed in. `sign_out`: where the button goes, when there is a session to end. `config` is JSON for the page's calls.
pub(super) fn known(
    who: &Identity,
    standing: &Standing,
    sign_out: Option<&str>,
    config: &str,
) -> String {
    let facts = who.facts();
    let list = |names: &[String]| {
        if names.is_empty() { "none".to_owned() } else { names.join(", ") }
    };
    let end = facts.expires.and_then(|end| jiff::Timestamp::try_from(end).ok());
    let end = end.and_then(|end| end.round(jiff::Unit::Second).ok());
    let rows = [
        ("User", who.user().to_owned()),
        ("Groups", list(&facts.groups)),
        ("Roles", list(&standing.roles)),
        ("Credential", facts.credential.clone()),
        ("Good until", end.map_or("no end".into(), |end| end.to_string())),
    ];
    let row =
        |(name, value): &(&str, String)| format!("<dt>{name}</dt><dd>{}</dd>", escaped(value));
    let rows: String = rows.iter().map(row).collect();
    let sign_out = sign_out.map(|action| {
        format!(
            "<form method=\"post\" action=\"{}\"><button>Sign out</button></form>",
            escaped(action)
        )
    });
    page(&format!(
        "<h1>Signed in</h1><dl>{rows}</dl>{}<script id=\"auth-config\" type=\"application/json\">{}</script>",
        sign_out.unwrap_or_default(),
        // A data block ends at `</script`, whatever is in it.
        config.replace('<', "\\u003c")
    ))
}

/// A sentence, and a link.
pub(super) fn sentence(title: &str, text: Option<&str>, link: (&str, &str)) -> String {
    let text = text.map(error).unwrap_or_default();
    let (to, label) = link;
    page(&format!(
        "<h1>{}</h1>{text}<p><a href=\"{}\">{}</a></p>",
        escaped(title),
        escaped(to),
        escaped(label)
    ))
}

fn error(text: &str) -> String {
    format!("<p class=\"error\" role=\"alert\">{}</p>", escaped(text))
}

fn page(body: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Holdfast</title>\
         <meta name=\"viewport\" content=\"width=device-width\"><style>{STYLE}</style></head><body>{body}</body></html>"
    )
}

/// For text and for values of attributes.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

/// A page on its way out.
pub(super) fn answer(status: StatusCode, page: String) -> Response {
    protected((status, Html(page)).into_response())
}

/// With what keeps a page to itself. Without the referrer of its own forms a browser would hide their origin, too.
pub(super) fn protected(mut response: Response) -> Response {
    const FIXED: [(HeaderName, &str); 5] = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
    response
}

#[cfg(test)]
mod tests {
    use holdfast_auth::Facts;

    use super::*;

    #[test]
    fn nothing_that_somebody_says_becomes_markup() {
        let bad = "</script><b>\"'&";
        let who = Identity::proven(Facts { user: bad.into(), ..Facts::default() });
        let fields = vec![Field::text(bad, bad)];
        for page in [
            known(
                &who,
                &Standing { roles: vec![bad.into()], ..Standing::default() },
                Some(bad),
                bad,
            ),
            form(&Form::of(fields), bad, Some(bad)),
            sentence(bad, Some(bad), (bad, bad)),
        ] {
            assert!(!page.contains("<b>"), "{page}");
            assert_eq!(page.matches("</script>").count(), page.matches("<script").count());
        }
    }

    #[test]
    fn the_policy_names_the_style_and_nothing_else() {
        let policy = POLICY.to_str().expect("a text");
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(!policy.contains("script"), "{policy}");
    }
}
