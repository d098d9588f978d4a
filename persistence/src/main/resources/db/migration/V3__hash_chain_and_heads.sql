-- Every event carries a hash of itself and of the event before it, of the same entity; signed heads vouch for the ends.

ALTER TABLE event_journal ADD COLUMN chain BYTEA;

-- A text or bytes with its length before it, so that no two rows have the same encoding; a missing one has length -1.
CREATE FUNCTION audit_bytes(value BYTEA) RETURNS BYTEA LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
  $$ SELECT coalesce(int4send(octet_length(value)) || value, int4send(-1)) $$;

-- The hash of an event that follows the event with the hash "previous". EventChain computes the same in Java.
CREATE FUNCTION audit_chain(previous BYTEA, event event_journal) RETURNS BYTEA LANGUAGE sql STABLE AS
  $$ SELECT sha256(previous
       || int8send(event.ordering)
       || int8send(event.sequence_number)
       || audit_bytes(int8send(event.write_timestamp))
       || int4send(event.event_ser_id)
       || audit_bytes(int4send(event.meta_ser_id))
       || audit_bytes(convert_to(event.persistence_id, 'UTF8'))
       || audit_bytes(convert_to(event.writer, 'UTF8'))
       || audit_bytes(convert_to(event.adapter_manifest, 'UTF8'))
       || audit_bytes(convert_to(event.event_ser_manifest, 'UTF8'))
       || audit_bytes(convert_to(event.meta_ser_manifest, 'UTF8'))
       || audit_bytes(event.event_payload)
       || audit_bytes(event.meta_payload)) $$;

-- Events that no head vouches for yet. Filled with the event's own transaction, so that one that commits late is not
-- overlooked; emptied with the head's.
CREATE TABLE audit_unanchored (
  ordering BIGINT NOT NULL
);

-- Sessions live long and keep the plan that was right for an almost empty table, so the index is prescribed.
CREATE FUNCTION audit_chain_event() RETURNS trigger LANGUAGE plpgsql SET enable_seqscan = off AS $$
DECLARE
  previous BYTEA := '\x0000000000000000000000000000000000000000000000000000000000000000';
BEGIN
  IF NEW.sequence_number <> 1 THEN
    SELECT chain INTO previous FROM event_journal
     WHERE persistence_id = NEW.persistence_id AND sequence_number = NEW.sequence_number - 1;
    IF previous IS NULL THEN
      RAISE EXCEPTION 'event % of % has no predecessor', NEW.sequence_number, NEW.persistence_id
        USING ERRCODE = 'integrity_constraint_violation';
    END IF;
  END IF;
  NEW.chain := audit_chain(previous, NEW);
  INSERT INTO audit_unanchored VALUES (NEW.ordering);
  RETURN NEW;
END $$;

-- What was written before there were chains.
DO $$
DECLARE
  event event_journal;
  entity VARCHAR := '';
  previous BYTEA;
BEGIN
  FOR event IN SELECT * FROM event_journal ORDER BY persistence_id, sequence_number LOOP
    IF event.persistence_id <> entity THEN
      entity := event.persistence_id;
      previous := '\x0000000000000000000000000000000000000000000000000000000000000000';
    END IF;
    previous := audit_chain(previous, event);
    UPDATE event_journal SET chain = previous
     WHERE persistence_id = event.persistence_id AND sequence_number = event.sequence_number;
  END LOOP;
END $$;

INSERT INTO audit_unanchored SELECT ordering FROM event_journal;

-- Also what was written before events had tags.
INSERT INTO event_tag (event_id, tag)
SELECT ordering, split_part(persistence_id, '|', 1) FROM event_journal
ON CONFLICT DO NOTHING;

-- Without the trigger no event gets in.
ALTER TABLE event_journal ALTER COLUMN chain SET NOT NULL;

CREATE TRIGGER audit_chain_event BEFORE INSERT ON event_journal
  FOR EACH ROW EXECUTE FUNCTION audit_chain_event();

-- Signed statements about how far the log has come.
CREATE TABLE audit_head (
  number BIGINT PRIMARY KEY,
  at TIMESTAMPTZ NOT NULL,
  -- The highest number of an event that this head or one before it vouches for.
  up_to BIGINT NOT NULL,
  events BIGINT NOT NULL,
  entities BIGINT NOT NULL,
  previous BYTEA NOT NULL,
  entries BYTEA NOT NULL,
  hash BYTEA NOT NULL,
  signature BYTEA NOT NULL
);

-- Where each entity that had changed since the head before stood then.
CREATE TABLE audit_head_entry (
  head BIGINT NOT NULL REFERENCES audit_head (number) ON DELETE CASCADE,
  persistence_id VARCHAR(255) NOT NULL,
  organization VARCHAR(255) NOT NULL,
  sequence BIGINT NOT NULL,
  chain BYTEA NOT NULL,
  PRIMARY KEY (head, persistence_id)
);

CREATE INDEX audit_head_entry_entity_idx ON audit_head_entry (persistence_id, sequence);
CREATE INDEX audit_head_entry_organization_idx ON audit_head_entry (organization);
