-- Three tables as an application may have them.
-- Made by: python -c "import sqlite3; sqlite3.connect('application.db').executescript(open('application.sql').read())"

CREATE TABLE accounts (
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

CREATE TABLE teams (
    id          TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(8)))),
    provisor_id TEXT UNIQUE,
    name        TEXT NOT NULL UNIQUE
);

CREATE TABLE team_members (
    team_id    TEXT NOT NULL REFERENCES teams (id),
    account_id TEXT NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (team_id, account_id)
);
