use super::*;

struct Folder(tempfile::TempDir);

impl Folder {
    fn of(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        Folder(folder)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// `file:line text` for every statement.
    fn told(&self, script: &Script) -> Vec<String> {
        let told = |statement: &Statement| {
            let file = statement.file.strip_prefix(self.0.path()).unwrap().display();
            format!("{file}:{} {}", statement.line, statement.text)
        };
        script.statements().map(told).collect()
    }
}

#[test]
fn a_folder_is_read_in_the_order_of_its_names_without_hidden_and_down_files() {
    let folder = Folder::of(&[
        ("010_c.sql", "SELECT 'c';"),
        ("002_b.up.sql", "SELECT 'b';"),
        ("002_b.down.sql", "SELECT 'down';"),
        ("003_down.sql", "SELECT 'down';"),
        ("001_A.sql", "\n-- +goose Up\nSELECT 'a';\n-- +goose Down\nSELECT 'down';"),
        (".hidden.sql", "SELECT 'hidden';"),
        ("notes.txt", "not SQL"),
        ("nested/000.sql", "SELECT 'nested';"),
    ]);
    let script = Script::from_folder(&folder.path(""), Syntax::Postgres).unwrap();
    let expected = ["001_A.sql:3 SELECT 'a'", "002_b.up.sql:1 SELECT 'b'", "010_c.sql:1 SELECT 'c'"];
    assert_eq!(folder.told(&script), expected);
    assert_eq!(script.files.len(), 3);
    assert_eq!(script.notes, ["2 down migrations were left out"]);
}

#[test]
fn included_files_stand_where_they_are_included() {
    let folder = Folder::of(&[
        ("all.sql", "SELECT 1;\n\\ir tables/a.sql\n\\i 'tables/it''s.sql'\nSELECT 4;"),
        ("tables/a.sql", "SELECT 2;"),
        ("tables/it's.sql", "\nSELECT 3;\n\\q\nSELECT 'never';"),
    ]);
    let script = Script::from_file(&folder.path("all.sql"), Syntax::Postgres).unwrap();
    let expected =
        ["all.sql:1 SELECT 1", "tables/a.sql:1 SELECT 2", "tables/it's.sql:2 SELECT 3", "all.sql:4 SELECT 4"];
    assert_eq!(folder.told(&script), expected);
    assert_eq!(script.files.len(), 1, "an included file shares the session");
}

#[test]
fn a_file_that_includes_itself_is_told() {
    let folder = Folder::of(&[("a.sql", "\\ir b.sql"), ("b.sql", "\n\\ir ./a.sql")]);
    let error = Script::from_file(&folder.path("a.sql"), Syntax::Postgres).unwrap_err();
    assert!(matches!(&error, SourceError::IncludeCycle { at, .. } if at.line == 2), "{error}");
}

#[test]
fn a_condition_is_refused_with_its_line() {
    let folder = Folder::of(&[("a.sql", "SELECT 1;\n\\if true\nSELECT 2;\n\\endif")]);
    let error = Script::from_file(&folder.path("a.sql"), Syntax::Postgres).unwrap_err().to_string();
    assert!(error.ends_with(r"a.sql:2: the command \if is not supported."), "{error}");
}

#[test]
fn rows_are_left_out_with_one_note() {
    let text =
        "\\restrict x\nCOPY a (b) FROM stdin;\n1\n\\.\nCOPY c FROM stdin;\n\\.\nSELECT 1;\n\\unrestrict x";
    let folder = Folder::of(&[("a.sql", text)]);
    let script = Script::from_file(&folder.path("a.sql"), Syntax::Postgres).unwrap();
    assert_eq!(folder.told(&script), ["a.sql:7 SELECT 1"]);
    assert_eq!(script.notes, ["the rows of 2 COPY commands were left out: only the schema counts"]);
}

#[test]
fn nothing_to_run_is_told() {
    let folder = Folder::of(&[("empty.sql", ""), ("comment.sql", "-- soon\n")]);
    for name in ["empty.sql", "comment.sql"] {
        let error = Script::from_file(&folder.path(name), Syntax::Postgres).unwrap_err();
        assert!(matches!(error, SourceError::Empty { .. }), "{error}");
    }
    let folder = Folder::of(&[("readme.md", ""), ("sub/a.sql", "SELECT 1")]);
    let error = Script::from_folder(&folder.path(""), Syntax::Postgres).unwrap_err();
    assert!(matches!(error, SourceError::NoScripts { .. }), "{error}");
}
