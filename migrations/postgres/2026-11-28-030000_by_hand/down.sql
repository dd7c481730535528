ALTER TABLE reversals DROP COLUMN manual;
ALTER TABLE completions DROP COLUMN manual;
