//! Through what a request was made.

use bucketwatch_policy::untrusted::Untrusted;

use super::actor::Actor;

/// Through what a request was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Agent {
    /// Its kind.
    pub kind: AgentKind,
    /// What tells: the user agent, or the service that acted for somebody.
    pub text: Untrusted,
}

/// The kinds of agents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AgentKind {
    /// The web console.
    Console,
    /// The AWS command line.
    Cli,
    /// A program on an AWS SDK.
    Sdk,
    /// Terraform or OpenTofu.
    Terraform,
    /// Pulumi.
    Pulumi,
    /// CloudFormation.
    CloudFormation,
    /// The CDK, through CloudFormation.
    Cdk,
    /// An AWS service of its own accord or for somebody.
    Service,
    /// The record does not say.
    Unknown,
}

/// What a user agent says that one of a kind sends, the more telling first: Terraform and Pulumi run on an SDK, and the
/// console's back end is an SDK inside AWS.
const MARKS: [(&str, AgentKind); 18] = [
    ("aws-cdk", AgentKind::Cdk),
    ("terraform", AgentKind::Terraform),
    ("opentofu", AgentKind::Terraform),
    ("pulumi", AgentKind::Pulumi),
    ("cloudformation", AgentKind::CloudFormation),
    ("s3console/", AgentKind::Console),
    ("aws console", AgentKind::Console),
    ("console.amazonaws.com", AgentKind::Console),
    ("signin.amazonaws.com", AgentKind::Console),
    ("console.aws.amazon.com", AgentKind::Console),
    ("aws-cli/", AgentKind::Cli),
    ("aws-internal/", AgentKind::Service),
    ("aws internal", AgentKind::Service),
    ("aws-sdk-", AgentKind::Sdk),
    ("boto", AgentKind::Sdk),
    ("awspowershell", AgentKind::Sdk),
    ("aws-tools", AgentKind::Sdk),
    ("s3fs", AgentKind::Sdk),
];

impl Agent {
    /// Tells the agent from the service that acted, the user agent, the role, and whether the credentials are the
    /// console's.
    pub(super) fn of(
        invoked_by: Option<&str>,
        user_agent: Option<&str>,
        actor: &Actor,
        from_console: bool,
    ) -> Self {
        let user_agent = user_agent.unwrap_or_default();
        let text = invoked_by.unwrap_or(user_agent);
        let kind = match invoked_by.map(by_service).unwrap_or_else(|| by_user_agent(user_agent)) {
            AgentKind::CloudFormation if is_cdk_role(actor) => AgentKind::Cdk,
            AgentKind::Unknown | AgentKind::Sdk if from_console => AgentKind::Console,
            kind => kind,
        };
        Self { kind, text: text.into() }
    }

    /// Gives the agent for a person: `AWS console`, `Terraform`, or what the user agent says.
    pub fn describe(&self) -> Untrusted {
        let name = match self.kind {
            AgentKind::Console => "AWS console",
            AgentKind::Cli => "AWS CLI",
            AgentKind::Terraform => "Terraform",
            AgentKind::Pulumi => "Pulumi",
            AgentKind::CloudFormation => "CloudFormation",
            AgentKind::Cdk => "AWS CDK",
            AgentKind::Sdk | AgentKind::Service | AgentKind::Unknown => {
                return self.program();
            }
        };
        name.into()
    }

    /// Gives the first word of a user agent, out of the brackets that CloudTrail puts around it.
    fn program(&self) -> Untrusted {
        let text = self.text.as_raw().trim_matches(['[', ']', ' ']);
        let end = if text.eq_ignore_ascii_case("aws internal") { text.len() } else { word_end(text) };
        Untrusted::new(text.get(..end).unwrap_or(text).trim_end_matches(','))
    }
}

fn word_end(text: &str) -> usize {
    text.find(' ').unwrap_or(text.len())
}

fn by_service(service: &str) -> AgentKind {
    match service {
        "cloudformation.amazonaws.com" => AgentKind::CloudFormation,
        _ => AgentKind::Service,
    }
}

fn by_user_agent(user_agent: &str) -> AgentKind {
    let folded = user_agent.to_ascii_lowercase();
    let marked = MARKS.iter().find(|(mark, _)| folded.contains(mark)).map(|(_, kind)| *kind);
    let service = || folded.ends_with(".amazonaws.com").then_some(AgentKind::Service);
    marked.or_else(service).unwrap_or(AgentKind::Unknown)
}

/// Tells whether the CDK's bootstrap made the role: `cdk-hnb659fds-cfn-exec-role-ACCOUNT-REGION`.
fn is_cdk_role(actor: &Actor) -> bool {
    matches!(actor, Actor::Role { role, .. }
        if role.as_raw().starts_with("cdk-") && role.as_raw().contains("-cfn-exec-role-"))
}
