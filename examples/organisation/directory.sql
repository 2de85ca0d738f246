-- The directory: it makes a mail address for every new account by itself.
CREATE TABLE accounts (
  id          INTEGER PRIMARY KEY,
  provisor_id TEXT,
  person      TEXT,
  login       TEXT NOT NULL UNIQUE,
  given_name  TEXT,
  surname     TEXT,
  phone       TEXT,
  mail        TEXT,
  active      INTEGER
);
CREATE TRIGGER mailbox AFTER INSERT ON accounts WHEN NEW.mail IS NULL BEGIN
  UPDATE accounts SET mail = NEW.login || '@example.org' WHERE id = NEW.id;
END;
