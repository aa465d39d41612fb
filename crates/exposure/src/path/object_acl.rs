//! The ACLs of the objects that were looked at.

use bucketwatch_policy::pattern::{Part, Pattern};

use super::acl::List;
use crate::assessment::{Objects, Path};
use crate::block::{Hold, disabling_acls, ignoring_public_acls};
use crate::findings::Findings;
use crate::observed::Observed;
use crate::snapshot::ObjectAcl;
use crate::world::World;

/// Judges every object ACL that was read.
pub(crate) fn judge(world: &World<'_>, findings: &mut Findings) {
    let objects = world.snapshot.object_acls.present().map(Vec::as_slice).unwrap_or_default();
    for (index, object) in objects.iter().enumerate() {
        let Observed::Present(grants) = &object.grants else { continue };
        let list = List {
            path: Path::ObjectAcl,
            via: Some(object.key.clone()),
            owner: object.owner.as_ref().or_else(|| bucket_owner(world)),
            grants,
            place: format!("/object_acls/{index}/grants"),
            key: Some(literal(object)),
        };
        list.judge(world, findings);
    }
}

/// Gives what is known of object ACLs.
///
/// They cannot matter under BucketOwnerEnforced or IgnorePublicAcls: no public grant counts then.
pub(crate) fn known(world: &World<'_>) -> Objects {
    let mut holds = disabling_acls(world.snapshot).into_iter().chain(ignoring_public_acls(world.snapshot));
    if holds.any(|hold| matches!(hold, Hold::Shut(_))) {
        return Objects::CannotMatter;
    }
    match &world.snapshot.object_acls {
        Observed::Present(read) if read.iter().any(|object| object.grants.is_known()) => Objects::Sampled,
        Observed::Absent => Objects::Checked,
        _ => Objects::Unchecked,
    }
}

fn bucket_owner<'w>(world: &World<'w>) -> Option<&'w bucketwatch_policy::untrusted::Untrusted> {
    world.snapshot.acl.present().and_then(|acl| acl.owner.as_ref())
}

/// Gives the pattern that names this object alone, whatever wildcards its key holds.
fn literal(object: &ObjectAcl) -> Pattern {
    Pattern { text: object.key.clone(), parts: vec![Part::Literal(object.key.as_raw().to_owned())] }
}
