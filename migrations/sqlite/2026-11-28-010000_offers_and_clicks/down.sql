DROP TABLE click_conversions;
DROP TABLE clicks;
DROP TABLE offers;
