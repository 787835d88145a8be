CREATE DOMAIN plain AS integer;
CREATE DOMAIN checked AS integer CHECK (VALUE > 0);
CREATE DOMAIN short AS varchar(10);
CREATE DOMAIN over_checked AS checked;
CREATE TABLE t (a plain, b checked, c short, d over_checked, e integer, f integer, g checked, h short, i plain[], j integer, k plain, l short);
