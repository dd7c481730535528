DROP TABLE endpoint_tests;
