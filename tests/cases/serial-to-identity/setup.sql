INSERT INTO t (v) SELECT 'x' FROM generate_series(1, 40);
INSERT INTO u SELECT id FROM t;
