-- The drug log refers to the infusion it was drawn for.
DO $$ BEGIN
    ALTER TABLE stock_drugmove ADD CONSTRAINT stock_drugmove_infusion
        FOREIGN KEY (infusion_id) REFERENCES infusions_infusion (id) DEFERRABLE INITIALLY DEFERRED;
EXCEPTION WHEN duplicate_object THEN NULL;
END $$;

-- An infusion is not closed until what was drawn for it was given or wasted.
CREATE OR REPLACE FUNCTION infusions_demand_balance() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    left_ul bigint;
BEGIN
    IF NEW.state = 'discharged' AND OLD.state <> 'discharged' THEN
        SELECT coalesce(sum(CASE WHEN target = 'drawn' THEN amount_ul
                                 WHEN source = 'drawn' THEN -amount_ul ELSE 0 END), 0) INTO left_ul
          FROM stock_drugmove WHERE infusion_id = NEW.id;
        IF left_ul <> 0 THEN
            RAISE EXCEPTION 'infusion % still holds % microlitres drawn', NEW.id, left_ul USING ERRCODE = 'EU005';
        END IF;
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS infusions_balance ON infusions_infusion;
CREATE TRIGGER infusions_balance BEFORE UPDATE ON infusions_infusion
    FOR EACH ROW EXECUTE FUNCTION infusions_demand_balance();

-- The one who confirms is not the one who ordered.
CREATE OR REPLACE FUNCTION infusions_demand_second_person() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.by_id = (SELECT by_id FROM infusions_doseorder WHERE id = NEW.order_id) THEN
        RAISE EXCEPTION 'a dose is confirmed by a second person' USING ERRCODE = 'EU006';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS infusions_second_person ON infusions_doseconfirmation;
CREATE TRIGGER infusions_second_person BEFORE INSERT ON infusions_doseconfirmation
    FOR EACH ROW EXECUTE FUNCTION infusions_demand_second_person();
