CREATE UNLOGGED TABLE a (id serial, n integer);
CREATE UNLOGGED TABLE b (id serial);
CREATE TABLE c (id serial, m bigserial);
ALTER SEQUENCE c_m_seq SET UNLOGGED;
CREATE UNLOGGED TABLE d (id integer);
