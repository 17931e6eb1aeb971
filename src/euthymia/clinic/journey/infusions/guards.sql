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

-- The patient's button works while he is here, and one who calls does not leave before someone wrote how it ended.
CREATE OR REPLACE FUNCTION infusions_demand_presence() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT state FROM infusions_infusion WHERE id = NEW.infusion_id)
       NOT IN ('arrived', 'ready', 'running', 'paused', 'recovery') THEN
        RAISE EXCEPTION 'the button of infusion % is off', NEW.infusion_id USING ERRCODE = 'EU007';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS infusions_presence ON infusions_helpcall;
CREATE TRIGGER infusions_presence BEFORE INSERT ON infusions_helpcall
    FOR EACH ROW EXECUTE FUNCTION infusions_demand_presence();

CREATE OR REPLACE FUNCTION infusions_demand_outcomes() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'discharged' AND OLD.state <> 'discharged' AND EXISTS (
        SELECT 1 FROM infusions_helpcall c
          LEFT JOIN infusions_helpanswer a ON a.call_id = c.id
          LEFT JOIN infusions_helpoutcome o ON o.answer_id = a.id
         WHERE c.infusion_id = NEW.id AND c.said <> 'all_right' AND o.id IS NULL) THEN
        RAISE EXCEPTION 'a call for help of infusion % has no outcome', NEW.id USING ERRCODE = 'EU008';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS infusions_outcomes ON infusions_infusion;
CREATE TRIGGER infusions_outcomes BEFORE UPDATE ON infusions_infusion
    FOR EACH ROW EXECUTE FUNCTION infusions_demand_outcomes();

-- Signed means locked: after the discharge nothing is charted any more, and the visit's own row stands. What comes
-- later is an addendum, and an addendum comes after a signature.
CREATE OR REPLACE FUNCTION infusions_refuse_after_signature() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    visit bigint;
BEGIN
    IF TG_TABLE_NAME = 'infusions_doseconfirmation' THEN
        SELECT infusion_id INTO visit FROM infusions_doseorder WHERE id = NEW.order_id;
    ELSIF TG_TABLE_NAME = 'infusions_helpanswer' THEN
        SELECT infusion_id INTO visit FROM infusions_helpcall WHERE id = NEW.call_id;
    ELSE
        visit := NEW.infusion_id;
    END IF;
    -- One who charts waits for one who signs, and sees his signature.
    PERFORM 1 FROM infusions_infusion WHERE id = visit FOR KEY SHARE;
    IF EXISTS (SELECT 1 FROM infusions_discharge WHERE infusion_id = visit) THEN
        RAISE EXCEPTION 'the record of infusion % is signed: write an addendum', visit USING ERRCODE = 'EU009';
    END IF;
    RETURN NEW;
END $$;

DO $$
DECLARE
    charted text;
BEGIN
    FOREACH charted IN ARRAY ARRAY['vitals', 'infusionevent', 'segment', 'doseorder', 'doseconfirmation',
                                   'gateanswer', 'gateclaim', 'helpcall', 'helpanswer', 'signtold'] LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS infusions_locked ON infusions_%s', charted);
        EXECUTE format('CREATE TRIGGER infusions_locked BEFORE INSERT ON infusions_%s
                        FOR EACH ROW EXECUTE FUNCTION infusions_refuse_after_signature()', charted);
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION infusions_demand_signature() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM infusions_discharge WHERE infusion_id = NEW.infusion_id) THEN
        RAISE EXCEPTION 'the record of infusion % is not signed yet', NEW.infusion_id USING ERRCODE = 'EU010';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS infusions_signed_first ON infusions_addendum;
CREATE TRIGGER infusions_signed_first BEFORE INSERT ON infusions_addendum
    FOR EACH ROW EXECUTE FUNCTION infusions_demand_signature();

