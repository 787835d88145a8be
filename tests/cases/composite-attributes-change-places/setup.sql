INSERT INTO t VALUES (1, (10, 20, 'there')), (2, NULL), (3, ROW(NULL, NULL, NULL));
