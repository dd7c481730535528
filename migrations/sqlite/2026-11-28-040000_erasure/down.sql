ALTER TABLE completions DROP COLUMN erased_at;
