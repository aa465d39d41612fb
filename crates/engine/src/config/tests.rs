use std::time::Duration;

use super::*;

fn refused(text: &str) -> String {
    Config::parse(text).unwrap_err().to_string()
}

#[test]
fn every_key_is_read() {
    let config = Config::parse(
        r#"
        state = "/var/lib/bucketwatch/state.db"
        concurrency = 32
        deadline = "1h 30m"
        alert_on = ["opened", "lost_sight"]
        fail_on = ["public"]

        [notify]
        deadline = "5s"
        dead_after = "24h"

        [[notify.syslog]]
        target = "tls://logs.example.com"
        facility = "local3"
        app_name = "s3"
        ca_file = "/etc/ssl/logs.pem"
        timeout = "5s"

        [[notify.log]]
        name = "file"
        path = "/var/log/bucketwatch.jsonl"

        [[notify.webhook]]
        url = { file = "/run/secrets/url" }
        signing_key = { env = "KEY" }
        format = "ocsf"
        headers = { Authorization = { ssm = "/token" } }
        http = { allow_private = true, timeout = "3s", ca_file = "/etc/ssl/hooks.pem" }

        [[notify.slack]]
        name = "security"
        url = { env = "SLACK_URL" }

        [[notify.teams]]
        url = { secretsmanager = "hooks", key = "teams" }

        [[notify.pagerduty]]
        routing_key = { env = "PAGERDUTY_KEY" }

        [[notify.smtp]]
        host = "mail.example.com"
        tls = "tls"
        from = "a@example.com"
        to = ["b@example.com"]

        [[notify.sns]]
        topic = "arn:aws:sns:eu-west-1:111122223333:alerts"

        [[notify.eventbridge]]
        region = "eu-west-1"

        [[notify.security_hub]]
        region = "eu-west-1"

        [[notify.command]]
        program = ["/usr/local/bin/tell", "--now"]

        [notify.per_minute]
        security = 10
        "#,
    )
    .unwrap();
    assert_eq!(config.deadline.unwrap().duration(), Duration::from_secs(5400));
    assert_eq!(config.alert_on, Some(vec![AlertKind::Opened, AlertKind::LostSight]));
    assert_eq!(config.fail_on, Some(vec![FailOnWord::Public]));
    assert_eq!(
        config.notify.names(),
        [
            "syslog:tls://logs.example.com:6514",
            "file",
            "webhook",
            "security",
            "teams",
            "pagerduty",
            "smtp",
            "sns",
            "eventbridge",
            "security_hub",
            "command"
        ]
    );
}

#[test]
fn an_unknown_key_names_the_nearest_known_one_and_its_place() {
    assert_eq!(
        refused("state = \"x\"\nconcurency = 3\n"),
        "line 2, column 1: unknown key `concurency`; did you mean `concurrency`?"
    );
    assert_eq!(
        refused("[[notify.syslog]]\ntarget = \"local\"\nfacilty = \"local0\"\n"),
        "line 3, column 1: unknown key `facilty`; did you mean `facility`?"
    );
    let far = refused("zzz = 1\n");
    assert!(far.starts_with("line 1, column 1: unknown key `zzz`; known are `state`"), "{far}");
}

#[test]
fn malformed_files_name_line_column_and_reason() {
    for (text, place) in [
        ("state = \n", "line 1, column 9:"),
        ("é = é\n", "line 1, column 1:"),
        ("concurrency = \"many\"\n", "line 1, column 15:"),
        ("deadline = \"soon\"\n", "line 1, column 12:"),
        ("\nalert_on = [\"opend\"]\n", "line 2, column 13:"),
        ("[[notify.syslog]]\ntarget = \"ftp://x\"\n", "line 2, column 10:"),
    ] {
        assert!(refused(text).starts_with(place), "{text:?}: {}", refused(text));
    }
}

#[test]
fn what_cannot_work_is_refused() {
    assert!(refused("[notify.per_minute]\nlog = 0\n").contains("at least 1"));
    assert!(refused("concurrency = 0").contains("between 1 and 1024"));
    let twice = "[[notify.log]]\nname = \"a\"\npath = \"x\"\n[[notify.log]]\nname = \"a\"\npath = \"y\"\n";
    assert_eq!(refused(twice), "two notifiers are called `a`");
}

const TWO: &str =
    "[[notify.log]]\nname = \"one\"\npath = \"x\"\n[[notify.log]]\nname = \"other\"\npath = \"y\"\n";

#[test]
fn a_name_that_is_no_notifiers_is_refused_where_it_stands() {
    for (rest, refusal) in [
        (
            "[[notify.route]]\nto = [\"one\", \"othr\"]\n",
            "line 8, column 14: no notifier is called `othr`; did you mean `other`?",
        ),
        (
            "[notify.per_minute]\nzzz = 3\n",
            "line 8, column 1: no notifier is called `zzz`; the file has `one`, `other`",
        ),
    ] {
        assert_eq!(refused(&format!("{TWO}{rest}")), refusal);
    }
    assert_eq!(
        refused("[[notify.route]]\nto = [\"a\"]\n"),
        "line 2, column 7: no notifier is called `a`; the file has none"
    );
    assert!(!refused("[[notify.route]]\nto = [\"\\u001b[31m\"]\n").contains('\u{1b}'));
}

