-- No place ever holds less than nothing. The lock on the vial makes moves of one vial wait for each other.
-- What is on hand is of its location, what is drawn of its infusion, what travels of its transfer.
CREATE OR REPLACE FUNCTION stock_demand_enough() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    home bigint;
    held bigint;
    sent stock_transfer%ROWTYPE;
BEGIN
    SELECT location_id INTO home FROM stock_vial WHERE id = NEW.vial_id;
    IF NEW.location_id IS NULL THEN
        NEW.location_id := home;
    END IF;
    IF NEW.source = 'supplier' THEN
        IF NEW.location_id <> home OR NEW.amount_ul <> (SELECT volume_ul FROM stock_vial WHERE id = NEW.vial_id) THEN
            RAISE EXCEPTION 'vial % is received whole, where it was delivered', NEW.vial_id USING ERRCODE = 'EU020';
        END IF;
        RETURN NEW;
    END IF;
    PERFORM pg_advisory_xact_lock(7301, NEW.vial_id::int);
    SELECT coalesce(sum(CASE WHEN target = NEW.source THEN amount_ul ELSE -amount_ul END), 0) INTO held
      FROM stock_drugmove
     WHERE vial_id = NEW.vial_id AND NEW.source IN (source, target)
       AND (NEW.source <> 'on_hand' OR coalesce(location_id, home) = NEW.location_id)
       AND (NEW.source <> 'drawn' OR infusion_id = NEW.infusion_id)
       AND (NEW.source <> 'in_transit' OR transfer_id = NEW.transfer_id);
    IF held < NEW.amount_ul THEN
        RAISE EXCEPTION 'vial % holds % microlitres %, not %', NEW.vial_id, held, NEW.source, NEW.amount_ul
            USING ERRCODE = 'EU004';
    END IF;
    IF NEW.transfer_id IS NOT NULL THEN
        SELECT * INTO sent FROM stock_transfer WHERE id = NEW.transfer_id;
        IF sent.vial_id <> NEW.vial_id
           OR NEW.location_id <> (CASE WHEN NEW.target = 'in_transit' THEN sent.from_location_id
                                       ELSE sent.to_location_id END) THEN
            RAISE EXCEPTION 'transfer % is of another vial or place', NEW.transfer_id USING ERRCODE = 'EU020';
        END IF;
        IF NEW.target = 'in_transit' AND held <> NEW.amount_ul THEN
            RAISE EXCEPTION 'vial % travels with all that it holds', NEW.vial_id USING ERRCODE = 'EU020';
        END IF;
        IF NEW.target <> 'in_transit' AND sent.sent_by_id = NEW.by_id THEN
            RAISE EXCEPTION 'transfer % is received by another person', NEW.transfer_id USING ERRCODE = 'EU021';
        END IF;
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS stock_enough ON stock_drugmove;
CREATE TRIGGER stock_enough BEFORE INSERT ON stock_drugmove
    FOR EACH ROW EXECUTE FUNCTION stock_demand_enough();

-- What was received into a vial is its volume, once.
DROP INDEX IF EXISTS stock_received_once;
CREATE UNIQUE INDEX stock_received_once ON stock_drugmove (vial_id) WHERE source = 'supplier';

-- Several patients are drawn for from one vial only as far as the signed setting allows.
CREATE OR REPLACE FUNCTION stock_demand_unshared() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    most numeric;
    others bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(7301, NEW.vial_id::int);
    SELECT value INTO most FROM practice_threshold WHERE code = 'stock.patients_per_vial';
    SELECT count(DISTINCT patient_id) INTO others
      FROM stock_drugmove WHERE vial_id = NEW.vial_id AND target = 'drawn' AND patient_id <> NEW.patient_id;
    IF others + 1 > coalesce(most, 1) THEN
        RAISE EXCEPTION 'vial % was drawn from for % others', NEW.vial_id, others USING ERRCODE = 'EU022';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS stock_shared ON stock_drugmove;
CREATE TRIGGER stock_shared BEFORE INSERT ON stock_drugmove
    FOR EACH ROW WHEN (NEW.target = 'drawn') EXECUTE FUNCTION stock_demand_unshared();

-- What the log holds is written beside what was counted by the database itself, whatever it was told.
CREATE OR REPLACE FUNCTION stock_write_logged() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    here bigint;
    home bigint;
BEGIN
    PERFORM pg_advisory_xact_lock(7301, NEW.vial_id::int);
    SELECT location_id INTO here FROM stock_drugcount WHERE id = NEW.count_id;
    SELECT location_id INTO home FROM stock_vial WHERE id = NEW.vial_id;
    SELECT coalesce(sum(CASE WHEN target = 'on_hand' THEN amount_ul ELSE -amount_ul END), 0) INTO NEW.logged_ul
      FROM stock_drugmove
     WHERE vial_id = NEW.vial_id AND 'on_hand' IN (source, target) AND coalesce(location_id, home) = here;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS stock_logged ON stock_countline;
CREATE TRIGGER stock_logged BEFORE INSERT ON stock_countline
    FOR EACH ROW EXECUTE FUNCTION stock_write_logged();

-- A case stays what it was when it was found; it is closed once, by a medical director of that place.
CREATE OR REPLACE FUNCTION stock_keep_case() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR OLD.closed_at IS NOT NULL THEN
        RAISE EXCEPTION 'case % stays as it is', OLD.id USING ERRCODE = 'EU023';
    END IF;
    IF (NEW.location_id, NEW.vial_id, NEW.off_ul, NEW.found_at, NEW.notice_due_on, NEW.form_due_on)
       IS DISTINCT FROM (OLD.location_id, OLD.vial_id, OLD.off_ul, OLD.found_at, OLD.notice_due_on, OLD.form_due_on)
       OR (OLD.notice_at IS NOT NULL AND NEW.notice_at IS DISTINCT FROM OLD.notice_at)
       OR (OLD.form_at IS NOT NULL AND NEW.form_at IS DISTINCT FROM OLD.form_at) THEN
        RAISE EXCEPTION 'case % stays as it was found', OLD.id USING ERRCODE = 'EU023';
    END IF;
    IF NEW.closed_at IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM practice_postheld
         WHERE staff_id = NEW.closed_by_id AND location_id = NEW.location_id AND role = 'medical_director') THEN
        RAISE EXCEPTION 'case % is closed by the medical director', OLD.id USING ERRCODE = 'EU024';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS stock_case ON stock_variancecase;
CREATE TRIGGER stock_case BEFORE UPDATE OR DELETE ON stock_variancecase
    FOR EACH ROW EXECUTE FUNCTION stock_keep_case();
