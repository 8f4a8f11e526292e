"""Login: a key opens the page from elsewhere, and A1111's clients sign in with it as a password."""

from http import HTTPStatus

import aiohttp_jinja2
from aiohttp import web
from pydantic import BaseModel, ConfigDict

from bot.web.bodies import checked, read_form, read_json
from bot.web.cookie import Cookies
from bot.web.doorkeeper import Doorkeeper, require_own_page
from bot.web.endpoint import LARGEST_BODY
from bot.web.rate import Rate


class Login:
    """Gives the cookie that stands for a key."""

    def __init__(self, doorkeeper: Doorkeeper, cookies: Cookies, rate: Rate) -> None:
        self._doorkeeper, self._cookies, self._rate = doorkeeper, cookies, rate

    def add_to(self, pages: web.Application) -> None:
        pages.router.add_post("/login", self.sign_in)

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
        secret = await self._secret_in(request)
        try:
            caller = await self._doorkeeper.opened_by(secret)
        except web.HTTPUnauthorized as error:
            await self._rate.refused(request)
            if by_hand:
                return await self.show(request, error.text or "")
            return web.json_response({"detail": "Incorrect credentials."}, status=400)
        answer: web.Response
        if by_hand:
            answer = web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": "/"})
        else:
            answer = web.json_response({"success": True})
        self._cookies.give(answer, str(caller.key), secure=request.secure)
        return answer

    async def _secret_in(self, request: web.Request) -> str:
        """Raises web.HTTPException, InvalidRequest."""
        if request.content_type == "application/json":
            signed = checked(SignedIn, await read_json(request, LARGEST_BODY))
            assert isinstance(signed, SignedIn)
            return signed.password
        return (await read_form(request, LARGEST_BODY)).get("password", "")


class SignedIn(BaseModel):
    """The name does not matter: the key says who it is."""

    model_config = ConfigDict(extra="ignore")

    username: str = ""
    password: str
