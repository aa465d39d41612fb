//! The same policy about another bucket, other accounts and other organizations.

use serde_json::Value;

use super::subject::Subject;

/// What is renamed beside the bucket. Ids of the same form, none of which a policy of the tests speaks of otherwise.
const IDS: &[(&str, &str)] = &[
    ("444455556666", "545455556666"),
    ("777788889999", "787788889999"),
    ("o-abcdefghij", "o-zyxwvutsrq"),
    ("o-klmnopqrst", "o-ponmlkjihg"),
    ("vpce-0aaa", "vpce-0ccc"),
    ("vpc-0aaa", "vpc-0ddd"),
];

/// Renames everything; `None` where a part of an id stands in a pattern, which a renaming would tear apart.
pub(super) fn consistently(subject: &Subject) -> Option<Subject> {
    let text = subject.document.to_string();
    if has_part_of_an_id(&text) {
        return None;
    }
    let mut renamed =
        text.replace(&format!("arn:aws:s3:::{}", subject.bucket), "arn:aws:s3:::renamed-bucket");
    for (id, other) in IDS {
        renamed = renamed.replace(id, other);
    }
    let document: Value = serde_json::from_str(&renamed).expect("a renamed policy is JSON");
    Some(Subject { bucket: "renamed-bucket".to_owned(), ..subject.with(document) })
}

/// Tells whether a wildcard touches a digit, or stands for a part of the bucket's name.
fn has_part_of_an_id(text: &str) -> bool {
    let wild = |character: u8| matches!(character, b'*' | b'?');
    let touching = text.as_bytes().windows(2).any(|pair| match *pair {
        [a, b] => a.is_ascii_digit() && wild(b) || wild(a) && b.is_ascii_digit(),
        _ => false,
    });
    touching || text.contains("arn:aws:s3:::?") || text.contains("${") || !text.contains("arn:aws:s3:::")
}
