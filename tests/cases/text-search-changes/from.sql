CREATE SCHEMA s;
CREATE TEXT SEARCH DICTIONARY s.words (TEMPLATE = simple, stopwords = 'english', accept = false);
CREATE TEXT SEARCH DICTIONARY s.gone (TEMPLATE = simple);
CREATE TEXT SEARCH PARSER s.parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype);
CREATE TEXT SEARCH CONFIGURATION s.search (PARSER = "default");
ALTER TEXT SEARCH CONFIGURATION s.search ADD MAPPING FOR word, asciiword WITH s.gone, s.words;
ALTER TEXT SEARCH CONFIGURATION s.search ADD MAPPING FOR email WITH simple;
CREATE TABLE s.t (a text, found tsvector GENERATED ALWAYS AS (to_tsvector('s.search', a)) STORED);
