CREATE DOMAIN age AS integer CONSTRAINT age_low CHECK (VALUE >= 0) CONSTRAINT age_high CHECK (VALUE < 150);
CREATE DOMAIN adult AS age CHECK (VALUE >= 18);
CREATE TABLE p (age age, adult adult, ages integer[]);
CREATE VIEW v AS SELECT age FROM p;
