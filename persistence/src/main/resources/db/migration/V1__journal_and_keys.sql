-- The journal, its tags and snapshots: the tables of akka-persistence-jdbc 5.2.1.
CREATE TABLE event_journal (
  ordering BIGSERIAL,
  persistence_id VARCHAR(255) NOT NULL,
  sequence_number BIGINT NOT NULL,
  deleted BOOLEAN DEFAULT FALSE NOT NULL,

  writer VARCHAR(255) NOT NULL,
  write_timestamp BIGINT,
  adapter_manifest VARCHAR(255),

  event_ser_id INTEGER NOT NULL,
  event_ser_manifest VARCHAR(255) NOT NULL,
  event_payload BYTEA NOT NULL,

  meta_ser_id INTEGER,
  meta_ser_manifest VARCHAR(255),
  meta_payload BYTEA,

  PRIMARY KEY (persistence_id, sequence_number)
);

CREATE UNIQUE INDEX event_journal_ordering_idx ON event_journal (ordering);

CREATE TABLE event_tag (
  event_id BIGINT,
  tag VARCHAR(256),
  PRIMARY KEY (event_id, tag),
  CONSTRAINT fk_event_journal FOREIGN KEY (event_id) REFERENCES event_journal (ordering) ON DELETE CASCADE
);

CREATE TABLE snapshot (
  persistence_id VARCHAR(255) NOT NULL,
  sequence_number BIGINT NOT NULL,
  created BIGINT NOT NULL,

  snapshot_ser_id INTEGER NOT NULL,
  snapshot_ser_manifest VARCHAR(255) NOT NULL,
  snapshot_payload BYTEA NOT NULL,

  meta_ser_id INTEGER,
  meta_ser_manifest VARCHAR(255),
  meta_payload BYTEA,

  PRIMARY KEY (persistence_id, sequence_number)
);

-- The data key of each version of each secret, wrapped by the master keys. A deleted row is a forgotten value.
CREATE TABLE data_key (
  key_id UUID PRIMARY KEY,
  organization VARCHAR(63) NOT NULL,
  wrapped BYTEA NOT NULL,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

-- One row: a known text wrapped by the master keys, so that a wrong key file is noticed at the start.
CREATE TABLE master_key_check (
  id SMALLINT PRIMARY KEY CHECK (id = 1),
  wrapped BYTEA NOT NULL
);

-- The certificate authority of each organisation, wrapped by the master keys.
CREATE TABLE certificate_authority (
  organization VARCHAR(63) PRIMARY KEY,
  wrapped BYTEA NOT NULL,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

-- Which organisation to ask about an API key; whether the key is valid is that organisation's decision.
CREATE TABLE api_key_owner (
  hash CHAR(64) PRIMARY KEY,
  organization VARCHAR(63) NOT NULL,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);
