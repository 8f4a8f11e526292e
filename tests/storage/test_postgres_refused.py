"""Servers and databases of Postgres that Easel cannot use: sentences that say the mend."""

import asyncio

import pytest
from sqlalchemy import make_url, text

from engine.errors import Misconfigured, StorageFailed
from storage.database import connect
from storage.migrate import upgrade
from tests.storage.server import OwnPostgres
from tests.storage.warden import GUARDED

AWKWARD = "p@ss/w#rd?100%"
ROLES = f"""
CREATE ROLE {GUARDED} LOGIN PASSWORD '{AWKWARD}';
CREATE ROLE crowded LOGIN CONNECTION LIMIT 0;
CREATE ROLE guest LOGIN;
"""


@pytest.fixture(scope="module")
def roles(own_server: OwnPostgres) -> OwnPostgres:
    own_server.execute(ROLES)
    return own_server


async def open_and_close(url: str) -> None:
    async with connect(url, patience=0.01):
        pass


def as_role(server: OwnPostgres, role: str, password: str | None = None) -> str:
    address = make_url(server.url).set(username=role, password=password)
    return address.render_as_string(hide_password=False)


async def test_a_password_with_awkward_letters_is_understood(roles: OwnPostgres) -> None:
    async with connect(as_role(roles, GUARDED, AWKWARD)) as engine, engine.connect() as open_one:
        assert await open_one.scalar(text("SELECT current_user")) == GUARDED


async def test_a_wrong_password_is_said(
    roles: OwnPostgres, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Misconfigured, match="refuses the name or the password") as refused:
        await open_and_close(as_role(roles, GUARDED, "top-secret"))

    assert "top-secret" not in str(refused.value) + caplog.text


async def test_a_role_that_is_not_there_is_said(own_server: OwnPostgres) -> None:
    with pytest.raises(Misconfigured, match="refuses the name or the password"):
        await open_and_close(as_role(own_server, "ghost"))


async def test_a_database_that_is_not_there_is_said(own_server: OwnPostgres) -> None:
    with pytest.raises(Misconfigured, match=r"no database of that name\. Make it"):
        await open_and_close(own_server.url_of("ghost"))


async def test_too_many_connections_are_said(roles: OwnPostgres) -> None:
    with pytest.raises(StorageFailed, match="takes no more connections"):
        await open_and_close(as_role(roles, "crowded"))


async def test_a_role_that_may_make_no_tables_is_said(roles: OwnPostgres) -> None:
    with pytest.raises(StorageFailed, match="GRANT ALL ON SCHEMA public"):
        await upgrade(as_role(roles, "guest"))


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("sslmode=nonsense", "will not do: .*sslmode.* Correct it"),
        ("options=nonsense", "will not do: .*nonsense.* Correct it"),
        ("options=-c%20nonsense%3D1", "will not do: .*nonsense.* Correct it"),
    ],
)
async def test_what_the_server_does_not_take_is_said(
    own_server: OwnPostgres, said: str, sentence: str
) -> None:
    with pytest.raises(Misconfigured, match=sentence):
        await open_and_close(f"{own_server.url}&{said}")


async def test_a_server_without_tls_is_said_where_it_is_demanded() -> None:
    said = asyncio.Event()

    async def say_no(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(8)
        writer.write(b"N")
        writer.close()
        await writer.wait_closed()
        said.set()

    async with await asyncio.start_server(say_no, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]

        with pytest.raises(Misconfigured, match="sslmode=require"):
            await open_and_close(f"postgresql://easel@127.0.0.1:{port}/easel?sslmode=require")
        await said.wait()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://easel:secret@127.0.0.1:1/easel",
        "postgresql://easel:secret@nowhere.invalid/easel",
        "postgresql:///easel?host=/nowhere",
    ],
)
async def test_a_server_that_is_not_there_is_said(url: str) -> None:
    with pytest.raises(StorageFailed, match=r"does not answer\. Start it, or correct its"):
        await open_and_close(url)


async def test_a_database_that_may_only_be_read_is_refused(own_server: OwnPostgres) -> None:
    with own_server.new_database() as name:
        own_server.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")

        with pytest.raises(Misconfigured, match="may only be read"):
            await open_and_close(own_server.url_of(name))


async def test_a_database_without_all_letters_is_refused(own_server: OwnPostgres) -> None:
    own_server.execute(
        "CREATE DATABASE old ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0"
    )

    with pytest.raises(Misconfigured, match=r"as LATIN1.* ENCODING 'UTF8'"):
        await open_and_close(own_server.url_of("old"))
