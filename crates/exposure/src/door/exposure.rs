//! From a proven opening to the exposure that is reported.

use bucketwatch_policy::action::{Access, Action, ResourceKind};
use bucketwatch_policy::reach::{Audience, Note, Opening};

use super::Door;
use crate::assessment::{Exposure, ExposureNote, Path, Severity};
use crate::fingerprint;
use crate::proof::{Proven, accesses, is_to_strangers};

impl Door<'_> {
    /// Gives the exposure.
    pub(super) fn exposure(&self, proven: Proven) -> Exposure {
        let opening = proven.into_opening();
        let access = accesses(opening.actions);
        let severity = access.iter().map(|class| Severity::of(&opening.audience, *class)).max();
        let mut exposure = Exposure {
            fingerprint: String::new(),
            notes: self.notes(&opening, &access),
            pointers: self.pointers(&opening.sources),
            statement: self.sid(&opening.sources),
            audience: opening.audience,
            path: self.path,
            via: self.via.clone(),
            access,
            actions: opening.actions,
            resources: opening.resources,
            resources_except: opening.resources_except,
            severity: severity.unwrap_or(Severity::Informational),
            validity: opening.validity,
            witnesses: opening.witnesses,
        };
        exposure.fingerprint = fingerprint::of(self.world.subject(), &exposure);
        exposure
    }

    fn notes(&self, opening: &Opening, access: &[Access]) -> Vec<ExposureNote> {
        let (snapshot, strangers) = (self.world.snapshot, is_to_strangers(&opening.audience));
        let any = |test: &dyn Fn(Action) -> bool| opening.actions.iter().any(test);
        let by_policy = !matches!(self.path, Path::BucketAcl | Path::ObjectAcl);
        let existing = |action: Action| {
            action.kind() == ResourceKind::Object && !matches!(action.access(), Access::Write | Access::List)
        };
        let encrypted =
            |action: Action| matches!(action.name(), "s3:GetObject" | "s3:GetObjectVersion" | "s3:PutObject");
        let mut notes: Vec<ExposureNote> = opening
            .notes
            .iter()
            .map(|note| ExposureNote::Policy(self.as_written(note, &opening.sources)))
            .collect();
        let mut note = |applies: bool, what: ExposureNote| {
            if applies && !notes.contains(&what) {
                notes.push(what);
            }
        };
        note(
            by_policy && !self.world.owner_enforced() && any(&existing),
            ExposureNote::Policy(Note::OnlyOwnedObjects),
        );
        note(
            snapshot.website.present().is_some()
                && matches!(self.path, Path::BucketPolicy | Path::ObjectAcl)
                && matches!(opening.audience, Audience::Anyone { .. })
                && any(&|action| action.name() == "s3:GetObject"),
            ExposureNote::WebsiteEndpoint,
        );
        note(self.world.encrypts_with_kms() && any(&encrypted), ExposureNote::KmsDefaultEncryption);
        note(strangers && !self.world.controls_known, ExposureNote::ResourceControlPoliciesUnread);
        note(strangers && access.contains(&Access::WriteAcl), ExposureNote::TakeOver);
        notes.sort();
        notes
    }

    /// Gives the note with its condition key spelled as the policy spells it.
    fn as_written(&self, note: &Note, sources: &[usize]) -> Note {
        let Note::CallerChosenKey(key) = note else { return note.clone() };
        let statements = self
            .policies()
            .zip(sources)
            .filter_map(|((attached, _), source)| attached.policy.statements.get(*source));
        let written = statements.flat_map(|statement| &statement.conditions).find(|entry| entry.key == *key);
        Note::CallerChosenKey(written.map_or_else(|| key.clone(), |entry| entry.key_text.as_raw().to_owned()))
    }
}
