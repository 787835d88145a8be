//! A verification for the tests of the formats: names that try to break out of each of them.

use std::time::Duration;

use jiff::civil::date;

use crate::{
    diff::{Acceptance, Accepted, Standing},
    model::Location,
    verify::{Code, Component, Detail, FailOn, Finding, Report, Sentence, Severity, Verification, Verified},
};

/// What a hostile person calls a table.
pub const EVIL: &str = "evil\n::error::`]]> | <b> @all %0A\u{1b}[2J,:\"";

fn finding(code: Code, severity: Severity, component: Component, key: &str) -> Finding {
    let key: crate::model::Key = key.parse().expect("a key");
    Finding {
        code,
        severity,
        component,
        sentence: Sentence::default().words("The table ").name(key.dotted()).words(" is not in canonical."),
        key: Some(key),
        details: Vec::new(),
        location: None,
        acceptance: None,
        fingerprint: "0123456789abcdef0123456789abcdef".to_owned(),
    }
}

/// Three targets: one that fails, one that passes, and one that could not be reached.
pub fn verification() -> Verification {
    let evil = finding(
        Code::TableExtra,
        Severity::Error,
        Component::Tables,
        &format!("table:public.\"{}\"", EVIL.replace('"', "\"\"")),
    );
    let column = Finding {
        details: vec![Detail {
            facet: "type".to_owned(),
            canonical: Some("numeric".to_owned()),
            target: Some("text".to_owned()),
        }],
        location: Some(Location { file: "db/my schema.sql".into(), line: 12 }),
        sentence: Sentence::default()
            .words("The column ")
            .name("public.orders.total")
            .words(" differs: type."),
        ..finding(Code::ColumnChanged, Severity::Warning, Component::Columns, "column:public.orders.total")
    };
    let accepted = Accepted {
        until: Some(date(2026, 12, 31)),
        by: Some("ann".to_owned()),
        ..Accepted::like("index:*", "slow | see <ticket>")
    };
    let index = Finding {
        acceptance: Some(Acceptance { standing: Standing::Holds, entry: 0, accepted }),
        ..finding(Code::IndexMismatch, Severity::Error, Component::Indexes, "index:public.orders.by_note")
    };
    let report =
        |component, objects| Report { objects, ..Report::empty(component, Some(Duration::from_millis(3))) };
    let reports = vec![
        Report { findings: vec![evil], ..report(Component::Tables, 12) },
        Report { findings: vec![column], ..report(Component::Columns, 48) },
        Report { accepted: vec![index], ..report(Component::Indexes, 5) },
        Report { skipped: Some("no folder was named".to_owned()), ..report(Component::Migrations, 0) },
    ];
    let took = Some(Duration::from_millis(1234));
    Verification {
        canonical: "schema.sql".to_owned(),
        fail_on: FailOn::Error,
        made_at: 1_772_323_200,
        targets: vec![
            Verified { name: "prod-eu".to_owned(), took, result: Ok(reports) },
            Verified { name: "staging".to_owned(), took, result: Ok(vec![report(Component::Tables, 11)]) },
            Verified {
                name: "test".to_owned(),
                took: None,
                result: Err("The host test does not answer.\nCheck it.".to_owned()),
            },
        ],
    }
}
