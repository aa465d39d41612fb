//! Secrets that AWS keeps.

use bucketwatch_adapters::secrets::Secrets;
use bucketwatch_engine::config::SecretSource;
use bucketwatch_engine::secret::SecretStore as _;
use serde_json::json;

use super::{Emulator, session};
use crate::http::stand_in::{Reply, StandIn};

#[tokio::test]
async fn secrets_manager_and_ssm_are_asked() {
    let Some(emulator) = Emulator::start() else { return };
    let whole = json!({"Name": "hook", "SecretString": "https://example.com/T0PSECRETx\n"});
    let made = emulator.call("secretsmanager", "create_secret", whole);
    let members = json!({"Name": "hooks", "SecretString": "{\"slack\": \"T0PSECRETx\", \"n\": 1}"});
    emulator.call("secretsmanager", "create_secret", members);
    let parameter = json!({"Name": "/bucketwatch/hook", "Value": "T0PSECRETx", "Type": "SecureString"});
    emulator.call("ssm", "put_parameter", parameter);
    let secrets = Secrets::new(emulator.session());
    let manager = |id: &str, key: Option<&str>| SecretSource::SecretsManager {
        id: id.to_owned(),
        key: key.map(str::to_owned),
    };
    let arn = made["ARN"].as_str().unwrap();
    for (source, expected) in [
        (manager("hook", None), "https://example.com/T0PSECRETx"),
        (manager(arn, None), "https://example.com/T0PSECRETx"),
        (manager("hooks", Some("slack")), "T0PSECRETx"),
        (SecretSource::Ssm("/bucketwatch/hook".to_owned()), "T0PSECRETx"),
    ] {
        assert_eq!(secrets.secret(&source).await.unwrap().expose(), expected, "{source}");
    }
    for (source, why) in [
        (manager("gone", None), "ResourceNotFoundException"),
        (manager("hooks", Some("teams")), "it has no text under that `key`"),
        (manager("hooks", Some("n")), "it has no text under that `key`"),
        (manager("hook", Some("slack")), "it is no JSON"),
        (SecretSource::Ssm("/gone".to_owned()), "ParameterNotFound"),
    ] {
        let error = secrets.secret(&source).await.unwrap_err();
        assert!(error.to_string().contains(why) && !error.to_string().contains("T0PSECRETx"), "{error}");
    }
}

#[tokio::test]
async fn a_secret_of_aws_is_remembered_for_a_while() {
    let server =
        StandIn::start(|_| Reply::Answer(200, String::new(), "{\"SecretString\": \"s\"}".to_owned())).await;
    let secrets = Secrets::new(session(&server.url("")));
    let source = SecretSource::SecretsManager { id: "hook".to_owned(), key: None };
    for _ in 0..3 {
        assert_eq!(secrets.secret(&source).await.unwrap().expose(), "s");
    }
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn files_and_the_environment_are_read_anew_and_bounded() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let secrets = Secrets::new(session("http://127.0.0.1:9"));
    let source = SecretSource::File(path.clone());
    for text in ["first\n", "second\r\n"] {
        std::fs::write(&path, text).unwrap();
        assert_eq!(secrets.secret(&source).await.unwrap().expose(), text.trim());
    }
    for (text, why) in
        [("\n", "it is empty".to_owned()), (&"x".repeat(70_000), "it is longer than 65536 bytes".to_owned())]
    {
        std::fs::write(&path, text).unwrap();
        assert!(secrets.secret(&source).await.unwrap_err().to_string().ends_with(&why));
    }
    std::fs::write(&path, b"\xff\xfe").unwrap();
    assert!(secrets.secret(&source).await.unwrap_err().to_string().ends_with("it is not UTF-8"));
    let unset = SecretSource::Env("BUCKETWATCH_NO_SUCH_VARIABLE".to_owned());
    let error = secrets.secret(&unset).await.unwrap_err().to_string();
    assert_eq!(
        error,
        "the secret in the environment variable `BUCKETWATCH_NO_SUCH_VARIABLE` cannot be had: it is not set"
    );
}
