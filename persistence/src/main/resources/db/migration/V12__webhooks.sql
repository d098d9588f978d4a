-- Who is told of what happens to sandboxes.
CREATE TABLE webhook (
  id TEXT PRIMARY KEY,
  organization TEXT NOT NULL,
  url TEXT NOT NULL,
  name TEXT,
  event_types TEXT[] NOT NULL,
  -- Null: all of the organisation.
  sandbox TEXT,
  enabled BOOLEAN NOT NULL,
  -- What it signs with, and the former secret, wrapped by the master keys.
  wrapped BYTEA NOT NULL,
  former_until TIMESTAMPTZ,
  -- Where the journal stood: earlier events are not told.
  since BIGINT NOT NULL,
  -- One node at a time sends its messages; who dies loses the claim when it runs out.
  claim UUID,
  claimed_until TIMESTAMPTZ,
  created_at TIMESTAMPTZ NOT NULL,
  updated_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX webhook_of_organization ON webhook (organization, created_at);
CREATE INDEX webhook_of_sandbox ON webhook (sandbox) WHERE sandbox IS NOT NULL;
CREATE INDEX webhook_master_idx ON webhook (substring(wrapped FROM 1 FOR 5));

-- The outbox: what is, or was, to be sent.
CREATE TABLE webhook_message (
  id TEXT PRIMARY KEY,
  webhook TEXT NOT NULL REFERENCES webhook ON DELETE CASCADE,
  event_id TEXT NOT NULL,
  event_type TEXT NOT NULL,
  -- Byte for byte what is signed and sent.
  payload TEXT NOT NULL,
  created_at TIMESTAMPTZ NOT NULL,
  -- Since it was queued, or queued again.
  attempts INTEGER NOT NULL DEFAULT 0,
  -- Null: it was taken, or given up.
  due_at TIMESTAMPTZ
);
CREATE INDEX webhook_message_of_webhook ON webhook_message (webhook, created_at);
CREATE INDEX webhook_message_due ON webhook_message (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX webhook_message_created ON webhook_message (created_at);

CREATE TABLE webhook_attempt (
  id UUID PRIMARY KEY,
  message TEXT NOT NULL REFERENCES webhook_message ON DELETE CASCADE,
  webhook TEXT NOT NULL,
  success BOOLEAN NOT NULL,
  response_status INTEGER,
  error TEXT,
  at TIMESTAMPTZ NOT NULL
);
CREATE INDEX webhook_attempt_of_webhook ON webhook_attempt (webhook, at);
CREATE INDEX webhook_attempt_of_message ON webhook_attempt (message);

-- Which sandbox each checkpoint was taken of; made of events.
CREATE TABLE checkpoint_source (
  checkpoint UUID PRIMARY KEY,
  organization TEXT NOT NULL,
  sandbox TEXT NOT NULL
);
