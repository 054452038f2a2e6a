//! The same documents on a service that speaks S3: moto's server, when it is installed.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use axum::http::StatusCode;
use oltp::documents::{S3Config, StoreConfig};

use super::office::Office;

/// Longest time the server may take to listen.
const START_LIMIT: Duration = Duration::from_mins(1);
/// How soon to look again.
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// A running S3 server with an empty bucket.
struct Service {
    child: Child,
    endpoint: String,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.child.kill().ok(); // it may have ended already
        self.child.wait().ok();
    }
}

impl Service {
    async fn start() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let mut command = Command::new("moto_server");
        command.args(["-H", "127.0.0.1", "-p", &port.to_string()]).stdout(Stdio::null()).stderr(Stdio::null());
        let child = command.spawn().expect("moto_server; `./leadhouse test` installs it");
        let service = Self { child, endpoint: format!("http://127.0.0.1:{port}") };
        let bucket = format!("{}/papers", service.endpoint);
        let start = Instant::now();
        loop {
            let made = reqwest::Client::new().put(&bucket).send().await;
            if made.is_ok_and(|answer| answer.status().is_success()) {
                return service;
            }
            assert!(start.elapsed() < START_LIMIT, "the S3 server did not start");
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }
}

#[tokio::test]
async fn documents_live_in_a_bucket_as_they_do_in_a_folder() {
    let service = Service::start().await;
    let config = S3Config {
        bucket: "papers".to_owned(),
        prefix: "crm/documents".to_owned(),
        endpoint: Some(service.endpoint.clone()),
        region: "us-east-1".to_owned(),
        access_key_id: "test".to_owned(),
        secret_access_key: "test".to_owned(),
    };
    let folder = tempfile::tempdir().expect("a scratch folder");
    let office = Office::start_with(folder, StoreConfig::S3(config)).await;
    let rep = office.rep().await;
    let lead = office.lead_of(&rep).await;
    let client = office.client(&rep);
    let path = format!("/api/leads/{lead}/documents");
    let large: Vec<u8> = (0..1_000_000_u32).map(|n| n.to_le_bytes()[0]).collect();

    let made = client.put_raw(&path, "large.bin", large.clone()).await;
    let document = format!("/api/documents/{}", made.id());
    client.put_raw(&format!("{document}/versions"), "large.bin", "small now").await;

    assert_eq!(client.get(&format!("{document}/content?number=1")).await.bytes, large);
    assert_eq!(client.get(&format!("{document}/content")).await.bytes, b"small now");
    assert_eq!(keys(&service).await, 2);
    assert_eq!(client.delete(&format!("{document}/versions/1")).await.status, StatusCode::NO_CONTENT);
    office.clock.advance(chrono::TimeDelta::days(1));
    assert_eq!(office.documents.clean_up().await.expect("clean").files, 1);
    assert_eq!(keys(&service).await, 1);

    drop(service);
    let away = client.put_raw(&path, "other.txt", "x").await;
    assert_eq!(away.status, StatusCode::SERVICE_UNAVAILABLE);
}

/// How many objects the bucket holds under our prefix.
async fn keys(service: &Service) -> usize {
    let list = format!("{}/papers?list-type=2&prefix=crm/documents/", service.endpoint);
    let answer = reqwest::get(list).await.expect("an answer").text().await.expect("text");
    answer.matches("<Key>").count()
}
