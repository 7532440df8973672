//! What is wrong with a token: Unauthenticated, never somebody, never nobody in particular.

use std::time::{Duration, SystemTime};

use holdfast_auth::{AuthError, Credentials, Verifier};
use holdfast_verifier_jwt::{Algorithm, JwtSettings, JwtVerifier, Keys};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::signer::{Signer, claims, hs256, now, part, shown, tried, user};

fn verifier(settings: JwtSettings) -> JwtVerifier {
    JwtVerifier::new(settings).expect("fine settings")
}

#[tokio::test]
async fn a_good_token_says_who_and_until_when() {
    let settings = JwtSettings { groups_claim: Some("groups".into()), ..hs256() };
    let end = now() + 100;
    let claims =
        claims(json!({"exp": end, "iss": "https://i", "groups": ["b", "a"], "deep": {"x": [1]}}));
    let token = Signer::new(Algorithm::HS256).token(&claims);
    let verifier = verifier(settings);
    for _ in 0..2 {
        let who = tried(&verifier, &token).await.expect("good").expect("a JWT");
        assert_eq!(who.user(), "ann");
        assert_eq!(Value::Object(who.facts().claims.clone()), claims);
        assert_eq!(who.facts().groups, ["a", "b"]);
        assert_eq!(who.facts().credential, "jwt:https://i");
        let expires = SystemTime::UNIX_EPOCH + Duration::from_secs(end + 60);
        assert_eq!(who.facts().expires, Some(expires));
    }
    assert_eq!(verifier.trouble(), None);
}

#[tokio::test]
async fn only_what_is_shown_as_a_token_of_others_is_judged() {
    let token = Signer::new(Algorithm::HS256).token(&claims(json!({})));
    let verifier = verifier(hs256());
    let none = verifier.verify(&Credentials::default()).await;
    assert_eq!(none, Ok(None));
    for value in ["Basic YTpi", "Bearer hf_abc", "abc", "", &token, &format!("Bearer{token}")] {
        let answer = verifier.verify(&Credentials::new(&shown("authorization", value), None)).await;
        assert_eq!(answer, Ok(None), "{value:?}");
    }
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let answer = verifier
            .verify(&Credentials::new(
                &shown("authorization", &format!("{scheme}  {token} ")),
                None,
            ))
            .await;
        assert!(matches!(answer, Ok(Some(_))), "{scheme}");
    }
    for value in ["Bearer", "Bearer ", "Bearer abc"] {
        let answer = verifier.verify(&Credentials::new(&shown("authorization", value), None)).await;
        assert!(matches!(answer, Err(AuthError::Unauthenticated(_))), "{value:?}");
    }
}

#[tokio::test]
async fn a_header_of_its_own_needs_no_scheme() {
    let verifier = verifier(JwtSettings { header: "x-token".into(), ..hs256() });
    let token = Signer::new(Algorithm::HS256).token(&claims(json!({})));
    for value in [token.clone(), format!("Bearer {token}")] {
        assert!(matches!(
            verifier.verify(&Credentials::new(&shown("x-token", &value), None)).await,
            Ok(Some(_))
        ));
    }
    assert_eq!(tried(&verifier, &token).await, Ok(None), "it looks nowhere else");
}

#[tokio::test]
async fn a_header_that_asks_for_anything_else_is_refused() {
    let verifier = verifier(hs256());
    let signer = Signer::new(Algorithm::HS256);
    let payload = claims(json!({})).to_string();
    assert!(user(&verifier, &signer.signed(&json!({"alg": "HS256"}), &payload)).await.is_some());
    let headers = [
        json!({}),
        json!({"alg": "none"}),
        json!({"alg": "None"}),
        json!({"alg": "NONE"}),
        json!({"alg": ""}),
        json!({"alg": "hs256"}),
        json!({"alg": "HS384"}),
        json!({"alg": "RS256"}),
        json!({"alg": ["HS256"]}),
        json!({"alg": null}),
        json!({"alg": "HS256", "crit": ["b64"], "b64": false}),
        json!({"alg": "HS256", "crit": []}),
        json!({"alg": "HS256", "kid": 7}),
    ];
    for header in headers {
        assert_eq!(user(&verifier, &signer.signed(&header, &payload)).await, None, "{header}");
        let unsigned = format!("{}.{}.", part(&header.to_string()), part(&payload));
        assert_eq!(user(&verifier, &unsigned).await, None, "{header}");
    }
    let twice = r#"{"alg":"none","alg":"HS256"}"#;
    let unsigned = format!("{}.{}.", part(twice), part(&payload));
    assert_eq!(user(&verifier, &unsigned).await, None);
}

