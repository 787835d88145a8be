CREATE TABLE p (a integer CONSTRAINT p_renamed NOT NULL, k integer) PARTITION BY LIST (k);
CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
CREATE TABLE leaves (a integer CONSTRAINT "it's free" NOT NULL, k integer);
CREATE TABLE leaves_too (a integer NOT NULL, k integer);
CREATE TABLE q (a integer CONSTRAINT q_nn NOT NULL, k integer) PARTITION BY LIST (k);
CREATE TABLE joins PARTITION OF q FOR VALUES IN (3);
CREATE TABLE i (a integer NOT NULL);
CREATE TABLE child (a integer CONSTRAINT its_own NOT NULL);
