//! Single requests, to hold the translation to the plain evaluator: with every fact of a request asserted, the solver
//! must say what the evaluator says.

use bucketwatch_policy::catalogue;
use bucketwatch_policy::name::AccountId;
use bucketwatch_policy::request::{Caller as Who, Context, Request, Signed};

use super::generate::{RANGES, TAGS, TEXT_KEYS, TIMES};
use super::smt::{Act, BUCKET, Caller, Fact, Kind, STRANGER};
use crate::dice::Dice;

/// One request in both languages.
#[derive(Debug)]
pub(crate) struct Ground {
    /// For the evaluator.
    pub(crate) request: Request,
    /// For the solver.
    pub(crate) facts: Vec<Fact>,
}

/// Gives a random request that `caller` can send for `act`.
pub(crate) fn request(dice: &mut Dice, caller: Caller, act: Act) -> Ground {
    let mut ground = Ground {
        request: Request {
            caller: Who::Anonymous,
            action: catalogue::find(act.0).expect("a known action"),
            resource: BUCKET.into(),
            context: Context::default(),
        },
        facts: Vec::new(),
    };
    let name = dice.one(&["admin", "a", "public"]);
    if act.1 == Kind::Object {
        let keys = ["a", "public/ab", "public/x.jpg", "pc/c/d", "x.jpg", "a/b", "222233334444/x"];
        let arn = format!("{BUCKET}/{}", dice.one(&keys));
        ground.request.resource = arn.as_str().into();
        ground.facts.push(Fact::Resource(arn));
    }
    match caller {
        Caller::Anonymous => {
            ground.set("aws:PrincipalAccount", &["anonymous"]);
            ground.set("aws:PrincipalType", &["Anonymous"]);
        }
        Caller::Foreign => sign(&mut ground, dice, name),
    }
    if dice.one_in(3) {
        ground.set("aws:SourceVpce", &["vpce-0cc"]);
        ground.set("aws:SourceIp", &[]);
    } else {
        let addresses: Vec<&str> =
            RANGES.iter().map(|range| range.split('/').next().unwrap_or(range)).collect();
        let address = dice.one(&addresses);
        let routed = if address.starts_with("0.") || *address == "::" { "9.9.9.9" } else { address };
        ground.set("aws:SourceIp", &[routed]);
    }
    ground.set("aws:SecureTransport", &[*dice.one(&["true", "false"])]);
    ground.set("aws:CurrentTime", &[*dice.one(&TIMES[1..])]);
    for (key, patterns) in TEXT_KEYS.iter().filter(|(key, _)| is_chosen(key)) {
        let always = *key == "aws:UserAgent";
        if ground.request.action.defines(key) && (always || !dice.one_in(3)) {
            let value = dice.one(patterns).replace("${aws:username}", name).replace(['*', '?'], "l");
            ground.set(key, &[&value]);
        } else {
            ground.set(key, &[]);
        }
    }
    let listing = ground.request.action.defines("s3:max-keys");
    let most = *dice.one(&["0", "5", "10", "1000"]);
    ground.set("s3:max-keys", if listing && dice.one_in(2) { std::slice::from_ref(&most) } else { &[] });
    if ground.request.action.defines("s3:RequestObjectTagKeys") {
        let tags: Vec<String> = TAGS.iter().map(|tag| tag.replace(['*', '?'], "x")).collect();
        let tags: Vec<&str> = (0..dice.roll(3)).map(|_| dice.one(&tags).as_str()).collect();
        ground.set("s3:RequestObjectTagKeys", &tags);
    }
    ground
}

/// Tells whether the caller chooses the key's value freely.
fn is_chosen(key: &str) -> bool {
    matches!(key, "aws:Referer" | "aws:UserAgent" | "s3:prefix" | "s3:VersionId" | "s3:x-amz-acl")
}

fn sign(ground: &mut Ground, dice: &mut Dice, name: &str) {
    let kind = *dice.one(&["user", "role", "root"]);
    let rest = if kind == "root" { "root".to_owned() } else { format!("{kind}/{name}") };
    let arn = format!("arn:aws:iam::{STRANGER}:{rest}");
    let session = (kind == "role").then(|| format!("arn:aws:sts::{STRANGER}:assumed-role/{name}/s"));
    ground.request.caller = Who::Signed(Signed {
        account: AccountId::parse(STRANGER).expect("an account"),
        arn: arn.as_str().into(),
        session_arn: session.map(|session| session.as_str().into()),
        canonical_id: None,
        provider: None,
    });
    ground.set("aws:PrincipalArn", &[&arn]);
    ground.set("aws:PrincipalAccount", &[STRANGER]);
    match kind {
        "user" => {
            ground.set("aws:PrincipalType", &["User"]);
            ground.set("aws:username", &[name]);
        }
        "role" => ground.set("aws:PrincipalType", &["AssumedRole"]),
        _ => ground.set("aws:PrincipalType", &["Account"]),
    }
    let organization: &[&str] = if dice.one_in(2) { &["o-zzzzzzzzzz"] } else { &[] };
    ground.set("aws:PrincipalOrgID", organization);
}

impl Ground {
    fn set(&mut self, key: &str, values: &[&str]) {
        let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
        self.facts.push(Fact::Key(key.to_ascii_lowercase(), values.clone()));
        if values.is_empty() {
            self.request.context.remove(key);
        } else {
            self.request.context.set_all(key, values);
        }
    }
}
