CREATE TABLE house (town integer, no integer, CONSTRAINT house_pkey PRIMARY KEY (town, no), CONSTRAINT house_no UNIQUE (no));
CREATE TABLE room (no integer, house integer, CONSTRAINT room_house FOREIGN KEY (house) REFERENCES house (no) ON DELETE CASCADE);
CREATE VIEW grouped AS SELECT town, no, count(*) FROM house GROUP BY town, no;
