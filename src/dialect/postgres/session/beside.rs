//! A second connection that sees what the first one sees.

use super::{BEGIN, READ_ONLY, Session, connect, set_up};
use crate::dialect::quote;

impl Session {
    /// A session beside a reader, of the same settings and over the same snapshot: the server works for
    /// both at the same time. There is none where the server, its number of connections or a pooler before
    /// it do not allow that; the reader is as good as before then.
    pub async fn beside(&mut self) -> Option<Session> {
        let settings = self.settings.clone()?;
        let exported = self.rows("SELECT pg_catalog.pg_export_snapshot() AS snapshot").await;
        let Ok(rows) = exported else {
            // The error has ended the transaction, and nothing was read in it that has to fit together.
            self.execute(&format!("ROLLBACK; {BEGIN}; {settings}")).await.ok()?;
            return None;
        };
        let snapshot = quote::literal(rows.first()?.text("snapshot")?);
        let mut connection = connect(&self.url, &READ_ONLY).await.ok()?;
        let setup = format!("{BEGIN}; SET TRANSACTION SNAPSHOT {snapshot}; {settings}");
        let facts = set_up(&self.url, &mut connection, &setup).await.ok()?;
        Some(Session { connection, url: self.url.clone(), facts, settings: Some(settings) })
    }
}
