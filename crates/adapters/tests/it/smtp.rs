//! Mail, against aiosmtpd in a process of its own.

use std::process::Command;

use bucketwatch_adapters::smtp::{Smtp, SmtpError};
use bucketwatch_engine::notifier::{Notifier as _, Retry};
use serde_json::Value;

use crate::authority::Authority;
use crate::emulators::{Server, environment};
use crate::hooks::{Vault, configured};
use crate::notifier_contract::{message_contract, sample};

const PASSWORD: &str = "T0PSECRETx";

/// A mail server and what it has taken.
struct MailServer {
    authority: Authority,
    server: Server,
}

impl MailServer {
    /// Starts a server; `None` where there is none to start.
    fn start(protection: &str, conduct: &str) -> Option<Self> {
        let environment = environment()?;
        let authority = Authority::new();
        let mut command = Command::new(environment.join("bin/python"));
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/smtp/server.py");
        command.arg(script);
        let server = Server::start(command, |command, port| {
            command.arg(port.to_string()).arg(authority.folder()).args([protection, conduct]);
        });
        Some(Self { authority, server })
    }

    fn mails(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.authority.folder().join("mails")).unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn notifier(&self, protection: &str, login: &str) -> Smtp {
        let text = format!(
            "host = \"localhost\"\nport = {}\ntls = \"{protection}\"\nca_file = {:?}\n{login}\n",
            self.server.address.port(),
            self.authority.pem(),
        );
        smtp(&text).unwrap()
    }
}

const LOGIN: &str = "username = \"alerts\"\npassword = { env = \"PASSWORD\" }";

fn smtp(settings: &str) -> Result<Smtp, SmtpError> {
    let text = format!(
        "[[notify.smtp]]\nfrom = \"bucketwatch <alerts@example.com>\"\nto = [\"a@example.com\", \"B <b@example.com>\"]\ntimeout = \"3s\"\n{settings}"
    );
    Smtp::new(&configured(&text).smtp[0], Vault::holding(&[("PASSWORD", PASSWORD), ("WRONG", "wr0ng")]))
}

/// Gives subject, text and page of a mail, decoded.
fn texts(mail: &Value) -> Vec<String> {
    let content = mail["content"].as_str().unwrap();
    let (head, body) = content.split_once("\r\n\r\n").unwrap();
    let mut texts: Vec<String> = head.replace("\r\n ", " ").split("\r\n").map(str::to_owned).collect();
    for part in body.split("\r\n\r\n").filter(|part| !part.starts_with("--")) {
        texts.push(quoted_printable(part).replace("\r\n", "\n"));
    }
    texts
}

