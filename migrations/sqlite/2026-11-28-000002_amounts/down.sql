ALTER TABLE completions DROP COLUMN basis;
