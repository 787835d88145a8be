//! The statuses: how an object of the canonical schema stands at a target.

use super::{Code, Family};

/// The statuses as a part of the table.
pub(super) fn family() -> Family {
    Family {
        name: "status",
        about: "Said of an object at a target by `diff` and in the terminal.",
        codes: CODES.iter().collect(),
    }
}

const CODES: [Code; 5] = [
    Code {
        code: "missing",
        title: "The canonical schema has it, the target does not",
        meaning: "Nothing of this name is at the target. What the role may not see is unknown, not missing.",
        advice: "Select it, and the plan makes it. If it has another name at the target, rename it instead.",
        squawk: &[],
    },
    Code {
        code: "extra",
        title: "The target has it, the canonical schema does not",
        meaning: "Somebody made it at the target, or forgot to drop it there. To close the difference is to \
                  drop it, which is never selected by itself.",
        advice: "Take it over into the canonical schema, drop it, or ignore it by a rule in `schemascope.toml`.",
        squawk: &[],
    },
    Code {
        code: "changed",
        title: "Both have it, and it does not mean the same",
        meaning: "At least one facet differs, and not only in its spelling. The facets are listed.",
        advice: "Look at the facets side by side; select it, and the plan changes as little as it can.",
        squawk: &[],
    },
    Code {
        code: "same",
        title: "Both have it, and it means the same",
        meaning: "Every facet that is compared is equal, or only spelled otherwise by another server version.",
        advice: "Nothing has to be done.",
        squawk: &[],
    },
    Code {
        code: "unknown",
        title: "It could not be read, so it could not be compared",
        meaning: "The role lacks a right on it, or reading it failed; the reason stands beside it. It is in \
                  no plan.",
        advice: "Connect as a role that may read it, or ignore it by a rule in `schemascope.toml`.",
        squawk: &[],
    },
];