#[test]
fn a_route_that_can_take_nothing_is_refused_where_it_stands() {
    for (rest, place, word) in [
        ("bucket = [\"prod/*\"]", "line 9, column 10:", "no name has `/` in it"),
        ("bucket = []", "line 9, column 10:", "an empty list matches nothing"),
        ("tag = [\"prod\"]", "line 9, column 7:", "`KEY=VALUE`"),
        ("account = [\"1\"]", "line 9, column 11:", "twelve digits"),
        ("severity = [\"hi\"]", "line 9, column 13:", "`hi`"),
        ("kind = [\"open\"]", "line 9, column 9:", "`open`"),
        ("buckets = [\"a\"]", "line 9, column 1:", "did you mean `bucket`?"),
        ("except = [{}]", "line 8, column 7:", "takes nothing"),
        ("bucket = [\"a*\"]\nexcept = [{ bucket = [\"*\"] }]", "line 8, column 7:", "takes nothing"),
        (
            "tag = [\"a=b\"]\nseverity = [\"low\"]\nexcept = [{ tag = [\"a=*\"] }]",
            "line 8, column 7:",
            "takes nothing",
        ),
    ] {
        let said = refused(&format!("{TWO}[[notify.route]]\nto = [\"one\"]\n{rest}\n"));
        assert!(said.starts_with(place) && said.contains(word), "{rest}: {said}");
    }
    let reminders = format!("{TWO}[[notify.route]]\nto = [\"one\"]\nkind = [\"reminder\"]\n");
    assert!(refused(&reminders).contains("there is no `remind_days`"), "{}", refused(&reminders));
    assert!(Config::parse(&format!("[notify]\nremind_days = 7\n{reminders}")).is_ok());
    assert!(refused("[notify]\nremind_days = 0\n").contains("between 1 and 365"));
    let fine = "bucket = [\"a*\"]\nexcept = [{ bucket = [\"ab*\"] }]";
    assert!(Config::parse(&format!("{TWO}[[notify.route]]\nto = [\"one\"]\n{fine}\n")).is_ok());
}

#[test]
fn what_the_daemon_does_is_read_and_contradictions_are_refused() {
    let config = Config::parse(
        r#"
        [watch]
        queues = ["https://sqs.eu-west-1.amazonaws.com/111122223333/bucketwatch"]
        scan_every = "6h"
        listen = "[::1]:9464"
        own = ["audit-rule"]

        [doctor]
        regions = ["eu-west-1"]
        "#,
    );
    let Config { watch, doctor, .. } = config.unwrap();
    assert_eq!((watch.queues.len(), watch.own.len(), doctor.regions.len()), (1, 1, 1));
    assert_eq!(watch.scan_every.unwrap().duration(), Duration::from_secs(6 * 3600));
    assert!(watch.listen.unwrap().ip().is_loopback());
    for (text, why) in [
        ("no_scan = true\nscan_every = \"1h\"", "contradict"),
        ("no_listen = true\nlisten = \"127.0.0.1:1\"", "contradict"),
        ("queues = [\"bucketwatch\"]", "the URLs of queues"),
        ("listen = \"9464\"", "invalid socket address"),
        ("queue = []", "did you mean `queues`?"),
    ] {
        let said = refused(&format!("[watch]\n{text}\n"));
        assert!(said.contains(why), "{text}: {said}");
    }
}

#[test]
fn hostile_keys_are_shown_escaped() {
    assert!(!refused("\"\\u001b[31m\" = 1").contains('\u{1b}'));
}

#[test]
fn the_published_schema_is_current() {
    let published = include_str!("../../../../schemas/config.schema.json");
    assert!(published == Config::schema(), "write this to schemas/config.schema.json:\n{}", Config::schema());
}

#[test]
fn every_notifier_has_a_page_in_the_book() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let contents = std::fs::read_to_string(root.join("README.md")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&Config::schema()).unwrap();
    let sections = schema["$defs"]["NotifyConfig"]["properties"].as_object().unwrap();
    let notifiers: Vec<_> = sections
        .iter()
        .filter(|(name, section)| section["type"] == "array" && *name != "route")
        .map(|(name, _)| name)
        .collect();
    assert!(notifiers.len() >= 11, "{notifiers:?}");
    for name in notifiers {
        let page = std::fs::read_to_string(root.join(format!("notifiers/{name}.md"))).expect(name);
        assert!(page.contains(&format!("[[notify.{name}]]")), "{name}: no example of its section");
        assert!(contents.contains(&format!("(notifiers/{name}.md)")), "{name} is not in the contents");
    }
}
