-- No place ever holds less than nothing. The lock on the vial makes moves of one vial wait for each other.
CREATE OR REPLACE FUNCTION stock_demand_enough() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    held bigint;
BEGIN
    IF NEW.source = 'supplier' THEN
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock(7301, NEW.vial_id::int);
    SELECT coalesce(sum(CASE WHEN target = NEW.source THEN amount_ul ELSE -amount_ul END), 0) INTO held
      FROM stock_drugmove
     WHERE vial_id = NEW.vial_id AND NEW.source IN (source, target)
       AND (NEW.source <> 'drawn' OR infusion_id = NEW.infusion_id);
    IF held < NEW.amount_ul THEN
        RAISE EXCEPTION 'vial % holds % microlitres %, not %', NEW.vial_id, held, NEW.source, NEW.amount_ul
            USING ERRCODE = 'EU004';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS stock_enough ON stock_drugmove;
CREATE TRIGGER stock_enough BEFORE INSERT ON stock_drugmove
    FOR EACH ROW EXECUTE FUNCTION stock_demand_enough();

-- What was received into a vial is its volume, once.
DROP INDEX IF EXISTS stock_received_once;
CREATE UNIQUE INDEX stock_received_once ON stock_drugmove (vial_id) WHERE source = 'supplier';
