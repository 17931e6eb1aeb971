"""The signed settings that the truth tables of the infusion are written for."""

from decimal import Decimal

SETTINGS = {
    code: Decimal(value)
    for code, value in {
        "gate.systolic_hold_mmhg": 160,
        "gate.diastolic_hold_mmhg": 100,
        "gate.heart_rate_low_bpm": 50,
        "gate.heart_rate_high_bpm": 110,
        "gate.spo2_low_pct": 94,
        "dose.soft_mg_per_kg": 1,
        "dose.hard_mg_per_kg": 2,
        "dose.hard_mg": 200,
        "dose.weight_low_kg": 25,
        "dose.weight_high_kg": 350,
        "dose.weight_change_pct": 10,
        "vitals.systolic_amber_mmhg": 160,
        "vitals.systolic_red_mmhg": 180,
        "vitals.diastolic_amber_mmhg": 100,
        "vitals.diastolic_red_mmhg": 110,
        "vitals.rise_amber_pct": 30,
        "vitals.heart_rate_amber_low_bpm": 50,
        "vitals.heart_rate_amber_high_bpm": 110,
        "vitals.heart_rate_red_low_bpm": 45,
        "vitals.heart_rate_red_high_bpm": 130,
        "vitals.spo2_amber_pct": 94,
        "vitals.spo2_red_pct": 90,
        "vitals.breaths_amber_low": 10,
        "vitals.breaths_red_low": 8,
        "vitals.sedation_amber_moaas": 3,
        "vitals.sedation_red_moaas": 2,
        "vitals.nausea_amber": 5,
        "chart.every_min": 10,
        "chart.recovery_every_min": 15,
        "chart.late_amber_min": 3,
        "chart.late_red_min": 6,
        "discharge.wait_min": 30,
        "discharge.aldrete": 9,
        "discharge.mpadss": 9,
        "discharge.pressure_pct": 20,
    }.items()
}
