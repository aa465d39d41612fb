//! Does a trail record what happens in each region? Without one EventBridge hears of no call at all.
//!
//! *Source*: Amazon EventBridge User Guide, "AWS service events delivered via AWS CloudTrail": a trail must be logging
//! (read 2026-11-23).

use futures::future::join_all;

use super::{Check, Condition, Deployment, Logging, Part, Regions, Trail, Unseen};

/// A trail and what could be seen of it.
struct Sight {
    trail: Trail,
    logging: Result<Logging, Unseen>,
    records_changes: Result<bool, Unseen>,
}

/// Gives for each region whether a trail sees what happens there, and for each trail that cannot write its files, that.
pub(super) async fn trails(deployment: &dyn Deployment, regions: &Regions) -> Vec<Check> {
    let (mut sights, mut asked) = (Vec::<Sight>::new(), Vec::new());
    // A trail of one region is seen there only.
    let found = join_all(regions.iter().map(|region| deployment.trails(region))).await;
    for (region, found) in regions.iter().zip(found) {
        for trail in found.iter().flatten() {
            if sights.iter().all(|sight| sight.trail.arn != trail.arn) {
                let logging = deployment.logging(trail).await;
                let records_changes = deployment.records_changes(trail).await;
                sights.push(Sight { trail: trail.clone(), logging, records_changes });
            }
        }
        asked.push((region, found.err()));
    }
    let of_each = |(region, unseen): (&String, Option<Unseen>)| of_region(region, &sights, unseen);
    let mut checks: Vec<Check> = asked.into_iter().map(of_each).collect();
    checks.extend(sights.iter().filter_map(unwritten));
    checks
}

/// Gives whether a trail sees what happens in `region`, whose own trails could not be looked at if `unseen` says so.
fn of_region(region: &str, sights: &[Sight], unseen: Option<Unseen>) -> Check {
    let here: Vec<&Sight> =
        sights.iter().filter(|sight| sight.trail.is_multi_region || sight.trail.home == region).collect();
    let known = here.iter().find_map(|sight| good(sight));
    let check = known
        .or_else(|| here.iter().find_map(|sight| hidden(sight)))
        .or_else(|| unseen.map(|unseen| Check::unseen(Part::Trail, &unseen)));
    let missing = || {
        let faults: Vec<String> = here.iter().map(|sight| fault(sight)).collect();
        let text = match faults.is_empty() {
            true => "there is no trail for this region: EventBridge hears of nothing".to_owned(),
            false => format!("EventBridge hears of nothing: {}", faults.join("; ")),
        };
        Check::new(Part::Trail, Condition::Wrong, text)
    };
    check.unwrap_or_else(missing).within(region)
}

/// Gives that a trail records what is to be seen.
fn good(sight: &Sight) -> Option<Check> {
    let (Ok(logging), Ok(true)) = (&sight.logging, &sight.records_changes) else { return None };
    let last = logging
        .delivered_at
        .map_or_else(|| "no log file yet".to_owned(), |at| format!("last log file at {at:.0}"));
    let text = format!("it is logging, management events too; {last}");
    logging.is_on.then(|| Check::new(Part::Trail, Condition::Well, text).about(&*sight.trail.name))
}

/// Gives that a trail may record it, as far as could be looked.
fn hidden(sight: &Sight) -> Option<Check> {
    let unseen = match (&sight.logging, &sight.records_changes) {
        (Err(unseen), Ok(true) | Err(_)) => unseen,
        (Ok(Logging { is_on: true, .. }), Err(unseen)) => unseen,
        _ => return None,
    };
    Some(Check::unseen(Part::Trail, unseen).about(&*sight.trail.name))
}

fn fault(sight: &Sight) -> String {
    let name = &sight.trail.name;
    match &sight.logging {
        Ok(Logging { is_on: false, .. }) => format!("{name} is not logging"),
        _ => format!("{name} records no changes by the management API"),
    }
}

/// Gives that a trail cannot write its log files.
fn unwritten(sight: &Sight) -> Option<Check> {
    let error = sight.logging.as_ref().ok()?.error.as_ref()?;
    let text = format!("it cannot write its log files: {error}");
    let check = Check::new(Part::Trail, Condition::Wrong, text).about(&*sight.trail.name);
    Some(check.within(&*sight.trail.home))
}
