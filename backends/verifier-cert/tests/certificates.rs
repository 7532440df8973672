//! Real certificates, right and wrong.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime};

use holdfast_auth::AuthError;
use holdfast_verifier_cert::{CertError, CertSettings, NameFrom, identity, subject_of};
use proptest::prelude::*;
use rcgen::{CertificateParams, DnType, KeyPair, SanType, date_time_ymd};

fn params(uris: &[&str], dns: &[&str]) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).expect("params");
    params.distinguished_name.push(DnType::CommonName, "root");
    let uri = |uri: &&str| SanType::URI((*uri).try_into().expect("ASCII"));
    let name = |name: &&str| SanType::DnsName((*name).try_into().expect("ASCII"));
    params.subject_alt_names = uris.iter().map(uri).chain(dns.iter().map(name)).collect();
    params
}

fn signed(params: CertificateParams) -> Vec<u8> {
    let key = KeyPair::generate().expect("a key");
    params.self_signed(&key).expect("signs").der().to_vec()
}

fn der(uris: &[&str], dns: &[&str]) -> Vec<u8> {
    signed(params(uris, dns))
}

fn user(der: &[u8], settings: &CertSettings) -> Option<String> {
    identity(der, settings).ok().map(|who| who.user().to_owned())
}

#[test]
fn a_workload_is_named_by_its_spiffe_id_first() {
    let groups = BTreeMap::from([("e.org".to_owned(), vec!["workloads".to_owned()])]);
    let settings = CertSettings { groups, ..CertSettings::default() };
    let der = der(&["https://e.org/x", "spiffe://e.org/ns/a"], &["a.e.org"]);
    let who = identity(&der, &settings).expect("named");
    assert_eq!(who.user(), "spiffe://e.org/ns/a");
    assert_eq!(who.facts().groups, ["workloads"]);
    assert_eq!(who.facts().claims["trust_domain"], "e.org");
    assert_eq!(who.facts().claims["dns"][0], "a.e.org");
    assert!(who.facts().credential.starts_with("certificate:"));
    assert!(
        who.facts().expires.is_some_and(|end| end > SystemTime::now() + Duration::from_secs(60))
    );
}

#[test]
fn settings_say_which_name_counts_and_the_common_name_is_never_taken_by_itself() {
    let both = der(&["urn:x"], &["*.e.org", "a.e.org"]);
    let none = der(&[], &[]);
    let by = |names: &[NameFrom]| CertSettings { names: names.to_vec(), ..CertSettings::default() };
    assert_eq!(user(&both, &CertSettings::default()).as_deref(), Some("urn:x"));
    assert_eq!(user(&both, &by(&[NameFrom::Dns, NameFrom::Uri])).as_deref(), Some("a.e.org"));
    assert_eq!(user(&both, &by(&[NameFrom::CommonName])).as_deref(), Some("root"));
    assert_eq!(user(&none, &CertSettings::default()), None);
    assert_eq!(user(&none, &by(&[NameFrom::Uri, NameFrom::CommonName])).as_deref(), Some("root"));
    assert_eq!(
        user(&der(&[], &["*.e.org"]), &CertSettings::default()),
        None,
        "a wildcard is nobody"
    );
}

#[test]
fn a_certificate_that_says_two_things_names_nobody() {
    let two = der(&["spiffe://a/x", "spiffe://b/x"], &["a.e.org"]);
    assert_eq!(subject_of(&two), Err(CertError::Spiffe));
    let wrong = der(&["spiffe://A/x"], &["a.e.org"]);
    assert_eq!(subject_of(&wrong), Err(CertError::Spiffe), "and its DNS name does not help");
    let control = der(&["urn:a\nb"], &[]);
    assert_eq!(subject_of(&control), Err(CertError::Names));
}

#[test]
fn what_is_over_or_none_is_unauthenticated() {
    let mut old = params(&["urn:x"], &[]);
    (old.not_before, old.not_after) = (date_time_ymd(2001, 1, 1), date_time_ymd(2002, 1, 1));
    let good = der(&["urn:x"], &[]);
    let behind = [good.as_slice(), b"x"].concat();
    let long = vec![0x30; 1 << 20];
    for bytes in [
        signed(old),
        Vec::new(),
        b"garbage".to_vec(),
        behind,
        long,
        good[..good.len() - 1].to_vec(),
    ] {
        let who = identity(&bytes, &CertSettings::default());
        assert!(matches!(who, Err(AuthError::Unauthenticated(_))), "{who:?}");
    }
}

proptest! {
    #[test]
    fn no_bytes_and_no_changed_byte_make_it_panic(
        noise in proptest::collection::vec(any::<u8>(), 0..200),
        place in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let _ = identity(&noise, &CertSettings::default());
        let mut changed = der(&["spiffe://e.org/a"], &["a.e.org"]);
        let place = place.index(changed.len());
        changed[place] = byte;
        let _ = identity(&changed, &CertSettings::default());
    }
}
