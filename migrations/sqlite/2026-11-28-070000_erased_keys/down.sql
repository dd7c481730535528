DROP TABLE erased_keys;