#[tokio::test]
async fn claims_that_do_not_hold_are_refused() {
    let settings = JwtSettings {
        issuers: vec!["https://i".into()],
        audiences: vec!["holdfast".into()],
        ..hs256()
    };
    let verifier = verifier(settings);
    let signer = Signer::new(Algorithm::HS256);
    let good = json!({"iss": "https://i", "aud": ["other", "holdfast"]});
    assert!(user(&verifier, &signer.token(&claims(good.clone()))).await.is_some());
    let wrong = [
        json!({"exp": now() - 61}),
        json!({"exp": null}),
        json!({"exp": "tomorrow"}),
        json!({"nbf": now() + 120}),
        json!({"iat": now() + 120}),
        json!({"iss": "https://j"}),
        json!({"iss": null}),
        json!({"aud": "other"}),
        json!({"aud": null}),
        json!({"sub": ""}),
        json!({"sub": 7}),
        json!({"sub": null}),
    ];
    for wrong in wrong {
        let mut bad = claims(good.clone());
        for (name, value) in wrong.as_object().expect("an object") {
            bad[name] = value.clone();
        }
        assert_eq!(user(&verifier, &signer.token(&bad)).await, None, "{wrong}");
    }
    let expired = claims(json!({"iss": "https://i", "aud": "holdfast", "exp": now() - 61}));
    let answer = tried(&verifier, &signer.token(&expired)).await;
    assert_eq!(answer, Err(AuthError::Unauthenticated("the token has expired".into())));
    let mut forged = signer.token(&expired);
    let place = forged.len() - 10;
    let other = if forged[place..].starts_with('A') { "B" } else { "A" };
    forged.replace_range(place..=place, other);
    let answer = tried(&verifier, &forged).await;
    assert_eq!(answer, Err(AuthError::Unauthenticated("the token is not accepted".into())));
}

#[tokio::test]
async fn a_payload_that_is_no_object_is_unauthenticated() {
    let verifier = verifier(hs256());
    let signer = Signer::new(Algorithm::HS256);
    for payload in
        ["", "null", "7", "\"ann\"", "[]", "{", "not JSON", "{\"sub\":\"a\",\"sub\":\"b\"}"]
    {
        let token = signer.signed(&json!({"alg": "HS256"}), payload);
        assert_eq!(user(&verifier, &token).await, None, "{payload}");
    }
}

#[tokio::test]
async fn garbage_and_a_megabyte_are_refused() {
    let verifier = verifier(hs256());
    let long = Signer::new(Algorithm::HS256).token(&claims(json!({"x": "y".repeat(1 << 20)})));
    assert!(long.len() > 1 << 20);
    for token in
        [long.as_str(), "a", "a.b", "a.b.c", "a.b.c.d.e", "....", "é.é.é", &".".repeat(1 << 20)]
    {
        assert_eq!(user(&verifier, token).await, None, "{:.20}", token);
    }
}

#[tokio::test]
async fn settings_can_ask_for_less() {
    let forever = Signer::new(Algorithm::HS256).token(&json!({"sub": "ann"}));
    assert_eq!(user(&verifier(hs256()), &forever).await, None);
    let lenient = verifier(JwtSettings { require_exp: false, ..hs256() });
    let who = tried(&lenient, &forever).await.expect("good").expect("a JWT");
    assert_eq!(who.facts().expires, None);
}

#[tokio::test]
async fn unverified_is_only_without_a_look_at_the_signature() {
    let settings = JwtSettings::new(Vec::new(), Keys::Unverified);
    assert!(settings.cautions().iter().any(|why| why.contains("signature")));
    let verifier = verifier(settings);
    let claims = claims(json!({}));
    let unsigned = format!("{}.{}.", part(r#"{"alg":"none"}"#), part(&claims.to_string()));
    let stranger = Signer::new(Algorithm::EdDSA).token(&claims);
    for token in [unsigned, stranger] {
        let who = tried(&verifier, &token).await.expect("believed").expect("a JWT");
        assert_eq!((who.user(), who.facts().credential.as_str()), ("ann", "unverified-jwt:-"));
    }
    for payload in ["[]".to_owned(), json!({"sub": "ann", "exp": 1}).to_string()] {
        let token = format!("{}.{}.", part("{}"), part(&payload));
        assert_eq!(user(&verifier, &token).await, None, "{payload}");
    }
}

fn block<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(future)
}

proptest! {
    #[test]
    fn a_token_of_which_one_character_is_other_proves_nobody(
        place in any::<prop::sample::Index>(),
        other in "[A-Za-z0-9_.-]",
    ) {
        let token = Signer::new(Algorithm::HS256).token(&claims(json!({})));
        let place = place.index(token.len());
        let mut changed = token.clone();
        changed.replace_range(place..=place, &other);
        let expected = (changed == token).then(|| "ann".to_owned());
        prop_assert_eq!(block(user(&verifier(hs256()), &changed)), expected);
    }

    #[test]
    fn any_text_behind_bearer_is_refused_without_a_panic(text in "[^h].{0,200}") {
        let answer = block(tried(&verifier(hs256()), &text));
        prop_assert!(matches!(answer, Err(AuthError::Unauthenticated(_)) | Ok(None)));
    }
}
