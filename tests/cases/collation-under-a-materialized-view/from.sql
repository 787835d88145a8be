CREATE TABLE t (id int PRIMARY KEY, word text COLLATE "C", code varchar(5), attached text);
CREATE MATERIALIZED VIEW longest AS SELECT id, max(word) AS word FROM t GROUP BY id;
CREATE INDEX longest_word ON longest (word);
CREATE VIEW coded AS SELECT code, attached FROM t;
