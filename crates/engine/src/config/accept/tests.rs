use super::*;

const WHOLE: &str = r#"[[accept]]
bucket = "website-*"
account = "111122223333"
audience = "anyone"
access = ["read"]
resources = ["arn:aws:s3:::website-*/*"]
owner = "web team"
reason = "the public website"
until = 2027-03-31
"#;

fn now() -> Timestamp {
    "2026-11-23T06:00:00Z".parse().unwrap()
}

fn exceptions(text: &str) -> Result<Vec<Exception>, String> {
    let entries = AcceptConfig::parse_file(text).map_err(|error| error.to_string())?;
    AcceptConfig::exceptions(&entries, LONGEST_DAYS, now()).map_err(|error| error.to_string())
}

fn one(text: &str) -> Exception {
    exceptions(text).unwrap().remove(0)
}

#[test]
fn every_key_is_read() {
    let text = format!(
        "{}id = \"site\"\nresources_except = [\"arn:aws:s3:::website-*/drafts/*\"]\nwhile_tag = {{ key = \"owner\", value = \"web\" }}\naudience_detail = {{ ranges = [\"10.0.0.0/8\"] }}\n",
        WHOLE.replace("until = 2027-03-31", "until = \"2027-03-31T12:00:00Z\"")
    );
    let read = one(&text);
    assert_eq!(read.id, "site");
    assert_eq!((read.bucket.as_raw(), read.account.as_str()), ("website-*", "111122223333"));
    assert_eq!((read.owner.as_raw(), read.reason.as_raw()), ("web team", "the public website"));
    assert_eq!(read.until, "2027-03-31T12:00:00Z".parse().unwrap());
    assert_eq!(read.while_tag, Some(Tag { key: "owner".into(), value: "web".into() }));
    let audience = reach::Audience::Anyone { ranges: vec!["10.0.0.0/8".to_owned()] };
    assert_eq!(read.accepted[0].audience, audience);
    assert_eq!(read.accepted[0].resources_except, ["arn:aws:s3:::website-*/drafts/*".into()]);
    assert_eq!((read.incarnation, read.made, read.revoked), (None, None, None));
}

#[test]
fn whom_an_audience_means_is_said_in_its_own_words() {
    let with = |audience: &str, detail: &str| {
        let text = WHOLE.replace("\"anyone\"", &format!("\"{audience}\""));
        exceptions(&format!("{text}audience_detail = {{ {detail} }}\n")).map(|mut all| {
            let reach = all.remove(0).accepted.remove(0).audience;
            bucketwatch_exposure::words::audience(&reach)
        })
    };
    for (audience, detail) in [
        ("any_aws_account", ""),
        ("network", "vpcs = [\"vpc-1\"]"),
        ("account", "ids = [\"444455556666\"]"),
        ("organization", "ids = [\"o-abcdefghij\"]"),
        ("service", "names = [\"s3.amazonaws.com\"], unscoped = true"),
    ] {
        assert_eq!(with(audience, detail).unwrap(), audience);
    }
    for (audience, detail, said) in [
        (
            "network",
            "",
            "the audience `network` needs `audience_detail` with `ranges`, `vpcs` or `endpoints`",
        ),
        ("service", "unscoped = true", "needs `audience_detail` with `names`"),
        ("anyone", "ids = [\"444455556666\"]", "`ids` of `audience_detail` says nothing about the audience"),
        ("account", "ids = [\"4444\"]", "an account id in `ids` has twelve digits"),
    ] {
        let refused = with(audience, detail).unwrap_err();
        assert!(refused.starts_with("line 9, column 9: ") && refused.contains(said), "{audience}: {refused}");
    }
}

#[test]
fn what_an_exception_must_say_is_asked_for_with_its_place() {
    for key in ["bucket", "account", "audience", "access", "resources", "owner", "reason", "until"] {
        let is_other = |line: &&str| !line.starts_with(&format!("{key} "));
        let without: String = WHOLE.lines().filter(is_other).map(|line| format!("{line}\n")).collect();
        let refused = exceptions(&format!("\n{without}")).unwrap_err();
        assert_eq!(refused, format!("line 2, column 1: missing field `{key}`"), "{key}");
    }
    for (line, other, place) in [
        ("owner = \"web team\"", "owner = \" \"", "line 7, column 9: it must not be empty"),
        ("reason = \"the public website\"", "reason = \"\"", "line 8, column 10: it must not be empty"),
        ("access = [\"read\"]", "access = []", "line 5, column 10: it must not be empty"),
        ("access = [\"read\"]", "access = [\"reed\"]", "line 5, column 11: unknown variant `reed`"),
        ("until = 2027-03-31", "until = \"next year\"", "line 9, column 9: `next year` is no day"),
        ("until = 2027-03-31", "until = 12:00:00", "line 9, column 9: `12:00:00` is no day"),
        (
            "account = \"111122223333\"",
            "account = \"1\"",
            "line 3, column 11: an account id has twelve digits",
        ),
        (
            "owner = \"web team\"",
            "ownr = \"web team\"",
            "line 7, column 1: unknown key `ownr`; did you mean `owner`?",
        ),
    ] {
        let refused = exceptions(&WHOLE.replace(line, other)).unwrap_err();
        assert!(refused.starts_with(place), "{other}: {refused}");
    }
    assert!(
        exceptions(&format!("{WHOLE}id = \"a b\"\n")).unwrap_err().starts_with("line 10, column 6: a name")
    );
}

#[test]
fn an_exception_is_bounded_in_time() {
    let until = |day: &str| exceptions(&WHOLE.replace("2027-03-31", day));
    let text = "line 9, column 9: an exception may last 400 days (`accept_days`): its last day is 2027-12-28 for now";
    assert!(until("2027-12-28").is_ok(), "400 days from the 23rd of November 2026, to the end of the day");
    assert_eq!(until("2027-12-29").unwrap_err(), text);
    assert_eq!(until("2099-01-01").unwrap_err(), text);
    assert_eq!(
        until("2020-01-01").unwrap()[0].until,
        "2020-01-02T00:00:00Z".parse().unwrap(),
        "it has expired"
    );
    assert_eq!(until("2027-03-31").unwrap()[0].until, "2027-04-01T00:00:00Z".parse().unwrap());
}

#[test]
fn a_name_stays_as_long_as_what_is_accepted_does() {
    let id = one(WHOLE).id;
    for (from, to, same) in [
        ("2027-03-31", "2027-04-30", true),
        ("the public website", "it is public", true),
        ("web team", "data team", true),
        ("[\"read\"]", "[\"read\", \"list\"]", false),
        ("website-*\"\n", "web\"\n", false),
        ("111122223333", "444455556666", false),
    ] {
        assert_eq!(one(&WHOLE.replace(from, to)).id == id, same, "{to}");
    }
    let twice = exceptions(&format!("{WHOLE}{WHOLE}")).unwrap_err();
    assert_eq!(twice, format!("line 18, column 9: two exceptions accept the same: `{id}`"));
    let named = format!("{WHOLE}id = \"a\"\n{}id = \"a\"\n", WHOLE.replace("read", "list"));
    assert_eq!(exceptions(&named).unwrap_err(), "line 19, column 9: two exceptions are called `a`");
}
