//! From the environment to an account. Each case runs in a process of its own with exactly the variables it names.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use bucketwatch_adapters::aws::{ConnectOptions, connect};
use bucketwatch_engine::cloud::{Cloud as _, TableAddress};
use bucketwatch_policy::name::Partition;
use bucketwatch_sandbox::{Account, EXPIRED_ACCESS_KEY, Handle, INVALID_ACCESS_KEY};
use tempfile::TempDir;
use tokio::process::Command;

use super::fixture::{KEY, account_id, address, sandbox};
use super::stub::Stub;
use super::tls_front::TlsFront;
use super::tunnel::Tunnel;

/// What the process of a case runs: connects, lists, reads the account's block, and says how it went; asks about a table
/// where a case says so.
#[tokio::test]
#[ignore = "runs in the processes that the other tests of this file start"]
async fn child() {
    let options = ConnectOptions { profile: std::env::var("CASE_PROFILE").ok(), ..ConnectOptions::default() };
    match connect(&options).await {
        Ok(cloud) => {
            let identity = cloud.identity().await.unwrap();
            let buckets = cloud.list_buckets(None).await.unwrap().buckets.len();
            let block = cloud.account_block(&identity.account).await.unwrap();
            let region = cloud.region_of(&address("any", None, &identity.account));
            let table = match std::env::var("CASE_TABLE").ok().and_then(|arn| TableAddress::of_bucket(&arn)) {
                Some(table) => format!(" table {:?}", cloud.table_policy(&table).await.unwrap()),
                None => String::new(),
            };
            println!("OUTCOME connected {} {} {buckets} {block:?}{table}", identity.arn.as_raw(), region);
        }
        Err(error) => println!("OUTCOME refused {error}"),
    }
}

struct Case {
    home: TempDir,
    variables: Vec<(String, String)>,
}

impl Case {
    fn new() -> Self {
        let variables = vec![("AWS_EC2_METADATA_DISABLED".to_owned(), "true".to_owned())];
        Self { home: tempfile::tempdir().unwrap(), variables }
    }

    fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    fn with_keys(self, access_key_id: &str) -> Self {
        self.with("AWS_ACCESS_KEY_ID", access_key_id).with("AWS_SECRET_ACCESS_KEY", "any")
    }

    fn with_file(self, name: &str, text: &str) -> Self {
        let path = self.home.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    fn home(&self) -> &Path {
        self.home.path()
    }

    async fn outcome(&self) -> String {
        let run = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "aws::environment::child", "--ignored", "--nocapture"])
            .env_clear()
            .env("HOME", self.home())
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let output = tokio::time::timeout(Duration::from_secs(60), run).await.unwrap().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let outcome =
            text.lines().find_map(|line| line.split_once("OUTCOME ")).map(|(_, outcome)| outcome.to_owned());
        outcome.unwrap_or_else(|| panic!("{text}\n{}", String::from_utf8_lossy(&output.stderr)))
    }
}

async fn account() -> Handle {
    let mut account = Account::new(account_id(), Partition::Aws);
    let bucket = account.new_bucket("one", "us-east-1");
    account.insert(bucket);
    sandbox(account).await
}

