-- Uploads that ended without becoming a file of their case, or whose file was replaced: what they stored is to be deleted. Entered
-- in the same step as the end, so that no death of a process can leave objects that nobody knows of.
CREATE TABLE leftovers (
  upload_id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  case_id TEXT NOT NULL,
  store_id TEXT, -- of a resumable upload: the object store's own multipart id
  left_at INTEGER NOT NULL
);
CREATE INDEX leftovers_of_case ON leftovers (case_id);
