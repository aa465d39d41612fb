//! How bad a way in is, and which of its accesses is the worst.

use bucketwatch_policy::action::Access;
use bucketwatch_policy::reach::Audience;

use crate::assessment::Severity;

impl Severity {
    /// Gives how bad it is that `audience` has `access`.
    ///
    /// Only strangers and unscoped services are more than informational: the rest were named by somebody.
    pub fn of(audience: &Audience, access: Access) -> Self {
        match audience {
            Audience::Anyone { .. } | Audience::AnyAwsAccount { .. } => Self::to_strangers(access),
            Audience::Service { unscoped: true, .. } => Self::Medium,
            _ => Self::Informational,
        }
    }

    fn to_strangers(access: Access) -> Self {
        match access {
            Access::Write | Access::Delete | Access::WriteAcl | Access::Configure => Self::Critical,
            Access::Read | Access::List => Self::High,
            Access::ReadAcl | Access::Other => Self::Low,
        }
    }
}

/// Gives a rank by which accesses are sorted worst first: taking over, then destroying, then looking.
pub fn rank(access: Access) -> u8 {
    match access {
        Access::WriteAcl => 0,
        Access::Configure => 1,
        Access::Write => 2,
        Access::Delete => 3,
        Access::Read => 4,
        Access::List => 5,
        Access::ReadAcl => 6,
        Access::Other => 7,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Access; 8] = [
        Access::List,
        Access::Read,
        Access::Write,
        Access::Delete,
        Access::ReadAcl,
        Access::WriteAcl,
        Access::Configure,
        Access::Other,
    ];

    #[test]
    fn the_rank_never_puts_a_milder_access_before_a_worse_one() {
        let mut sorted = ALL;
        sorted.sort_by_key(|access| rank(*access));
        let severities = sorted.map(|access| Severity::of(&Audience::Anyone { ranges: Vec::new() }, access));
        assert!(severities.is_sorted_by(|a, b| a >= b), "{severities:?}");
    }

    #[test]
    fn named_audiences_are_informational_and_unscoped_services_medium() {
        let organization = Audience::Organization { ids: Vec::new() };
        let service = |unscoped| Audience::Service { names: Vec::new(), unscoped };
        for access in ALL {
            assert_eq!(Severity::of(&organization, access), Severity::Informational);
            assert_eq!(Severity::of(&service(true), access), Severity::Medium);
            assert_eq!(Severity::of(&service(false), access), Severity::Informational);
        }
    }
}
