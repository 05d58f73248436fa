//! Whose certificates are trusted: those of the web, and of the authorities that the operator names; nothing switches that off.

use jizuo_kernel::outbound::Authority;
use jizuo_testing::places::{VILLAGE, WUHUA};
use jizuo_testing::{Department, TestApp, Turn};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use serde_json::json;
use std::sync::Arc;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ServerConfig, crypto};

use crate::at;
use crate::data_checks::{check, interface};
use crate::data_tables::{resident_with, sources};

/// An authority as the government network has one: it vouches for servers, and is itself vouched for by nobody.
struct Office {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Office {
    fn new() -> Office {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Office { issuer: Issuer::new(params, key), pem }
    }

    /// A server of this name, whose certificate ends in that year.
    fn server(&self, name: &str, until: i32) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], PrivateKeyDer::try_from(key.serialize_der()).unwrap())
            .unwrap()
    }

    /// As the operator names it.
    fn named(&self) -> Authority {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &self.pem).unwrap();
        Authority::try_from(file.path().to_owned()).unwrap()
    }
}

/// What a check against a department comes to where these authorities are named: outcome, reason, and how often it was asked.
async fn outcome(trusted: &[&Office], server: ServerConfig) -> (String, String, usize) {
    let authorities = trusted.iter().map(|office| office.named()).collect();
    let test = TestApp::trusting(&[&jizuo_certificates::MODULE], authorities).await;
    let department = Department::secure(server, |_| Turn::json(&json!({ "data": { "state": "married" } }))).await;
    let mut source = interface(&department);
    // What is not trusted now is not trusted a moment later.
    source["http"]["method"] = json!("get");
    source["http"]["retries"] = json!(2);
    test.role(WUHUA, "certificates.source_keeper").await.post(&sources(), source).await.expect(201);
    let person = resident_with(&test, "李阿诗", "530102188001010016").await;
    let clerk = test.role(VILLAGE, "certificates.clerk").await;
    let made = check(&clerk, "marital_status", &person).await;
    let failure = made.body["failure"].as_str().unwrap_or_default().to_owned();
    if !failure.is_empty() {
        assert_eq!((made.text("fallback"), made.text("next_door").is_empty()), ("commitment".into(), false));
        assert!(made.text("/says/zh").contains("不影响办事"), "{:#}", made.body);
        let listed = clerk.get(&at(VILLAGE, "/checks?outcome=failed")).await.expect(200);
        assert_eq!(listed.items()[0]["failure"], json!(failure), "it is on the record");
    }
    (made.text("outcome"), failure, department.asked().len())
}

fn untrusted() -> (String, String, usize) {
    ("failed".into(), "untrusted".into(), 0)
}

#[tokio::test]
async fn an_authority_that_the_operator_names_is_trusted_and_every_other_one_is_not() {
    let (ours, other) = (Office::new(), Office::new());
    let fine = ("confirmed".to_owned(), String::new(), 1);
    assert_eq!(outcome(&[&ours], ours.server("127.0.0.1", 2090)).await, fine);
    assert_eq!(outcome(&[&other, &ours], ours.server("127.0.0.1", 2090)).await, fine);
    assert_eq!(outcome(&[], ours.server("127.0.0.1", 2090)).await, untrusted(), "the web vouches for none of these");
    assert_eq!(outcome(&[&other], ours.server("127.0.0.1", 2090)).await, untrusted());
}

#[tokio::test]
async fn a_certificate_of_another_name_or_of_another_time_is_not_trusted() {
    let ours = Office::new();
    assert_eq!(outcome(&[&ours], ours.server("data.example.gov.cn", 2090)).await, untrusted());
    assert_eq!(outcome(&[&ours], ours.server("127.0.0.2", 2090)).await, untrusted());
    assert_eq!(outcome(&[&ours], ours.server("127.0.0.1", 2021)).await, untrusted());
}
