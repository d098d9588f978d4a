-- When a key was last used, roughly: written in batches, at most once a minute per key and node.
ALTER TABLE api_key_owner ADD COLUMN last_used_at TIMESTAMPTZ;

CREATE INDEX api_key_owner_organization_idx ON api_key_owner (organization);
