CREATE SCHEMA s;
CREATE TABLE s.t (id bigint PRIMARY KEY, note varchar(20));
CREATE TABLE s.u (id integer PRIMARY KEY);
CREATE PUBLICATION filtered FOR TABLE s.t (id, note) WHERE (id > 5), s.u;
CREATE PUBLICATION few FOR TABLE s.t (id), s.u;
COMMENT ON PUBLICATION few IS 'Some of it';
CREATE PUBLICATION everything FOR TABLES IN SCHEMA s WITH (publish_via_partition_root);
