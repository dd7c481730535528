-- When the user's name was taken out; nothing of it may be told any more, because whom it was about is not known.
ALTER TABLE completions ADD COLUMN erased_at BIGINT;
