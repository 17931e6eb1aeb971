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

-- What is drawn for an infusion is of the vial that was ordered, for its patient, where he is treated.
CREATE OR REPLACE FUNCTION infusions_demand_ordered_vial() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM infusions_infusion i JOIN infusions_doseorder o ON o.infusion_id = i.id
         WHERE i.id = NEW.infusion_id AND o.vial_id = NEW.vial_id
           AND i.patient_id = NEW.patient_id AND i.location_id = NEW.location_id
           AND o.id = (SELECT max(id) FROM infusions_doseorder WHERE infusion_id = i.id)) THEN
        RAISE EXCEPTION 'infusion % was not ordered from vial %', NEW.infusion_id, NEW.vial_id USING ERRCODE = 'EU025';
    END IF;
    RETURN NEW;
END $$;

-- Its name comes after stock_enough, which writes the location of a move that names none.
DROP TRIGGER IF EXISTS stock_ordered_vial ON stock_drugmove;
CREATE TRIGGER stock_ordered_vial BEFORE INSERT ON stock_drugmove
    FOR EACH ROW WHEN (NEW.target = 'drawn') EXECUTE FUNCTION infusions_demand_ordered_vial();
