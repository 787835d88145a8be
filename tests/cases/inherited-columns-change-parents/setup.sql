INSERT INTO child (own) VALUES (3);
