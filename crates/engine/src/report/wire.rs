//! The documents that bucketwatch prints, as frozen structs of their own: what a domain type becomes tomorrow changes
//! nothing here. `schemas/` holds the JSON Schema of each.

mod assessment;
mod error;
mod exception;
mod exposure;
mod notice;
mod scan;
mod transition;
mod witness;
mod word;

pub use assessment::{
    AssessmentDocument, Diagnostic, Discrepancy, IneffectiveGrant, Latent, LatentUnknown, Origin,
    Undetermined,
};
pub use error::ErrorDocument;
pub use exception::{
    AcceptedDocument, ActDocument, ExceptionDocument, ExceptionSource, ExceptionState, TagDocument,
};
pub use exposure::{AudienceDetail, Exposure, Validity};
pub use notice::{
    Baseline, DigestDocument, DigestEntry, Group, NoticeDocument, OccurrenceDocument, OpenBucket, Reminder,
};
pub use scan::{Coverage, ScanDocument};
pub use transition::{CauseDocument, DeedDocument, Gap, Side, TransitionDocument};
pub use witness::{ContextValue, Witness};
pub use word::{Access, Audience, Objects, Path, Severity, Verdict};
