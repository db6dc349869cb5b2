-- Times are milliseconds since the Unix epoch. JSON columns hold what no query asks for.

CREATE TABLE tenants (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  settings TEXT NOT NULL, -- JSON: retention, quotas, whether raw uploads are allowed
  created_at INTEGER NOT NULL
);

CREATE TABLE api_keys (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenants (id),
  name TEXT NOT NULL,
  hash TEXT NOT NULL, -- SHA-256 of the secret half: the key itself is shown once and kept nowhere
  scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER
);
CREATE INDEX api_keys_by_tenant ON api_keys (tenant, created_at);

CREATE TABLE cases (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL REFERENCES tenants (id),
  version INTEGER NOT NULL,
  status TEXT NOT NULL, -- open, queued, diagnosing, diagnosed, failed, deleted
  question TEXT NOT NULL, -- JSON: what was asked
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  ticket_id TEXT,
  peer TEXT,
  cause TEXT,
  -- Counts changes of the files: a revision that read an older count is stale.
  files_version INTEGER NOT NULL DEFAULT 0,
  read_version INTEGER,
  revision INTEGER NOT NULL DEFAULT 0,
  published_revision INTEGER,
  published_prefix TEXT,
  summary TEXT, -- JSON: the published verdict in short
  lease_token TEXT,
  lease_until INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0, -- leases taken for the newest revision
  queued_at INTEGER,
  progress TEXT,
  failure TEXT,
  callback_secret TEXT,
  deleted_at INTEGER,
  purged_at INTEGER,
  tombstone TEXT
);
CREATE INDEX cases_newest ON cases (tenant, created_at DESC, id DESC);
CREATE INDEX cases_by_ticket ON cases (tenant, ticket_id, created_at DESC);
CREATE INDEX cases_by_cause ON cases (tenant, cause, peer, created_at DESC);
CREATE INDEX cases_by_status ON cases (status, lease_until);
CREATE INDEX cases_by_expiry ON cases (expires_at) WHERE deleted_at IS NULL;
CREATE INDEX cases_to_purge ON cases (deleted_at) WHERE deleted_at IS NOT NULL AND purged_at IS NULL;

CREATE TABLE revisions (
  case_id TEXT NOT NULL REFERENCES cases (id),
  revision INTEGER NOT NULL,
  prefix TEXT NOT NULL,
  engine TEXT NOT NULL,
  published_at INTEGER NOT NULL,
  PRIMARY KEY (case_id, revision)
);

CREATE TABLE files (
  case_id TEXT NOT NULL REFERENCES cases (id),
  name TEXT NOT NULL,
  upload_id TEXT NOT NULL, -- whose cut this is; also the folder its objects lie in
  state TEXT NOT NULL, -- stored, rejected
  by TEXT NOT NULL, -- service, client
  evidence TEXT NOT NULL, -- JSON: one entry for each evidence file the upload held
  warnings TEXT NOT NULL,
  problem TEXT, -- JSON: why it was rejected
  bytes_in INTEGER NOT NULL,
  stored_at INTEGER NOT NULL,
  raw_deleted_at INTEGER,
  PRIMARY KEY (case_id, name)
);

-- Whatever is on its way in: a streaming PUT for as long as it lasts, a resumable upload until its cut.
CREATE TABLE uploads (
  id TEXT PRIMARY KEY,
  case_id TEXT NOT NULL REFERENCES cases (id),
  tenant TEXT NOT NULL,
  name TEXT NOT NULL,
  via TEXT NOT NULL, -- stream, parts
  state TEXT NOT NULL, -- receiving, cutting
  options TEXT NOT NULL,
  store_id TEXT, -- the object store's own multipart id
  size INTEGER,
  part_size INTEGER,
  lease_token TEXT,
  lease_until INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  started_at INTEGER NOT NULL
);
CREATE INDEX uploads_of_case ON uploads (case_id);
CREATE INDEX uploads_by_age ON uploads (started_at);

-- Parts that went through the service; where the store took them itself, the store lists them.
CREATE TABLE upload_parts (
  upload_id TEXT NOT NULL REFERENCES uploads (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  size INTEGER NOT NULL,
  etag TEXT NOT NULL,
  PRIMARY KEY (upload_id, number)
);

CREATE TABLE links (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  case_id TEXT NOT NULL REFERENCES cases (id),
  purpose TEXT NOT NULL, -- report, bundle, upload
  hash TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER,
  max_bytes INTEGER,
  max_files INTEGER,
  used_bytes INTEGER NOT NULL DEFAULT 0,
  used_files INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX links_of_case ON links (case_id);

-- Progress (for the case's event stream) and audit (who did what) in one order.
CREATE TABLE events (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant TEXT NOT NULL,
  case_id TEXT NOT NULL,
  kind TEXT NOT NULL, -- progress, audit
  type TEXT NOT NULL,
  actor TEXT NOT NULL,
  data TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE INDEX events_of_case ON events (case_id, kind, seq);

CREATE TABLE webhooks (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  url TEXT NOT NULL,
  events TEXT NOT NULL,
  secret TEXT NOT NULL,
  previous_secret TEXT,
  previous_until INTEGER,
  created_at INTEGER NOT NULL,
  disabled_at INTEGER
);
CREATE INDEX webhooks_of_tenant ON webhooks (tenant);

CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  tenant TEXT NOT NULL,
  case_id TEXT NOT NULL,
  webhook_id TEXT, -- null: the case's own callbackUrl
  type TEXT NOT NULL,
  payload TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  next_at INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0,
  delivered_at INTEGER,
  last_status INTEGER,
  last_error TEXT
);
CREATE INDEX outbox_due ON outbox (next_at) WHERE delivered_at IS NULL AND next_at IS NOT NULL;
CREATE INDEX outbox_of_webhook ON outbox (tenant, webhook_id, created_at DESC);
CREATE INDEX outbox_of_case ON outbox (case_id);

CREATE TABLE usage (
  tenant TEXT NOT NULL,
  day TEXT NOT NULL,
  bytes_in INTEGER NOT NULL DEFAULT 0,
  bytes_kept INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (tenant, day)
);

CREATE TABLE idempotency (
  tenant TEXT NOT NULL,
  key_hash TEXT NOT NULL,
  fingerprint TEXT,
  status INTEGER,
  answer BLOB, -- encrypted under the caller's own key, which is not stored
  case_id TEXT, -- whose answer it is, so that it goes with its case
  created_at INTEGER NOT NULL,
  PRIMARY KEY (tenant, key_hash)
);
CREATE INDEX idempotency_of_case ON idempotency (case_id);
CREATE INDEX idempotency_by_age ON idempotency (created_at);

CREATE TABLE service_secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL);

