-- Links outlive their deleted case until they expire: the sweep finds those, and only those, by the index.
ALTER TABLE links ADD COLUMN outlives_case INTEGER NOT NULL DEFAULT 0;
CREATE INDEX links_outliving ON links (expires_at) WHERE outlives_case = 1;
