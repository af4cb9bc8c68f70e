-- Inside the database, made by a superuser; safe to run again. See roles.sql.
CREATE EXTENSION IF NOT EXISTS pg_trgm;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO b12_app;
