//! What is known of targets, in the text format of Prometheus.

use std::{fmt::Write, sync::Arc};

use serde_json::Value;

use super::Known;
use crate::report::health::State;

/// A family of numbers: its name, what it is, and what a target has of it, each with its labels
/// beside the target's.
struct Family {
    name: &'static str,
    help: &'static str,
    samples: fn(&Known) -> Vec<(String, f64)>,
}

const FAMILIES: &[Family] = &[
    Family {
        name: "schemascope_up",
        help: "Whether the target answers and could be read.",
        samples: |known| {
            let up = known.health.components.get("connectivity").is_some_and(|it| it.status == State::Pass);
            vec![(String::new(), f64::from(u8::from(up)))]
        },
    },
    Family {
        name: "schemascope_component_status",
        help: "How a component is: 0 pass, 1 warn, 2 fail.",
        samples: |known| {
            let status = |state| match state {
                State::Pass => 0.0,
                State::Warn => 1.0,
                State::Fail => 2.0,
            };
            let components = known.health.components.iter();
            components.map(|(name, it)| (format!(",component=\"{name}\""), status(it.status))).collect()
        },
    },
    Family {
        name: "schemascope_differences",
        help: "How many objects differ from the canonical schema, by status.",
        samples: |known| {
            let Some(drift) = known.health.components.get("drift") else { return Vec::new() };
            let count = |status: &str| drift.detail.get(status).and_then(Value::as_f64).unwrap_or_default();
            let statuses = ["missing", "changed", "extra", "unknown"];
            statuses.iter().map(|status| (format!(",status=\"{status}\""), count(status))).collect()
        },
    },
    Family {
        name: "schemascope_objects",
        help: "How many objects the target has.",
        samples: |known| vec![(String::new(), known.objects as f64)],
    },
    Family {
        name: "schemascope_response_seconds",
        help: "How long the server took to let us in.",
        samples: |known| {
            let connectivity = known.health.components.get("connectivity");
            let millis = connectivity.and_then(|it| it.detail.get("response_ms")).and_then(Value::as_f64);
            millis.map(|millis| (String::new(), millis / 1000.0)).into_iter().collect()
        },
    },
    Family {
        name: "schemascope_inspection_seconds",
        help: "How long it took to look at the target and compare it.",
        samples: |known| vec![(String::new(), known.took.as_secs_f64())],
    },
    Family {
        name: "schemascope_inspection_timestamp_seconds",
        help: "When the target was looked at, in seconds since 1970-01-01 UTC.",
        samples: |known| vec![(String::new(), known.health.checked_at as f64)],
    },
];

/// Every number of every target.
pub fn text(known: &[Arc<Known>]) -> String {
    let mut text = String::new();
    for Family { name, help, samples } in FAMILIES {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} gauge");
        for known in known {
            for (labels, value) in samples(known) {
                let target = escaped(&known.health.target);
                let _ = writeln!(text, "{name}{{target=\"{target}\"{labels}}} {value}");
            }
        }
    }
    text
}

/// A label's value, as the text format wants it.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::report::health::{Health, Look};

    #[test]
    fn every_family_has_its_head_and_labels_cannot_be_broken_out_of() {
        let look = Look {
            target: "a\"b\\\n",
            answered: Ok(250),
            read: Err("gone"),
            canonical: None,
            required: &[],
            drift: State::Warn,
            migrations: None,
            now: 7,
        };
        let known = Known {
            health: Health::of(&look),
            drift: Value::Null,
            objects: 3,
            took: Duration::from_millis(1500),
            at: Instant::now(),
        };
        let text = text(&[Arc::new(known)]);
        for line in [
            "# TYPE schemascope_up gauge",
            "schemascope_up{target=\"a\\\"b\\\\\\n\"} 0",
            "schemascope_component_status{target=\"a\\\"b\\\\\\n\",component=\"connectivity\"} 2",
            "schemascope_response_seconds{target=\"a\\\"b\\\\\\n\"} 0.25",
            "schemascope_inspection_seconds{target=\"a\\\"b\\\\\\n\"} 1.5",
            "schemascope_inspection_timestamp_seconds{target=\"a\\\"b\\\\\\n\"} 7",
        ] {
            assert!(text.lines().any(|it| it == line), "{line}\n{text}");
        }
    }
}
