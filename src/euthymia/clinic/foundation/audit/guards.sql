-- The laws that the database keeps. Run after every migration, by the owner; may be run again at any time.

-- The program's role may read and write; each table then narrows this for itself.
GRANT USAGE ON SCHEMA public TO euthymia_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO euthymia_app;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO euthymia_app;
-- `check` compares every row with what the audit last saw, in a table that lasts as long as its look.
DO $$ BEGIN
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO euthymia_app', current_database());
END $$;

-- Each changed row is noted, for this transaction only, until the audit entry takes the notes over.
-- The notes hold a digest of every row as written, and for a change what stood there before.
CREATE OR REPLACE FUNCTION audit_row_digest(whole jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT encode(sha256(convert_to(jsonb_strip_nulls(whole)::text, 'UTF8')), 'hex')
$$;

CREATE OR REPLACE FUNCTION audit_note_change() RETURNS trigger
LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    note jsonb;
    old_row jsonb;
    new_row jsonb;
BEGIN
    IF TG_OP = 'INSERT' THEN
        new_row := to_jsonb(NEW);
        note := jsonb_build_object('t', TG_TABLE_NAME, 'id', new_row -> 'id', 'op', 'I',
                                   'd', audit_row_digest(new_row));
    ELSIF TG_OP = 'UPDATE' THEN
        old_row := to_jsonb(OLD);
        new_row := to_jsonb(NEW);
        IF old_row = new_row THEN
            RETURN NULL;
        END IF;
        note := jsonb_build_object('t', TG_TABLE_NAME, 'id', new_row -> 'id', 'op', 'U',
                                   'd', audit_row_digest(new_row),
                                   'was', (SELECT jsonb_object_agg(o.key, o.value)
                                             FROM jsonb_each(old_row) o
                                            WHERE o.value IS DISTINCT FROM new_row -> o.key));
    ELSE
        old_row := to_jsonb(OLD);
        note := jsonb_build_object('t', TG_TABLE_NAME, 'id', old_row -> 'id', 'op', 'D', 'was', old_row);
    END IF;
    PERFORM set_config('euthymia.changes',
                       coalesce(nullif(current_setting('euthymia.changes', true), '') || ',', '') || note::text,
                       true);
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION audit_demand_entry() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('euthymia.changes', true), '') <> '' THEN
        RAISE EXCEPTION 'a row of % was written outside an act', TG_TABLE_NAME USING ERRCODE = 'EU001';
    END IF;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION audit_refuse_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is never changed: a correction is a new row', TG_TABLE_NAME USING ERRCODE = 'EU002';
END $$;

-- What a link of the chain is made of. The order and the names are fixed: changing them breaks old chains.
CREATE OR REPLACE FUNCTION audit_entry_hash(e audit_entry) RETURNS text
LANGUAGE sql STABLE SET timezone = 'UTC' AS $$
    SELECT encode(sha256(convert_to(jsonb_build_array(
        e.prev_hash, e.chain, e.seq, to_jsonb(e.at), e.actor, e.actor_name, e.act, e.reading, e.location_id,
        e.patient_id, e.subject, e.key, e.content_hash, e.answer, e.detail, e.changes)::text, 'UTF8')), 'hex')
$$;

-- The one place where an entry gets its place in the chain. The head row's lock makes the chain a line;
-- it is taken last in an act, so it is held for the commit only.
CREATE OR REPLACE FUNCTION audit_chain_entry() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    head audit_chainhead%ROWTYPE;
BEGIN
    INSERT INTO audit_chainhead (chain, seq, hash) VALUES (NEW.chain, 0, '') ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM audit_chainhead WHERE chain = NEW.chain FOR UPDATE;
    NEW.seq := head.seq + 1;
    NEW.prev_hash := head.hash;
    NEW.changes := ('[' || coalesce(current_setting('euthymia.changes', true), '') || ']')::jsonb;
    PERFORM set_config('euthymia.changes', '', true);
    NEW.hash := audit_entry_hash(NEW);
    UPDATE audit_chainhead SET seq = NEW.seq, hash = NEW.hash WHERE chain = NEW.chain;
    IF NOT NEW.reading THEN
        PERFORM pg_notify('euthymia', NEW.chain || ' ' || NEW.id || ' ' || NEW.act);
    END IF;
    RETURN NEW;
END $$;

-- The act done before with this key. The lock makes a simultaneous repeat wait its turn; only then, with a view of
-- what has been committed meanwhile, is it looked for.
CREATE OR REPLACE FUNCTION audit_earlier(wanted text)
RETURNS TABLE (act varchar, content_hash varchar, answer jsonb)
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended(wanted, 0));
    RETURN QUERY SELECT e.act, e.content_hash, e.answer FROM audit_entry e WHERE e.key = wanted;
END $$;

DROP TRIGGER IF EXISTS audit_chain ON audit_entry;
CREATE TRIGGER audit_chain BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_chain_entry();
DROP TRIGGER IF EXISTS audit_never ON audit_entry;
CREATE TRIGGER audit_never BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_change();
DROP TRIGGER IF EXISTS audit_never_all ON audit_entry;
CREATE TRIGGER audit_never_all BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change();

REVOKE UPDATE, DELETE, TRUNCATE ON audit_entry FROM euthymia_app;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON audit_chainhead FROM euthymia_app;

-- Put the watch on one table of the house.
CREATE OR REPLACE FUNCTION audit_watch(watched regclass, charted boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DROP TRIGGER IF EXISTS audit_note ON %s', watched);
    EXECUTE format('CREATE TRIGGER audit_note AFTER INSERT OR UPDATE OR DELETE ON %s
                    FOR EACH ROW EXECUTE FUNCTION audit_note_change()', watched);
    EXECUTE format('DROP TRIGGER IF EXISTS audit_demand ON %s', watched);
    EXECUTE format('CREATE CONSTRAINT TRIGGER audit_demand AFTER INSERT OR UPDATE OR DELETE ON %s
                    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION audit_demand_entry()', watched);
    EXECUTE format('DROP TRIGGER IF EXISTS audit_never ON %s', watched);
    EXECUTE format('DROP TRIGGER IF EXISTS audit_never_all ON %s', watched);
    EXECUTE format('CREATE TRIGGER audit_never_all BEFORE TRUNCATE ON %s
                    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_change()', watched);
    EXECUTE format('REVOKE TRUNCATE ON %s FROM euthymia_app', watched);
    IF charted THEN
        EXECUTE format('CREATE TRIGGER audit_never BEFORE UPDATE OR DELETE ON %s
                        FOR EACH ROW EXECUTE FUNCTION audit_refuse_change()', watched);
        EXECUTE format('REVOKE UPDATE, DELETE ON %s FROM euthymia_app', watched);
    END IF;
END $$;
