-- What each store denied, for the index that answers who could use which secret where; made of events, as its other
-- tables are. No earlier event denies anything, so that there is nothing to fill in.
CREATE TABLE who_denylist (
  store UUID NOT NULL,
  at TIMESTAMPTZ NOT NULL,
  sequence BIGINT NOT NULL,
  hosts TEXT[] NOT NULL,
  PRIMARY KEY (store, at, sequence)
);
