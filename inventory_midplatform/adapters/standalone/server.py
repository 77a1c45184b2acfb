"""The platform over HTTP: the same addresses, bodies and errors as on a site, and a page for people."""

import csv
import json
import logging
from base64 import b64decode
from collections.abc import Callable, Iterable
from functools import cache
from mimetypes import guess_type
from pathlib import Path
from typing import Any

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from inventory_midplatform import __version__
from inventory_midplatform.adapters.standalone import resources
from inventory_midplatform.adapters.standalone.context import Standalone, user_of_key
from inventory_midplatform.adapters.standalone.documents import PRIVATE_FILES
from inventory_midplatform.api import openapi
from inventory_midplatform.api.operation import PATH, error_body, exact_number, operation_named, perform
from inventory_midplatform.domain.errors import (
	Busy,
	InternalError,
	InvalidInput,
	InventoryError,
	MethodNotAllowed,
	NotAuthenticated,
	NotFound,
)

HERE = Path(__file__).parent
TRANSLATIONS = HERE.parent.parent / "translations" / "zh.csv"
MOST_BYTES = 10_000_000
METHOD, RESOURCE = "/api/method/", "/api/resource/"
FRAPPES_OWN = frozenset({"cmd", "csrf_token", "_"})

log = logging.getLogger("inventory_midplatform")


class Server:
	"""A WSGI application; every call is a transaction of its own, on the connection of its thread."""

	def __init__(self, platform: Standalone):
		self.platform = platform

	def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
		request = Request(environ)
		request.max_content_length = MOST_BYTES
		return self._respond(request)(environ, start_response)

	def _respond(self, request: Request) -> Response:
		try:
			response = self._route(request)
		except InventoryError as error:
			response = _refusal(error, request)
		except HTTPException as error:
			refused = InvalidInput("The request was not understood.", code="malformed_request")
			refused.http_status_code = error.code or 400
			response = _refusal(refused, request)
		except Exception as error:
			if self.platform.is_transient(error):
				response = _refusal(
					Busy("Others are changing the same stock; try again in a moment."), request
				)
			else:
				log.exception("%s %s failed", request.method, request.path)
				message = "Something went wrong on the server; it was logged and nothing was changed."
				response = _refusal(InternalError(message), request)
		response.headers["X-Content-Type-Options"] = "nosniff"
		response.headers.setdefault("Cache-Control", "no-store")
		return response

	def _route(self, request: Request) -> Response:
		path = request.path
		if path.startswith(METHOD):
			return self._method(request, path.removeprefix(METHOD))
		if path.startswith(RESOURCE):
			return self._resource(request, path.removeprefix(RESOURCE))
		if request.method not in ("GET", "HEAD"):
			raise MethodNotAllowed("This address is only read.")
		if path.startswith(PRIVATE_FILES):
			return self._file(request)
		if path == "/":
			return _page("page.html")
		if path == "/work" or path.startswith("/work/"):
			return _work(path.removeprefix("/work"), request)
		if path in ("/docs", "/docs/"):
			return _page("docs.html")
		if path.startswith("/docs/"):
			return _swagger(path.removeprefix("/docs/"))
		if path == "/openapi.json":
			return _json(openapi.document())
		if path == "/translations/zh.json":
			response = _json(_chinese())
			response.headers["Cache-Control"] = (
				"no-cache"  # stored by the browser, and revalidated by its ETag
			)
			response.add_etag()
			return response.make_conditional(request)
		raise NotFound("There is nothing at this address.", code="unknown_address")

	# /api/method

	def _method(self, request: Request, name: str) -> Response:
		if name == "ping":
			return _json({"message": "pong"})
		user = self._user(request)
		if name == "frappe.auth.get_logged_user":
			return _json({"message": user})
		if not name.startswith(PATH):
			raise NotFound("There is no operation {name}.", code="unknown_operation", name=name[:140])
		operation = operation_named(name.removeprefix(PATH))
		if request.method not in (("POST",) if operation.writes else ("GET", "HEAD", "POST")):
			raise MethodNotAllowed("This operation changes something; call it with POST.")
		arguments = _arguments(request)
		key = request.headers.get("Idempotency-Key", "").strip()
		unit = self.platform.unit(user, operation.writes)
		return _json({"message": perform(unit, operation, arguments, key)})

	# /api/resource

	def _resource(self, request: Request, rest: str) -> Response:
		user = self._user(request)
		if request.method not in ("GET", "HEAD"):
			raise MethodNotAllowed("Records are only read here; changes are made by operations.")
		doctype, _, name = rest.partition("/")
		with self.platform.context(user, writes=False) as ctx:
			if name:
				return _json({"data": resources.get_doc(ctx, doctype, name)})
			return _json({"data": resources.get_list(ctx, doctype, request.args)})

	def _file(self, request: Request) -> Response:
		user = self._user(request)
		with self.platform.context(user, writes=False) as ctx:
			name, content = resources.get_file(ctx, request.path)
		return Response(content, content_type=guess_type(name)[0] or "application/octet-stream")

	# who

	def _user(self, request: Request) -> str:
		"""Return the user of the key that was sent: ``Authorization: token key:secret``, or Basic with the same."""
		kind, _, sent = request.headers.get("Authorization", "").partition(" ")
		if kind.lower() == "basic":
			try:
				sent = b64decode(sent, validate=True).decode()
			except ValueError:
				sent = ""
		elif kind.lower() != "token":
			raise NotAuthenticated("Log in or send a valid key.")
		key, _, secret = sent.strip().partition(":")
		with self.platform.context(writes=False) as ctx:
			user = user_of_key(ctx.store, key, secret)
		if user is None:
			raise NotAuthenticated("Log in or send a valid key.")
		return user


