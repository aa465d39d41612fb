//! A judge that these tests can be read by: the grants of the bucket ACL, and whether the account ignores them.

use bucketwatch_exposure::assessment::{
    Assessment, Exposure, Objects, Path, Severity, Undetermined, Verdict,
};
use bucketwatch_exposure::observed::Observed;
use bucketwatch_exposure::snapshot::{BucketSnapshot, Permission};
use bucketwatch_policy::action::{Access, ActionSet};
use bucketwatch_policy::reach::Audience;
use jiff::Timestamp;

pub(super) fn judge(snapshot: &BucketSnapshot, _: Timestamp) -> Assessment {
    let grants = match &snapshot.acl {
        Observed::Present(acl) => &acl.grants[..],
        _ => &[],
    };
    let ignored = snapshot.account_block.present().is_some_and(|block| block.ignore_public_acls);
    let mut exposures: Vec<Exposure> = grants.iter().map(|grant| exposure(&grant.permission)).collect();
    let mut undetermined = Vec::new();
    if ignored {
        exposures.clear();
    } else if let Observed::Unreadable(why) = &snapshot.acl {
        undetermined.push(doubt("acl", &why.code));
    } else if let (Observed::Unreadable(why), false) = (&snapshot.account_block, exposures.is_empty()) {
        undetermined.push(Undetermined { exposures, ..doubt("block_public_access.account", &why.code) });
        exposures = Vec::new();
    }
    let verdict = match (exposures.is_empty(), undetermined.is_empty()) {
        (false, _) => Verdict::Public,
        (true, false) => Verdict::Undetermined,
        (true, true) => Verdict::NotPublic,
    };
    Assessment {
        bucket: snapshot.bucket.clone(),
        account: snapshot.account.clone(),
        region: snapshot.region.clone(),
        verdict,
        aws_public: None,
        discrepancy: None,
        exposures,
        latent: Vec::new(),
        latent_unknown: Vec::new(),
        ineffective: Vec::new(),
        objects: Objects::Unchecked,
        undetermined,
        diagnostics: Vec::new(),
    }
}

fn doubt(what: &'static str, why: &str) -> Undetermined {
    Undetermined { what, operation: None, permission: None, why: why.to_owned(), exposures: Vec::new() }
}

fn exposure(permission: &Permission) -> Exposure {
    let access = match permission {
        Permission::FullControl => vec![Access::WriteAcl, Access::Write, Access::List],
        Permission::Write => vec![Access::Write],
        _ => vec![Access::List],
    };
    Exposure {
        fingerprint: format!("{access:?}"),
        audience: Audience::Anyone { ranges: Vec::new() },
        path: Path::BucketAcl,
        via: None,
        access,
        actions: ActionSet::EMPTY,
        resources: vec!["arn:aws:s3:::b".into()],
        resources_except: Vec::new(),
        pointers: Vec::new(),
        statement: None,
        severity: Severity::High,
        validity: None,
        witnesses: Vec::new(),
        notes: Vec::new(),
    }
}
