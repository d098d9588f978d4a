-- What was answered to requests with an Idempotency-Key, for a day. Keys and requests are kept as keyed hashes only.
CREATE TABLE repeated_request (
  organization VARCHAR(63) NOT NULL,
  key_hash BYTEA NOT NULL,
  request_hash BYTEA NOT NULL,
  -- The id of what the request makes, drawn before it is made.
  creation UUID NOT NULL,
  -- Null until it is answered.
  status SMALLINT,
  body TEXT,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (organization, key_hash)
);

CREATE INDEX repeated_request_created_at_idx ON repeated_request (created_at);
