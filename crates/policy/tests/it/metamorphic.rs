//! Metamorphic rules: pairs of policies of which AWS's rules say how their answers relate, whatever each answer is.
//!
//! Every rule is tried on random policies and on the policies of `corpus/`.

mod answer;
mod change;
mod loosen;
mod rename;
mod spelling;
mod split;
mod subject;

use serde_json::{Value, json};

use crate::dice::{Dice, seed};
use answer::Answer;
use subject::Subject;

/// How the answer to a changed policy relates to the answer before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Relation {
    /// The same people may do the same.
    Same,
    /// Nobody may do more.
    NotWider,
    /// Nobody may do less.
    NotNarrower,
}

/// Fails where a change that suits at least `floor` policies breaks the relation.
#[track_caller]
fn hold(relation: Relation, floor: usize, change: impl Fn(&Value, &mut Dice) -> Option<Value>) {
    let (mut applied, mut decided, mut wrong) = (0, 0, Vec::new());
    for (number, (subject, before)) in (0..).zip(subject::all()) {
        let Some(changed) = change(&subject.document, &mut Dice::new(seed(), number)) else { continue };
        let after = Answer::to(&subject.with(changed.clone()));
        let after = after.unwrap_or_else(|| panic!("{}: refused: {changed}", subject.name));
        applied += 1;
        decided += usize::from(before.is_decided() && after.is_decided());
        let complaint = match relation {
            Relation::Same => after.exceeds(before).or_else(|| before.exceeds(&after)),
            Relation::NotWider => after.exceeds(before),
            Relation::NotNarrower => before.exceeds(&after),
        };
        wrong.extend(complaint.map(|complaint| {
            format!("{}: {complaint}\n  before {}\n  after  {changed}\n", subject.name, subject.document)
        }));
    }
    wrong.sort_by_key(String::len);
    let shortest: String = wrong.iter().take(5).map(String::as_str).collect();
    assert!(wrong.is_empty(), "{} of {applied} pairs break the rule {relation:?}:\n{shortest}", wrong.len());
    assert!(applied >= floor, "the rule was tried on {applied} policies only");
    assert!(decided * 4 >= applied * 3, "only {decided} of {applied} pairs were decided");
}

/// Fails where a change of the text alone changes the answer in anything but its order.
#[track_caller]
fn hold_exactly(change: fn(&Subject, &mut Dice) -> String) {
    for (number, (subject, before)) in (0..).zip(subject::all()) {
        let text = change(subject, &mut Dice::new(seed(), number));
        let after = Answer::to_text(&text, &subject.bucket).expect("what could be read before");
        assert_eq!(before.details(), after.details(), "{}: {}\n{text}", subject.name, subject.document);
    }
}

#[test]
fn the_order_of_members_means_nothing() {
    hold_exactly(|subject, dice| spelling::written_in_any_order(&subject.document, dice));
}

#[test]
fn the_order_of_lists_means_nothing() {
    hold(Relation::Same, 400, spelling::lists_in_another_order);
}

#[test]
fn the_order_of_statements_means_nothing() {
    hold(Relation::Same, 150, spelling::statements_in_another_order);
}

#[test]
fn sids_and_ids_mean_nothing() {
    hold_exactly(|subject, dice| spelling::sids(&subject.document, dice).to_string());
}

#[test]
fn the_spelling_of_actions_means_nothing() {
    hold(Relation::Same, 400, spelling::actions_in_capitals);
}

#[test]
fn the_spelling_of_keys_means_nothing() {
    hold(Relation::Same, 200, spelling::keys_in_capitals);
}

#[test]
fn a_lone_text_is_a_list_of_one() {
    hold(Relation::Same, 400, spelling::lists_of_one);
}

#[test]
fn a_star_and_an_aws_star_are_one_principal() {
    hold(Relation::Same, 300, spelling::aws_stars);
}

#[test]
fn arn_equals_is_arn_like() {
    hold(Relation::Same, 10, spelling::arn_like_for_arn_equals);
}

#[test]
fn string_equals_of_plain_text_is_string_like() {
    hold(Relation::Same, 50, spelling::string_like_for_string_equals);
}

