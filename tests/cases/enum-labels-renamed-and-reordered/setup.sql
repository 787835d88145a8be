INSERT INTO shirts VALUES ('s', '{s,l}'), ('l', NULL);
