"""Roles x acts: who may do what. Data, printed in docs/permissions.md and compared there by a test.

An act that is not in this table cannot be done by anyone; a name in it without an act fails a test.
"""

from euthymia.clinic.foundation.audit.actors import Role

FD, NU, PH, BI, MD, OW = (
    Role.FRONT_DESK,
    Role.NURSE,
    Role.PHYSICIAN,
    Role.BILLER,
    Role.MEDICAL_DIRECTOR,
    Role.OWNER,
)
PATIENT, CALLER, SYSTEM = Role.PATIENT, Role.CALLER, Role.SYSTEM
CLINICIANS = frozenset({NU, PH, MD})
PRESCRIBERS = frozenset({PH, MD})
DESK = frozenset({FD, NU, PH, MD})

MAY_ACT: dict[str, frozenset[Role]] = {
    # foundation
    "practice.adopt_practice": frozenset({SYSTEM}),
    "practice.open_account": frozenset({SYSTEM}),
    "people.register_patient": DESK | {SYSTEM},
    "people.correct_contact": DESK | {PATIENT},
    "people.move_stage": DESK | {SYSTEM},
    "people.write_note": CLINICIANS,
    "people.send_link": DESK | {SYSTEM},
    "people.revoke_link": DESK,
    "people.open_task": DESK | {PATIENT, SYSTEM},
    "people.finish_task": DESK,
    "billing.issue_estimate": frozenset({PH, MD, BI, FD}),
    "billing.record_payment": frozenset({FD, BI}),
    "billing.reverse_entry": frozenset({BI}),
    "billing.charge_visit": CLINICIANS | {BI},
    "stock.receive_vial": CLINICIANS,
    "stock.open_vial": CLINICIANS,
    "stock.move_drug": CLINICIANS,
    "stock.send_vial": CLINICIANS,
    "stock.receive_transfer": CLINICIANS,
    "stock.count_drug": CLINICIANS,
    "stock.record_notice": PRESCRIBERS,
    "stock.record_form": PRESCRIBERS,
    "stock.close_variance": frozenset({MD}),
    "outbox.queue_message": DESK | {CALLER, PATIENT, SYSTEM, BI},
    "outbox.claim_message": frozenset({SYSTEM}),
    "outbox.settle_message": frozenset({SYSTEM}),
    "forecasts.record_forecast": CLINICIANS | {SYSTEM},
    # journey
    "consults.book_call": frozenset({CALLER, FD, SYSTEM}),
    "consults.move_call": frozenset({CALLER, FD}),
    "consults.cancel_call": frozenset({CALLER, FD}),
    "consults.save_call_sheet": DESK,
    "consults.finish_call": DESK,
    "outcomes.record_score": CLINICIANS | {PATIENT, SYSTEM},
    "outcomes.ask_for_scores": DESK | {SYSTEM},
    "outcomes.read_score": CLINICIANS,
    "screening.save_intake": frozenset({PATIENT, SYSTEM}),
    "screening.submit_intake": frozenset({PATIENT, SYSTEM}),
    "screening.run_screening": CLINICIANS | {SYSTEM},
    "screening.decide_eligibility": PRESCRIBERS | {SYSTEM},
    "plans.propose_plan": PRESCRIBERS | {SYSTEM},
    "plans.sign_plan": PRESCRIBERS | {SYSTEM},
    "plans.sign_agreement": frozenset({PATIENT, SYSTEM}),
    "infusions.book_infusion": DESK | {SYSTEM},
    "infusions.move_infusion": DESK,
    "infusions.cancel_infusion": DESK,
    "infusions.arrive": DESK | {SYSTEM},
    "infusions.answer_gate": CLINICIANS | {SYSTEM},
    "infusions.order_dose": PRESCRIBERS | {NU, SYSTEM},
    "infusions.confirm_dose": CLINICIANS | {SYSTEM},
    "infusions.start_infusion": CLINICIANS | {SYSTEM},
    "infusions.chart_vitals": CLINICIANS | {SYSTEM},
    "infusions.chart_event": CLINICIANS | {SYSTEM},
    "infusions.correct_vitals": CLINICIANS,
    "infusions.change_rate": CLINICIANS,
    "infusions.end_infusion": CLINICIANS | {SYSTEM},
    "infusions.waste_drug": CLINICIANS | {SYSTEM},
    "infusions.discharge_patient": CLINICIANS | {SYSTEM},
    "infusions.ask_beforehand": DESK | {SYSTEM},
    "infusions.answer_beforehand": frozenset({PATIENT}),
    "infusions.give_button": DESK,
    "infusions.press_button": frozenset({PATIENT}),
    "infusions.answer_calls": CLINICIANS,
    "infusions.settle_calls": CLINICIANS,
    "infusions.tell_of_sign": CLINICIANS,
    "infusions.send_sheet": CLINICIANS,
    "infusions.add_addendum": CLINICIANS,
    "demo.enact_patient": frozenset({SYSTEM}),
    "boosters.propose_booster": PRESCRIBERS | {SYSTEM},
    "boosters.sign_booster": PRESCRIBERS,
    "boosters.decline_booster": PRESCRIBERS,
}

# What may be read, by page family. The same table serves access.py of every app.
MAY_READ: dict[str, frozenset[Role]] = {
    "patient.contact": DESK | {BI, OW},
    "patient.chart": CLINICIANS,
    "patient.money": frozenset({FD, BI, OW, MD, PH}),
    "board": DESK,
    "call": DESK,
    "audit": frozenset({MD, OW}),
    "report": frozenset({MD, OW, PH, BI}),
    "stock": CLINICIANS,
}
