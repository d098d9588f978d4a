-- The key of each organisation's files in the layer store, wrapped by the master keys. Without its row nothing of them opens.
CREATE TABLE layer_key (
  organization VARCHAR(63) PRIMARY KEY,
  wrapped BYTEA NOT NULL,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

-- As for the others: which rows are wrapped by which master key.
CREATE INDEX layer_key_master_idx ON layer_key (substring(wrapped FROM 1 FOR 5));

CREATE TRIGGER no_retired_master_key BEFORE INSERT OR UPDATE OF wrapped ON layer_key
  FOR EACH ROW EXECUTE FUNCTION refuse_retired_master_key();
