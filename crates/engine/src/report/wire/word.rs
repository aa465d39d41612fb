//! The words of the documents, each frozen apart from the type that it comes from.

use bucketwatch_exposure::assessment as domain;
use bucketwatch_policy::action;
use bucketwatch_policy::reach;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Defines an enum whose variants are written as the given words, in order of weight.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $word:literal: $about:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
        pub enum $name {
            $(#[doc = $about] #[serde(rename = $word)] $variant,)+
        }

        impl $name {
            /// Gives the word as documents spell it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// Gives every word, in order.
            pub fn all() -> &'static [Self] {
                &[$(Self::$variant),+]
            }
        }
    };
}

words! {
    /// The answer to "can strangers reach it?", the worst first.
    Verdict {
        Public = "public": "They can.",
        Undetermined = "undetermined": "Nobody knows.",
        NotPublic = "not_public": "They cannot.",
    }
}

words! {
    /// Who gets in, the widest first.
    Audience {
        Anyone = "anyone": "Anybody, unsigned.",
        AnyAwsAccount = "any_aws_account": "Every signed AWS principal.",
        Network = "network": "Whoever comes from certain places.",
        Account = "account": "Named accounts or principals.",
        Organization = "organization": "Named organizations.",
        Service = "service": "AWS services.",
    }
}

words! {
    /// By what they get in.
    Path {
        BucketAcl = "bucket_acl": "The bucket's ACL.",
        BucketPolicy = "bucket_policy": "The bucket's policy.",
        AccessPoint = "access_point": "An access point.",
        MultiRegionAccessPoint = "multi_region_access_point": "A multi-Region access point.",
        ObjectAcl = "object_acl": "An object's ACL.",
    }
}

words! {
    /// What they may do.
    Access {
        List = "list": "See names.",
        Read = "read": "Read data.",
        Write = "write": "Create or overwrite.",
        Delete = "delete": "Delete.",
        ReadAcl = "read_acl": "Read ACLs or policies.",
        WriteAcl = "write_acl": "Change who may do what.",
        Configure = "configure": "Change the configuration.",
        Other = "other": "Anything else.",
    }
}

words! {
    /// How bad it is, the worst first.
    Severity {
        Critical = "critical": "Strangers can write, delete or take over.",
        High = "high": "Strangers can read or list.",
        Medium = "medium": "An unscoped service.",
        Low = "low": "Strangers can read ACLs.",
        Informational = "informational": "Worth knowing.",
    }
}

words! {
    /// What is known of object ACLs.
    Objects {
        CannotMatter = "cannot_matter": "They are not evaluated.",
        Unchecked = "unchecked": "Nobody looked.",
        Sampled = "sampled": "Some were read.",
        Checked = "checked": "All were read.",
    }
}

impl From<domain::Verdict> for Verdict {
    fn from(verdict: domain::Verdict) -> Self {
        match verdict {
            domain::Verdict::Public => Self::Public,
            domain::Verdict::Undetermined => Self::Undetermined,
            domain::Verdict::NotPublic => Self::NotPublic,
        }
    }
}

impl From<&reach::Audience> for Audience {
    fn from(audience: &reach::Audience) -> Self {
        match audience {
            reach::Audience::Anyone { .. } => Self::Anyone,
            reach::Audience::AnyAwsAccount { .. } => Self::AnyAwsAccount,
            reach::Audience::Network { .. } => Self::Network,
            reach::Audience::Account { .. } => Self::Account,
            reach::Audience::Organization { .. } => Self::Organization,
            reach::Audience::Service { .. } => Self::Service,
        }
    }
}

impl From<domain::Path> for Path {
    fn from(path: domain::Path) -> Self {
        match path {
            domain::Path::BucketAcl => Self::BucketAcl,
            domain::Path::BucketPolicy => Self::BucketPolicy,
            domain::Path::AccessPoint => Self::AccessPoint,
            domain::Path::MultiRegionAccessPoint => Self::MultiRegionAccessPoint,
            domain::Path::ObjectAcl => Self::ObjectAcl,
        }
    }
}

impl From<action::Access> for Access {
    fn from(access: action::Access) -> Self {
        match access {
            action::Access::List => Self::List,
            action::Access::Read => Self::Read,
            action::Access::Write => Self::Write,
            action::Access::Delete => Self::Delete,
            action::Access::ReadAcl => Self::ReadAcl,
            action::Access::WriteAcl => Self::WriteAcl,
            action::Access::Configure => Self::Configure,
            action::Access::Other => Self::Other,
        }
    }
}

impl From<Access> for action::Access {
    fn from(access: Access) -> Self {
        match access {
            Access::List => Self::List,
            Access::Read => Self::Read,
            Access::Write => Self::Write,
            Access::Delete => Self::Delete,
            Access::ReadAcl => Self::ReadAcl,
            Access::WriteAcl => Self::WriteAcl,
            Access::Configure => Self::Configure,
            Access::Other => Self::Other,
        }
    }
}

impl From<Path> for domain::Path {
    fn from(path: Path) -> Self {
        match path {
            Path::BucketAcl => Self::BucketAcl,
            Path::BucketPolicy => Self::BucketPolicy,
            Path::AccessPoint => Self::AccessPoint,
            Path::MultiRegionAccessPoint => Self::MultiRegionAccessPoint,
            Path::ObjectAcl => Self::ObjectAcl,
        }
    }
}

impl From<domain::Severity> for Severity {
    fn from(severity: domain::Severity) -> Self {
        match severity {
            domain::Severity::Critical => Self::Critical,
            domain::Severity::High => Self::High,
            domain::Severity::Medium => Self::Medium,
            domain::Severity::Low => Self::Low,
            domain::Severity::Informational => Self::Informational,
        }
    }
}

impl From<domain::Objects> for Objects {
    fn from(objects: domain::Objects) -> Self {
        match objects {
            domain::Objects::CannotMatter => Self::CannotMatter,
            domain::Objects::Unchecked => Self::Unchecked,
            domain::Objects::Sampled => Self::Sampled,
            domain::Objects::Checked => Self::Checked,
        }
    }
}
