use crate::catalogue;
use crate::evaluate::tests::{FOREIGN, OWN, service, session, user};
use crate::name::{AccountId, Partition};
use crate::request::{Caller, Context};
use crate::setting::Setting;
use crate::witness::Witness;

fn setting() -> Setting {
    Setting {
        partition: Partition::Aws,
        bucket: Some("b".into()),
        account: AccountId::parse(OWN),
        region: Some("eu-west-1".into()),
        organization: None,
        bucket_tags: None,
        now: "2026-11-22T06:00:00Z".parse().unwrap(),
    }
}

fn rendered(context: &Context) -> Vec<String> {
    context.iter().map(|(key, values)| format!("{key}={}", values.join(","))).collect()
}

#[test]
fn e_an_anonymous_request_carries_what_aws_sets() {
    let get = catalogue::find("s3:GetObject").unwrap();
    assert_eq!(
        rendered(&Context::defaults(&Caller::Anonymous, &setting(), get)),
        [
            "aws:currenttime=2026-11-22T06:00:00Z",
            "aws:epochtime=1795327200",
            "aws:principalaccount=anonymous",
            "aws:principaltype=Anonymous",
            "aws:requestedregion=eu-west-1",
            "aws:resourceaccount=111122223333",
            "aws:securetransport=true",
            "aws:sourceip=198.51.100.1",
            "aws:useragent=bucketwatch",
            "aws:userid=anonymous",
            "aws:viaawsservice=false",
            "s3:resourceaccount=111122223333",
            "s3:tlsversion=1.3",
        ]
    );
}

#[test]
fn e_signed_callers_and_services_carry_their_own_names() {
    let get = catalogue::find("s3:GetObject").unwrap();
    let of = |caller: &Caller, key: &str| {
        Context::defaults(caller, &setting(), get).get(key).map(|values| values.join(","))
    };
    let alice = user(FOREIGN, "user/team/alice");
    assert_eq!(of(&alice, "aws:username").as_deref(), Some("alice"));
    assert_eq!(of(&alice, "aws:principaltype").as_deref(), Some("User"));
    assert_eq!(of(&alice, "aws:principalorgid"), None);
    assert_eq!(of(&alice, "s3:authtype").as_deref(), Some("REST-HEADER"));
    let role = session(FOREIGN, "r");
    assert_eq!(of(&role, "aws:principalarn").as_deref(), Some("arn:aws:iam::444455556666:role/r"));
    assert_eq!(of(&role, "aws:userid").as_deref(), Some("AROAEXAMPLEEXAMPLE000:s"));
    assert_eq!(of(&role, "aws:username"), None);
    assert_eq!(of(&user(FOREIGN, "root"), "aws:userid").as_deref(), Some(FOREIGN));
    let logs = service("logs.amazonaws.com");
    assert_eq!(of(&logs, "aws:principalisawsservice").as_deref(), Some("true"));
    assert_eq!(of(&logs, "aws:sourcearn"), None);
    let list = catalogue::find("s3:InitiateReplication").unwrap();
    assert_eq!(Context::defaults(&alice, &setting(), list).get("s3:tlsversion"), None, "not defined there");
    let identity = service("arn:aws:iam::cloudfront:user/OAI");
    assert_eq!(of(&identity, "aws:principalisawsservice").as_deref(), Some("false"));
}

#[test]
fn a_witness_is_completed_with_defaults_endpoint_and_its_own_keys() {
    let mut context = Context::default();
    context.set("aws:Referer", "r");
    let witness = Witness {
        caller: user(FOREIGN, "root"),
        action: catalogue::find("s3:GetObject").unwrap(),
        resource: "arn:aws:s3:::b/dir/k:1".into(),
        context,
        absent: vec!["aws:SourceIp".into()],
        endpoint: Some("arn:aws:s3:eu-west-1:444455556666:accesspoint/ap".into()),
    };
    let request = witness.request(&setting());
    assert_eq!(request.context.get("aws:sourceip"), None);
    assert_eq!(request.context.get("aws:referer"), Some(&["r".to_owned()][..]));
    assert_eq!(request.context.get("s3:dataaccesspointaccount"), Some(&[FOREIGN.to_owned()][..]));
    assert_eq!(
        witness.request_at_endpoint(&setting()).unwrap().resource.as_raw(),
        "arn:aws:s3:eu-west-1:444455556666:accesspoint/ap/object/dir/k:1"
    );
    assert_eq!(Witness { endpoint: None, ..witness }.request_at_endpoint(&setting()), None);
}
