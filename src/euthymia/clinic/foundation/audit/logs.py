"""Keeps patient data out of the logs: only what happened, and where in the code."""

import logging


class OnlyWhatHappened(logging.Filter):
    """Strips from records of libraries whatever could carry what a person typed or a link's secret."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.startswith("euthymia"):
            return True
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else ""
        where = ""
        if record.exc_info and record.exc_info[2]:
            trace = record.exc_info[2]
            while trace.tb_next:
                trace = trace.tb_next
            where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        status = getattr(record, "status_code", "")
        record.msg = " ".join(filter(None, ("event", str(status), kind, where)))
        record.args = ()
        record.exc_info = None
        record.exc_text = None
        return True
