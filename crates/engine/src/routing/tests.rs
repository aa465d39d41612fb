use serde_json::json;

use super::*;
use crate::config::Config;
use crate::notice::{NoticeBody, Occurrence, OccurrenceKind};
use crate::report::sample;
use crate::state::OutgoingNotice;

/// Gives the routing of `routes`, written as the file has them, for `chat` and for `pager`, which follows.
fn routing(routes: &str) -> Routing {
    let file = format!(
        "[[notify.log]]\nname = \"chat\"\npath = \"a\"\n[[notify.log]]\nname = \"pager\"\npath = \"b\"\n{routes}"
    );
    let notify = Config::parse(&file).unwrap().notify;
    let receiver = |name: &str| Receiver {
        name: name.to_owned(),
        follows: name == "pager",
        routes: notify.routes_to(name),
        ..Receiver::default()
    };
    Routing::new(AlertKind::DEFAULT.to_vec(), vec![receiver("chat"), receiver("pager")])
}

/// Gives a transition of `bucket`, which has the tag `env=prod`, to an exposure of `severity`; what shuts has it before.
fn transition(kind: &str, bucket: &str, severity: &str) -> TransitionRecord {
    let side = json!({"verdict": "public", "exposures": [{"severity": severity}], "tags": {"env": "prod"}});
    let shut = json!({"verdict": "not_public", "exposures": []});
    let shuts = matches!(kind, "closed" | "deleted");
    let (before, after) = if shuts { (side, shut) } else { (shut, side) };
    TransitionRecord {
        bucket: bucket.into(),
        kind: kind.to_owned(),
        before: Some(before),
        after: Some(after),
        ..sample::opened_record()
    }
}

fn route(rest: &str) -> String {
    format!("[[notify.route]]\nto = [\"chat\"]\n{rest}\n")
}

#[test]
fn a_route_takes_what_fits_everything_that_it_says() {
    let opened = transition("opened", "prod-photos", "high");
    for (rule, rest, told) in [
        ("nothing said", "", true),
        ("the kind", "kind = [\"opened\"]", true),
        ("another kind", "kind = [\"widened\"]", false),
        ("one of two severities", "severity = [\"critical\", \"high\"]", true),
        ("another severity", "severity = [\"critical\"]", false),
        ("the account", "account = [\"111122223333\"]", true),
        ("another account", "account = [\"444455556666\"]", false),
        ("the bucket", "bucket = [\"x\", \"prod-*\"]", true),
        ("another bucket", "bucket = [\"prod-?\"]", false),
        ("the tag", "tag = [\"env=pro*\"]", true),
        ("another value", "tag = [\"env=test\"]", false),
        ("another key", "tag = [\"Env=prod\"]", false),
        ("all but one", "bucket = [\"prod-*\"]\nseverity = [\"low\"]", false),
        ("excepted", "except = [{ bucket = [\"prod-photos\"] }]", false),
        ("excepted in part", "except = [{ bucket = [\"prod-photos\"], severity = [\"low\"] }]", true),
        ("excepted by the second", "except = [{ severity = [\"low\"] }, { tag = [\"env=prod\"] }]", false),
    ] {
        let told_to = routing(&route(rest)).of_transition(&opened);
        assert_eq!(told_to.contains(&"chat".to_owned()), told, "{rule}");
        assert!(
            told_to.contains(&"pager".to_owned()),
            "{rule}: no route names the pager, so it hears of everything"
        );
    }
}

#[test]
fn a_route_that_says_no_kind_takes_those_of_alert_on_and_one_that_does_takes_these() {
    let closed = transition("closed", "b", "high");
    assert_eq!(routing(&route("")).of_transition(&closed), ["pager"], "who follows has to hear it");
    assert_eq!(routing(&route("kind = [\"closed\"]")).of_transition(&closed), ["chat", "pager"]);
}

#[test]
fn one_of_several_routes_is_enough() {
    let both = route("bucket = [\"a*\"]") + &route("severity = [\"critical\"]");
    for (bucket, severity, told) in [("ab", "high", true), ("b", "critical", true), ("b", "high", false)] {
        let told_to = routing(&both).of_transition(&transition("opened", bucket, severity));
        assert_eq!(told_to.contains(&"chat".to_owned()), told, "{bucket} {severity}");
    }
}

#[test]
fn tags_that_nobody_read_keep_nobody_from_being_told_and_those_before_count_where_there_are_none_after() {
    let routing = routing(&route("tag = [\"env=test\"]"));
    let chat = |transition: &TransitionRecord| routing.of_transition(transition).contains(&"chat".to_owned());
    let mut opened = transition("opened", "b", "high");
    assert!(!chat(&opened));
    opened.after.as_mut().unwrap().as_object_mut().unwrap().remove("tags");
    assert!(chat(&opened), "unknown");
    opened.before.as_mut().unwrap()["tags"] = json!({"env": "prod"});
    assert!(!chat(&opened), "known before");
}

#[test]
fn what_follows_hears_of_the_end_of_what_it_may_have_heard_of() {
    let routes = "[[notify.route]]\nto = [\"pager\"]\nbucket = [\"prod-*\"]\nseverity = [\"critical\"]\ntag = [\"env=test\"]\n";
    let routing = routing(routes);
    let told = |kind: &str, bucket: &str| {
        routing.of_transition(&transition(kind, bucket, "low")).contains(&"pager".to_owned())
    };
    assert!(!told("opened", "prod-a"));
    for kind in ["narrowed", "closed", "deleted"] {
        assert!(told(kind, "prod-a"), "{kind}: its severity and tags may have been others");
        assert!(!told(kind, "b"), "{kind}: it never heard of this bucket");
    }
}

