INSERT INTO t VALUES ('{x,yy}', 7, 'z');
