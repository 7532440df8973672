//! What nodes that append wait for: a place in a queue, or the row of the head. An append gives either back in the packet that it is.

use holdfast_store::CommitPage;
use holdfast_store_sql::Failure;
use holdfast_store_sql::dialect::Lock;
use sqlx::mysql::MySqlConnection;

use crate::read::{HEAD, head_of, run};
use crate::text::Text;

/// The name of the queue for the log in this database, short enough for every server.
macro_rules! queue {
    () => {
        "SHA1(CONCAT('holdfast queue ', DATABASE()))"
    };
}

/// All nodes wait for one that was stopped while it holds a lock: the server ends a session that says nothing for a second.
const IMPATIENT: &str = "SET SESSION wait_timeout = 1; ";

/// What comes behind the end of a transaction to give a lock back.
pub(crate) fn end(held: Option<Lock>) -> &'static str {
    match held {
        None => "",
        Some(Lock::Head) => "; SET SESSION wait_timeout = DEFAULT",
        Some(Lock::Queue) => {
            concat!("; DO RELEASE_LOCK(", queue!(), "); SET SESSION wait_timeout = DEFAULT")
        }
    }
}

pub(crate) async fn take(
    database: &mut MySqlConnection,
    lock: Lock,
) -> Result<CommitPage, Failure> {
    // Longer than it takes to end the session of one that was stopped; who waits in vain races.
    const WAIT: &str = concat!("DO GET_LOCK(", queue!(), ", 2); ");
    let text = Text::new(IMPATIENT);
    let text = match lock {
        Lock::Queue => text.sql(WAIT).sql(HEAD),
        Lock::Head => text.sql("START TRANSACTION; ").sql(HEAD).sql(" FOR UPDATE"),
    };
    Ok(head_of(&run(database, text).await?)?.1.into())
}

pub(crate) async fn give_back(database: &mut MySqlConnection, held: Lock) -> Result<(), Failure> {
    run(database, Text::new("ROLLBACK").sql(end(Some(held)))).await.map(drop)
}
