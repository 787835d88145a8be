INSERT INTO old SELECT FROM generate_series(1, 5);
