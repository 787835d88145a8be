CREATE SCHEMA s;
CREATE TEXT SEARCH TEMPLATE s.template (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH DICTIONARY s.words (TEMPLATE = simple, stopwords = 'english');
CREATE TEXT SEARCH DICTIONARY s.others (TEMPLATE = s.template, accept = true);
COMMENT ON TEXT SEARCH DICTIONARY s.others IS 'Other words';
CREATE TEXT SEARCH PARSER s.parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end,
    LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
CREATE TEXT SEARCH CONFIGURATION s.search (PARSER = "default");
ALTER TEXT SEARCH CONFIGURATION s.search ADD MAPPING FOR word WITH s.others, s.words;
ALTER TEXT SEARCH CONFIGURATION s.search ADD MAPPING FOR hword_asciipart WITH simple;
CREATE TEXT SEARCH CONFIGURATION s.second (PARSER = s.parser);
CREATE TABLE s.t (a text, found tsvector GENERATED ALWAYS AS (to_tsvector('s.search', a)) STORED);
