-- Three tables as an application may have them, and the least that Provisor needs to keep them.
-- Try it on an empty database: mariadb app < application.sql

CREATE TABLE accounts (
    id          bigint PRIMARY KEY AUTO_INCREMENT,
    provisor_id varchar(64) UNIQUE,      -- our anchor: says whose account it is, whatever its name
    staff_no    varchar(64),
    login       varchar(255) NOT NULL UNIQUE,
    given_name  varchar(255),
    surname     varchar(255),
    mail        varchar(255),
    title       varchar(255),
    active      smallint NOT NULL DEFAULT 1
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE teams (
    id          bigint PRIMARY KEY AUTO_INCREMENT,
    provisor_id varchar(64) UNIQUE,
    name        varchar(255) NOT NULL UNIQUE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE team_members (
    team_id    bigint NOT NULL,
    account_id bigint NOT NULL,
    PRIMARY KEY (team_id, account_id),
    FOREIGN KEY (team_id) REFERENCES teams (id),
    FOREIGN KEY (account_id) REFERENCES accounts (id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

-- The user that Provisor signs in as: these rows, and nothing else, and only over TLS.
-- Leave DELETE on accounts and teams out where nothing is ever to be deleted.
-- CREATE USER provisor IDENTIFIED BY 'a password of its own' REQUIRE SSL;
-- GRANT SELECT, INSERT, UPDATE, DELETE ON app.accounts TO provisor;
-- GRANT SELECT, INSERT, UPDATE, DELETE ON app.teams TO provisor;
-- GRANT SELECT, INSERT, DELETE ON app.team_members TO provisor;
