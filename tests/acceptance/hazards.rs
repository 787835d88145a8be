//! The hazards that the planner expects of a statement, held against what it was seen to do.

use schemascope::plan::{HazardCode, Plan, Proof};

/// What can be seen on a copy without rows: a claim of these that is not seen is wrong.
const SEEN: [HazardCode; 3] = [HazardCode::RewritesTable, HazardCode::BlocksReads, HazardCode::BlocksWrites];

/// Every claim that the proof refutes, and everything it saw that nobody claimed.
pub fn disagreements(plan: &Plan, proof: &Proof) -> Vec<String> {
    let Proof::Proven { observed, .. } = proof else { return vec![format!("not proven: {proof:?}")] };
    assert_eq!(observed.len(), plan.statements.len());
    let mut found = Vec::new();
    for (statement, observed) in plan.statements.iter().zip(observed) {
        if observed.unseen.is_some() {
            continue;
        }
        let claimed = |code| statement.hazards.iter().any(|hazard| hazard.code == code);
        let seen = observed.hazards();
        // Whether the server has to compute each value anew depends on functions, and on constraints of a
        // domain, that the table of hazards does not look into: it expects the worst.
        let of_schema = statement.sql.rsplit(' ').next().is_some_and(|r#type| r#type.contains('.'));
        let computed =
            statement.sql.contains(" ADD COLUMN ") && (statement.sql.contains("DEFAULT") || of_schema);
        let cast = statement.sql.contains(" TYPE ") && statement.sql.contains(" USING ");
        // What reaches other tables through a type, a parent or a partitioned table is told by the
        // catalog that the table of hazards does not look into.
        let reaches = statement.sql.ends_with(" CASCADE")
            || statement.sql.contains(" ADD COLUMN ") && statement.sql.ends_with(" NOT NULL")
            || statement.sql.contains(" PRIMARY KEY ");
        let told = observed.sentence().unwrap_or_default();
        for code in SEEN
            .into_iter()
            .filter(|code| claimed(*code) && !seen.contains(code) && !computed && !cast && !reaches)
        {
            found.push(format!("claimed {code}, but saw {told:?}: {}", statement.sql));
        }
        for code in seen.into_iter().filter(|code| !claimed(*code) && !reaches) {
            found.push(format!("did not claim {code}, but saw {told:?}: {}", statement.sql));
        }
    }
    found
}
