//! What the daemon shows of itself: `/healthz` and `/metrics`.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use bucketwatch_adapters::serve::{Page, Pages, Server};
use bucketwatch_engine::cloud::Cloud;
use bucketwatch_engine::escape::to_json_pretty;
use bucketwatch_engine::watch::Vitals;
use jiff::Timestamp;

use super::meter::{MEDIA_TYPE, Meter};
use super::plan::Listen;
use crate::output::tell;

/// Takes the address that is to be listened on; `None`: there is none.
///
/// # Errors
/// Somebody asked for an address that cannot be had.
pub(super) async fn open(listen: Listen, quiet: bool) -> Result<Option<Server>> {
    let bound = match listen {
        Listen::Nowhere => return Ok(None),
        Listen::Asked(address) => Server::bind(address).await.with_context(|| not_heard(address))?,
        Listen::Usual(address) => match Server::bind(address).await {
            Ok(server) => server,
            Err(error) => {
                tell(&format!(
                    "bucketwatch: {}: {error}; `--listen` names another address",
                    not_heard(address)
                ));
                return Ok(None);
            }
        },
    };
    let address = bound.address()?;
    if !address.ip().is_loopback() {
        tell(&format!(
            "bucketwatch: {address} is no loopback address: whoever reaches it reads /healthz and /metrics"
        ));
    }
    if !quiet {
        tell(&format!("bucketwatch: http://{address}/healthz and /metrics"));
    }
    Ok(Some(bound))
}

fn not_heard(address: SocketAddr) -> String {
    format!("cannot listen on {address}")
}

/// Gives the pages.
pub(super) fn pages(vitals: Arc<Vitals>, meter: Arc<Meter>, cloud: Arc<dyn Cloud>) -> Pages {
    Arc::new(move |path| {
        let health = vitals.health(Timestamp::now());
        match path {
            "/healthz" => Some(Page {
                good: health.healthy,
                media_type: "application/json",
                body: format!("{}\n", to_json_pretty(&health)),
            }),
            "/metrics" => {
                meter.effort(cloud.effort());
                Some(Page { good: true, media_type: MEDIA_TYPE, body: meter.text(&health) })
            }
            _ => None,
        }
    })
}