#[test]
fn a_range_is_its_two_halves() {
    hold(Relation::Same, 20, spelling::halves_of_ranges);
}

#[test]
fn saying_it_twice_changes_nothing() {
    hold(Relation::Same, 400, spelling::twice);
}

#[test]
fn a_statement_for_each_action_is_one_for_all() {
    hold(Relation::Same, 100, |document, _| split::members(document, &["Action"]));
}

#[test]
fn a_statement_for_each_resource_is_one_for_all() {
    hold(Relation::Same, 100, |document, _| split::members(document, &["Resource"]));
}

#[test]
fn a_statement_for_each_principal_is_one_for_all() {
    hold(Relation::Same, 30, |document, _| split::principals(document));
}

#[test]
fn a_statement_for_each_value_is_one_for_all() {
    hold(Relation::Same, 60, split::values);
}

#[test]
fn a_deny_never_lets_anybody_in() {
    hold(Relation::NotWider, 400, |document, dice| Some(change::add_a_deny(document, dice)));
}

#[test]
fn without_a_deny_nobody_stays_out_who_was_in() {
    hold(Relation::NotNarrower, 200, |document, dice| change::drop_a_statement(document, "Deny", dice));
}

#[test]
fn an_allow_never_shuts_anybody_out() {
    hold(Relation::NotNarrower, 400, |document, dice| Some(change::add_an_allow(document, dice)));
}

#[test]
fn without_an_allow_nobody_gets_in_who_was_out() {
    hold(Relation::NotWider, 100, |document, dice| change::drop_a_statement(document, "Allow", dice));
}

#[test]
fn a_condition_on_another_key_never_widens_an_allow() {
    hold(Relation::NotWider, 400, |document, dice| change::add_a_condition(document, "Allow", dice));
}

#[test]
fn a_condition_on_another_key_never_widens_what_a_deny_denies() {
    hold(Relation::NotNarrower, 200, |document, dice| change::add_a_condition(document, "Deny", dice));
}

#[test]
fn a_looser_allow_never_shuts_anybody_out() {
    hold(Relation::NotNarrower, 200, |document, dice| loosen::statement(document, "Allow", dice));
}

#[test]
fn a_wider_deny_never_lets_anybody_in() {
    hold(Relation::NotWider, 100, |document, dice| loosen::statement(document, "Deny", dice));
}

#[test]
fn what_cannot_match_changes_nothing() {
    hold(Relation::Same, 400, change::add_an_idle_statement);
}

#[test]
fn a_deny_of_everything_for_everybody_leaves_nothing() {
    let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*"});
    for (subject, _) in subject::all() {
        let denied = change::insert(&subject.document, deny.clone(), &mut Dice::new(seed(), 0));
        let answer = Answer::to(&subject.with(denied)).expect("every policy takes a Deny");
        let nothing = answer.is_empty() && answer.is_decided();
        assert!(nothing, "{}: {}\n{:?}", subject.name, subject.document, answer.details());
    }
}

#[test]
fn without_an_allow_there_is_nothing() {
    for (subject, _) in subject::all() {
        let mut denies = change::statements(&subject.document);
        denies.retain(|statement| statement["Effect"] == "Deny");
        let denies = subject.with(change::with_statements(&subject.document, denies));
        let answer = Answer::to(&denies).expect("every policy can do without its Allows");
        assert!(answer.is_empty() && answer.is_decided(), "{}: {}", denies.name, denies.document);
    }
}

#[test]
fn a_consistent_renaming_renames_the_answer() {
    let mut renamed = 0;
    for (subject, before) in subject::all() {
        let Some(other) = rename::consistently(subject) else { continue };
        let after = Answer::to(&other).expect("a renamed policy is a policy");
        renamed += 1;
        let kept = (before.ranks(), before.is_decided()) == (after.ranks(), after.is_decided());
        assert!(kept, "{}: {}\n{}", subject.name, subject.document, other.document);
    }
    assert!(renamed >= 200, "only {renamed} policies could be renamed");
}
