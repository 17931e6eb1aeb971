"""What is written to a patient about his plan. No drug, no diagnosis."""


def agreement_letter(*, name: str, link: str, practice_name: str, phone: str) -> str:
    """The link to what he reads and signs."""
    return (
        f"Hello {name},\n\nYour plan is ready. Please read it and sign here:\n\n{link}\n\n"
        f"Take your time, and call us with any question: {phone}. The link is for you alone and works for 30 days.\n\n"
        f"{practice_name}\n"
    )
