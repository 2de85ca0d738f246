-- The doors: who may open them with which badge, and whom to write to when one is found.
CREATE TABLE holders (
  id          INTEGER PRIMARY KEY,
  provisor_id TEXT,
  person      TEXT,
  badge       TEXT NOT NULL UNIQUE,
  contact     TEXT,
  active      INTEGER
);
