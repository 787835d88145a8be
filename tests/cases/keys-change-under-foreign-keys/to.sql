CREATE TABLE house (town integer, no integer, CONSTRAINT house_pkey PRIMARY KEY (no), CONSTRAINT house_no UNIQUE (town, no) INCLUDE (no));
CREATE TABLE room (no integer, house integer, CONSTRAINT room_house FOREIGN KEY (house) REFERENCES house (no) ON DELETE SET NULL DEFERRABLE);
CREATE VIEW grouped AS SELECT town, no, count(*) FROM house GROUP BY no;
