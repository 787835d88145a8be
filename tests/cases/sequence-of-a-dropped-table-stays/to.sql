CREATE SEQUENCE old_id_seq AS integer;
CREATE TABLE new (id integer DEFAULT nextval('old_id_seq'));
