-- What sandboxes used, in slices of five minutes; written by the hosts.
CREATE TABLE usage_slice (
  sandbox TEXT NOT NULL,
  since TIMESTAMPTZ NOT NULL,
  organization TEXT NOT NULL,
  seconds DOUBLE PRECISION NOT NULL,
  allocated DOUBLE PRECISION NOT NULL,
  used DOUBLE PRECISION NOT NULL,
  allocated_peak DOUBLE PRECISION NOT NULL,
  used_peak DOUBLE PRECISION NOT NULL,
  disk_overage DOUBLE PRECISION NOT NULL,
  PRIMARY KEY (sandbox, since)
);
CREATE INDEX usage_slice_of_organization ON usage_slice (organization, since);
CREATE INDEX usage_slice_since ON usage_slice (since);

-- What reports say about each sandbox; made of events.
CREATE TABLE sandbox_card (
  sandbox TEXT PRIMARY KEY,
  organization TEXT NOT NULL,
  status TEXT NOT NULL,
  tags JSONB NOT NULL,
  tags_updated_at TIMESTAMPTZ
);
CREATE INDEX sandbox_card_of_organization ON sandbox_card (organization);
