//! An assessment in the words of `bucketwatch.assessment/1`, as far as expectations speak of it.

use bucketwatch_exposure::assessment::{
    Assessment, Exposure, IneffectiveGrant, Latent, LatentUnknown, Undetermined,
};
use bucketwatch_exposure::words;
use bucketwatch_ingest::document::Subject;
use bucketwatch_policy::action::ActionSet;
use bucketwatch_policy::reach::Audience;
use bucketwatch_policy::request::Caller;
use bucketwatch_policy::untrusted::Untrusted;
use bucketwatch_policy::witness::Witness;
use serde_json::{Map, Value, json};

pub(crate) fn assessment(assessment: &Assessment, subject: &Subject) -> Value {
    let latent = assessment.latent.iter().map(latent_element);
    let unknown = assessment.latent_unknown.iter().map(unknown_element);
    json!({
        "schema": "bucketwatch.assessment/1",
        "bucket": assessment.bucket.as_ref().map(Untrusted::as_raw),
        "account": assessment.account.as_ref().map(|id| id.as_str()),
        "region": assessment.region,
        "observed_at": subject.observed_at.map(|at| at.to_string()),
        "verdict": words::verdict(assessment.verdict),
        "aws_public": assessment.aws_public,
        "discrepancy": assessment.discrepancy.map(|it| json!({"aws": it.aws, "computed": it.computed})),
        "exposures": assessment.exposures.iter().map(exposure).collect::<Vec<_>>(),
        "latent": latent.chain(unknown).collect::<Vec<_>>(),
        "ineffective": assessment.ineffective.iter().map(ineffective).collect::<Vec<_>>(),
        "objects": words::objects(assessment.objects),
        "undetermined": assessment.undetermined.iter().map(undetermined).collect::<Vec<_>>(),
        "diagnostics": assessment.diagnostics.iter().map(|it| {
            json!({"pointer": it.pointer, "message": it.message})
        }).collect::<Vec<_>>(),
    })
}

fn exposure(it: &Exposure) -> Value {
    let worst = it.witnesses.first().map(|(_, one)| witness(one));
    let each = it.witnesses.iter().map(|(access, one)| (words::access(*access).to_owned(), witness(one)));
    json!({
        "fingerprint": it.fingerprint,
        "audience": words::audience(&it.audience),
        "audience_detail": detail(&it.audience),
        "path": words::path(it.path),
        "access": it.access.iter().map(|access| words::access(*access)).collect::<Vec<_>>(),
        "actions": actions(it.actions),
        "resources": raw(&it.resources),
        "resources_except": raw(&it.resources_except),
        "pointer": it.pointers.first(),
        "pointers": it.pointers,
        "statement": it.statement.as_ref().map(Untrusted::as_raw),
        "severity": words::severity(it.severity),
        "valid": it.validity.map(|valid| json!({
            "from": valid.from.map(|at| at.to_string()),
            "until": valid.until.map(|at| at.to_string()),
        })),
        "accepted_by": null,
        "witness": worst,
        "witnesses": each.collect::<Map<_, _>>(),
        "notes": it.notes.iter().map(|note| words::note(note).as_raw().to_owned()).collect::<Vec<_>>(),
    })
}

fn witness(it: &Witness) -> Value {
    let (signed, principal) = match &it.caller {
        Caller::Anonymous => (false, None),
        Caller::Signed(signed) => (true, Some(signed.session_arn.as_ref().unwrap_or(&signed.arn).as_raw())),
        Caller::Service { name } => (true, Some(name.as_raw())),
    };
    let context = it.context.iter().map(|(key, values)| {
        let value = if let [one] = values { json!(one) } else { json!(values) };
        (key.to_owned(), value)
    });
    json!({
        "signed": signed,
        "principal": principal,
        "action": it.action.name(),
        "resource": it.resource.as_raw(),
        "context": context.collect::<Map<_, _>>(),
        "endpoint": it.endpoint.as_ref().map(Untrusted::as_raw),
    })
}

fn latent_element(it: &Latent) -> Value {
    let mut value = exposure(&it.exposure);
    value["held_by"] = json!(it.held_by);
    value
}

fn unknown_element(it: &LatentUnknown) -> Value {
    json!({"unknown": true, "path": words::path(it.path), "held_by": it.held_by})
}

fn ineffective(it: &IneffectiveGrant) -> Value {
    json!({
        "audience": words::audience(&it.audience),
        "path": words::path(it.path),
        "actions": actions(it.actions),
        "pointer": it.pointer,
        "statement": it.statement.as_ref().map(Untrusted::as_raw),
        "why": it.rule,
    })
}

fn undetermined(it: &Undetermined) -> Value {
    json!({
        "what": it.what,
        "operation": it.operation,
        "permission": it.permission,
        "why": it.why,
        "exposures": it.exposures.iter().map(exposure).collect::<Vec<_>>(),
    })
}

fn detail(audience: &Audience) -> Value {
    match audience {
        Audience::Anyone { ranges } | Audience::AnyAwsAccount { ranges } => json!({"ranges": ranges}),
        Audience::Network { ranges, vpcs, endpoints } => {
            json!({"ranges": ranges, "vpcs": raw(vpcs), "endpoints": raw(endpoints)})
        }
        Audience::Account { ids, principals } => {
            let ids: Vec<_> = ids.iter().map(|id| id.as_str()).collect();
            json!({"ids": ids, "principals": raw(principals)})
        }
        Audience::Organization { ids } => json!({"ids": raw(ids)}),
        Audience::Service { names, unscoped } => json!({"names": raw(names), "unscoped": unscoped}),
    }
}

fn actions(set: ActionSet) -> Vec<&'static str> {
    set.iter().map(|action| action.name()).collect()
}

fn raw(texts: &[Untrusted]) -> Vec<&str> {
    texts.iter().map(Untrusted::as_raw).collect()
}