fn has(outcome: &str, parts: &[&str]) {
    for part in parts {
        assert!(outcome.contains(part), "`{part}` is not in: {outcome}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_in_the_environment_open_the_account_and_no_region_is_needed() {
    let sandbox = account().await;
    let outcome = Case::new().with_keys(KEY).with("AWS_ENDPOINT_URL", sandbox.endpoint_url()).outcome().await;
    has(&outcome, &["connected arn:aws:", ":123456789012:", " us-east-1 1 None"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_credentials_the_error_says_where_it_looked() {
    let outcome = Case::new().outcome().await;
    let looked = ["AWS_ACCESS_KEY_ID", "profile `default`", "SSO", "credential_process", "bucketwatch demo"];
    has(&outcome, &looked);
    let outcome = Case::new().with("AWS_PROFILE", "absent").outcome().await;
    has(&outcome, &["refused", "profile `absent`"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_without_a_role_to_give_has_no_credentials() {
    for status in [401, 403, 404] {
        let instance = Stub::deaf(status, "").await;
        let case = Case::new()
            .with("AWS_EC2_METADATA_DISABLED", "false")
            .with("AWS_EC2_METADATA_SERVICE_ENDPOINT", &instance.url);
        has(&case.outcome().await, &["no AWS credentials found", "AWS_ACCESS_KEY_ID", "bucketwatch demo"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn expired_and_unknown_credentials_are_told_apart() {
    let sandbox = account().await;
    let with = |key: &str| Case::new().with_keys(key).with("AWS_ENDPOINT_URL", sandbox.endpoint_url());
    has(&with(EXPIRED_ACCESS_KEY).outcome().await, &["credentials have expired", "bucketwatch demo"]);
    has(
        &with(INVALID_ACCESS_KEY).outcome().await,
        &["refuses the credentials", "us-east-1", "bucketwatch demo"],
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_that_does_not_answer_is_named() {
    let outcome = Case::new().with_keys(KEY).with("AWS_ENDPOINT_URL", "http://127.0.0.1:1").outcome().await;
    has(&outcome, &["cannot reach AWS at http://127.0.0.1:1", "AWS_ENDPOINT_URL", "bucketwatch demo"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_region_is_refused() {
    let outcome = Case::new().with_keys(KEY).with("AWS_REGION", "evil.example.com/").outcome().await;
    has(&outcome, &["refused the AWS settings are wrong", "is no region"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_profile_gives_keys_region_and_endpoint() {
    let sandbox = account().await;
    let config = format!("[profile team]\nregion = eu-west-1\nendpoint_url = {}\n", sandbox.endpoint_url());
    let keys = format!("[team]\naws_access_key_id = {KEY}\naws_secret_access_key = any\n");
    for variable in ["AWS_PROFILE", "CASE_PROFILE"] {
        let case = Case::new().with_file(".aws/config", &config).with_file(".aws/credentials", &keys);
        let outcome = case.with(variable, "team").outcome().await;
        has(&outcome, &["connected", ":123456789012:", " eu-west-1 1 None"]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_is_assumed() {
    let sandbox = account().await;
    let role = "arn:aws:iam::123456789012:role/Auditor";
    let config = format!(
        "[profile base]\naws_access_key_id = {KEY}\naws_secret_access_key = any\n\
         [profile audit]\nrole_arn = {role}\nsource_profile = base\nregion = eu-west-1\n"
    );
    let case = Case::new().with_file(".aws/config", &config).with("AWS_ENDPOINT_URL", sandbox.endpoint_url());
    let outcome = case.with("AWS_PROFILE", "audit").outcome().await;
    has(&outcome, &["connected arn:aws:sts::123456789012:assumed-role/Auditor/"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_credential_process_is_run() {
    let sandbox = account().await;
    let keys = format!(r#"{{"Version": 1, "AccessKeyId": "{KEY}", "SecretAccessKey": "any"}}"#);
    let case = Case::new().with_file("keys.json", &keys);
    let config = format!("[default]\ncredential_process = cat {}/keys.json\n", case.home().display());
    let case = case.with_file(".aws/config", &config).with("PATH", "/usr/bin:/bin");
    let outcome = case.with("AWS_ENDPOINT_URL", sandbox.endpoint_url()).outcome().await;
    has(&outcome, &["connected", ":123456789012:"]);
    let broken = Case::new().with_file(".aws/config", "[default]\ncredential_process = false\n");
    let outcome = broken.with("PATH", "/usr/bin:/bin").outcome().await;
    has(&outcome, &["refused", "cannot be obtained", "profile `default`"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_service_has_its_own_endpoint_override() {
    const TABLE: &str = "arn:aws:s3tables:eu-west-1:123456789012:bucket/b";
    let sandbox = account().await;
    let mut case = Case::new().with_keys(KEY).with("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    for service in ["STS", "S3", "S3_CONTROL"] {
        case = case.with(&format!("AWS_ENDPOINT_URL_{service}"), sandbox.endpoint_url());
    }
    let stub = Stub::start(404, "x-amzn-errortype: NotFoundException\r\n", "").await;
    let case = case.with("AWS_ENDPOINT_URL_S3TABLES", stub.url.clone()).with("CASE_TABLE", TABLE);
    has(&case.outcome().await, &["connected", " us-east-1 1 None", "table None"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_local_name_carries_no_account_in_front_of_it() {
    let sandbox = account().await;
    let url = format!("http://localhost:{}", sandbox.address().port());
    let outcome = Case::new().with_keys(KEY).with("AWS_ENDPOINT_URL", url).outcome().await;
    has(&outcome, &["connected", " us-east-1 1 None"]);
}

/// The name of the endpoint cannot be resolved, so an answer can only have come through the proxy.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proxy_is_taken_from_the_environment() {
    let sandbox = account().await;
    let case = Case::new().with_keys(KEY).with("AWS_ENDPOINT_URL", "http://aws.invalid");
    let through = case.with("HTTP_PROXY", sandbox.endpoint_url());
    has(&through.outcome().await, &["connected", " us-east-1 1 None"]);
    let around = through.with("NO_PROXY", "aws.invalid");
    has(&around.outcome().await, &["cannot reach AWS at http://aws.invalid"]);
}

/// The same over TLS, and with the account in front of the host name of control calls.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tunnel_through_a_proxy_is_taken_from_the_environment() {
    let sandbox = account().await;
    let front = TlsFront::start(sandbox.address()).await;
    let tunnel = Tunnel::start(front.address).await;
    let case = Case::new().with_file("ca.pem", &front.ca_pem).with_keys(KEY);
    let bundle = case.home().join("ca.pem").display().to_string();
    let case = case.with("AWS_CA_BUNDLE", bundle).with("AWS_ENDPOINT_URL", "https://aws.invalid");
    let outcome = case.with("HTTPS_PROXY", tunnel.url.clone()).outcome().await;
    has(&outcome, &["connected", " us-east-1 1 None"]);
    let asked = tunnel.asked();
    assert!(asked.iter().any(|host| host == "aws.invalid:443"), "{asked:?}");
    assert!(asked.iter().any(|host| host == "123456789012.aws.invalid:443"), "{asked:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_aws_is_named() {
    let stub = Stub::deaf(200, "<html>Welcome</html>").await;
    let outcome = Case::new().with_keys(KEY).with("AWS_ENDPOINT_URL", stub.url.clone()).outcome().await;
    has(&outcome, &["does not answer as AWS's STS does", "AWS_ENDPOINT_URL", "bucketwatch demo"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_bundle_decides_whom_tls_trusts() {
    let sandbox = account().await;
    let front = TlsFront::start(sandbox.address()).await;
    let url = format!("https://localhost:{}", front.address.port());
    let case = Case::new().with_keys(KEY).with("AWS_ENDPOINT_URL", url);
    has(&case.outcome().await, &["cannot reach AWS at https://localhost:"]);
    let bundle = case.home().join("ca.pem");
    std::fs::write(&bundle, &front.ca_pem).unwrap();
    let case = case.with("AWS_CA_BUNDLE", bundle.to_str().unwrap());
    has(&case.outcome().await, &["connected", " us-east-1 1 None"]);
    std::fs::write(&bundle, "nothing").unwrap();
    has(&case.outcome().await, &["refused AWS_CA_BUNDLE", "it holds no certificate"]);
}
