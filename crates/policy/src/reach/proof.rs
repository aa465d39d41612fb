//! From a solution to a witness, and the witness to the plain evaluator.

use crate::action::{Action, ResourceKind};
use crate::evaluate::{Decision, evaluate};
use crate::reach::atom::Value;
use crate::reach::inquiry::{Case, Inquiry, Solution};
use crate::reach::principal::is_granted;
use crate::reach::scene::{Fact, Scene};
use crate::reach::{AttachedTo, Document, Endpoint, Layer};
use crate::request::{Caller, Context};
use crate::witness::Witness;

/// Said of a branch whose solution the plain evaluator does not let in: the two disagree, so nothing is claimed.
pub(super) const REFUSED: &str = "the witness was refused by the plain evaluator";

impl Inquiry<'_> {
    /// Gives the request that `solution` amounts to for `action`, if the plain evaluator accepts it; it may have to say
    /// something of the keys `carried`.
    pub(super) fn prove(
        &self,
        case: Case<'_>,
        solution: &Solution,
        action: Action,
        carried: &[&str],
    ) -> Option<Witness> {
        let (witness, usual) = self.witness(case, solution, action, carried);
        self.accepts(case, solution, &witness, usual).then_some(witness)
    }

    /// Gives the request, and what of `carried` its caller would send without it.
    fn witness(
        &self,
        case: Case<'_>,
        solution: &Solution,
        action: Action,
        carried: &[&str],
    ) -> (Witness, Context) {
        let setting = self.question.setting;
        let value =
            |wanted: &str| solution.model.iter().find(|(key, _)| key == wanted).map(|(_, value)| value);
        let outsider = match value("aws:principalarn") {
            Some(Value::One(arn)) => solution.outsider.renamed(arn),
            _ => solution.outsider.clone(),
        };
        let mut caller = outsider.caller.clone();
        if let (Caller::Signed(signed), Some(Value::One(id))) = (&mut caller, value("aws:userid"))
            && let (Some(session), Some((_, name))) = (&mut signed.session_arn, id.split_once(':'))
            && let Some((stem, _)) = session.as_raw().rsplit_once('/')
        {
            *session = format!("{stem}/{name}").into();
        }
        let foreign_point = match (value("s3:dataaccesspointarn"), &solution.foreign_point) {
            (Some(Value::One(arn)), Some(_)) => Some(arn.clone()),
            (_, point) => point.clone(),
        };
        let scene = Scene {
            setting,
            mentions: self.mentions,
            endpoint: self.question.endpoint,
            foreign_point: foreign_point.as_deref(),
            outsider: &outsider,
            place: &solution.place,
            encrypted: solution.encrypted,
            instant: case.cell.sample,
            action,
        };
        let resource = match (action.kind(), value("")) {
            (ResourceKind::Object, Some(Value::One(key))) => {
                [case.names.object_prefix(AttachedTo::Bucket), key].concat()
            }
            (ResourceKind::Object, _) => [case.names.object_prefix(AttachedTo::Bucket), "a"].concat(),
            (kind, _) => case.names.bucket(AttachedTo::Bucket, kind).to_owned(),
        };
        let endpoint = match self.question.endpoint {
            Endpoint::AccessPoint { arn, .. } => Some(arn.clone()),
            _ => foreign_point.as_deref().map(Into::into),
        };
        let mut witness = Witness {
            caller,
            action,
            resource: resource.into(),
            context: Context::default(),
            absent: Vec::new(),
            endpoint,
        };
        let usual = witness.usual(setting, &is_among(carried));
        for key in carried.iter().copied() {
            if !action.defines(key) {
                continue;
            }
            let decided = value(key).cloned().or_else(|| settled(&scene, key));
            match decided {
                Some(Value::Absent) if usual.get(key).is_some() => witness.absent.push(key.to_owned()),
                Some(Value::One(text)) => witness.context.set(key, text),
                Some(Value::Many(values)) => witness.context.set_all(key, values),
                Some(Value::Absent) | None => {}
            }
        }
        self.drop_what_is_usual(&usual, &mut witness);
        (witness, usual)
    }

    /// Gives the keys that a witness may have to say something of.
    pub(super) fn carried<'k>(&'k self, solution: &'k Solution) -> Vec<&'k str> {
        let mut keys: Vec<&str> = self.mentions.keys().collect();
        keys.extend(solution.model.iter().map(|(key, _)| key.as_str()).filter(|key| !key.is_empty()));
        if solution.place.address.is_none() {
            keys.extend(["aws:sourceip", "aws:sourcevpc", "aws:sourcevpce"]);
        }
        keys.push("aws:principalorgid");
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// Keeps what differs from the usual, and what an Allow rests on.
    fn drop_what_is_usual(&self, usual: &Context, witness: &mut Witness) {
        let rests_on = |key: &str| self.mentions.any(|mentioned| mentioned == key);
        let same: Vec<String> = witness
            .context
            .iter()
            .filter(|(key, values)| usual.get(key) == Some(*values) && !rests_on(key))
            .map(|(key, _)| key.to_owned())
            .collect();
        for key in same {
            witness.context.remove(&key);
        }
    }

    /// Asks the plain evaluator about the keys that the documents read: no other decides anything.
    fn accepts(&self, case: Case<'_>, solution: &Solution, witness: &Witness, usual: Context) -> bool {
        let at_bucket = witness.over(usual);
        let at_endpoint = witness.endpoint.as_ref().and_then(|_| witness.at_endpoint(at_bucket.clone()));
        let request = |document: &Document<'_>| match document.attached_to {
            AttachedTo::Bucket => Some(&at_bucket),
            AttachedTo::AccessPoint => at_endpoint.as_ref(),
        };
        let allowed = self.question.layers.iter().zip(case.sources).all(|(layer, source)| match layer {
            Layer::Policy(document) => {
                request(document).is_some_and(|request| evaluate(document.policy, request).is_allowed())
            }
            Layer::Grants(grants) => {
                grants.get(*source).is_some_and(|grant| is_granted(&grant.grantee, &solution.outsider))
            }
        });
        allowed
            && self.question.denies.iter().all(|document| {
                let decision = request(document).map(|request| evaluate(document.policy, request));
                matches!(decision, Some(Decision::Allowed { .. } | Decision::NotAllowed))
            })
    }
}

/// Gives the value that a key has in a scene.
fn settled(scene: &Scene<'_>, key: &str) -> Option<Value> {
    let fact = match scene.fact(key) {
        Fact::NameAfter(_) => scene.pinned(key),
        _ if scene.is_read(key) => scene.pinned(key),
        fact => fact,
    };
    if let Fact::Fixed(value) = fact { Some(value) } else { None }
}

/// Tells whether a key, in whatever case, is one of `keys`, which are in lower case.
fn is_among(keys: &[&str]) -> impl Fn(&str) -> bool {
    |key| keys.iter().any(|one| one.eq_ignore_ascii_case(key))
}
