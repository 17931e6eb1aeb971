"""What is written to a patient about his plan. No drug, no diagnosis."""


def agreement_letter(*, name: str, link: str, practice_name: str, phone: str, days: int) -> str:
    """The link to what he reads and signs."""
    return (
        f"Hello {name},\n\nYour plan is ready. Please read it and sign here:\n\n{link}\n\n"
        f"Take your time, and call us with any question: {phone}. "
        f"The link is for you alone and works for {days} days.\n\n"
        f"{practice_name}\n"
    )
