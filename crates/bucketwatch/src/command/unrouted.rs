//! What nobody is told, because no route takes it: shown, so that a slip in a route loses nothing unseen.

use anyhow::Result;
use bucketwatch_engine::config::{AlertKind, Config};
use bucketwatch_engine::escape::terminal_cell;
use bucketwatch_engine::notice::TransitionRecord;
use bucketwatch_engine::routing::{Receiver, Routing};
use bucketwatch_engine::state::{HistoryQuery, StateStore};

/// How many transitions are looked at where no run bounds them.
const LATEST: usize = 1_000;

/// Gives who is told what, as far as the file says it.
fn routing(config: &Config) -> Routing {
    let receiver =
        |name: String| Receiver { routes: config.notify.routes_to(&name), name, ..Receiver::default() };
    let receivers = config.notify.names().into_iter().map(receiver).collect();
    Routing::new(config.alert_on.clone().unwrap_or_else(|| AlertKind::DEFAULT.to_vec()), receivers)
}

/// Gives a line on what of the latest transitions no route of the file takes; `None`: each is taken.
pub(crate) async fn of_latest(store: &dyn StateStore, config: &Config) -> Result<Option<String>> {
    of(store, &routing(config), HistoryQuery::default(), LATEST).await
}

/// Gives a line on what of the transitions that `query` asks for, `limit` at most, no route takes.
pub(crate) async fn of(
    store: &dyn StateStore,
    routing: &Routing,
    mut query: HistoryQuery,
    limit: usize,
) -> Result<Option<String>> {
    if !routing.is_selective() {
        return Ok(None);
    }
    let (mut seen, mut lost, mut latest) = (0, 0, None);
    loop {
        let page = store.history(&query).await?;
        for transition in page.rows.iter().take(limit - seen) {
            seen += 1;
            if routing.loses(transition) {
                lost += 1;
                latest.get_or_insert_with(|| shown(transition));
            }
        }
        match page.next {
            Some(next) if seen < limit => query.after = Some(next),
            _ => break,
        }
    }
    Ok(latest.map(|latest| {
        format!(
            "no route takes {lost} of {seen} transitions, so nobody is told of them; the latest: {latest}"
        )
    }))
}

fn shown(transition: &TransitionRecord) -> String {
    let bucket = terminal_cell(&transition.bucket);
    format!("{bucket} {} at {:.0}", transition.kind, transition.at)
}