CREATE OR REPLACE FUNCTION infusions_refuse_change_after_signature() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'discharged' AND to_jsonb(NEW) <> to_jsonb(OLD) THEN
        RAISE EXCEPTION 'the record of infusion % is signed: write an addendum', OLD.id USING ERRCODE = 'EU009';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS infusions_stands ON infusions_infusion;
CREATE TRIGGER infusions_stands BEFORE UPDATE ON infusions_infusion
    FOR EACH ROW EXECUTE FUNCTION infusions_refuse_change_after_signature();

-- The hard limits of an order, as signed, and its arithmetic: what no role passes, no program passes either.
-- A setting that is missing refuses as well.
CREATE OR REPLACE FUNCTION infusions_setting(wanted text) RETURNS numeric
LANGUAGE sql STABLE AS $$ SELECT value FROM practice_threshold WHERE code = wanted $$;

CREATE OR REPLACE FUNCTION infusions_demand_limits() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    off text;
BEGIN
    IF (NEW.weight_g / 1000.0 BETWEEN infusions_setting('dose.weight_low_kg')
                                  AND infusions_setting('dose.weight_high_kg')) IS NOT TRUE THEN
        off := 'infusions_order_weight';
    ELSIF (NEW.mg_per_kg <= infusions_setting('dose.hard_mg_per_kg')
           AND NEW.dose_ug / 1000.0 <= infusions_setting('dose.hard_mg')) IS NOT TRUE THEN
        off := 'infusions_order_dose';
    ELSIF NEW.strength_mg_per_ml IS DISTINCT FROM
          (SELECT strength_mg_per_ml FROM stock_vial WHERE id = NEW.vial_id) THEN
        off := 'infusions_order_label';
    -- Half of the last place is rounding; the rate has two places.
    ELSIF abs(NEW.weight_g * NEW.mg_per_kg - NEW.dose_ug) > 0.5
          OR abs(NEW.volume_ul::numeric * NEW.strength_mg_per_ml - NEW.dose_ug) * 2 > NEW.strength_mg_per_ml
          OR abs(NEW.rate_ml_per_h * NEW.minutes - NEW.bag_ml * 60.0) > 0.005 * NEW.minutes THEN
        off := 'infusions_order_arithmetic';
    END IF;
    IF off IS NOT NULL THEN
        RAISE EXCEPTION '%: an order that no role may give', off USING ERRCODE = 'check_violation', CONSTRAINT = off;
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS infusions_limits ON infusions_doseorder;
CREATE TRIGGER infusions_limits BEFORE INSERT ON infusions_doseorder
    FOR EACH ROW EXECUTE FUNCTION infusions_demand_limits();

-- What the second person read and computed is there, and agrees with the order.
CREATE OR REPLACE FUNCTION infusions_demand_agreement() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    o infusions_doseorder%ROWTYPE;
    share numeric := infusions_setting('dose.agree_pct') / 100;
BEGIN
    SELECT * INTO STRICT o FROM infusions_doseorder WHERE id = NEW.order_id;
    IF (NEW.weight_g = o.weight_g AND NEW.label_mg_per_ml = o.strength_mg_per_ml
        AND abs(NEW.dose_ug - o.dose_ug) <= o.dose_ug * share
        AND abs(NEW.volume_ul - o.volume_ul)
            <= greatest(o.volume_ul * share, infusions_setting('dose.agree_volume_ml') * 1000)
        AND abs(NEW.rate_ml_per_h - o.rate_ml_per_h) <= o.rate_ml_per_h * share) IS NOT TRUE THEN
        RAISE EXCEPTION 'infusions_confirmation_agrees: two people computed differently'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'infusions_confirmation_agrees';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER IF EXISTS infusions_agreement ON infusions_doseconfirmation;
CREATE TRIGGER infusions_agreement BEFORE INSERT ON infusions_doseconfirmation
    FOR EACH ROW EXECUTE FUNCTION infusions_demand_agreement();

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
