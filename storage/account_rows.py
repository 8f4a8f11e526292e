"""How rows become grants, tiers, entries and deeds again."""

from engine.accounts import Deed, Entry, Grant, Tier
from engine.allowance import credits_of
from engine.purse import Kind
from storage.rows import AuditRow, EntryRow, GrantRow, TierRow


def grant_of(row: GrantRow) -> Grant:
    return Grant(
        id=row.id,
        owner=row.owner_id,
        credits=credits_of(row.credits),
        left=credits_of(row.left),
        granted=row.granted,
        expires=row.expires,
    )


def tier_of_row(row: TierRow) -> Tier:
    return Tier(name=row.name, rank=row.rank, roles=tuple(row.roles), terms=row.terms)


def entry_of(row: EntryRow) -> Entry:
    return Entry(
        job=row.job_id,
        owner=row.owner_id,
        kind=Kind(row.kind),
        credits=credits_of(row.credits),
        at=row.at,
    )


def deed_of(row: AuditRow) -> Deed:
    return Deed(
        id=row.id,
        who=row.who,
        whom=row.whom,
        what=row.what,
        why=row.why,
        details=row.details,
        at=row.at,
    )
