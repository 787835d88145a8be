INSERT INTO joins VALUES (1, 'a', 'b');
