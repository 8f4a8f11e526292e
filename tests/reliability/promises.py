"""The promises: what people may rely on, and how often it is tried in the full check."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """`count` is how often it is tried at least, and `demand` says of what.

    Where it is `altogether`, several tests share it; otherwise at least one reaches it alone.
    """

    number: int
    words: str
    demand: str
    count: int
    altogether: bool = False


PROMISES = (
    Promise(
        number=1,
        words="An accepted job survives a crash",
        demand="kill -9 at random and at every named point, on SQLite and on Postgres",
        count=100,
    ),
    Promise(
        number=2,
        words="Charged once, and only for delivered work",
        demand="kill -9, after which settled and refunded are what was reserved",
        count=100,
    ),
    Promise(
        number=3,
        words="Delivered once",
        demand="kill -9 between the sending of a result and its mark",
        count=50,
    ),
    Promise(
        number=4,
        words="An interaction that comes again is one job and one charge",
        demand="interactions that come one to five times",
        count=1000,
    ),
    Promise(
        number=5,
        words="Nobody spends more than they have",
        demand="reserves by each of eight programs at once; movements that match a model",
        count=1000,
    ),
    Promise(
        number=6,
        words="Whoever lost a job changes nothing of it",
        demand="workers that are stopped past their lease",
        count=20,
    ),
    Promise(
        number=7,
        words="A job that is painted is never taken away",
        demand="jobs of ten times their lease",
        count=20,
    ),
    Promise(
        number=8,
        words="A job that kills its program is given up",
        demand="jobs behind it, which are painted",
        count=20,
    ),
    Promise(
        number=9,
        words="A program that is told to stop ends in order",
        demand="SIGTERM in the middle of jobs",
        count=50,
    ),
    Promise(
        number=10,
        words="A flood is refused in time and costs nobody anything",
        demand="commands in two seconds",
        count=2000,
    ),
    Promise(
        number=11,
        words="Everybody is answered in time while the engine paints",
        demand="interactions, of 100 of which 99 are answered within 500 ms and all within 3 s",
        count=1000,
    ),
    Promise(
        number=12,
        words="Nobody keeps the others waiting",
        demand="commands of one person before another's, which starts within one slot",
        count=1000,
    ),
    Promise(
        number=13,
        words="No command is lost with the gateway",
        demand="losses of each kind",
        count=100,
    ),
    Promise(
        number=14,
        words="Whatever Discord answers, a result is told once",
        demand="faults of each kind at each call that delivers",
        count=20,
    ),
    Promise(
        number=15,
        words="A result that comes after its token has expired is told all the same",
        demand="jobs that end too late, with each way open and with none",
        count=20,
    ),
    Promise(
        number=16,
        words="A restart fills the message that is loading",
        demand="kill -9 between the acknowledgement and the result",
        count=50,
    ),
    Promise(
        number=17,
        words="Hostile input is refused and breaks nothing",
        demand="generated inputs through every entrance",
        count=10_000,
        altogether=True,
    ),
    Promise(
        number=18,
        words="Pictures that are bombs do no harm",
        demand="hostile files",
        count=200,
    ),
    Promise(
        number=19,
        words="Nobody's words ping, link or format anything",
        demand="hostile prompts",
        count=500,
    ),
    Promise(
        number=20,
        words="No name leads out of the folders",
        demand="hostile names",
        count=500,
    ),
    Promise(
        number=21,
        words="No file of weights runs or breaks anything",
        demand="mutations of files of weights, and pickles that never run",
        count=200,
    ),
    Promise(
        number=22,
        words="No address is fetched that somebody gave",
        demand="bypasses, of which a listener here sees none",
        count=100,
    ),
    Promise(
        number=23,
        words="One line of the log for each event, and never a secret",
        demand="inputs with line ends and escapes",
        count=1000,
    ),
    Promise(
        number=24,
        words="Nobody reads what is another's",
        demand="tries with no key, a wrong one, an expired one and another's",
        count=1000,
    ),
    Promise(
        number=25,
        words="A database in trouble loses nothing",
        demand="deaths of Postgres, beside locks of ten seconds and full disks",
        count=10,
    ),
    Promise(
        number=26,
        words="All of it holds for hours under faults of all kinds",
        demand="jobs in a soak of two hours",
        count=20_000,
    ),
)
