use bucketwatch_policy::untrusted::Untrusted;

use super::*;
use crate::report::sample;

const POLICY: &str = r#"{
  "Version": "2012-10-17",
  "Statement": [
    {
      "Sid": "PublicRead",
      "Effect": "Allow",
      "Principal": "*",
      "Action": "s3:GetObject",
      "Resource": "arn:aws:s3:::photos/*"
    },
    {"Sid": "NoHttp", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
    {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": "*"},
    {"Effect": "Deny", "Principal": {"AWS": "111111111111"}, "NotAction": "s3:PutObject", "Resource": "*"},
    {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "NotResource": "arn:aws:s3:::photos/*"}
  ]
}"#;

fn snapshot(policy: &str) -> String {
    format!("{{\n\"policy\": {policy}\n}}")
}

fn explained(text: &str) -> String {
    let mut assessment = sample::public();
    assessment.bucket = Some("photos".into());
    assessment.latent.truncate(1);
    explain(&assessment, Source { name: "b.json", text, base: "" }, Look::default())
}

#[test]
fn the_statement_is_shown_with_a_caret_under_the_principal() {
    let text = explained(&snapshot(POLICY));
    let lines: Vec<&str> = text.lines().collect();
    let at = lines.iter().position(|line| line.contains(r#""Principal": "*""#)).unwrap();
    assert!(lines[at + 1].contains("^^^ lets them in"), "{text}");
    let caret = lines[at + 1].find('^').unwrap();
    assert_eq!(&lines[at][caret..caret + 3], "\"*\"");
    assert!(
        text.contains(
            "Deny considered, does not stop the request below: statement 1 \"NoHttp\": its Condition on \
             aws:SecureTransport is not met by it"
        ),
        "{text}"
    );
    for reason in [
        "statement 2: it is about other actions",
        "statement 3: it is about other principals",
        "statement 4: it is about other resources",
    ] {
        assert!(text.contains(reason), "{reason}: {text}");
    }
    assert!(text.contains("proof: curl -i https://s3.eu-west-1.amazonaws.com/photos/a"), "{text}");
    assert!(text.contains("put-public-access-block --bucket=photos"), "{text}");
    assert!(text.contains("one change opens it: taking away the Deny at /policy/Statement/1"), "{text}");
}

#[test]
fn a_policy_stored_as_text_on_one_line_is_laid_out() {
    let minified: serde_json::Value = serde_json::from_str(POLICY).unwrap();
    let stored = serde_json::to_string(&minified.to_string()).unwrap();
    let text = explained(&snapshot(&stored));
    assert!(text.contains(r#""Principal": "*""#), "{text}");
    assert!(text.contains("^^^ lets them in"), "{text}");
    let at = minified.to_string().find(r#"{"Action"#).unwrap();
    let place =
        format!("b.json: laid out for reading; as stored it begins at line 1, column {} (byte {at})", at + 1);
    assert!(text.contains(&place) && !text.contains("--> b.json"), "{place}: {text}");
}

#[test]
fn hostile_texts_do_nothing_to_a_terminal() {
    let policy = POLICY.replace("PublicRead", r"\u001b[31m").replace("s3:GetObject", "\u{9b}2J\u{202e}");
    let text = explained(&snapshot(&policy));
    assert!(text.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'), "{text:?}");
}

#[test]
fn a_key_that_attacks_the_shell_stays_inside_its_url() {
    let mut assessment = sample::public();
    let key = Untrusted::new("arn:aws:s3:::b/'; touch x; '$(id)\u{1b}");
    for exposure in &mut assessment.exposures {
        exposure.witness.as_mut().unwrap().resource = key.clone();
    }
    let source = Source { name: "-", text: "{}", base: "" };
    let text = explain(&assessment, source, Look::default());
    assert!(text.contains("/b/%27%3B%20touch%20x%3B%20%27%24%28id%29%1B"), "{text}");
}

#[test]
fn a_shut_bucket_says_so() {
    let text = explain(&sample::not_public(), Source { name: "-", text: "{}", base: "" }, Look::default());
    assert_eq!(text, "private: not public\n\nNothing grants anything to anybody outside the account.\n");
}
