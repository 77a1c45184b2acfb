"""The storekeeper's page on a site, at /inventory/work: the built files, and who is logged in."""

import json
from pathlib import Path
from typing import Any

import frappe
from frappe.sessions import get_csrf_token

no_cache = 1
sitemap = 0

ASSETS = "/assets/inventory_midplatform/frontend"
ENTRY = "index.html"
LOGIN = "/login"


def get_context(context: Any) -> None:
	"""Fill the page. A guest gets one that leads to the login and back: only a browser knows what follows the #."""
	if frappe.session.user == "Guest":
		context.login = LOGIN
		return
	entry = _built().get(ENTRY, {})
	context.update(
		{
			"assets": ASSETS,
			"script": entry.get("file", ""),
			"styles": entry.get("css", []),
			"language": frappe.local.lang or "en",
			"boot": _script_safe(
				{
					"site": True,
					"csrf_token": get_csrf_token(),
					"user": frappe.session.user,
					"language": frappe.local.lang or "",
				}
			),
		}
	)
	# the token is written, so it must be stored before the page is sent
	frappe.db.commit()  # nosemgrep


def _built() -> dict[str, Any]:
	"""Return Vite's manifest; empty where the page was not built."""
	path = Path(frappe.get_app_path("inventory_midplatform", "public", "frontend", "manifest.json"))
	if not path.is_file():
		return {}
	manifest: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
	return manifest


def _script_safe(value: dict[str, Any]) -> str:
	"""Return JSON that cannot end the script element it stands in."""
	return json.dumps(value).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
