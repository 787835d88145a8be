//! What fails: the severity of findings by code, by kind, by hazard and by pattern.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use schemars::JsonSchema;
use serde::Deserialize;

use super::{
    code::{Code, default_severity},
    severity::{FailOn, Severity},
};
use crate::{diff::matches, model::Key, plan::HazardCode};

/// The section `[verify]` of `schemascope.toml`. By default every finding counts as its code says.
///
/// The nearest says last: a pattern counts before a hazard, that before a kind, that before a code;
/// of two patterns the longer one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Policy {
    /// The least severity that makes a verification fail.
    pub fail_on: FailOn,
    /// The folder of migrations whose history is verified, as written.
    pub migrations: Option<PathBuf>,
    /// By the code of the finding.
    #[schemars(with = "BTreeMap<String, Severity>")]
    pub codes: BTreeMap<Code, Severity>,
    /// By the kind of object.
    pub kinds: BTreeMap<String, Severity>,
    /// By what closing the difference can hurt: a hazard code, or `none` for what is safe to close.
    /// Of several the gravest counts.
    #[schemars(with = "BTreeMap<String, Severity>")]
    pub hazards: BTreeMap<Danger, Severity>,
    /// By patterns of objects, as in `table:public.tmp_*`.
    pub patterns: BTreeMap<String, Severity>,
}

/// What closing a difference can hurt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub enum Danger {
    /// A hazard.
    Hazard(HazardCode),
    /// Nothing, written `none`.
    Nothing,
}

impl TryFrom<String> for Danger {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        if word == "none" {
            return Ok(Danger::Nothing);
        }
        let hazard = HazardCode::ALL.iter().copied().find(|code| code.code() == word);
        hazard.map(Danger::Hazard).ok_or_else(|| {
            let codes: Vec<&str> = HazardCode::ALL.iter().map(|code| code.code()).collect();
            format!("there is no hazard called `{word}`; there are {} and none", codes.join(", "))
        })
    }
}

impl Policy {
    /// The policy with its paths taken from a folder.
    pub fn based_on(mut self, folder: &Path) -> Self {
        self.migrations = self.migrations.map(|path| folder.join(path));
        self
    }

    /// Whether somebody has to find out the hazards before [`Policy::severity`] can tell.
    pub fn asks_for_hazards(&self) -> bool {
        !self.hazards.is_empty()
    }

    /// How grave a finding is. `hazards` are those of closing it, where a plan can close it.
    pub fn severity(
        &self,
        code: Code,
        key: Option<&Key>,
        hazards: Option<&BTreeSet<HazardCode>>,
    ) -> Severity {
        let by_code = || self.codes.get(&code).copied();
        let Some(key) = key else { return by_code().unwrap_or(default_severity(code)) };
        let pattern = self
            .patterns
            .iter()
            .filter(|(pattern, _)| matches(pattern, key))
            .max_by_key(|(pattern, _)| pattern.len());
        let by_hazard = || {
            let hazards = hazards?;
            let dangers = hazards.iter().map(|code| Danger::Hazard(*code));
            let severities = dangers.filter_map(|danger| self.hazards.get(&danger));
            let safe = || self.hazards.get(&Danger::Nothing).filter(|_| hazards.is_empty());
            severities.max().or_else(safe).copied()
        };
        let by_kind = || self.kinds.get(key.kind().name()).copied();
        pattern
            .map(|(_, severity)| *severity)
            .or_else(by_hazard)
            .or_else(by_kind)
            .or_else(by_code)
            .unwrap_or(default_severity(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(text: &str) -> Policy {
        toml::from_str(text).unwrap()
    }

    fn severity(policy: &Policy, key: &str, hazards: &[HazardCode]) -> Severity {
        policy.severity(
            Code::TableExtra,
            Some(&key.parse().unwrap()),
            Some(&hazards.iter().copied().collect()),
        )
    }

    #[test]
    fn by_default_what_differs_is_an_error() {
        assert_eq!(severity(&Policy::default(), "table:public.x", &[]), Severity::Error);
        assert_eq!(Policy::default().fail_on, FailOn::Error);
    }

    #[test]
    fn the_nearest_word_on_a_severity_counts() {
        let policy = policy(
            "fail-on = 'warning'\n[codes]\ntable-extra = 'note'\n[kinds]\nindex = 'off'\n\
             [hazards]\nloses-data = 'error'\nnone = 'note'\n\
             [patterns]\n'table:public.tmp_*' = 'off'\n'table:public.tmp_keep' = 'warning'\n",
        );
        assert_eq!(severity(&policy, "table:public.tmp_a", &[HazardCode::LosesData]), Severity::Off);
        assert_eq!(severity(&policy, "table:public.tmp_keep", &[]), Severity::Warning);
        assert_eq!(severity(&policy, "table:public.x", &[HazardCode::LosesData]), Severity::Error);
        assert_eq!(severity(&policy, "index:public.x.i", &[HazardCode::MayFail]), Severity::Off);
        assert_eq!(severity(&policy, "table:public.x", &[HazardCode::MayFail]), Severity::Note);
        assert!(policy.asks_for_hazards());
    }

    #[test]
    fn a_misspelled_code_hazard_or_severity_is_refused() {
        for wrong in [
            "[codes]\ntabel-extra = 'note'\n",
            "[codes]\ntable-extra = 'fatal'\n",
            "[hazards]\nlooses-data = 'error'\n",
            "fail-on = 'sometimes'\n",
            "severity = 'error'\n",
        ] {
            assert!(toml::from_str::<Policy>(wrong).is_err(), "{wrong}");
        }
    }
}
