CREATE AGGREGATE moves(numeric) (SFUNC = numeric_avg_accum, STYPE = internal, FINALFUNC = numeric_avg,
    MSFUNC = numeric_avg_accum, MINVFUNC = numeric_accum_inv, MSTYPE = internal, MFINALFUNC = numeric_avg);
CREATE TABLE t (n numeric);
CREATE VIEW v AS SELECT moves(n) OVER (ROWS 2 PRECEDING) AS n FROM t;
