CREATE TABLE a (id serial, n integer);
ALTER SEQUENCE a_id_seq SET UNLOGGED;
CREATE TABLE b (id serial);
CREATE UNLOGGED TABLE c (id serial, m bigserial);
ALTER SEQUENCE c_id_seq SET LOGGED;
CREATE TABLE d (id serial);
ALTER SEQUENCE d_id_seq SET UNLOGGED;