def _arguments(request: Request) -> dict[str, Any]:
	"""Return the arguments of the query string, then of the body: a form, or JSON with every digit of its numbers."""
	arguments: dict[str, Any] = {**request.args}
	body = request.get_data()
	if request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data"):
		arguments.update(request.form)
	elif body.strip():
		try:
			sent = json.loads(body, parse_float=exact_number)
		except (ValueError, RecursionError):
			raise InvalidInput("The body is not a JSON object.", code="malformed_json") from None
		if not isinstance(sent, dict):
			raise InvalidInput("The body is not a JSON object.", code="malformed_json")
		arguments.update(sent)
	return {name: value for name, value in arguments.items() if name not in FRAPPES_OWN}


def _refusal(error: InventoryError, request: Request) -> Response:
	response = _json(error_body(error, _translator(request)), error.http_status_code)
	if error.http_status_code == 401:
		response.headers["WWW-Authenticate"] = "token"
	return response


def _json(body: Any, status: int = 200) -> Response:
	text = json.dumps(body, ensure_ascii=False, allow_nan=False).encode("utf-8", "replace")
	return Response(text, status, content_type="application/json")


def _translator(request: Request) -> Callable[..., str] | None:
	language = request.accept_languages.best or ""
	return _chinese().translate if language.lower().startswith("zh") else None


class _Translations(dict[str, str]):
	def translate(self, text: str, context: str = "") -> str:
		return self.get(f"{text}:{context}") or self.get(text, text)


@cache
def _chinese() -> _Translations:
	"""Return English → Chinese; a text with a context has Frappe's key: ``On Hold:Stock Position``."""
	found = _Translations()
	with TRANSLATIONS.open(encoding="utf-8", newline="") as file:
		for source, translated, *context in csv.reader(file):
			found[":".join(filter(None, (source, *context)))] = translated
	return found


def _page(name: str) -> Response:
	text = (HERE / "templates" / name).read_text(encoding="utf-8").replace("{{ version }}", __version__)
	response = Response(text, content_type="text/html; charset=utf-8")
	response.headers["Content-Security-Policy"] = (
		"default-src 'none'; connect-src 'self'; img-src 'self' data:; script-src 'self' 'unsafe-inline';"
		" style-src 'self' 'unsafe-inline'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
	)
	response.headers["Referrer-Policy"] = "no-referrer"
	return response


WORK = HERE.parent.parent / "public" / "frontend"
"""The storekeeper's page, built by scripts/frontend.py."""
WORK_POLICY = (
	"default-src 'none'; connect-src 'self'; img-src 'self' data:; font-src 'self'; manifest-src 'self';"
	" worker-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; form-action 'self';"
	" frame-ancestors 'none'; base-uri 'none'"
)
WORK_KINDS = {
	".css": "text/css",
	".html": "text/html; charset=utf-8",
	".js": "text/javascript; charset=utf-8",
	".png": "image/png",
	".svg": "image/svg+xml",
	".wasm": "application/wasm",
	".webmanifest": "application/manifest+json",
	".woff2": "font/woff2",
}


def _work(name: str, request: Request) -> Response:
	"""Return a file of the storekeeper's page. Names of files in ``assets`` change with what is in them."""
	if not (WORK / "index.html").is_file():
		raise NotFound("The storekeeper's page is not built; run scripts/frontend.py.", code="page_not_built")
	if not name:
		return Response(status=308, headers={"Location": "/work/"})
	path = (WORK / (name.removeprefix("/") or "index.html")).resolve()
	if not path.is_relative_to(WORK) or not path.is_file() or path.suffix not in WORK_KINDS:
		raise NotFound("There is nothing at this address.", code="unknown_address")
	response = Response(path.read_bytes(), content_type=WORK_KINDS[path.suffix])
	if path.parent.name == "assets":
		response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
		return response
	response.headers["Cache-Control"] = "no-cache"
	response.headers["Content-Security-Policy"] = WORK_POLICY
	response.headers["Referrer-Policy"] = "no-referrer"
	response.add_etag()
	return response.make_conditional(request)


KINDS = {".css": "text/css", ".js": "text/javascript", ".png": "image/png"}


def _swagger(name: str) -> Response:
	"""Return a file of the Swagger UI from its package, so that no network is needed."""
	from swagger_ui_bundle import swagger_ui_path

	names = {path.name: path for path in Path(str(swagger_ui_path)).iterdir() if path.suffix in KINDS}
	if name not in names:
		raise NotFound("There is nothing at this address.", code="unknown_address")
	response = Response(names[name].read_bytes(), content_type=KINDS[names[name].suffix])
	response.headers["Cache-Control"] = "max-age=86400"
	return response
