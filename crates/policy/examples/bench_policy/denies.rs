//! The two policies of forty Denies.

use serde_json::json;

/// A policy by name.
pub(crate) type Named = (&'static str, fn() -> String);

/// One that can be escaped and its contradictory twin.
pub(crate) const PAIR: [Named; 2] =
    [("40 Denies, escapable", || forty(false)), ("40 Denies, contradictory", || forty(true))];

/// Gives a public Allow under forty Denies that each can be escaped in four ways; or one where the escapes exclude
/// each other, so that every combination has to be ruled out.
fn forty(contradictory: bool) -> String {
    let keys = ["aws:Referer", "aws:UserAgent", "s3:x-amz-content-sha256", "s3:versionid"];
    let mut statements = vec![json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObjectVersion",
        "Resource": "arn:aws:s3:::b/*"})];
    for at in 0..40 {
        let condition = if contradictory && at < 16 {
            // Bit by bit: each Deny forbids one combination of "starts with x" on four keys.
            let bit = |key: usize| if at >> key & 1 == 1 { "StringLike" } else { "StringNotLike" };
            let mut condition = json!({"StringLike": {}, "StringNotLike": {}});
            for (number, key) in
                ["aws:Referer", "aws:UserAgent", "s3:ExistingObjectTag/a", "s3:versionid"].iter().enumerate()
            {
                condition[bit(number)][key] = json!("x*");
            }
            condition
        } else {
            let mut like = json!({});
            for (number, key) in keys.iter().enumerate() {
                like[key] = json!(format!("*{}{at}*", ["a", "b", "c", "d"].get(number).unwrap_or(&"e")));
            }
            json!({"StringLike": like})
        };
        statements.push(
            json!({"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b/*",
            "Condition": condition}),
        );
    }
    json!({"Version": "2012-10-17", "Statement": statements}).to_string()
}
