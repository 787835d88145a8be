INSERT INTO customers SELECT generate_series(1, 10);
INSERT INTO orders SELECT n, n % 10 + 1, n FROM generate_series(1, 500) n;
REFRESH MATERIALIZED VIEW totals;
