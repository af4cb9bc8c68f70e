-- The two roles, made by a superuser; safe to run again. Passwords are set apart from this file
-- (`\password b12_owner` in psql), so that they stand in no log. In production:
--
--   psql -d postgres -f b12tracker/embedded/roles.sql
--   createdb -O b12_owner b12tracker
--   psql -d b12tracker -f b12tracker/embedded/database.sql
--
-- b12_owner owns the schema: migrations, backup, rebuilds across clinics. It passes row-level security.
-- b12_app is what pages and jobs sign in as: it owns nothing and passes nothing.
DO $roles$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'b12_owner') THEN
        CREATE ROLE b12_owner;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'b12_app') THEN
        CREATE ROLE b12_app;
    END IF;
END
$roles$;
ALTER ROLE b12_owner LOGIN BYPASSRLS NOSUPERUSER NOCREATEROLE NOREPLICATION;
ALTER ROLE b12_app LOGIN NOBYPASSRLS NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION;
