//! The bucket's ACL: grants under the Denies of the bucket's policy.

use bucketwatch_policy::action::{Action, ActionSet};
use bucketwatch_policy::catalogue;
use bucketwatch_policy::pattern::Pattern;
use bucketwatch_policy::reach::{Endpoint, GranteeClass, PseudoAllow};
use bucketwatch_policy::untrusted::Untrusted;

use crate::assessment::{LatentUnknown, Path};
use crate::block::{Hold, disabling_acls, ignoring_public_acls};
use crate::door::{Door, Found, Granted, Lock};
use crate::findings::Findings;
use crate::gap::{Datum, Gap};
use crate::observed::Observed;
use crate::snapshot::{Grant, Grantee, Permission};
use crate::world::World;

const GROUPS: &str = "http://acs.amazonaws.com/groups/";

/// Judges the bucket's ACL.
///
/// *Unknowns*: an ACL that was not read matters unless ACLs are disabled or public ones ignored.
pub(crate) fn judge(world: &World<'_>, findings: &mut Findings) {
    match &world.snapshot.acl {
        Observed::Present(acl) => {
            let list = List {
                path: Path::BucketAcl,
                via: None,
                owner: acl.owner.as_ref(),
                grants: &acl.grants,
                place: "/acl/grants".to_owned(),
                key: None,
            };
            list.judge(world, findings);
        }
        fact => {
            let certainly_ignored = disabling_acls(world.snapshot)
                .into_iter()
                .chain(ignoring_public_acls(world.snapshot))
                .any(|hold| matches!(hold, Hold::Shut(_)));
            if let Some(gap) = Gap::in_fact(Datum::Acl, fact).filter(|_| !certainly_ignored) {
                findings.hang(gap);
            }
        }
    }
}

/// Gives where a stored ACL is hidden: AWS shows none, or a filtered one, while it is ignored.
///
/// A snapshot that shows a public grant all the same knows the stored ACL.
pub(crate) fn hidden(world: &World<'_>) -> Vec<LatentUnknown> {
    let held_by: Vec<String> = disabling_acls(world.snapshot)
        .into_iter()
        .chain(ignoring_public_acls(world.snapshot))
        .filter_map(|hold| if let Hold::Shut(word) = hold { Some(word) } else { None })
        .collect();
    let seen = match &world.snapshot.acl {
        Observed::Present(acl) => acl.grants.iter().any(|grant| is_public(&grant.grantee)),
        Observed::Absent => true,
        Observed::NotAsked | Observed::Unreadable(_) => false,
    };
    if held_by.is_empty() || seen {
        Vec::new()
    } else {
        vec![LatentUnknown { path: Path::BucketAcl, held_by }]
    }
}

/// The grants of a bucket or an object.
pub(crate) struct List<'w> {
    pub(crate) path: Path,
    pub(crate) via: Option<Untrusted>,
    pub(crate) owner: Option<&'w Untrusted>,
    pub(crate) grants: &'w [Grant],
    /// The JSON pointer to the grants.
    pub(crate) place: String,
    /// The object; `None` = the bucket.
    pub(crate) key: Option<Pattern>,
}