#[test]
fn what_no_route_takes_is_known() {
    let every = "[[notify.route]]\nto = [\"chat\", \"pager\"]\nbucket = [\"prod-*\"]\n";
    let (taken, lost) = (transition("opened", "prod-a", "high"), transition("opened", "b", "high"));
    assert!(!routing(every).loses(&taken) && routing(every).loses(&lost));
    assert!(!routing(every).loses(&transition("closed", "b", "high")), "`alert_on` does not choose it");
    assert!(!routing(&route("bucket = [\"prod-*\"]")).loses(&lost), "the pager takes everything");
}

#[test]
fn what_is_about_an_account_is_told_whatever_a_route_says_of_buckets() {
    let notice = |body| Notice { id: "n".into(), at: sample::instant(), body, group_key: "g".into() };
    let baseline = notice(NoticeBody::Baseline {
        account: sample::account(),
        buckets: 2,
        public: 1,
        accepted: 0,
        undetermined: 0,
        worst: Vec::new(),
    });
    let event = |subject: Option<&str>| {
        notice(NoticeBody::Event(Occurrence {
            kind: OccurrenceKind::Refused,
            account: sample::account(),
            subject: subject.map(Into::into),
            region: None,
            deed: sample::deed(),
            code: None,
            exposures: Vec::new(),
        }))
    };
    for (rule, rest, notice, told) in [
        ("a baseline", "bucket = [\"a\"]\ntag = [\"a=b\"]", &baseline, true),
        ("a baseline of another account", "account = [\"444455556666\"]", &baseline, false),
        ("a baseline by its kind", "kind = [\"baseline\"]", &baseline, true),
        ("a baseline where only openings are wanted", "kind = [\"opened\"]", &baseline, false),
        ("an event of the account", "bucket = [\"a\"]", &event(None), true),
        ("an event of another bucket", "bucket = [\"a\"]", &event(Some("b")), false),
        ("an event of that bucket", "bucket = [\"a\"]", &event(Some("a")), true),
        ("an event that is excepted", "except = [{ kind = [\"event\"] }]", &event(Some("a")), false),
    ] {
        assert_eq!(routing(&route(rest)).of_notice(notice).contains(&"chat".to_owned()), told, "{rule}");
    }
}

#[test]
fn a_group_goes_to_those_who_do_not_follow_and_single_notices_to_those_who_do() {
    let opened = transition("opened", "b", "high");
    let routing = routing("");
    assert_eq!(routing.together(&opened), ["chat"]);
    let body = NoticeBody::Transitions { transitions: vec![opened] };
    let notice = Notice { id: "n".into(), at: sample::instant(), body, group_key: "g".into() };
    let outgoing = |names: &[&str]| OutgoingNotice {
        notice: notice.clone(),
        notifiers: names.iter().map(|&name| name.to_owned()).collect(),
    };
    let left = routing.to_followers(vec![outgoing(&["chat", "pager"]), outgoing(&["chat"])]);
    assert_eq!(left, [outgoing(&["pager"])]);
}

#[test]
fn what_is_accepted_is_told_only_where_a_route_asks_for_it_and_to_those_who_follow() {
    let told =
        |routes: &str, transition: &TransitionRecord| routing(routes).of_transition(transition).join(" ");
    let accepted = transition("accepted", "b", "high");
    let revoked = transition("revoked", "b", "high");
    let mut within = transition("opened", "b", "high");
    within.acceptance.alerts_as = Some("accepted".to_owned());
    let mut lapsed = transition("lapsed", "b", "high");
    lapsed.inner = Some("opened".to_owned());
    let ask = route("kind = [\"accepted\", \"revoked\"]");
    for (name, routes, transition, expected) in [
        ("accepted", "", &accepted, "pager"),
        ("accepted, by a route for all of a bucket", &*route("bucket = [\"b\"]"), &accepted, "pager"),
        ("accepted, by a route for openings", &*route("kind = [\"opened\"]"), &accepted, "pager"),
        ("accepted, by a route that asks for it", &*ask, &accepted, "chat pager"),
        ("opened within an exception", "", &within, ""),
        ("opened within an exception, by a route for openings", &*route("kind = [\"opened\"]"), &within, ""),
        ("taken back", "", &revoked, ""),
        ("taken back, by a route that asks for it", &*ask, &revoked, "chat"),
        ("lapsed", "", &lapsed, "chat pager"),
        ("lapsed, by a route for openings", &*route("kind = [\"opened\"]"), &lapsed, "chat pager"),
    ] {
        assert_eq!(told(routes, transition), expected, "{name}");
    }
}

#[test]
fn only_who_lists_findings_is_told_of_what_is_open_at_first_sight_by_its_routes() {
    let found = transition("opened", "prod-a", "high");
    let list = |routes: &str| {
        let mut routing = routing(routes);
        routing.receivers[1].registers = true;
        routing.of_finding(&found)
    };
    assert_eq!(list(""), ["pager"]);
    let to_pager = |rest: &str| format!("[[notify.route]]\nto = [\"pager\"]\n{rest}\n");
    assert_eq!(list(&to_pager("bucket = [\"prod-*\"]")), ["pager"]);
    assert_eq!(list(&to_pager("bucket = [\"x\"]")), [""; 0]);
    assert_eq!(list(&to_pager("except = [{ severity = [\"high\"] }]")), [""; 0]);
}
