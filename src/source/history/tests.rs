use super::*;
use crate::model::{FORMAT, Facets, Key, Kind, Object};

const HOUR: u64 = 3600;

fn snapshot(taken_at: u64, tables: &[&str]) -> Snapshot {
    let object =
        |name: &&str| Object::new(Key::new(Kind::of("table"), ["public", name]), None, Facets::default());
    Snapshot {
        format: FORMAT,
        dialect: "postgres".to_owned(),
        taken_at,
        catalog: tables.iter().map(object).collect(),
        ..Snapshot::default()
    }
}

/// A history of `prod`: a table at hour 1, two tables at hours 2 and 3.
fn history(folder: &Path, limit: usize) -> History {
    let history = History::new(folder.join("history"), limit);
    assert!(history.keep("prod", &snapshot(HOUR, &["a"])).unwrap());
    assert!(history.keep("prod", &snapshot(2 * HOUR, &["a", "b"])).unwrap());
    assert!(!history.keep("prod", &snapshot(3 * HOUR, &["a", "b"])).unwrap());
    history
}

fn at(history: &History, moment: &str) -> Result<u64, String> {
    let found = history.at("prod", &moment.parse().unwrap(), 10 * HOUR);
    found.map(|it| it.taken_at / HOUR).map_err(|error| error.to_string())
}

#[test]
fn what_was_kept_is_read_back_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let history = history(folder.path(), KEPT);
    assert_eq!(history.targets(), ["prod"]);
    let inspections = history.list("prod").unwrap();
    assert_eq!(inspections.iter().map(|it| it.objects).collect::<Vec<_>>(), [1, 2, 2]);
    assert_eq!(history.read("prod", &inspections[0]).unwrap(), snapshot(HOUR, &["a"]));
    assert_eq!(history.read("prod", &inspections[2]).unwrap(), snapshot(3 * HOUR, &["a", "b"]));
}

#[test]
fn the_same_content_is_stored_once() {
    let folder = tempfile::tempdir().unwrap();
    let history = history(folder.path(), KEPT);
    let files = fs::read_dir(history.folder_of("prod")).unwrap().flatten();
    let contents = files.filter(|file| file.path().extension().is_some_and(|it| it == "gz"));
    assert_eq!(contents.count(), 2);
}

#[test]
fn a_moment_means_the_newest_inspection_that_is_not_younger() {
    let folder = tempfile::tempdir().unwrap();
    let history = history(folder.path(), KEPT);
    for (moment, hour) in [("latest", 3), ("~1", 2), ("7h", 3), ("8h", 2), ("1970-01-01T01:59", 1)] {
        assert_eq!(at(&history, moment), Ok(hour), "{moment}");
    }
    let content = &history.list("prod").unwrap()[1].content[..12];
    assert_eq!(at(&history, content), Ok(3), "the newest inspection of that content");
}

#[test]
fn what_is_not_there_is_told_with_what_is() {
    let folder = tempfile::tempdir().unwrap();
    let history = history(folder.path(), KEPT);
    let too_early =
        "No inspection of prod is that old: the oldest that was kept is of 1970-01-01 01:00:00 UTC.";
    assert_eq!(at(&history, "10h"), Err(too_early.to_owned()));
    assert_eq!(at(&history, "~3"), Err("Only 3 inspections of prod are kept.".to_owned()));
    let hash = "0 kept states of prod have a hash that begins with 000000000000.";
    assert_eq!(at(&history, "000000000000"), Err(hash.to_owned()));
    let nothing = history.list("staging").unwrap_err();
    assert_eq!(nothing.to_string(), "No inspection of staging was kept yet.");
}

#[test]
fn only_the_newest_are_kept_and_their_contents() {
    let folder = tempfile::tempdir().unwrap();
    let history = history(folder.path(), 2);
    assert_eq!(history.list("prod").unwrap().len(), 2);
    let gone = content_path(&history.folder_of("prod"), &blake3::hash(b"").to_hex());
    assert!(!gone.exists());
    let files = fs::read_dir(history.folder_of("prod")).unwrap().flatten();
    assert_eq!(files.filter(|file| file.path().extension().is_some_and(|it| it == "gz")).count(), 1);
    let nothing = History::new(folder.path().join("none"), 0);
    assert!(!nothing.keep("prod", &snapshot(0, &[])).unwrap());
    assert!(!nothing.knows("prod"));
}

#[test]
fn names_of_targets_cannot_leave_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    let history = History::new(folder.path().join("history"), KEPT);
    for name in ["../../etc", "a/b", "prüfung 1", ".", "con:"] {
        history.keep(name, &snapshot(0, &[])).unwrap();
        assert!(history.knows(name));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(history.targets(), [".", "../../etc", "a/b", "con:", "prüfung 1"]);
}

#[test]
fn damage_is_noticed_and_stays_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let history = history(folder.path(), KEPT);
    let inspections = history.list("prod").unwrap();
    let path = content_path(&history.folder_of("prod"), &inspections[0].content);
    fs::write(&path, packed(b"{}").unwrap()).unwrap();
    let error = history.read("prod", &inspections[0]).unwrap_err();
    assert!(error.to_string().ends_with("is damaged: its content is not what its name says."), "{error}");
    fs::write(&path, b"nonsense").unwrap();
    assert!(history.read("prod", &inspections[0]).unwrap_err().to_string().contains("is damaged"));
    assert!(history.read("prod", &inspections[1]).is_ok());

    let index = history.folder_of("prod").join(INDEX);
    fs::write(&index, format!("{{\"taken_at\": 1\n{}", fs::read_to_string(&index).unwrap())).unwrap();
    assert_eq!(history.list("prod").unwrap(), inspections, "a line that was cut off costs only itself");
}

#[test]
fn a_folder_that_cannot_be_written_is_told() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("history"), "a file").unwrap();
    let history = History::new(folder.path().join("history"), KEPT);
    let error = history.keep("prod", &snapshot(0, &[])).unwrap_err();
    assert!(error.to_string().contains("could not be created"), "{error}");
    assert!(!error.hint().is_empty());
}
