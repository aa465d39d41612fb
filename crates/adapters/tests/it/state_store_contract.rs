//! What every store promises, as one suite that runs on any of them.

mod bucket;
mod event;
mod exception;
mod outbox;
mod query;
mod reminder;
mod run;
pub(crate) mod sample;

use bucketwatch_engine::state::StateStore;

/// Holds a store to the port. `store` gives a new, empty store at each call.
pub(crate) async fn state_store_contract<F>(store: impl Fn() -> F)
where
    F: Future<Output = Box<dyn StateStore>>,
{
    run::a_second_run_is_refused_and_told_by_whom(&*store().await).await;
    run::a_run_that_is_over_can_write_nothing(&*store().await).await;
    run::runs_are_remembered_newest_first(&*store().await).await;
    bucket::what_was_committed_is_loaded_to_the_last_nanosecond(&*store().await).await;
    bucket::a_stale_version_is_refused_and_nothing_of_the_commit_is_kept(&*store().await).await;
    bucket::a_bucket_can_lose_facets_and_come_back(&*store().await).await;
    bucket::hostile_names_are_different_buckets(&*store().await).await;
    bucket::outdated_and_unseen_buckets_are_found_page_by_page(&*store().await).await;
    event::an_event_is_handled_once_and_forgotten_by_age(&*store().await).await;
    event::events_of_a_bucket_come_latest_first_with_those_of_its_account(&*store().await).await;
    event::a_look_to_come_is_planned_once_and_stays_until_it_is_done(&*store().await).await;
    event::what_was_written_before_is_left_out(&*store().await).await;
    exception::an_exception_is_kept_after_its_end_and_replaced_by_name(&*store().await).await;
    exception::a_bucket_is_found_by_its_name_in_every_account_there_is(&*store().await).await;
    query::a_status_shows_the_worst_first_on_pages_of_any_size(&*store().await).await;
    query::a_status_is_filtered_and_counted_alike(&*store().await).await;
    query::a_history_is_newest_first_and_filtered(&*store().await).await;
    reminder::of_two_that_remind_at_once_one_is_refused(&*store().await).await;
    outbox::each_notifier_gets_each_notice_once_leased(&*store().await).await;
    outbox::a_lease_that_ran_out_is_claimed_again_and_the_old_ticket_is_void(&*store().await).await;
    outbox::a_failure_waits_until_its_time(&*store().await).await;
    outbox::dead_letters_are_counted_shown_and_revived(&*store().await).await;
}
