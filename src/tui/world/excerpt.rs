//! A statement of the canonical schema, as it stands in its file.

use std::{
    fs::File,
    io::{BufRead, BufReader, Read},
};

use crate::{
    model::Location,
    source::{
        Source,
        split::{PieceKind, Syntax, split},
    },
    tui::{Named, state::numbers::Excerpt},
};

/// How much of a file is read for one statement, in bytes.
const MOST: u64 = 256 * 1024;

/// The statement at a place in the canonical file; nothing where there is none by now, and where
/// canonical is no file on this disk.
pub fn excerpt(canonical: &Named, dialect: &str, place: &Location) -> Option<Excerpt> {
    let Ok(Source::SqlFile(_) | Source::Folder(_)) = canonical else { return None };
    let mut file = BufReader::new(File::open(&place.file).ok()?);
    for _ in 1..place.line {
        file.skip_until(b'\n').ok()?;
    }
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    let syntax = if dialect == "sqlite" { Syntax::Sqlite } else { Syntax::Postgres };
    let pieces = split(&text, syntax);
    let first = pieces.iter().find(|piece| piece.kind == PieceKind::Statement)?;
    Some(Excerpt { text: first.text.to_owned(), line: place.line + first.line - 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_statement_at_a_line_is_read_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("schema.sql");
        std::fs::write(&file, "SELECT 1;\n\nCREATE VIEW a AS\nSELECT ';';\nSELECT 2;\n").unwrap();
        let at = |line| {
            let place = Location { file: file.clone(), line };
            excerpt(&Ok(Source::SqlFile(file.clone())), "postgres", &place)
        };
        assert_eq!(at(3), Some(Excerpt { text: "CREATE VIEW a AS\nSELECT ';'".to_owned(), line: 3 }));
        assert_eq!(at(9), None);
        let elsewhere = Location { file: file.with_extension("gone"), line: 1 };
        assert_eq!(excerpt(&Ok(Source::SqlFile(file.clone())), "postgres", &elsewhere), None);
    }
}
