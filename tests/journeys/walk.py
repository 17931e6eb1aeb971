"""The whole path of one patient, step by step, as people do it: through the pages of the running program."""

import re
import time
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.journeys import by_hand
from tests.journeys.browser import DESK, PHONE, TABLET, WALL, Watch, context, look

DAY_S = 86_400
ZONE = "America/New_York"
"""Of the location that is walked, and of what stands on its desks."""
DOSES = (("80.6", "40.3", "0.806"), ("80", "40", "0.8"))
"""kg, mg and mL of even and odd visits: the same weight twice would be asked about."""
BY_TAPS, BY_KEYS = 3, 4
"""The visits that are charted by touch alone, and by the keyboard alone."""
MOVE_DATE = """(ms) => {
    const Real = globalThis.Date.Real ?? globalThis.Date;
    globalThis.Date = class extends Real {
        static Real = Real;
        static now() { return Real.now() + ms; }
        constructor(...given) { if (given.length) super(...given); else super(Real.now() + ms); }
    };
}"""


@dataclass
class Program:
    """The running program: where it answers, and where its letters and its clock lie."""

    url: str
    data: Path
    password: str
    ahead_s: float = 0.0
    devices: list[BrowserContext] = field(default_factory=list)

    def move_clock(self, seconds: float) -> None:
        """Move the demonstration's clock ahead, and with it the clock of each device."""
        self.ahead_s += seconds
        (self.data / "clock-ahead-seconds").write_text(str(self.ahead_s))
        for device in self.devices:
            device.add_init_script(f"({MOVE_DATE})({self.ahead_s * 1000})")
            for page in device.pages:
                page.evaluate(MOVE_DATE, self.ahead_s * 1000)

    def letter(self, words: str, within_s: float = 20) -> str:
        """The newest letter that holds these words: the worker sends it within seconds."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            files = sorted((self.data / "mail").glob("*"), key=lambda f: f.stat().st_mtime, reverse=True)
            for file in files:
                text = file.read_text(errors="replace")
                if words in text:
                    return text
            time.sleep(0.3)
        raise AssertionError(f"no letter with {words!r} was sent")


@dataclass
class Walk:
    """One walk. Each method is a step of the path; `look` is called on every page it passes."""

    program: Program
    browser: Browser
    watch: Watch
    pictures: Path | None
    pages: dict[str, Page] = field(default_factory=dict)
    patient_url: str = ""
    plan_sessions: int = 6
    taken_mail: set[str] = field(default_factory=set)

    # --- people -----------------------------------------------------------------------------------------
    def page_of(self, slug: str, viewport: dict[str, int] = DESK) -> Page:
        """The page of a member of staff, signed in."""
        if slug not in self.pages:
            device = context(self.browser, self.watch, viewport=viewport, timezone_id=ZONE)
            device.add_init_script(f"({MOVE_DATE})({self.program.ahead_s * 1000})")
            self.program.devices.append(device)
            page = device.new_page()
            page.goto(f"{self.program.url}/accounts/login/")
            self.look(page, "sign-in")
            page.fill("input[name=login]", f"{slug}@example.org")
            page.fill("input[name=password]", self.program.password)
            page.click("main button[type=submit]")
            page.wait_for_url("**/desk/**")
            self.pages[slug] = page
        return self.pages[slug]

    def patient_page(self) -> Page:
        """The patient's phone, with scripts off."""
        if "patient" not in self.pages:
            self.pages["patient"] = context(self.browser, self.watch, viewport=PHONE, scripts=False).new_page()
        return self.pages["patient"]

    def look(self, page: Page, name: str) -> None:
        twin = None
        if page is self.pages.get("patient"):
            if "twin" not in self.pages:
                self.pages["twin"] = context(self.browser, self.watch, viewport=PHONE).new_page()
            twin = self.pages["twin"]
        look(page, self.watch, name, self.pictures, twin)

    # --- the steps --------------------------------------------------------------------------------------
    def explore(self) -> None:
        """Before any call, somebody sets a course on the public page; a wrong number is told beside it once left."""
        page = context(self.browser, self.watch, viewport=DESK).new_page()
        page.goto(f"{self.program.url}/how-it-works/")
        self.look(page, "explorer")
        dose, said = page.locator("#id_dose"), page.locator("#id_dose_error")
        with page.expect_response("**/how-it-works/**"):
            dose.fill("9")
        expect(page.locator("#pictures")).to_contain_text("wait for a number")
        assert not said.count(), "somebody who is typing was interrupted"
        page.locator("#id_minutes").focus()
        expect(said).to_contain_text("from 0.1 to 1")
        self.look(page, "explorer-refused")
        dose.fill("0.8")
        expect(said).to_have_count(0)
        expect(page.locator(".explored")).to_be_visible()
        assert dose.get_attribute("aria-invalid") is None
        page.context.close()

    def book_call(self) -> None:
        """1. A caller books a free phone call, on a phone, without scripts."""
        page = self.patient_page()
        page.goto(self.program.url)
        self.look(page, "home")
        page.goto(f"{self.program.url}/book/?location=alexandria")
        self.look(page, "book-times")
        page.locator(".slots a").first.click()
        self.look(page, "book-details")
        page.click("main form button[type=submit]")
        expect(page.locator(".field__error").first).to_be_visible()
        page.fill("input[name=name]", "Demo Walker")
        page.fill("input[name=phone]", "202-555-0199")
        page.fill("input[name=email]", "demo.walker@example.org")
        page.click("main form button[type=submit]")
        expect(page.locator("h1")).to_have_text("Your call is booked")
        self.look(page, "book-done")
        assert "text/calendar" in self.program.letter("Your free phone call")

    def finish_call(self) -> None:
        """2. The front desk opens the call and follows the sheet; the safety question comes first."""
        page = self.page_of("desk-6")
        page.goto(f"{self.program.url}/desk/")
        self.look(page, "board-desk")
        for _ in range(8):
            page.goto(page.url) if "calls" in page.url else page.goto(f"{self.program.url}/desk/calls/")
            if page.get_by_role("link", name="Demo Walker").count():
                break
            page.get_by_role("link", name="The day after").click()
            if page.get_by_role("link", name="Demo Walker").count():
                break
        self.look(page, "calls")
        page.get_by_role("link", name="Demo Walker").click()
        page.check("input[name=disposition][value=proceed]")
        page.get_by_role("button", name="End the call").click()
        expect(page.locator(".field__error").first).to_contain_text("safety question")
        page.check("input[name=safe_now][value=no]")
        page.fill("textarea[name=condition]", "Depression for three years")
        page.check("input[name=asked_price][value=yes]")
        self.look(page, "call-sheet")
        page.check("input[name=disposition][value=proceed]")
        page.get_by_role("button", name="End the call").click()
        page.get_by_role("link", name="Open the chart").click()
        self.patient_url = page.url
        self.look(page, "chart-front-desk")

    def fill_intake(self) -> None:
        """3. The patient answers by his link, leaves, and comes back to where he was."""
        page = self.patient_page()
        link = self._link("intake")
        page.goto(link)
        page.fill("input[name=birth_on]", "0000-01-01")
        page.click("main form button[type=submit]")
        expect(page.locator(".field__error").first).to_be_visible()
        page.fill("input[name=birth_on]", "1984-05-27")
        page.check("input[name=condition][value=depression]")
        self._next(page, "intake-about")
        for step in ("history", "body"):
            for group in page.locator("fieldset.field").all():
                group.locator("input[value=no]").check()
            self._next(page, f"intake-{step}")
        for n, drug in ((1, "Sertraline"), (2, "Venlafaxine")):
            page.fill(f"input[name=name_{n}]", drug)
            page.fill(f"input[name=weeks_{n}]", "8")
        self._next(page, "intake-trials")
        page.goto(link)
        expect(page.locator("textarea[name=medicines]")).to_be_visible()
        page.fill("textarea[name=medicines]", "Venlafaxine 150 mg")
        page.fill("input[name=psychiatrist_name]", "Demo Psychiatrist")
        self._next(page, "intake-medicines")
        self._answer(page, "phq9", [3, 3, 2, 2, 2, 2, 2, 1, 0])
        self._next(page, "intake-phq9")
        self._answer(page, "gad7", [2, 2, 1, 1, 1, 1, 1])
        self._next(page, "intake-gad7")
        self.look(page, "intake-check")
        page.get_by_role("button", name="Hand in my answers").click()
        expect(page.locator("h1")).to_have_text("Thank you")
        self.look(page, "intake-done")

    def decide(self) -> None:
        """4. The rules speak; the physician decides, with a reason beside each rule that spoke."""
        page = self.page_of("physician-6")
        page.goto(self.patient_url)
        page.get_by_role("link", name="Review the screening").click()
        for name, value in (
            ("systolic_mmhg", "126"),
            ("diastolic_mmhg", "78"),
            ("weight_kg", "81"),
            ("height_cm", "178"),
        ):
            page.fill(f"input[name={name}]", value)
        page.get_by_role("button", name="Run the rules").click()
        page.check("input[name=outcome][value=eligible]")
        page.fill("textarea[name=reason]", "Two adequate trials, no exclusion.")
        for field_ in page.locator("input[name^=override_]").all():
            field_.fill("Looked at, acceptable")
        self.look(page, "screening")
        page.get_by_role("button", name="Sign decision").click()
        page.wait_for_url(self.patient_url)

    def sign_plan(self) -> None:
        """5. Template, dose and days; forecast and price; the signature."""
        page = self.page_of("physician-6")
        page.get_by_role("link", name="Make the plan").click()
        page.get_by_role("button", name="Show forecast and price").click()
        expect(page.locator(".figure__wide svg").first).to_be_visible()
        expect(page.get_by_text("Good-faith estimate")).to_be_visible()
        self.look(page, "plan")
        page.get_by_role("button", name="Sign plan").click()
        page.wait_for_url(self.patient_url)

    def agree(self) -> None:
        """6. The patient reads and signs by link."""
        self._agree_to_newest("agreement")

    def _call_for_help(self, nurse: Page) -> None:
        """The patient presses on his phone, without scripts; it rings at the chair until it is answered and settled."""
        nurse.get_by_role("button", name="Show the code").click()
        expect(nurse.locator("svg.qr")).to_be_visible()
        phone = self.patient_page()
        phone.goto(nurse.get_by_role("link", name="Open on this device").get_attribute("href") or "")
        self.look(phone, "help-button")
        phone.get_by_role("button", name="I feel sick").click()
        expect(phone.locator("h1")).to_have_text("Someone is coming")
        expect(nurse.locator("#ringing [data-ring]")).to_be_visible(timeout=5000)
        self.look(nurse, "chair-rings")
        nurse.get_by_role("button", name="I am coming").click()
        nurse.fill("#ringing input[name=words]", "Sat with him; the nausea passed.")
        nurse.get_by_role("button", name="Settle").click()
        expect(nurse.locator("#ringing section")).to_have_count(0, timeout=5000)
        phone.reload()
        expect(phone.locator("h1")).to_have_text("Press, and someone comes")

    def _sign_afterwards(self, nurse: Page) -> None:
        """The record is locked: a correction is an addendum. The patient takes his sheet home."""
        nurse.get_by_role("link", name="Record and addenda").click()
        nurse.get_by_role("link", name=re.compile("^Correct the row")).first.click()
        nurse.fill("textarea[name=text]", "Heart rate was 70.")
        nurse.fill("input[name=reason]", "misread")
        nurse.fill("input[name=password]", self.program.password)
        nurse.get_by_role("button", name="Sign addendum").click()
        expect(nurse.get_by_text("As signed")).to_be_visible()
        self.look(nurse, "record")
        nurse.goto(nurse.url.split("record/")[0])
        nurse.get_by_role("link", name="Sheet for the patient").click()
        expect(nurse.get_by_role("heading", name=re.compile("No driving until"))).to_be_visible()
        self.look(nurse, "discharge-sheet")

    def _agree_to_newest(self, name: str) -> None:
        page = self.patient_page()
        page.goto(self._link("agreement"))
        self.look(page, name)
        page.click("main form button[type=submit]")
        expect(page.locator(".field__error").first).to_be_visible()
        page.check("input[name=read]")
        page.fill("input[name=typed_name]", "Demo Walker")
        page.click("main form button[type=submit]")
        expect(page.locator("h1")).to_contain_text("Signed")
        self.look(page, "agreement-done")
        paper = page.locator("a[href$='.pdf']").first.get_attribute("href") or ""
        pdf = page.request.get(f"{self.program.url}{paper}")
        assert pdf.body().startswith(b"%PDF")

    def book_infusions(self) -> None:
        """7. All infusions of the plan, into chairs with a nurse."""
        page = self.page_of("desk-6")
        page.goto(self.patient_url)
        page.get_by_role("link", name=re.compile("Book the")).click()
        self.look(page, "book-infusions")
        page.get_by_role("button", name="Book infusions").click()
        page.wait_for_url(self.patient_url)

    def infuse(self, number: int) -> None:
        """8. The day: gate, dose by two people, start, vitals, events, end, waste, discharge."""
        first = number == 1
        nurse, second = self.page_of("nurse-11", TABLET), self.page_of("nurse-12", TABLET)
        nurse.goto(self.patient_url)
        nurse.get_by_role("link", name="Open the next visit").click()
        self._clock_to_booking(nurse)
        nurse.get_by_role("button", name="Patient has arrived").click()
        nurse.locator("#gate fieldset.field").first.wait_for()
        for group in nurse.locator("#gate fieldset.field").all():
            group.locator("input[value=yes]").check()
        nurse.fill("input[name=escort_name]", "Demo Escort")
        nurse.fill("input[name=escort_phone]", "202-555-0188")
        nurse.get_by_role("button", name="Save gate").click()
        self._vitals(nurse, 124, 78, 72, 98)
        kg, mg, ml = DOSES[number % 2]
        nurse.fill("#order input[name=weight_kg]", kg)
        nurse.get_by_role("button", name="Compute dose").click()
        expect(nurse.locator(".dose__figure")).to_have_text(f"{mg} mg")
        if first:
            self.look(nurse, "chair-before")
        second.goto(nurse.url.split("#")[0])
        second.fill("#confirm input[name=weight_kg]", kg)
        second.fill("#confirm input[name=dose_mg]", mg)
        second.fill("#confirm input[name=volume_ml]", ml)
        second.fill("#confirm input[name=rate_ml_per_h]", "150")
        second.check("#confirm input[name=label_mg_per_ml][value='50']")
        second.get_by_role("button", name="Confirm dose").click()
        nurse.goto(nurse.url)
        nurse.get_by_role("button", name="Start infusion").click()
        expect(nurse.get_by_role("button", name="End infusion")).to_be_visible()
        for minutes, systolic in ((5, 132), (5, 138), (10, 146), (10, 150)) if first else ((20, 144),):
            self.program.move_clock(minutes * 60)
            nurse.reload()  # a tablet's own count of time does not jump with the demonstration's clock
            self._vitals(nurse, systolic, 86, 84, 97)
        if number == BY_TAPS:
            assert by_hand.chart_by_taps(self, nurse) <= by_hand.MOST_TAPS
        if first:
            nurse.check("input[name=kind][value=dissociation]")
            nurse.get_by_role("button", name="Chart event").click()
            expect(nurse.locator("p", has_text="Dissociation").first).to_contain_text("Demo Nurse 11")
            expect(nurse.get_by_label("Kept on this tablet")).to_be_hidden()
            self.look(nurse, "chair-running")
            nurse.get_by_role("button", name="Light").click()
            expect(nurse.locator("body.theme-light")).to_be_visible()
            self.look(nurse, "chair-running-light")
            nurse.get_by_role("button", name="Dark").click()
            expect(nurse.locator("body.theme-dark")).to_be_visible()
            self._call_for_help(nurse)
        self.program.move_clock((5 if first else 15) * 60)
        nurse.reload()
        nurse.get_by_role("button", name="End infusion").click()
        expect(nurse.locator("h2", has_text="Discharge")).to_be_visible()
        if nurse.locator("#waste").count():
            nurse.fill("input[name=witness_email]", "nurse-12@example.org")
            nurse.fill("input[name=witness_password]", self.program.password)
            nurse.get_by_role("button", name="Record waste").click()
        self.program.move_clock(32 * 60)
        nurse.reload()
        self._vitals(nurse, 128, 80, 74, 98)
        nurse.fill("input[name=aldrete]", "10")
        nurse.fill("input[name=mpadss]", "10")
        for name in ("oriented", "line_out", "no_intent", "escort_here", "instructions"):
            nurse.check(f"input[name={name}]")
        if first:
            self.look(nurse, "chair-recovery")
        nurse.get_by_role("button", name="Discharge patient").click()
        expect(nurse.get_by_text("The drug log balances.")).to_be_visible()
        if first:
            self.look(nurse, "chair-done")
            self._sign_afterwards(nurse)

    def infuse_by_keys(self, number: int) -> None:
        """8 again: the same visit without a mouse, and with what a screen reader would say."""
        nurse, second = self.page_of("nurse-11", TABLET), self.page_of("nurse-12", TABLET)
        nurse.goto(self.patient_url)
        nurse.get_by_role("link", name="Open the next visit").click()
        self._clock_to_booking(nurse)
        keys = by_hand.Keys.on(nurse)
        by_hand.arrive_and_pass(keys)
        by_hand.order_and_confirm(keys, by_hand.Keys.on(second), *DOSES[number % 2])
        by_hand.run_and_chart(keys, self.program.move_clock)
        by_hand.waste_and_leave(keys, self.program.move_clock, "nurse-12@example.org", self.program.password)

    def score(self, answers: list[int]) -> None:
        """9. The patient says how he has been, by link, between visits."""
        desk = self.page_of("physician-6")
        desk.goto(f"{self.patient_url}scores/")
        desk.get_by_role("button", name="Ask for scores").click()
        desk.wait_for_url(self.patient_url)
        page = self.patient_page()
        page.goto(self._link("scores"))
        page.check("input[name=mood_1][value='6']")
        self._next(page, "scores-mood")
        self._answer(page, "phq9", answers)
        self._next(page, "scores-phq9")
        self._answer(page, "gad7", [1, 1, 0, 0, 0, 0, 0])
        self._next(page, "scores-gad7")
        expect(page.locator("h1")).to_have_text("Thank you")
        self.look(page, "scores-done")

    def read_chart(self) -> None:
        """10. The chart, on one page."""
        page = self.page_of("physician-6")
        page.goto(self.patient_url)
        expect(page.locator(".figure__wide svg").first).to_be_visible()
        page.fill("textarea[name=text]", "Doing well after the course.")
        page.get_by_role("button", name="Add note").click()
        expect(page.get_by_text("Doing well after the course.")).to_be_visible()
        self.look(page, "chart")
        page.goto(f"{self.patient_url}scores/")
        self.look(page, "scores-list")

    def boost(self) -> None:
        """11. The effect fades: a booster is proposed with reason, window and price; signed; agreed; booked."""
        page = self.page_of("physician-6")
        link = page.get_by_role("link", name="Sign or decline the booster")
        for _ in range(40):
            page.goto(self.patient_url)
            if link.count():
                break
            time.sleep(0.5)
        link.first.click()
        self.look(page, "booster")
        page.get_by_role("button", name="Sign booster").click()
        page.wait_for_url(self.patient_url)
        self._agree_to_newest("agreement-booster")
        self.book_infusions()

    def watch_board(self) -> None:
        """12. One board for the day, live without reload."""
        board = self.page_of("director")
        board.goto(f"{self.program.url}/desk/?location=alexandria")
        self.look(board, "board")
        board.set_viewport_size(WALL)
        self.look(board, "board-wall")
        board.set_viewport_size(DESK)
        desk = self.page_of("desk-6")
        desk.goto(self.patient_url)
        desk.get_by_role("link", name="Open the next visit").click()
        self._clock_to_booking(desk)
        board.goto(f"{self.program.url}/desk/?location=alexandria")
        expect(board.locator("#board tr", has_text="Demo Walker").first).to_contain_text("Booked")
        desk.get_by_role("button", name="Patient has arrived").click()
        expect(board.locator("#board tr", has_text="Demo Walker").first).to_contain_text("Arrived", timeout=5000)

    # --- small hands ------------------------------------------------------------------------------------
    def _link(self, purpose: str) -> str:
        """The newest link of this purpose that the patient has been sent and has not opened yet."""
        pattern = re.compile(rf"/p/{purpose}/([A-Za-z0-9_.-]+)/")
        until = time.monotonic() + 25
        while time.monotonic() < until:
            files = sorted((self.program.data / "mail").glob("*"), key=lambda f: f.stat().st_mtime, reverse=True)
            texts = [f.read_text(errors="replace").replace("=\n", "") for f in files]
            sent = [secret for t in texts if "demo.walker" in t for secret in pattern.findall(t)]
            if sent and sent[0] not in self.taken_mail:
                self.taken_mail.update(sent)
                return f"{self.program.url}/p/{purpose}/{sent[0]}/"
            time.sleep(0.3)
        raise AssertionError(f"no new {purpose} link was sent")

    def _next(self, page: Page, name: str) -> None:
        self.look(page, name)
        page.click("main form button[type=submit]")
        assert not page.locator(".field__error").count(), page.locator(".field__error").all_inner_texts()

    def _answer(self, page: Page, code: str, answers: list[int]) -> None:
        for place, answer in enumerate(answers, start=1):
            page.check(f"input[name={code}_{place}][value='{answer}']")

    def _vitals(self, page: Page, systolic: int, diastolic: int, rate: int, spo2: int) -> None:
        scope = page.locator("form.vitals").first
        scope.locator("input[name=systolic_mmhg]").fill(str(systolic))
        scope.locator("input[name=diastolic_mmhg]").fill(str(diastolic))
        scope.locator("input[name=heart_rate_bpm]").fill(str(rate))
        scope.locator("input[name=spo2_pct]").fill(str(spo2))
        scope.get_by_role("button", name="Chart vitals").click()
        expect(page.get_by_text(f"{systolic}/{diastolic}").locator("visible=true").first).to_be_visible()

    def _clock_to_booking(self, page: Page) -> None:
        """Move the clock to ten minutes before the visit on the page."""
        at = page.locator("time[data-booked]").first.get_attribute("datetime") or ""
        from datetime import UTC, datetime, timedelta

        wanted = datetime.fromisoformat(at) - timedelta(minutes=10)
        ahead = (wanted - datetime.now(UTC)).total_seconds()
        if ahead > self.program.ahead_s:
            self.program.move_clock(ahead - self.program.ahead_s)
