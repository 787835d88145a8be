//! What canonical allows: its schema, built in a scratch engine, where the same probes are run.

use std::collections::{BTreeMap, BTreeSet};

use super::{Observed, Probe, observe, run::Attributes};
use crate::{
    config::smoke::Smoke,
    dialect::{
        Dialect, judgement,
        postgres::{inspect, session::Session, trial::Trial},
        quote,
    },
    diff::{self, Managed, Rules},
    model::Snapshot,
    plan::{self, Request, Style},
    scratch,
};

/// The schema that the target has to behave like: canonical, with the owners and grants of the
/// target wherever canonical does not say who owns a thing or who may use it.
pub fn expected_schema(canonical: &Snapshot, target: &Snapshot, rules: &Rules) -> Snapshot {
    let mut expected = Snapshot { complete: true, ..canonical.clone() };
    for object in canonical.catalog.iter() {
        let Some(live) = target.catalog.get(&object.key) else { continue };
        let open = ["owner", "grants", "column grants"]
            .into_iter()
            .filter(|facet| !rules.compares(facet, canonical, object))
            .filter(|facet| live.facets.get(facet) != object.facets.get(facet));
        let open: Vec<&str> = open.collect();
        if !open.is_empty() {
            let mut object = (**object).clone();
            for facet in open {
                object.facets.set(facet, live.facets.get(facet).cloned().unwrap_or_default());
            }
            expected.catalog.insert(object);
        }
    }
    expected
}

/// What comes of the probes on a scratch copy of a schema, by role and by the probe's place; and
/// what the engine is.
///
/// # Errors
/// Where the copy cannot be built, in words.
pub async fn expected(
    dialect: &'static dyn Dialect,
    schema: &Snapshot,
    attributes: &[Attributes],
    probes: &[Probe],
    roles: &[String],
    smoke: &Smoke,
    options: &scratch::Options,
) -> Result<(BTreeMap<(String, usize), Observed>, String), String> {
    let major = schema.server_version_num / 10_000;
    let database = scratch::database(options, Some(major)).await.map_err(|error| error.to_string())?;
    let session = Session::scratch(database.url()).await.map_err(|error| error.to_string())?;
    let copy = Copy { dialect, session };
    let result = copy.try_out(schema, attributes, probes, roles, smoke).await;
    let engine = database.engine().to_owned();
    database.close().await;
    Ok((result?, engine))
}

struct Copy {
    dialect: &'static dyn Dialect,
    session: Session,
}

impl Copy {
    async fn try_out(
        mut self,
        schema: &Snapshot,
        attributes: &[Attributes],
        probes: &[Probe],
        roles: &[String],
        smoke: &Smoke,
    ) -> Result<BTreeMap<(String, usize), Observed>, String> {
        let named = schema.catalog.iter().flat_map(|object| self.dialect.roles(object));
        let named: BTreeSet<String> = named.chain(roles.iter().cloned()).collect();
        self.make_roles(&named, attributes).await?;
        self.build(schema).await?;
        let failed = |error| format!("The copy of the canonical schema cannot be tried out: {error}");
        let mut trial = Trial::in_scratch(self.session).await.map_err(failed)?;
        let observed = observe(&mut trial, probes, roles, smoke).await.map_err(failed);
        trial.close().await;
        observed
    }

    /// The roles, with what the target's have beyond grants: that is no part of a schema.
    async fn make_roles(
        &mut self,
        named: &BTreeSet<String>,
        attributes: &[Attributes],
    ) -> Result<(), String> {
        let rows = self.rows("SELECT rolname::text AS name FROM pg_catalog.pg_roles").await?;
        let mut there: BTreeSet<String> =
            rows.iter().filter_map(|row| row.text("name")).map(str::to_owned).collect();
        let like = |role: &str| attributes.iter().find(|it| it.role == role);
        // What they are members of has to be there as well, and so on.
        let mut wanted: Vec<String> = named.iter().cloned().collect();
        let mut members = Vec::new();
        while let Some(role) = wanted.pop() {
            if !there.insert(role.clone()) {
                continue;
            }
            let mut sql = format!("CREATE ROLE {} NOLOGIN", quote::name(&role));
            if let Some(like) = like(&role) {
                sql.push_str(if like.superuser { " SUPERUSER" } else { "" });
                sql.push_str(if like.bypasses { " BYPASSRLS" } else { "" });
                sql.push_str(if like.inherits { "" } else { " NOINHERIT" });
                members.extend(like.member_of.iter().map(|group| (group.clone(), role.clone())));
                wanted.extend(like.member_of.iter().cloned());
            }
            self.execute(&sql).await?;
        }
        for (group, member) in members {
            self.execute(&format!("GRANT {} TO {}", quote::name(&group), quote::name(&member))).await?;
        }
        Ok(())
    }

    async fn build(&mut self, schema: &Snapshot) -> Result<(), String> {
        self.execute("BEGIN READ ONLY; SET LOCAL search_path = pg_catalog").await?;
        let empty = inspect::inspect(&mut self.session, &|_, _| {})
            .await
            .map_err(|error| error.to_string())?
            .snapshot;
        self.execute("COMMIT").await?;
        let dialect = self.dialect;
        let rules = Rules { owners: Managed::All, grants: Managed::All, ..Rules::default() };
        // Of extensions the engine has the version that it has.
        let schema = &Snapshot { complete: false, ..schema.clone() };
        let changed = judgement(dialect, schema, &empty);
        let drift = diff::compare(schema, &empty, &rules, &changed);
        let selection = plan::every_difference(&drift);
        let request = Request {
            dialect,
            canonical: schema,
            target: &empty,
            drift: &drift,
            selection: &selection,
            style: Style::Plain,
            renames: &[],
        };
        let plan = plan::plan(&request);
        if let Some((key, reason)) = plan.refused.iter().next() {
            return Err(format!("The canonical schema cannot be built in a scratch engine: {key}: {reason}"));
        }
        for sql in plan.preamble.iter().chain(plan.statements.iter().map(|statement| &statement.sql)) {
            self.execute(sql).await?;
        }
        Ok(())
    }

    async fn execute(&mut self, sql: &str) -> Result<(), String> {
        self.session.execute(sql).await.map_err(|error| {
            let line = sql.lines().next().unwrap_or_default();
            format!("The canonical schema cannot be built in a scratch engine: {error}, in: {line}")
        })
    }

    async fn rows(&mut self, sql: &str) -> Result<Vec<crate::dialect::row::Row>, String> {
        self.session.rows(sql).await.map_err(|error| error.to_string())
    }
}
