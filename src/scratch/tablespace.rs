//! Tablespaces of throwaway servers.

use crate::dialect::{
    postgres::session::{ServerError, Session},
    quote,
};

/// Makes a tablespace in the server's own folder. `CREATE TABLESPACE` in the manual: with
/// `allow_in_place_tablespaces`, which 15 and the later minor versions of 13 and 14 have, an empty
/// location means that.
///
/// # Errors
/// Where the server cannot do that, or has the tablespace already.
pub async fn make_tablespace(session: &mut Session, name: &str) -> Result<(), ServerError> {
    session.execute("SET allow_in_place_tablespaces = on").await?;
    session.execute(&format!("CREATE TABLESPACE {} LOCATION ''", quote::always(name))).await
}
