//! What the function's environment variables say.

use std::path::PathBuf;

use anyhow::{Result, anyhow, bail};
use bucketwatch_engine::config::{AlertKind, Config, SnsConfig};

use crate::settings;

/// The settings that a function has in its environment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Environment {
    /// Where the state lies.
    pub(super) state: Option<String>,
    /// Where the configuration is.
    pub(super) config: Place,
    /// The topic that is told, beside the configuration's notifiers.
    pub(super) topic: Option<String>,
    /// What is told.
    pub(super) alert_on: Option<Vec<AlertKind>>,
    /// Rules, queues and functions of ours.
    pub(super) own: Vec<String>,
    /// Which log lines are written.
    pub(super) log: Option<String>,
}

/// Where the configuration is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Place {
    /// Nowhere: the defaults count.
    #[default]
    Nowhere,
    /// A file.
    File(PathBuf),
    /// A parameter of AWS Systems Manager.
    Parameter(String),
}

impl Environment {
    /// Reads the variables that `variable` gives.
    ///
    /// # Errors
    /// Names the variable that is wrong.
    pub(super) fn read(variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let set = |name: &str| variable(name).filter(|value| !value.trim().is_empty());
        let list = |name: &str| {
            let text = set(name).unwrap_or_default();
            let words = text.split(',').map(str::trim).filter(|word| !word.is_empty());
            words.map(str::to_owned).collect::<Vec<_>>()
        };
        let alert_on = match list("BUCKETWATCH_ALERT_ON") {
            words if words.is_empty() => None,
            words => Some(words.iter().map(|word| word.parse()).collect::<Result<_, _>>().map_err(
                |error: bucketwatch_engine::config::UnknownAlert| anyhow!("BUCKETWATCH_ALERT_ON: {error}"),
            )?),
        };
        Ok(Self {
            state: set("BUCKETWATCH_STATE"),
            config: Place::of(
                set("BUCKETWATCH_CONFIG"),
                set("BUCKETWATCH_CONFIG_PARAMETER"),
                set("LAMBDA_TASK_ROOT"),
            )?,
            topic: set("BUCKETWATCH_SNS_TOPIC_ARN"),
            alert_on,
            own: list("BUCKETWATCH_OWN"),
            log: set("BUCKETWATCH_LOG"),
        })
    }

    /// Puts these settings over those of `config`.
    pub(super) fn over(&self, mut config: Config) -> Config {
        let known = |topic: &String| config.notify.sns.iter().any(|sns| sns.topic == *topic);
        if let Some(topic) = self.topic.clone().filter(|topic| !known(topic)) {
            let names = config.notify.names();
            let name = ["sns", "topic"].into_iter().find(|name| !names.iter().any(|other| other == name));
            config.notify.sns.push(SnsConfig { name: name.unwrap_or("topic").to_owned(), topic });
        }
        Config {
            alert_on: self.alert_on.clone().or(config.alert_on),
            state: self.state.clone().or(config.state),
            ..config
        }
    }
}

impl Place {
    fn of(file: Option<String>, parameter: Option<String>, package: Option<String>) -> Result<Self> {
        match (file, parameter) {
            (Some(_), Some(_)) => {
                bail!(
                    "BUCKETWATCH_CONFIG and BUCKETWATCH_CONFIG_PARAMETER both name the configuration; set one"
                )
            }
            (Some(file), None) => Ok(Self::File(file.into())),
            (None, Some(parameter)) => Ok(Self::Parameter(parameter)),
            (None, None) => {
                let beside = package.map(|package| PathBuf::from(package).join(settings::FILE_NAME));
                Ok(beside.filter(|file| file.exists()).map_or(Self::Nowhere, Self::File))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Environment, String> {
        let variable = |name: &str| {
            variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
        };
        Environment::read(variable).map_err(|error| error.to_string())
    }

    #[test]
    fn an_empty_variable_is_one_that_is_not_set() {
        let empty = [("BUCKETWATCH_STATE", " "), ("BUCKETWATCH_CONFIG", ""), ("BUCKETWATCH_ALERT_ON", " , ")];
        assert_eq!(read(&empty).unwrap(), Environment::default());
    }

    #[test]
    fn lists_have_commas_and_a_wrong_word_is_named() {
        let read_on = |text: &str| read(&[("BUCKETWATCH_ALERT_ON", text)]);
        let alert_on = read_on("opened, closed").unwrap().alert_on;
        assert_eq!(alert_on, Some(vec![AlertKind::Opened, AlertKind::Closed]));
        let wrong = read_on("opened,open").unwrap_err();
        assert_eq!(wrong, "BUCKETWATCH_ALERT_ON: `open` is no kind of transition");
        let own = read(&[("BUCKETWATCH_OWN", "rule-a,arn:aws:sqs:eu-west-1:111122223333:q")]).unwrap().own;
        assert_eq!(own, ["rule-a", "arn:aws:sqs:eu-west-1:111122223333:q"]);
    }

    #[test]
    fn the_configuration_has_one_place() {
        let folder = tempfile::tempdir().unwrap();
        let task_root = folder.path().to_str().unwrap();
        let at = |more: &[(&str, &str)]| {
            let variables: Vec<_> =
                [("LAMBDA_TASK_ROOT", task_root)].into_iter().chain(more.to_vec()).collect();
            read(&variables).map(|environment| environment.config)
        };
        assert_eq!(at(&[]).unwrap(), Place::Nowhere);
        std::fs::write(folder.path().join("bucketwatch.toml"), "").unwrap();
        assert_eq!(at(&[]).unwrap(), Place::File(folder.path().join("bucketwatch.toml")));
        let parameter = ("BUCKETWATCH_CONFIG_PARAMETER", "/bucketwatch");
        assert_eq!(at(&[parameter]).unwrap(), Place::Parameter("/bucketwatch".to_owned()));
        assert_eq!(at(&[("BUCKETWATCH_CONFIG", "/a.toml")]).unwrap(), Place::File("/a.toml".into()));
        assert!(at(&[("BUCKETWATCH_CONFIG", "/a.toml"), parameter]).unwrap_err().contains("both"));
    }

    #[test]
    fn the_topic_is_one_more_notifier_unless_the_configuration_has_it() {
        let topic = "arn:aws:sns:eu-west-1:111122223333:alerts";
        let environment = read(&[("BUCKETWATCH_SNS_TOPIC_ARN", topic)]).unwrap();
        let names = |toml: &str| environment.over(Config::parse(toml).unwrap()).notify.names();
        assert_eq!(names(""), ["sns"]);
        assert_eq!(names(&format!("[[notify.sns]]\nname = \"mine\"\ntopic = \"{topic}\"\n")), ["mine"]);
        let other = "[[notify.sns]]\ntopic = \"arn:aws:sns:eu-west-1:111122223333:other\"\n";
        assert_eq!(names(other), ["sns", "topic"]);
    }
}
