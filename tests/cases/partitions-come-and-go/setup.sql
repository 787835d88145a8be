INSERT INTO m SELECT d, 1 FROM generate_series(date '2024-01-01', date '2024-12-31', '1 day') d;
