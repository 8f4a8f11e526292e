"""What moderators read about limits, credits, blocks and the queue."""

from collections.abc import Mapping, Sequence

from engine.gate import Gate
from engine.job import Owner

FOR_EVER = "a moderator changes that"
NO_TIERS = "There are no tiers: nobody has limits but of their own."
NO_PEOPLE = "Nobody has asked for anything yet."
NO_DEEDS = "No moderator has done anything yet."
NOTHING_TO_SET = "Say what to set, like --per-day 50. `easel quota set --help` lists it all."
WHOM_TO_SET = "Say whom to set it for: a person, or a tier with --tier NAME."
ROLES_ARE_OF_TIERS = "Roles and ranks belong to tiers: leave the person out."
PERSON_OR_TIER = "Show a person or a tier, not both at once."
ONE_AT_A_TIME = "Name a person, a tier or a server: one of them at a time."
GATES: Mapping[Gate, str] = {
    Gate.OPEN: "The queue goes on: what is asked for is painted.",
    Gate.PAUSED: "The queue stands still: what is asked for waits until `easel queue resume`.",
    Gate.DRAINED: "The queue runs empty: what waits is painted, and nothing more is taken in until "
    "`easel queue resume`.",
}


def never_seen(person: str) -> str:
    """Under what would hold for somebody who is not known."""
    return f"{person} has never asked for anything; this is what would hold."


def no_person(word: str, nearest: Sequence[Owner]) -> str:
    """Somebody was called by a name, which several may have."""
    known = ", ".join(f"{one.id} ({one.name})" if one.name else one.id for one in nearest)
    mend = f"Did you mean {known}?" if known else "`easel quota show` has those who are known."
    return f"“{word:.60}” is nobody's id. Those look like discord:42. {mend}"


def granted(person: str, credits: float, grant: int, until: str | None) -> str:
    """A grant was given."""
    end = f" until {until}" if until else ""
    return f"{person} has {credits:.2f} credits more{end}. That is grant {grant}."


def taken_back(grant: int) -> str:
    """A grant was taken back."""
    return f"Grant {grant} pays nothing any more."


def set_for(whom: str) -> str:
    """Terms or a tier were changed."""
    return f"It is set for {whom}."


def blocked(person: str, until: str | None) -> str:
    """Somebody was blocked."""
    return (
        f"{person} may ask for nothing until {until or FOR_EVER}. What they have in the queue "
        "of an Easel that runs is withdrawn, also what is being painted. What was not painted is "
        "refunded."
    )


def unblocked(person: str) -> str:
    """A block was taken away."""
    return f"{person} may ask again."


def tier_removed(tier: str) -> str:
    """A tier is gone."""
    return f"The tier {tier} is gone. Whoever had it has what their roles give."
