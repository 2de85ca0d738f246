-- The database of the application that is kept right: an ordinary one, older than Provisor.
-- Made by: python -c "import sqlite3; sqlite3.connect('app.db').executescript(open('app.sql').read())"

CREATE TABLE users (
    id          TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(8)))),
    provisor_id TEXT UNIQUE,             -- our anchor: says whose account it is, whatever its name
    staff_no    TEXT,
    login       TEXT NOT NULL UNIQUE,
    given_name  TEXT,
    surname     TEXT,
    mail        TEXT,
    title       TEXT,
    active      INTEGER NOT NULL DEFAULT 1
);

CREATE TABLE groups (
    id          TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(8)))),
    provisor_id TEXT UNIQUE,
    name        TEXT NOT NULL UNIQUE
);

CREATE TABLE members (
    group_id TEXT NOT NULL REFERENCES groups (id),
    user_id  TEXT NOT NULL REFERENCES users (id),
    PRIMARY KEY (group_id, user_id)
);

-- Brown field: two people had an account before, one of them under an old name; and a service
-- account that belongs to nobody.
INSERT INTO users (id, staff_no, login, given_name, surname, mail, title, active) VALUES
    ('u-1', 'E1001', 'elin.ek', 'Elin', 'Ek', 'elin.ek@example.org', 'Finance', 1),
    ('u-2', 'E1011', 'lars', 'Lars', 'Nygård', 'lars.nygard@example.org', 'Engineer', 1),
    ('u-3', NULL, 'svc-backup', NULL, NULL, NULL, NULL, 1);
INSERT INTO groups (id, name) VALUES ('g-1', 'Finance');
INSERT INTO members (group_id, user_id) VALUES ('g-1', 'u-1');
