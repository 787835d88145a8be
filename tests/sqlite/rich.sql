-- A schema with a little of everything that SQLite has.
CREATE TABLE customers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    "e-mail" TEXT NOT NULL COLLATE NOCASE UNIQUE, -- the login
    name VARCHAR(255) DEFAULT 'nobody''s',
    score REAL DEFAULT -1.5 CHECK (score >= -2 /* never less */ AND "score" < 100),
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TEXT DEFAULT (datetime('now')),
    full TEXT GENERATED ALWAYS AS (name || ' <' || "e-mail" || '>') STORED,
    short TEXT AS (substr(name, 1, 3)),
    manager INTEGER REFERENCES customers ON DELETE SET NULL
);
CREATE TABLE orders (
    id INTEGER NOT NULL,
    line INT NOT NULL ON CONFLICT REPLACE DEFAULT 1,
    customer_id INTEGER,
    state TEXT CHECK (state IN ("new", 'paid')),
    note BLOB DEFAULT x'0aFF',
    anything,
    CONSTRAINT orders_key PRIMARY KEY (id DESC, line),
    CONSTRAINT "odd ""name""" UNIQUE (customer_id, note COLLATE RTRIM) ON CONFLICT IGNORE,
    FOREIGN KEY (customer_id) REFERENCES customers (id) ON UPDATE CASCADE ON DELETE RESTRICT DEFERRABLE INITIALLY DEFERRED,
    CHECK (id > 0)
) STRICT, WITHOUT ROWID;
CREATE TABLE countdown (n INTEGER PRIMARY KEY DESC);
CREATE TABLE countdown_rowid (n INTEGER, PRIMARY KEY (n DESC));
CREATE TABLE copied AS SELECT id, name FROM customers;
CREATE TABLE [bra ck.et] (`back``tick` INT, 'single' TEXT, "select" ANY, [🦀] REAL);
CREATE TABLE "line
break" (a, "esc[31mtab" TEXT);
CREATE INDEX orders_state ON orders (state COLLATE NOCASE DESC, customer_id) WHERE state <> 'paid';
CREATE UNIQUE INDEX customers_lower ON customers (lower(name), id + 1);
CREATE INDEX "index on 🦀" ON [bra ck.et] ([🦀], "select");
CREATE VIEW paid (order_id, who) AS
    SELECT o.id, c.name -- the payer
    FROM orders AS o JOIN customers AS c ON c.id = o.customer_id
    WHERE o.state = 'paid' /* ; */
    -- end
;
CREATE VIEW paid_twice AS WITH twice AS (SELECT order_id FROM paid) SELECT * FROM twice, twice AS again;
CREATE TRIGGER customers_touch AFTER UPDATE OF name, "e-mail" ON CUSTOMERS FOR EACH ROW
WHEN old.name IS NOT new.name
BEGIN
    UPDATE customers SET updated_at = CASE WHEN 1 THEN datetime('now') END WHERE id = new.id;
    INSERT INTO copied VALUES (new.id, ';END;');
END;
CREATE TRIGGER paid_insert INSTEAD OF INSERT ON paid BEGIN
    INSERT INTO orders (id, customer_id) VALUES (new.order_id, 1);
END;
CREATE VIRTUAL TABLE documents USING fts5(title, body, tokenize = 'porter ascii');
CREATE VIRTUAL TABLE places USING rtree(id, min_x, max_x);
ANALYZE;
