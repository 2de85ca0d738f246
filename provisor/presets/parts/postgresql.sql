-- Three tables as an application may have them, and the least that Provisor needs to keep them.
-- Try it on an empty database: psql -f application.sql app

CREATE TABLE accounts (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    provisor_id text UNIQUE,             -- our anchor: says whose account it is, whatever its name
    staff_no    text,
    login       text NOT NULL UNIQUE,
    given_name  text,
    surname     text,
    mail        text,
    title       text,
    active      boolean NOT NULL DEFAULT true
);

CREATE TABLE teams (
    id          uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    provisor_id text UNIQUE,
    name        text NOT NULL UNIQUE
);

CREATE TABLE team_members (
    team_id    uuid NOT NULL REFERENCES teams (id),
    account_id uuid NOT NULL REFERENCES accounts (id),
    PRIMARY KEY (team_id, account_id)
);

-- The role that Provisor signs in as: these rows, and nothing else. Give it a password of its own.
-- Leave DELETE on accounts and teams out where nothing is ever to be deleted.
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'provisor') THEN
        CREATE ROLE provisor LOGIN;
    END IF;
END $$;
GRANT SELECT, INSERT, UPDATE, DELETE ON accounts, teams TO provisor;
GRANT SELECT, INSERT, DELETE ON team_members TO provisor;
