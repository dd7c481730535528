DROP TABLE secret_uses;
DROP TABLE rollups;
