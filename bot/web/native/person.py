"""A person as moderators read and write them."""

from datetime import datetime

from bot.web.fields import Moment, Plain, Said, Why
from bot.web.native.standing import ToldGrant, ToldStanding, told_grant, told_standing
from bot.web.native.terms import SaidTerms, ToldTerms, told_terms
from bot.web.native.told import Told
from engine.accounts import Entry, Standing
from engine.allowance import credits_of


class ToldPerson(ToldStanding):
    """Whoever is not `known` has never asked for anything: it is what would hold.

    `role` is the one that gives the tier, where one does; `terms` are those of their own.
    """

    known: bool
    role: str | None
    roles: list[str]
    terms: ToldTerms
    used_today: float
    grants: list[ToldGrant]


class ToldEntry(Told):
    """One movement of credits, of a job."""

    job: str
    kind: str
    credits: float
    at: datetime


class ToldPersonInFull(ToldPerson):
    """With the last movements of their credits, newest first."""

    entries: list[ToldEntry]


class ToldPeople(Told):
    """Those first who asked for something last."""

    people: list[ToldPerson]


class SaidGrant(Said):
    """Credits beside the allowance; for ever, where they do not expire."""

    credits: float
    expires: Moment | None = None
    why: Why = ""


class SaidTier(Said):
    """null is whatever their roles give."""

    tier: Plain | None
    why: Why = ""


class SaidOwnTerms(Said):
    """All of their own: what is not said is the tier's again."""

    terms: SaidTerms
    why: Why = ""


class SaidBlock(Said):
    """Until then, or until it is taken back. The reason is told to the person."""

    why: Why = ""
    until: Moment | None = None


def told_person(standing: Standing, now: datetime) -> ToldPerson:
    return ToldPerson(
        **told_standing(standing, now).model_dump(),
        known=standing.known,
        role=standing.role,
        roles=list(standing.roles),
        terms=told_terms(standing.terms),
        used_today=credits_of(standing.purse.used),
        grants=[told_grant(grant) for grant in standing.grants if not grant.expired(now)],
    )


def told_entry(entry: Entry) -> ToldEntry:
    return ToldEntry(job=entry.job, kind=entry.kind, credits=entry.credits, at=entry.at)
