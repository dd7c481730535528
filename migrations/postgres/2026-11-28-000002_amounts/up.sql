-- What the amounts were computed from, and what the report said itself (JSON); NULL: they are as reported.
ALTER TABLE completions ADD COLUMN calculation TEXT COLLATE "C";
