-- When the newest revision was asked for: what it waits counts from here. `queued_at` moves each time it is queued again.
ALTER TABLE cases ADD COLUMN asked_at INTEGER;
