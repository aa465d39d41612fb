//! Secrets that AWS keeps.

use serde_json::{Value, json};

use super::session::{AwsSession, Call};

impl AwsSession {
    /// Gives a secret of Secrets Manager, or the member `key` of one that is JSON.
    ///
    /// # Errors
    /// What is wrong, in words without the secret.
    pub(crate) async fn stored_secret(&self, id: &str, key: Option<&str>) -> Result<String, String> {
        let call = Call::json("secretsmanager", "secretsmanager.GetSecretValue", &json!({"SecretId": id}));
        let answer = self.read(call.to(region_of(id))).await?;
        let text = answer["SecretString"].as_str().ok_or("it holds no text")?;
        let Some(key) = key else { return Ok(text.to_owned()) };
        let members: Value = serde_json::from_str(text).map_err(|_| "it is no JSON")?;
        members[key].as_str().map(str::to_owned).ok_or_else(|| "it has no text under that `key`".to_owned())
    }

    /// Gives a parameter of Systems Manager, decrypted.
    ///
    /// # Errors
    /// What is wrong, in words without the secret.
    pub(crate) async fn parameter(&self, name: &str) -> Result<String, String> {
        let body = json!({"Name": name, "WithDecryption": true});
        let answer =
            self.read(Call::json("ssm", "AmazonSSM.GetParameter", &body).to(region_of(name))).await?;
        answer["Parameter"]["Value"].as_str().map(str::to_owned).ok_or_else(|| "it holds no text".to_owned())
    }

    async fn read(&self, call: Call) -> Result<Value, String> {
        let answer = self.call(&call).await.map_err(|error| error.to_string())?;
        serde_json::from_slice(&answer).map_err(|_| "the answer is no JSON".to_owned())
    }
}

/// Gives the region that an ARN names.
pub(crate) fn region_of(arn: &str) -> Option<String> {
    let region = arn.strip_prefix("arn:")?.split(':').nth(2)?;
    super::endpoint::is_region(region).then(|| region.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_of_an_arn_counts_and_nothing_else_does() {
        let region = |arn| region_of(arn);
        assert_eq!(region("arn:aws:sns:eu-west-1:1:t").as_deref(), Some("eu-west-1"));
        assert_eq!(region("arn:aws-cn:sns:cn-north-1:1:t").as_deref(), Some("cn-north-1"));
        for none in ["name", "/a/b", "arn:aws:sns::1:t", "arn:aws:sns:evil.example/:1:t", "arn:"] {
            assert_eq!(region(none), None, "{none}");
        }
    }
}
