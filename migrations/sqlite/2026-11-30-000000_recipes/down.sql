ALTER TABLE audit DROP COLUMN recipe;
DROP TABLE recipe_drafts;
DROP TABLE recipes;
