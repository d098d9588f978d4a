-- The events as the log tells them: a read model, kept by a projection, with everything that people ask by.
CREATE TABLE audit_event (
  -- Given out and committed in the same order, unlike the journal's numbers: who has seen one has seen all below.
  position BIGINT PRIMARY KEY,
  ordering BIGINT NOT NULL UNIQUE,
  persistence_id VARCHAR(255) NOT NULL,
  sequence BIGINT NOT NULL,
  kind VARCHAR(255) COLLATE "C" NOT NULL,
  organization VARCHAR(255) NOT NULL,
  actor VARCHAR(255) NOT NULL,
  address TEXT NOT NULL,
  request_id TEXT NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  -- Names, hosts, versions, ids and counts; never a ciphertext, a sealed token or the hash of a key.
  data JSON NOT NULL
);

CREATE UNIQUE INDEX audit_event_entity_idx ON audit_event (persistence_id, sequence);
CREATE INDEX audit_event_organization_idx ON audit_event (organization, position);
CREATE INDEX audit_event_kind_idx ON audit_event (organization, kind, position);
CREATE INDEX audit_event_actor_idx ON audit_event (organization, actor, position);
CREATE INDEX audit_event_at_idx ON audit_event (organization, at);

CREATE SEQUENCE audit_event_position;

-- Read models ask for the events of one kind after a number; rare kinds must not cost a walk over the others.
CREATE INDEX event_tag_tag_idx ON event_tag (tag, event_id);
