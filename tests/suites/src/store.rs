//! What the records and the queue promise, wherever they run.

pub mod mapping;
pub mod probe;
pub mod queue;
pub mod records;
pub mod table;

use std::time::Duration;

use ::store::queue::{DeadLetters, Queue, QueueName};
use ::store::table::Table;
use async_trait::async_trait;
use jiff::Timestamp;

/// A table, a queue, and the time that both live in.
#[async_trait]
pub trait World: Send + Sync {
    /// An empty table.
    fn table(&self) -> &Table;

    /// Empty queues.
    fn queue(&self) -> &dyn Consumer;

    /// The time.
    fn now(&self) -> Timestamp;

    /// Lets time pass.
    async fn pass(&self, time: Duration);
}

/// A queue from the worker's side: on AWS an event source mapping does this.
#[async_trait]
pub trait Consumer: Queue + DeadLetters {
    /// Receives up to `max` messages.
    async fn receive(&self, queue: QueueName, max: usize) -> anyhow::Result<Vec<Delivery>>;

    /// Deletes a message by the receipt of its last delivery.
    async fn delete(&self, queue: QueueName, receipt: &str) -> anyhow::Result<()>;

    /// Makes a message visible again at once.
    async fn fail(&self, queue: QueueName, receipt: &str) -> anyhow::Result<()>;
}

/// A delivered message.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// As sent.
    pub body: String,
    /// Names this delivery.
    pub receipt: String,
    /// 1 at the first delivery.
    pub count: u32,
}

/// Visibility time-out that the suite expects of the queues.
pub const VISIBILITY: Duration = Duration::from_secs(12);
/// Deliveries before a message is dead, as the suite expects them of the queues.
pub const MAX_RECEIVE_COUNT: u32 = 3;

/// Makes a test of every promise, each in a world of its own that the expression makes, with these attributes. So the promises are
/// the same wherever they are checked.
#[macro_export]
macro_rules! store_suite {
    ($world:expr; $(#[$attribute:meta])+) => {
        $crate::store_suite! {
            @each [$(#[$attribute])+] [$world]
            table:
                a_record_is_read_as_it_was_written,
                an_insert_returns_the_record_that_was_first,
                a_late_write_loses_and_learns_the_present_record,
                a_version_of_a_removed_record_does_not_fit_its_successor,
                of_many_writers_one_wins,
                changes_from_several_sides_are_all_kept,
                the_format_before_is_read,
                a_newer_format_is_left_alone,
                an_ancient_format_is_reported,
                many_records_are_read_by_their_ids,
                an_id_that_no_record_can_have_finds_nothing,
                what_is_due_is_found,
                a_partition_is_read_in_pages,
                a_transaction_does_all_or_nothing,
                a_transaction_can_depend_on_a_record_that_it_does_not_write,
                an_oversized_record_is_refused;
            mapping:
                v5_one_account_has_one_tenant,
                v5_of_two_people_one_maps,
                x5_a_mapping_is_recorded_with_it_and_not_without,
                v4_removing_frees_both_sides,
                mappings_are_listed_by_account;
            records:
                a_ledger_entry_is_found_by_key_and_when_due,
                a_deferred_hint_comes_back,
                an_alert_keeps_its_first_key,
                keys_on_a_ticket_add_up,
                t12_devices_are_read_for_some_accounts_out_of_many,
                accounts_of_which_there_is_something_to_say_are_found,
                small_records_are_read_back,
                b2_a_parked_message_is_listed_once,
                x5_activity_is_listed_once_newest_first;
            queue:
                every_message_is_delivered_until_it_is_deleted,
                queues_are_separate,
                a_message_in_work_is_invisible_for_a_while,
                a_failed_message_comes_again_at_once,
                a_message_that_fails_too_often_dies_alone,
                an_oversized_message_is_refused;
        }
    };
    (@each $attributes:tt $world:tt $($module:ident: $($name:ident),+ $(,)?;)+) => {
        $($($crate::store_suite! { @one $attributes $world $module $name })+)+
    };
    (@one [$(#[$attribute:meta])+] [$world:expr] $module:ident $name:ident) => {
        $(#[$attribute])+
        async fn $name() -> ::anyhow::Result<()> {
            $crate::store::$module::$name(&$world).await
        }
    };
}
