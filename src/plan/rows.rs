//! What is known of the rows that can make a plan fail: a proof on a copy without rows sees none.

use super::{Answer, HazardCode, Plan, Statement};

/// What the rows of the target have to say to a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rows {
    /// Nothing: no statement depends on them, or the target has none that are in the way.
    Clear,
    /// This many statements can fail on rows that exist, and it is not known whether they do.
    Unknown(usize),
    /// This many statements fail on rows that exist: the target was asked.
    InTheWay(usize),
}

impl Rows {
    /// How far a proof on a copy without rows reaches, to be followed by the engine's name.
    pub fn proven(self) -> &'static str {
        match self {
            Rows::Clear => "Proven",
            Rows::Unknown(_) => "Proven for the schema alone, not for its rows,",
            Rows::InTheWay(_) => "NOT PROVEN, because rows are in the way, though the schema was tried",
        }
    }
}

impl Plan {
    /// What is known of the rows that can make the plan fail.
    pub fn rows(&self) -> Rows {
        let can_fail = |statement: &&Statement| {
            statement.hazards.iter().any(|hazard| hazard.code == HazardCode::MayFail)
        };
        let (mut unknown, mut in_the_way) = (0, 0);
        for statement in self.statements.iter().filter(can_fail) {
            match statement.check.as_ref().and_then(|check| check.answer.as_ref()) {
                Some(Answer::Count(0)) => {}
                Some(Answer::Count(_)) => in_the_way += 1,
                Some(Answer::Failed(_)) | None => unknown += 1,
            }
        }
        match (in_the_way, unknown) {
            (0, 0) => Rows::Clear,
            (0, unknown) => Rows::Unknown(unknown),
            (in_the_way, _) => Rows::InTheWay(in_the_way),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        dialect::Step,
        plan::{Action, Check, segments},
    };

    fn plan(answers: &[Option<Answer>]) -> Plan {
        let statement = |answer: &Option<Answer>| {
            let check = Check { answer: answer.clone(), ..Check::new("How many?", "SELECT 1") };
            let step = Step::new("SELECT").hazard(HazardCode::MayFail, "It may.").check(check);
            let key = "column:public.t.a".parse().expect("a key");
            segments::statement(key, Action::Alter, 0, step)
        };
        Plan { statements: answers.iter().map(statement).collect(), ..Plan::default() }
    }

    #[test]
    fn a_plan_is_proven_for_its_rows_only_when_the_target_has_said_so() {
        let failed = Answer::Failed("The time was up.".to_owned());
        assert_eq!(plan(&[]).rows(), Rows::Clear);
        assert_eq!(plan(&[Some(Answer::Count(0))]).rows(), Rows::Clear);
        assert_eq!(plan(&[Some(Answer::Count(0)), None, Some(failed)]).rows(), Rows::Unknown(2));
        assert_eq!(plan(&[None, Some(Answer::Count(3))]).rows(), Rows::InTheWay(1));
    }
}
