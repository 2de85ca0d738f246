-- The HR department's own database. `mail` is empty: the directory makes the addresses.
CREATE TABLE people (
  employee_id TEXT PRIMARY KEY,
  given_name  TEXT NOT NULL,
  surname     TEXT NOT NULL,
  national_id TEXT NOT NULL,
  badge       TEXT,
  department  TEXT,
  status      TEXT NOT NULL,
  mail        TEXT
);
INSERT INTO people VALUES
  ('E2001', 'Elin',  'Ek',       'N-551', 'B01', 'Finance', 'active', NULL),
  ('E2002', 'Jun',   'Sato',     'N-552', 'B02', 'Lab',     'active', NULL),
  ('E2003', 'Aylin', 'Demir',    'N-553', 'B03', 'Lab',     'active', NULL),
  ('E2004', 'Lars',  'Nygård',   'N-554', 'B04', 'Finance', 'left',   NULL),
  ('E2005', 'Noor',  'Haddad',   'N-555', 'B05', 'Sales',   'active', NULL);
