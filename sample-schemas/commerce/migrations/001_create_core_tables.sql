-- 001: extensions, types, people, the audit log and notifications

CREATE EXTENSION IF NOT EXISTS btree_gist;   -- equality inside exclusion constraints
CREATE EXTENSION IF NOT EXISTS pg_trgm;      -- search in the middle of names

CREATE DOMAIN email_address AS text
    CONSTRAINT email_address_shape CHECK (VALUE ~ '^[^@[:space:]]+@[^@[:space:]]+\.[^@[:space:]]+$');
COMMENT ON DOMAIN email_address IS 'Shape only; that it can be reached is proven by a mail with a link';

CREATE DOMAIN money_amount AS numeric(12,2)
    CONSTRAINT money_amount_not_negative CHECK (VALUE >= 0);

CREATE DOMAIN currency_code AS char(3)
    DEFAULT 'EUR'
    CONSTRAINT currency_code_shape CHECK (VALUE ~ '^[A-Z]{3}$');
COMMENT ON DOMAIN currency_code IS 'ISO 4217';

CREATE TYPE notification_channel AS ENUM ('email', 'sms', 'push');

CREATE FUNCTION set_updated_at() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.updated_at := now();
    RETURN NEW;
END;
$$;

CREATE TABLE roles (
    id           smallint     GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name         varchar(40)  NOT NULL UNIQUE,
    permissions  text[]       NOT NULL DEFAULT '{}',
    description  text
);
COMMENT ON TABLE roles IS 'What the staff may do; customers have no role';

CREATE TABLE users (
    id             bigint         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email          email_address  NOT NULL,
    password_hash  text           NOT NULL,
    full_name      varchar(120)   NOT NULL,
    role_id        smallint       NOT NULL REFERENCES roles (id),
    is_active      boolean        NOT NULL DEFAULT true,
    last_login_at  timestamptz,
    created_at     timestamptz    NOT NULL DEFAULT now(),
    updated_at     timestamptz    NOT NULL DEFAULT now()
);
COMMENT ON TABLE users IS 'Staff accounts';

CREATE UNIQUE INDEX users_email_key ON users (lower(email));
CREATE INDEX        users_role_idx  ON users (role_id);

CREATE TRIGGER users_set_updated_at
    BEFORE UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE TABLE customers (
    id              bigint         GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    email           email_address  NOT NULL,
    full_name       varchar(120)   NOT NULL,
    phone           varchar(32)    NOT NULL,
    birth_date      date,
    address         jsonb          NOT NULL DEFAULT '{}',
    loyalty_points  integer        NOT NULL DEFAULT 0,
    created_at      timestamptz    NOT NULL DEFAULT now(),
    updated_at      timestamptz    NOT NULL DEFAULT now(),
    CONSTRAINT customers_loyalty_not_negative CHECK (loyalty_points >= 0),
    CONSTRAINT customers_birth_date_sane      CHECK (birth_date >= DATE '1900-01-01')
);
COMMENT ON TABLE  customers            IS 'People who order';
COMMENT ON COLUMN customers.birth_date IS 'Asked for only when a prescription is';

CREATE UNIQUE INDEX customers_email_key     ON customers (lower(email));
CREATE INDEX        customers_full_name_idx ON customers USING gin (full_name gin_trgm_ops);

CREATE TRIGGER customers_set_updated_at
    BEFORE UPDATE ON customers
    FOR EACH ROW EXECUTE FUNCTION set_updated_at();

CREATE TABLE audit_log (
    id          bigint       GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    table_name  text         NOT NULL,
    row_id      bigint       NOT NULL,
    action      text         NOT NULL,
    old_row     jsonb,
    new_row     jsonb,
    user_id     bigint       REFERENCES users (id) ON DELETE SET NULL,
    changed_at  timestamptz  NOT NULL DEFAULT now(),
    CONSTRAINT audit_log_action CHECK (action IN ('INSERT', 'UPDATE', 'DELETE'))
);
COMMENT ON TABLE audit_log IS 'Append-only; kept for ten years';

CREATE INDEX audit_log_row_idx        ON audit_log (table_name, row_id, changed_at DESC);
CREATE INDEX audit_log_changed_at_idx ON audit_log USING brin (changed_at);

-- Argument 0: the name of the key column.
CREATE FUNCTION write_audit_log() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    key_column text  := TG_ARGV[0];
    before     jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    after      jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
BEGIN
    INSERT INTO audit_log (table_name, row_id, action, old_row, new_row, user_id)
    VALUES (TG_TABLE_NAME,
            (coalesce(after, before) ->> key_column)::bigint,
            TG_OP, before, after,
            nullif(current_setting('commerce.user_id', true), '')::bigint);
    RETURN NULL;
END;
$$;
COMMENT ON FUNCTION write_audit_log() IS 'The application says who it is: SET LOCAL commerce.user_id';

CREATE TRIGGER users_audit
    AFTER INSERT OR UPDATE OR DELETE ON users
    FOR EACH ROW EXECUTE FUNCTION write_audit_log('id');

CREATE TABLE notifications (
    id           bigint                GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id  bigint                NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    channel      notification_channel  NOT NULL DEFAULT 'email',
    template     varchar(60)           NOT NULL,
    payload      jsonb                 NOT NULL DEFAULT '{}',
    attempts     smallint              NOT NULL DEFAULT 0,
    sent_at      timestamptz,
    created_at   timestamptz           NOT NULL DEFAULT now(),
    CONSTRAINT notifications_attempts_range CHECK (attempts BETWEEN 0 AND 5)
);
COMMENT ON TABLE notifications IS 'Messages to customers, sent by a worker';

CREATE INDEX notifications_customer_idx ON notifications (customer_id);
-- What the worker polls.
CREATE INDEX notifications_unsent_idx   ON notifications (created_at) WHERE sent_at IS NULL AND attempts < 5;
