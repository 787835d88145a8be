//! Drift or a plan → bytes: text, JSON, SQL.
