-- What refers to another table goes before it.
DROP TABLE sign_in_attempts;
DROP TABLE invitations;
DROP TABLE sessions;
DROP TABLE users;
