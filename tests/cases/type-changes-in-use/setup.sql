INSERT INTO orders (ref, note, "odd ""name") SELECT n, 'n' || n, DATE '2026-01-01' + n FROM generate_series(1, 3000) n;
INSERT INTO lines SELECT id, 1 FROM orders;
INSERT INTO untouched VALUES (1);
