-- Every entry of the ledger sums to zero at commit.
CREATE OR REPLACE FUNCTION billing_demand_zero() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    owed bigint;
BEGIN
    SELECT coalesce(sum(amount_cents), 0) INTO owed FROM billing_ledgerline WHERE entry_id = NEW.entry_id;
    IF owed <> 0 THEN
        RAISE EXCEPTION 'ledger entry % is off by % cents', NEW.entry_id, owed USING ERRCODE = 'EU003';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS billing_zero ON billing_ledgerline;
CREATE CONSTRAINT TRIGGER billing_zero AFTER INSERT ON billing_ledgerline
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_demand_zero();

-- An entry without lines is no entry.
CREATE OR REPLACE FUNCTION billing_demand_lines() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM billing_ledgerline WHERE entry_id = NEW.id) THEN
        RAISE EXCEPTION 'ledger entry % has no lines', NEW.id USING ERRCODE = 'EU003';
    END IF;
    RETURN NULL;
END $$;

DROP TRIGGER IF EXISTS billing_lines ON billing_ledgerentry;
CREATE CONSTRAINT TRIGGER billing_lines AFTER INSERT ON billing_ledgerentry
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION billing_demand_lines();
