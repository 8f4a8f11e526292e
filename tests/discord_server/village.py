"""The people and places that the stand-in begins with."""

from tests.discord_server.nouns import Channel, Guild, Member, Overwrite, Role, User
from tests.discord_server.permissions import USUAL, Permission

BOT = User(id=1001, name="easel", bot=True)
ALICE = User(id=2001, name="alice", display="Alice")
BOB = User(id=2002, name="bob", display="Bob")
MORGAN = User(id=2003, name="morgan", display="Morgan")
OWNER = User(id=2004, name="olive", display="Olive")
# Took the bot along: it works for her also where it is not a member.
TRAVELLER = User(id=2005, name="tess", display="Tess", has_app=True)
HERMIT = User(id=2006, name="hugo", display="Hugo", takes_messages=False)
GRETA = User(id=2007, name="greta", display="Greta", locale="de")
PEOPLE = (BOT, ALICE, BOB, MORGAN, OWNER, TRAVELLER, HERMIT, GRETA)

PICTURES_ID, ELSEWHERE_ID = 3001, 3002
MODERATORS = Role(id=4001, name="Moderators", permissions=int(Permission.MANAGE_GUILD))
PATRONS = Role(id=4002, name="Patrons", mentionable=True)

GENERAL = Channel(id=5001, name="general", guild=PICTURES_ID)
GALLERY = Channel(id=5002, name="gallery", guild=PICTURES_ID)
GROWN_UPS = Channel(id=5003, name="grown-ups", guild=PICTURES_ID, age_restricted=True)
AUDIT = Channel(id=5004, name="audit", guild=PICTURES_ID)
QUIET = Channel(
    id=5005,
    name="quiet",
    guild=PICTURES_ID,
    overwrites=(Overwrite(whom=BOT.id, of_member=True, deny=int(Permission.SEND_MESSAGES)),),
)
NO_FILES = Channel(
    id=5006,
    name="no-files",
    guild=PICTURES_ID,
    overwrites=(Overwrite(whom=BOT.id, of_member=True, deny=int(Permission.ATTACH_FILES)),),
)
HIDDEN = Channel(
    id=5007,
    name="hidden",
    guild=PICTURES_ID,
    overwrites=(Overwrite(whom=BOT.id, of_member=True, deny=int(Permission.VIEW_CHANNEL)),),
)
PLAZA = Channel(id=5008, name="plaza", guild=ELSEWHERE_ID)
STRICT = Channel(
    id=5009,
    name="strict",
    guild=ELSEWHERE_ID,
    overwrites=(Overwrite(whom=ELSEWHERE_ID, deny=int(Permission.USE_EXTERNAL_APPS)),),
)
# Tess and Bob talk here, and the bot is nobody's guest.
TETE_A_TETE = Channel(id=5010, recipient=BOB, foreign=True)

PICTURES = Guild(
    id=PICTURES_ID,
    name="Picture Lovers",
    owner=OWNER.id,
    roles=(
        Role(id=PICTURES_ID, name="@everyone", permissions=int(USUAL)),
        MODERATORS,
        PATRONS,
    ),
    channels=(GENERAL, GALLERY, GROWN_UPS, AUDIT, QUIET, NO_FILES, HIDDEN),
    members=(
        Member(user=BOT),
        Member(user=ALICE, roles=(PATRONS.id,)),
        Member(user=BOB),
        Member(user=MORGAN, roles=(MODERATORS.id,)),
        Member(user=OWNER),
        Member(user=HERMIT),
        Member(user=TRAVELLER),
        Member(user=GRETA),
    ),
)
# The bot is not here.
ELSEWHERE = Guild(
    id=ELSEWHERE_ID,
    name="Elsewhere",
    owner=BOB.id,
    roles=(Role(id=ELSEWHERE_ID, name="@everyone", permissions=int(USUAL)),),
    channels=(PLAZA, STRICT),
    members=(Member(user=BOB), Member(user=TRAVELLER), Member(user=ALICE)),
    has_app=False,
)
