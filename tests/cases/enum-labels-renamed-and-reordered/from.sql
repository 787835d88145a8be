CREATE TYPE size AS ENUM ('s', 'l', 'm');
CREATE TABLE shirts (size size DEFAULT 'm', sizes size[]);