fn quoted_printable(text: &str) -> String {
    let text = text.replace("=\r\n", "");
    let (mut bytes, mut rest) = (Vec::new(), text.as_bytes());
    while let Some((first, after)) = rest.split_first() {
        let code =
            after.get(..2).and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        match (first, code) {
            (b'=', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            _ => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn the_contract_holds_with_starttls_and_a_sign_in() {
    let Some(server) = MailServer::start("starttls", "strict") else { return };
    let notifier = server.notifier("starttls", LOGIN);
    let received = async || server.mails().iter().map(texts).collect();
    let shown = |name: &str| bucketwatch_engine::escape::terminal_cell(&name.into());
    message_contract(&notifier, received, shown).await;
    for mail in server.mails() {
        assert_eq!((&mail["tls"], &mail["user"]), (&true.into(), &"alerts".into()));
        assert_eq!(mail["to"], serde_json::json!(["a@example.com", "b@example.com"]));
    }
}

#[tokio::test]
async fn it_works_with_tls_from_the_first_byte_and_without_any() {
    for (protection, login) in [("tls", LOGIN), ("none", "")] {
        let Some(server) = MailServer::start(protection, "open") else { return };
        server.notifier(protection, login).deliver(&sample::opened("n1", &["photos"])).await.unwrap();
        assert_eq!(server.mails()[0]["tls"], (protection == "tls"), "{protection}");
    }
}

#[tokio::test]
async fn no_name_makes_a_header_or_a_receiver() {
    let Some(server) = MailServer::start("starttls", "strict") else { return };
    let notifier = server.notifier("starttls", LOGIN);
    let attacks = [
        "a\r\nBcc: all@example.com",
        "a\nBcc: all@example.com\n\nbody",
        "\r\n.\r\nMAIL FROM:<x@example.com>",
        "=?utf-8?q?=0D=0ABcc:_all@example.com?=",
        "a\u{2028}Bcc: all@example.com\u{85}b",
    ];
    for (number, attack) in attacks.into_iter().enumerate() {
        let mut notice = sample::opened(&format!("n\r\nX-Forged: {number}"), &[attack]);
        notice.group_key = attack.to_owned();
        notifier.deliver(&notice).await.unwrap();
    }
    let mails = server.mails();
    assert_eq!(mails.len(), attacks.len());
    for mail in mails {
        assert_eq!(mail["to"], serde_json::json!(["a@example.com", "b@example.com"]));
        let head = mail["content"].as_str().unwrap().split_once("\r\n\r\n").unwrap().0.to_owned();
        let names: Vec<_> = head
            .split("\r\n")
            .filter(|line| !line.starts_with(' '))
            .map(|line| line.split_once(':').unwrap().0)
            .collect();
        let mut known = names.clone();
        known.sort_unstable();
        assert_eq!(
            known,
            [
                "Auto-Submitted",
                "Content-Type",
                "Date",
                "From",
                "MIME-Version",
                "Message-ID",
                "Subject",
                "To",
                "X-Bucketwatch-Severity"
            ]
        );
    }
}

#[tokio::test]
async fn a_repeat_has_the_same_message_id() {
    let Some(server) = MailServer::start("starttls", "strict") else { return };
    let notifier = server.notifier("starttls", LOGIN);
    for id in ["0198-abc", "0198-abc", "odd id \u{1b}"] {
        notifier.deliver(&sample::opened(id, &["photos"])).await.unwrap();
    }
    let ids: Vec<_> = server
        .mails()
        .iter()
        .map(|mail| texts(mail).into_iter().find(|line| line.starts_with("Message-ID")).unwrap())
        .collect();
    assert_eq!(ids[0], "Message-ID: <0198-abc@bucketwatch.invalid>");
    assert_eq!(ids[0], ids[1]);
    assert_ne!(ids[1], ids[2]);
}

#[tokio::test]
async fn every_refusal_says_whether_to_try_again_and_tells_no_secret() {
    for (conduct, login, retry, words) in [
        ("refuse", LOGIN, Retry::Never, "answered 550"),
        ("later", LOGIN, Retry::Later, "answered 451"),
        ("strict", "username = \"alerts\"\npassword = { env = \"WRONG\" }", Retry::Later, "answered 535"),
        ("strict", "username = \"alerts\"\npassword = { env = \"GONE\" }", Retry::Later, "it is not set"),
    ] {
        let Some(server) = MailServer::start("starttls", conduct) else { return };
        let error = server.notifier("starttls", login).deliver(&sample::baseline("n1")).await.unwrap_err();
        assert_eq!(error.retry, retry, "{error}");
        assert!(error.reason.contains(words), "{error}");
        assert!(!error.reason.contains(PASSWORD) && !error.reason.contains("wr0ng"), "{error}");
        assert!(server.mails().is_empty());
    }
}

#[tokio::test]
async fn who_cannot_prove_a_name_or_offers_no_tls_hears_no_password() {
    let Some(plain) = MailServer::start("none", "open") else { return };
    let error = plain.notifier("starttls", LOGIN).deliver(&sample::baseline("n1")).await.unwrap_err();
    assert_eq!(error.retry, Retry::Later, "{error}");
    assert!(plain.mails().is_empty());
    let Some(server) = MailServer::start("starttls", "strict") else { return };
    let stranger = Authority::new();
    let text = |host: &str, trusted: &Authority| {
        format!(
            "host = \"{host}\"\nport = {}\nca_file = {:?}\n{LOGIN}\n",
            server.server.address.port(),
            trusted.pem()
        )
    };
    for settings in [text("localhost", &stranger), text("127.0.0.1", &server.authority)] {
        let error = smtp(&settings).unwrap().deliver(&sample::baseline("n1")).await.unwrap_err();
        assert!(error.reason.contains("certificate"), "{error}");
    }
    assert!(server.mails().is_empty());
}

#[test]
fn settings_that_cannot_work_are_refused() {
    for (settings, words) in [
        ("host = \"h\"\ntls = \"none\"\nusername = \"u\"\npassword = { env = \"P\" }", "belong together"),
        ("host = \"h\"\nusername = \"u\"", "belong together"),
        ("host = \"h\"\nca_file = \"/nowhere.pem\"", "/nowhere.pem"),
    ] {
        let error = smtp(settings).err().unwrap().to_string();
        assert!(error.contains(words), "{error}");
    }
    for address in ["nobody", "a@example.com\\r\\nBcc: x@example.com", "a@b@c", ""] {
        let text = format!("[[notify.smtp]]\nhost = \"h\"\nfrom = \"{address}\"\nto = [\"a@example.com\"]\n");
        let error = Smtp::new(&configured(&text).smtp[0], Vault::holding(&[])).err().unwrap().to_string();
        assert!(error.contains("which is no mail address") && !error.contains('\n'), "{error}");
    }
}
