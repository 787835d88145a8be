INSERT INTO people VALUES (1, 'a@b', '{a,B}', 'a=>1');
