//! What the proof has seen takes the place of what was only expected: the hazards of each statement.

use super::{Hazard, HazardCode, Observed, Plan, Proof};

/// The hazards that can be seen on a copy without rows. A loss can be seen, too, but not each of
/// them: it is added and never taken back.
const SEEN: [HazardCode; 3] = [HazardCode::RewritesTable, HazardCode::BlocksReads, HazardCode::BlocksWrites];

impl Plan {
    /// Adds the hazards that the proof has seen, and takes back those that it has refuted. A copy of
    /// another major version refutes nothing.
    pub fn learn(&mut self, proof: &Proof) {
        let Proof::Proven { observed, same_major, .. } = proof else { return };
        for (statement, observed) in self.statements.iter_mut().zip(observed) {
            if observed.unseen.is_some() {
                continue;
            }
            let seen = observed.hazards();
            if *same_major {
                statement
                    .hazards
                    .retain(|hazard| seen.contains(&hazard.code) || !SEEN.contains(&hazard.code));
            }
            let known = |code| statement.hazards.iter().any(|hazard| hazard.code == code);
            let new: Vec<Hazard> =
                seen.iter().filter(|code| !known(**code)).map(|code| hazard(*code, observed)).collect();
            statement.hazards.extend(new);
            statement.hazards.sort_by_key(|hazard| hazard.code);
        }
    }
}

fn hazard(code: HazardCode, observed: &Observed) -> Hazard {
    let relations: Vec<&str> = observed.causes(code).collect();
    let relations = relations.join(", ");
    let message = match code {
        HazardCode::LosesData => format!("What {relations} held is gone, or a column of it."),
        HazardCode::RewritesTable => format!("Every row of {relations} is written anew."),
        HazardCode::BlocksReads => format!("Nobody can use {relations} meanwhile."),
        _ => format!("Nobody can write to {relations} meanwhile."),
    };
    Hazard { code, message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{Action, Lock, Statement, Touched, Transaction};

    fn plan(codes: &[HazardCode]) -> Plan {
        let hazard = |code: &HazardCode| Hazard { code: *code, message: "as expected.".to_owned() };
        let statement = Statement {
            sql: "ALTER TABLE orders ADD COLUMN n integer DEFAULT f()".to_owned(),
            key: "column:public.orders.n".parse().expect("a key"),
            action: Action::Create,
            segment: 0,
            transaction: Transaction::Inside,
            hazards: codes.iter().map(hazard).collect(),
            check: None,
            because_of: None,
            facets: Vec::new(),
            lock_timeout: None,
            statement_timeout: None,
            retries: 0,
            before_retry: None,
            location: None,
        };
        Plan { statements: vec![statement], ..Plan::default() }
    }

    fn proof(rewritten: bool, same_major: bool) -> Proof {
        let relation = "public.orders".to_owned();
        let lock = Lock::AccessExclusive;
        let touched = Touched { relation, lock, rewritten, scanned: rewritten, lost: false };
        let observed = vec![Observed { relations: vec![touched], unseen: None }];
        Proof::Proven { engine: "an engine".to_owned(), same_major, observed, limits: Vec::new() }
    }

    fn learned(expected: &[HazardCode], proof: &Proof) -> Vec<HazardCode> {
        let mut plan = plan(expected);
        plan.learn(proof);
        plan.statements[0].hazards.iter().map(|hazard| hazard.code).collect()
    }

    #[test]
    fn what_was_seen_is_added_and_what_was_refuted_is_taken_back() {
        use HazardCode::{BlocksReads, LosesData, MayFail, RewritesTable};
        assert_eq!(learned(&[MayFail], &proof(true, true)), [RewritesTable, BlocksReads, MayFail]);
        assert_eq!(
            learned(&[RewritesTable, BlocksReads, MayFail, LosesData], &proof(false, true)),
            [LosesData, MayFail]
        );
        assert_eq!(
            learned(&[RewritesTable, BlocksReads], &proof(false, false)),
            [RewritesTable, BlocksReads]
        );
    }
}