impl List<'_> {
    /// Judges every grant that is not the owner's own.
    pub(crate) fn judge(&self, world: &World<'_>, findings: &mut Findings) {
        let mut granted = Vec::new();
        for (index, grant) in self.grants.iter().enumerate() {
            match self.granted(index, grant) {
                Ok(Some(one)) => granted.push(one),
                Ok(None) => {}
                Err(gap) if self.disabled(world) => drop(gap),
                Err(gap) => findings.hang(gap),
            }
        }
        if granted.is_empty() {
            return;
        }
        let public: Vec<bool> = granted.iter().map(|one| is_public_class(&one.allow.grantee)).collect();
        let door = Door {
            world,
            path: self.path,
            via: self.via.clone(),
            endpoint: Endpoint::Bucket,
            locks: vec![Lock::Grants(granted)],
            denies: world.policy.there().into_iter().collect(),
        };
        let holds = |sources: &[usize], _: &_| {
            let is_public = sources.first().and_then(|source| public.get(*source)) == Some(&true);
            self.holds(world, is_public)
        };
        door.judge(findings, &holds, &Found::default());
    }

    fn disabled(&self, world: &World<'_>) -> bool {
        matches!(disabling_acls(world.snapshot), Some(Hold::Shut(_)))
    }

    /// Gives what holds a grant: ownership, the flags if it is public, and a policy whose Denies are not known.
    fn holds(&self, world: &World<'_>, is_public: bool) -> Vec<Hold> {
        let mut holds: Vec<Hold> = disabling_acls(world.snapshot).into_iter().collect();
        if is_public {
            holds.extend(ignoring_public_acls(world.snapshot));
        }
        holds.extend(world.policy.missing().cloned().map(Hold::Maybe));
        holds
    }

    fn granted(&self, index: usize, grant: &Grant) -> Result<Option<Granted>, Gap> {
        let Some(grantee) = self.grantee(&grant.grantee)? else { return Ok(None) };
        let actions = match self.path {
            Path::ObjectAcl => object_actions(&grant.permission)?,
            _ => bucket_actions(&grant.permission)?,
        };
        if actions.is_empty() {
            return Ok(None);
        }
        let keys = self.key.clone().map(|key| vec![key]);
        let allow = PseudoAllow { grantee, actions, keys };
        Ok(Some(Granted { allow, pointer: format!("{}/{index}", self.place) }))
    }

    fn grantee(&self, grantee: &Grantee) -> Result<Option<GranteeClass>, Gap> {
        match grantee {
            Grantee::CanonicalUser(id) if Some(id) == self.owner => Ok(None),
            Grantee::CanonicalUser(id) | Grantee::Email(id) => {
                Ok(Some(GranteeClass::CanonicalUser(id.clone())))
            }
            Grantee::Group(uri) => match uri.as_raw().strip_prefix(GROUPS) {
                Some("global/AllUsers") => Ok(Some(GranteeClass::Anyone)),
                Some("global/AuthenticatedUsers") => Ok(Some(GranteeClass::AnyAwsAccount)),
                Some("s3/LogDelivery") => Ok(Some(GranteeClass::LogDelivery)),
                _ => Err(Gap::new(
                    Datum::Acl,
                    format!("the ACL names a group that is not documented: {uri:?}"),
                )),
            },
        }
    }
}

fn is_public(grantee: &Grantee) -> bool {
    let Grantee::Group(uri) = grantee else { return false };
    matches!(uri.as_raw().strip_prefix(GROUPS), Some("global/AllUsers" | "global/AuthenticatedUsers"))
}

fn is_public_class(grantee: &GranteeClass) -> bool {
    matches!(grantee, GranteeClass::Anyone | GranteeClass::AnyAwsAccount)
}

/// Gives what a permission on the bucket lets the grantee do.
///
/// *Source*: Amazon S3 user guide, "Access control list overview", docs/semantics.md C2.
fn bucket_actions(permission: &Permission) -> Result<ActionSet, Gap> {
    const READ: &[&str] = &["s3:ListBucket", "s3:ListBucketVersions", "s3:ListBucketMultipartUploads"];
    by_permission(permission, [READ, &["s3:PutObject"], &["s3:GetBucketAcl"], &["s3:PutBucketAcl"]])
}

/// Gives what a permission on an object lets the grantee do; WRITE on an object means nothing.
fn object_actions(permission: &Permission) -> Result<ActionSet, Gap> {
    by_permission(
        permission,
        [
            &["s3:GetObject", "s3:GetObjectVersion"],
            &[],
            &["s3:GetObjectAcl", "s3:GetObjectVersionAcl"],
            &["s3:PutObjectAcl", "s3:PutObjectVersionAcl"],
        ],
    )
}

fn by_permission(permission: &Permission, table: [&[&str]; 4]) -> Result<ActionSet, Gap> {
    let [read, write, read_acp, write_acp] = table;
    match permission {
        Permission::Read => Ok(actions(read)),
        Permission::Write => Ok(actions(write)),
        Permission::ReadAcp => Ok(actions(read_acp)),
        Permission::WriteAcp => Ok(actions(write_acp)),
        Permission::FullControl => {
            Ok(table.iter().fold(ActionSet::EMPTY, |all, names| all.or(actions(names))))
        }
        Permission::Unknown(text) => {
            Err(Gap::new(Datum::Acl, format!("the ACL grants a permission that is not documented: {text:?}")))
        }
    }
}

fn actions(names: &[&str]) -> ActionSet {
    names.iter().filter_map(|name| catalogue::find(name)).collect::<Vec<Action>>().into_iter().collect()
}
