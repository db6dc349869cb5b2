-- Pseudonym maps that were handed out and not confirmed yet: the sweep deletes them a day later at the latest.
CREATE TABLE given_maps (
  case_id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  given_at INTEGER NOT NULL
);
CREATE INDEX given_maps_by_time ON given_maps (given_at);
