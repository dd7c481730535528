-- Who credited or took back by hand, and why (JSON); NULL: a source reported it.
ALTER TABLE completions ADD COLUMN manual TEXT;
ALTER TABLE reversals ADD COLUMN manual TEXT;
