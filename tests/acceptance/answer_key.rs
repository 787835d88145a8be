//! The answer key of `sample-schemas/README.md` as data: what one should see, in the program's words.
//!
//! Each line is a row there: `+` missing, `-` extra, `~` changed, the object, and what differs in it.

pub const EU: &[&str] = &[
    "- index:public.agent_runs.agent_runs_organization_created_idx",
    "~ column:public.user_template_customizations.template_id (type)",
    "~ function:public.track_template_usage() (body)",
    "~ column:public.vibe_configs.max_tokens (default)",
    "+ policy:public.template_feedback.Users can delete their own feedback",
    "- table:public.gdpr_export_2025_03",
    "~ column:public.invitations.expires_at (not null)",
    "~ enum:public.run_status (values)",
    "~ view:public.agent_run_summary (definition)",
    "+ constraint:public.template_usage_analytics.template_usage_analytics_agent_run_id_fkey",
    "~ index:public.background_events.background_events_pending_idx (definition)",
    "~ constraint:public.template_feedback.template_feedback_rating_range (definition)",
];

pub const US: &[&str] = &[
    "- index:public.agent_runs.agent_runs_organization_created_idx",
    "~ column:public.user_template_customizations.template_id (type)",
    "~ function:public.track_template_usage() (body)",
    "~ column:public.vibe_configs.max_tokens (default)",
    "~ table:public.usage_metrics (row security)",
    "~ column:public.usage_metrics.quantity (type)",
    "~ enum:public.atom_kind (values)",
    "~ trigger:public.user_template_customizations.create_customization_history_on_update (enabled)",
    "+ column:public.organizations.billing_email",
    "+ constraint:public.organizations.organizations_billing_email_shape",
    "~ policy:public.prompt_atoms.\"Members can view the organization's prompt atoms\" (roles, using)",
    "+ index:public.prompt_atoms.prompt_atoms_tags_idx",
    "- index:public.prompt_atoms.idx_prompt_atoms_tags",
    "+ materialized view:public.template_popularity",
    "+ index:public.template_versions.template_versions_user_idx",
];

pub const AGENTS_STAGING: &[&str] = &[
    "+ table:public.template_presets",
    "- column:public.agent_runs.trace_id",
    "- index:public.agent_runs.agent_runs_trace_idx",
    "- table:public.experiment_flags",
    "- function:public.assign_experiment(uuid, text)",
    "~ index:public.prompt_atoms.prompt_atoms_embedding_idx (definition)",
    "~ materialized view:public.template_popularity (definition)",
    "~ column:public.template_feedback.comment (default, not null)",
    "~ table:public.agent_runs (comment)",
    "~ function:public.\"is_organization_member(uuid, public.member_role)\" (volatility)",
    "+ trigger:public.vibe_configs.update_vibe_configs_updated_at",
    "~ table:public.background_events (row security)",
];

pub const COMMERCE_PROD: &[&str] = &[
    "- index:public.orders.orders_status_placed_idx",
    "~ column:public.customers.phone (not null)",
    "+ constraint:public.order_items.order_items_product_id_fkey",
    "~ column:public.customers.loyalty_points (type)",
    "~ column:public.products.vat_rate (default)",
    "~ view:public.order_totals (columns, definition)",
    "~ trigger:public.payments.payments_audit (enabled)",
    "~ constraint:public.order_items.order_items_quantity_positive (definition)",
    "~ function:public.next_invoice_number() (body)",
    "~ sequence:public.invoice_number_seq (cache)",
    "+ constraint:public.prescription_items.prescription_items_no_overlap",
    "+ constraint:public.email_address.email_address_shape",
    "- table:public.orders_backup_20250214",
    "~ index:public.notifications.notifications_unsent_idx (definition)",
];

pub const COMMERCE_STAGING: &[&str] = &[
    "+ column:public.products.requires_prescription",
    "~ enum:public.payment_status (values)",
    "+ procedure:public.expire_prescriptions(date, integer)",
    "+ view:public.low_stock",
    "~ index:public.orders.orders_customer_idx (definition)",
    "~ constraint:public.orders.orders_settled_by_payment_id_fkey (definition)",
    "~ constraint:public.payments.payments_amount_positive (not valid)",
    "~ trigger:public.orders.orders_audit (definition)",
    "~ column:public.inventory_items.counted_at (default)",
    "~ table:public.notifications (comment)",
    "+ statistics:public.products_brand_category",
    "- table:public.feature_flags",
];

pub const WAREHOUSE_PROD: &[&str] = &[
    "+ column:wms.stock.expires_on",
    "+ index:wms.stock.stock_expires_idx",
    "~ view:wms.stock_by_sku (columns, definition)",
    "+ view:wms.pick_list",
    "~ function:wms.best_bin(integer, integer, integer) (body)",
    "- index:wms.picks.picks_assigned_idx",
    "~ column:wms.skus.description (type)",
    "+ trigger:wms.movements.movements_are_final",
    "+ constraint:wms.stock.stock_quantity_not_negative",
    "+ constraint:wms.picks.picks_bin_id_fkey",
    "~ enum:wms.bin_type (values)",
    "~ column:wms.shipments.priority (default)",
    "- table:wms.inventur_2024",
    "~ table:wms.stock (options)",
];
