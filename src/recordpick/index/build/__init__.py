"""Making an index: cast, stage, check, enrich, sort and write the tables."""
