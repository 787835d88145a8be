CREATE TABLE t (id int PRIMARY KEY, word text COLLATE "POSIX", code varchar(7) COLLATE "C", attached text COLLATE "C");
CREATE MATERIALIZED VIEW longest AS SELECT id, min(word) AS word FROM t GROUP BY id;
CREATE INDEX longest_word ON longest (word);
CREATE VIEW coded AS SELECT code, attached FROM t;
