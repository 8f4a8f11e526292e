"""Login: a key opens the page from elsewhere, and A1111's clients sign in with it as a password."""

from collections.abc import Sequence
from http import HTTPStatus

import aiohttp_jinja2
from aiohttp import web
from pydantic import BaseModel, ConfigDict

from bot.web.bodies import AS_FORM, AS_JSON, checked, read_form, read_json
from bot.web.cookie import Cookies
from bot.web.dialect import PROBLEMS
from bot.web.doorkeeper import Doorkeeper, require_own_page
from bot.web.endpoint import Endpoint, answered
from bot.web.here import scheme_of
from bot.web.intake import expected_later
from bot.web.rate import Rate
from bot.web.told_headers import COOKIE, NEXT
from engine.errors import InvalidRequest

WRONG = "I do not know that key, or it is no longer valid."
LARGEST = 4 * 2**10
"""A key is short."""


class Login:
    """Gives the cookie that stands for a key, and takes it back."""

    def __init__(self, doorkeeper: Doorkeeper, cookies: Cookies, rate: Rate) -> None:
        self._doorkeeper, self._cookies, self._rate = doorkeeper, cookies, rate

    def add_to(self, pages: web.Application) -> None:
        pages.router.add_post("/login", self.sign_in, expect_handler=expected_later)
        pages.router.add_post("/logout", self.sign_out)

    def endpoints(self) -> Sequence[Endpoint]:
        """As the document tells of it."""
        return (
            Endpoint(
                method="POST",
                path="/login",
                does=lambda call: self.sign_in(call.request),
                about="Get the page's cookie for a key; a browser is sent on to the page",
                tag="page",
                scope=None,
                body=SignedIn,
                media=(AS_JSON, AS_FORM),
                answers={200: LetIn, 303: None, 400: (WrongKey, PROBLEMS.media), 401: "text/html"},
                sends={200: COOKIE, 303: {**COOKIE, **NEXT}},
                refuses=frozenset({403}),
            ),
            Endpoint(
                method="POST",
                path="/logout",
                does=lambda call: self.sign_out(call.request),
                about="Take the page's cookie back; the key itself goes on to open",
                tag="page",
                scope=None,
                answers={303: None},
                sends={303: {**COOKIE, **NEXT}},
                refuses=frozenset({403}),
            ),
        )

    async def show(self, request: web.Request, problem: str = "") -> web.Response:
        """The form that takes a key."""
        shown = {"problem": problem}
        page = aiohttp_jinja2.render_template(
            "signin.html", request, shown, status=HTTPStatus.UNAUTHORIZED
        )
        page.headers["Cache-Control"] = "no-store"
        return page

    async def sign_in(self, request: web.Request) -> web.StreamResponse:
        """A browser is sent to the page; a program hears that it worked, as from A1111."""
        require_own_page(request)
        by_hand = "text/html" in request.headers.get("Accept", "")
        try:
            caller = await self._doorkeeper.opened_by(await self._secret_in(request))
        except (web.HTTPException, InvalidRequest) as error:
            self._rate.refused(request)
            if not isinstance(error, web.HTTPUnauthorized):
                raise
            if by_hand:
                return await self.show(request, WRONG)
            return answered(WrongKey(detail="Incorrect credentials."), status=400)
        answer: web.Response
        if by_hand:
            answer = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": "/"})
        else:
            answer = answered(LetIn(success=True))
        self._cookies.give(answer, str(caller.key), secure=scheme_of(request) == "https")
        return answer

    async def sign_out(self, request: web.Request) -> web.Response:
        """Of this browser; the key itself goes on to open."""
        require_own_page(request)
        answer = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": "/"})
        self._cookies.take(answer)
        return answer

    async def _secret_in(self, request: web.Request) -> str:
        """Raises web.HTTPException, InvalidRequest."""
        if request.content_type == "application/json":
            signed = checked(SignedIn, await read_json(request, LARGEST))
            assert isinstance(signed, SignedIn)
            return signed.password
        return (await read_form(request, LARGEST)).get("password", "")


class SignedIn(BaseModel):
    """The name does not matter: the key says who it is."""

    model_config = ConfigDict(extra="ignore")

    username: str = ""
    password: str


class LetIn(BaseModel):
    success: bool


class WrongKey(BaseModel):
    """In the words that A1111's clients know."""

    detail: str
