-- Who could use which secret where, at any moment: the index that answers, made of the events and nothing else.
-- Rows say what is so from a time on, until the next row of the same thing; times never go back within one entity.
-- It may be dropped and made anew: empty these tables and delete the rows of akka_projection_offset_store whose
-- projection_name is who-could.

-- The time of each entity's last event.
CREATE TABLE who_clock (
  entity TEXT PRIMARY KEY,
  at TIMESTAMPTZ NOT NULL
);

CREATE TABLE who_store (
  store UUID PRIMARY KEY,
  since TIMESTAMPTZ NOT NULL,
  -- Sandboxes that stand on it keep what it offered last.
  deleted_at TIMESTAMPTZ
);

CREATE TABLE who_allowlist (
  store UUID NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  sequence BIGINT NOT NULL,
  hosts TEXT[] NOT NULL,
  PRIMARY KEY (store, at, sequence)
);

-- What a store offers under a name, and whether the name and its version are switched on; no version: nothing.
CREATE TABLE who_secret (
  store UUID NOT NULL,
  name TEXT NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  sequence BIGINT NOT NULL,
  version INTEGER,
  hosts TEXT[] NOT NULL,
  name_on BOOLEAN NOT NULL,
  version_on BOOLEAN NOT NULL,
  PRIMARY KEY (store, name, at, sequence)
);

CREATE TABLE who_sandbox (
  sandbox TEXT PRIMARY KEY,
  organization TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  created_by TEXT NOT NULL,
  -- The checkpoints that it stands on, newest first.
  lineage UUID[] NOT NULL,
  -- The sandbox's event that layered its stores.
  layered_by BIGINT NOT NULL DEFAULT 0,
  lost BOOLEAN NOT NULL DEFAULT FALSE,
  remembered TEXT[] NOT NULL DEFAULT '{}',
  started_at TIMESTAMPTZ,
  stopping_at TIMESTAMPTZ,
  ended_at TIMESTAMPTZ
);

-- Finds those that ran at a moment among any number that did not.
CREATE INDEX who_sandbox_life ON who_sandbox USING gist (tstzrange(started_at, ended_at)) WHERE started_at IS NOT NULL;

CREATE TABLE who_layer (
  sandbox TEXT NOT NULL,
  position SMALLINT NOT NULL,
  store UUID NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (sandbox, position)
);

-- Names that have a token in a sandbox: of its own in the environment, or inherited in files.
CREATE TABLE who_token (
  name TEXT NOT NULL,
  sandbox TEXT NOT NULL,
  own BOOLEAN NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (name, sandbox, own)
);

CREATE TABLE who_checkpoint (
  checkpoint UUID PRIMARY KEY,
  source TEXT NOT NULL,
  name TEXT NOT NULL
);
