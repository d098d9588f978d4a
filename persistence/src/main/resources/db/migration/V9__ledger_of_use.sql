-- The ledger of use: which sandbox used which secret where, and what it was refused. Written by the hosts in batches.
CREATE TABLE use_record (
  -- Given out and committed in the same order: who has seen one has seen all below.
  position BIGINT PRIMARY KEY,
  -- Drawn where the record was made, so that one that is written again after a crash is there once.
  id UUID NOT NULL UNIQUE,
  organization TEXT NOT NULL,
  sandbox TEXT NOT NULL,
  -- The checkpoints that the sandbox's files stand on, newest first.
  lineage UUID[] NOT NULL,
  request UUID NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  ruling TEXT NOT NULL,
  rule TEXT NOT NULL,
  -- Null in a refusal that is about no secret.
  secret TEXT,
  store UUID,
  version INTEGER,
  places TEXT[] NOT NULL,
  method TEXT NOT NULL,
  host TEXT COLLATE "C" NOT NULL,
  -- As the sandbox wrote it, without query and tokens.
  path TEXT NOT NULL,
  status INTEGER NOT NULL,
  sent BIGINT NOT NULL,
  received BIGINT NOT NULL,
  took_us BIGINT NOT NULL,
  count BIGINT NOT NULL
);

CREATE INDEX use_record_organization_idx ON use_record (organization, position);
CREATE INDEX use_record_sandbox_idx ON use_record (organization, sandbox, position);
CREATE INDEX use_record_secret_idx ON use_record (organization, secret, position) WHERE secret IS NOT NULL;
CREATE INDEX use_record_host_idx ON use_record (organization, host, position);
-- Records come almost in the order of time, which makes this one small and cheap.
CREATE INDEX use_record_at_idx ON use_record USING brin (at);

CREATE SEQUENCE use_record_position;
