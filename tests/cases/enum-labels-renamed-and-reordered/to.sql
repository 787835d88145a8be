CREATE TYPE size AS ENUM ('xs', 's', 'm', 'l');
CREATE TABLE shirts (size size DEFAULT 'm', sizes size[]);
