INSERT INTO crossing SELECT n, 'green', '{red,amber,red}' FROM generate_series(1, 100) n;
