ALTER TABLE completions DROP COLUMN calculation;
