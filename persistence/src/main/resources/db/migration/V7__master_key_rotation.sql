-- Which store a data key belongs to, so that a store with keys to destroy is found also when nothing else names it.
ALTER TABLE data_key ADD COLUMN store_id UUID;

UPDATE data_key
SET store_id = substring(persistence_id FROM 14)::uuid
FROM event_journal
WHERE event_ser_manifest = 'store.secret-set.1'
  AND (convert_from(event_payload, 'UTF8')::jsonb #>> '{event,value,key}')::uuid = data_key.key_id;

CREATE INDEX data_key_store_idx ON data_key (store_id);

-- The first five bytes of what a master key wraps say which one it was (Tink's prefix): counted, and looked for.
CREATE INDEX data_key_master_idx ON data_key (substring(wrapped FROM 1 FOR 5));

-- One row: the last rotation of the master keys.
CREATE TABLE master_key_rotation (
  id SMALLINT PRIMARY KEY CHECK (id = 1),
  -- The key that everything is to be wrapped by.
  target BIGINT NOT NULL,
  -- A new key is asked for and may already be in the key set, but nothing was told to use it yet.
  requested BOOLEAN NOT NULL DEFAULT FALSE,
  -- How many were wrapped by other keys when it began; and how many were found that no key opens.
  total BIGINT NOT NULL DEFAULT 0,
  unopenable BIGINT NOT NULL DEFAULT 0,
  started_at TIMESTAMPTZ
);

-- Master keys that were taken out of the key set. Nothing can be wrapped by one any more, also not by a node that
-- still has it: what it wrapped could not be opened by others.
CREATE TABLE retired_master_key (
  prefix BYTEA PRIMARY KEY,
  retired_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE FUNCTION refuse_retired_master_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM retired_master_key WHERE prefix = substring(NEW.wrapped FROM 1 FOR 5)) THEN
    RAISE EXCEPTION 'wrapped by a retired master key';
  END IF;
  RETURN NEW;
END
$$;

CREATE TRIGGER no_retired_master_key BEFORE INSERT OR UPDATE OF wrapped ON data_key
  FOR EACH ROW EXECUTE FUNCTION refuse_retired_master_key();
CREATE TRIGGER no_retired_master_key BEFORE INSERT OR UPDATE OF wrapped ON certificate_authority
  FOR EACH ROW EXECUTE FUNCTION refuse_retired_master_key();
CREATE TRIGGER no_retired_master_key BEFORE INSERT OR UPDATE OF wrapped ON signing_key
  FOR EACH ROW EXECUTE FUNCTION refuse_retired_master_key();
CREATE TRIGGER no_retired_master_key BEFORE INSERT OR UPDATE OF wrapped ON master_key_check
  FOR EACH ROW EXECUTE FUNCTION refuse_retired_master_key();
