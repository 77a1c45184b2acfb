"""A client of the site's HTTP API without a socket: Frappe's WSGI application, each request in a thread of its own."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from threading import Thread
from typing import Any
from unittest.mock import patch

import frappe
from frappe.database.database import Database
from werkzeug.test import Client


@dataclass
class Response:
	status_code: int
	text: str

	def json(self) -> Any:
		return json.loads(self.text)


def send(method: str, path: str, key: str, payload: dict[str, Any], undo: bool = False) -> Response:
	"""Send a request with an API key (``key:secret``) and return the response.

	With ``undo`` all that the request does is rolled back where it would be committed: another may do the same. A thread
	has Frappe's request, session and database connection for itself, so those of the test stay as they are.
	"""
	from frappe.app import application

	headers = {"Host": frappe.local.site, "Authorization": f"token {key}", "Accept": "application/json"}
	answers: list[Response | BaseException] = []

	def request() -> None:
		try:
			response = Client(application).open(path, method=method, headers=headers, json=payload or None)
			answers.append(Response(response.status_code, response.get_data(as_text=True)))
		except BaseException as error:  # told to the test, which waits for the thread
			answers.append(error)

	# Frappe prints the traceback of what it refuses
	with redirect_stdout(StringIO()), _rolling_back() if undo else nullcontext():
		thread = Thread(target=request)
		thread.start()
		thread.join()
	if isinstance(answers[0], BaseException):
		raise answers[0]
	return answers[0]


@contextmanager
def _rolling_back() -> Iterator[None]:
	def commit(db: Database) -> None:
		db.before_commit.run()  # what would refuse the commit still does
		db.rollback()

	with patch.object(Database, "commit", commit):
		yield
