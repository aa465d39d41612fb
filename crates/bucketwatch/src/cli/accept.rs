//! The command line of `accept`.

use bucketwatch_engine::config::Until;
use bucketwatch_engine::report::wire::{Access, Audience};
use bucketwatch_policy::name::AccountId;
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};

use super::{CommonArguments, FormatWord, StateArguments, words};

/// What `accept` takes.
#[derive(Args, Clone, Debug)]
pub(crate) struct AcceptArguments {
    /// Bucket of which to accept what is open to strangers at its last look
    #[arg(
        value_name = "BUCKET",
        conflicts_with_all = ["list", "revoke"],
        requires_all = ["reason", "until"]
    )]
    pub(crate) bucket_name: Option<String>,
    /// Why it is accepted
    #[arg(long, value_name = "TEXT", requires = "bucket_name", value_parser = said)]
    pub(crate) reason: Option<String>,
    /// Last day on which it is accepted (UTC), or an instant: 2027-03-31, 2027-03-31T12:00:00Z
    #[arg(long, value_name = "DATE", requires = "bucket_name")]
    pub(crate) until: Option<Until>,
    /// Who answers for it [default: whom the bucket's tag `owner` names, else you]
    #[arg(long, value_name = "TEXT", requires = "bucket_name", value_parser = said)]
    pub(crate) owner: Option<String>,
    /// Account that the bucket is in, where the state knows several buckets of the name
    #[arg(long, value_name = "ID", requires = "bucket_name", value_parser = words::account)]
    pub(crate) account: Option<AccountId>,
    /// Accept only these of the accesses that are open
    #[arg(long, value_enum, value_delimiter = ',', value_name = "ACCESS", requires = "bucket_name")]
    pub(crate) access: Vec<AccessWord>,
    /// Accept only what is open to these [default: anyone,any_aws_account]
    #[arg(long, value_enum, value_delimiter = ',', value_name = "AUDIENCE", requires = "bucket_name")]
    pub(crate) audience: Vec<AudienceWord>,
    /// Accept only what lies within this ARN pattern; may be given several times
    #[arg(long, value_name = "ARN", requires = "bucket_name")]
    pub(crate) resource: Vec<String>,
    /// Accept exactly the --audience and --access that you say, on the --resource or the whole bucket, open now or not
    #[arg(long, requires = "bucket_name")]
    pub(crate) ahead: bool,
    /// Accept only as long as the bucket's tag of this key has the value that it has now
    #[arg(long, value_name = "KEY", requires = "bucket_name")]
    pub(crate) while_tag: Option<String>,
    /// Show all exceptions, of the state and of the configuration: the next to expire first, then those that lapsed
    #[arg(long, conflicts_with = "revoke")]
    pub(crate) list: bool,
    /// Take back the exception of this name; what it covers alerts again at the next look
    #[arg(long, value_name = "ID")]
    pub(crate) revoke: Option<String>,
    /// Format of --list
    #[arg(long, value_enum, default_value_t, requires = "list")]
    pub(crate) format: FormatWord,
    #[command(flatten)]
    pub(crate) state: StateArguments,
    #[command(flatten)]
    pub(crate) common: CommonArguments,
}

/// Reads a text that says something.
fn said(text: &str) -> Result<String, &'static str> {
    if text.trim().is_empty() { Err("it must not be empty") } else { Ok(text.to_owned()) }
}

/// An access, spelt as in documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AccessWord(pub(crate) Access);

impl ValueEnum for AccessWord {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [AccessWord; 8] = [
            AccessWord(Access::List),
            AccessWord(Access::Read),
            AccessWord(Access::Write),
            AccessWord(Access::Delete),
            AccessWord(Access::ReadAcl),
            AccessWord(Access::WriteAcl),
            AccessWord(Access::Configure),
            AccessWord(Access::Other),
        ];
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.as_str()))
    }
}

/// An audience, spelt as in documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AudienceWord(pub(crate) Audience);

impl ValueEnum for AudienceWord {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [AudienceWord; 6] = [
            AudienceWord(Audience::Anyone),
            AudienceWord(Audience::AnyAwsAccount),
            AudienceWord(Audience::Network),
            AudienceWord(Audience::Account),
            AudienceWord(Audience::Organization),
            AudienceWord(Audience::Service),
        ];
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.as_str()))
    }
}
