"""The page's service worker on a site: the built one, told where the files are. It must not lie among the assets,
since a worker only sees addresses below its own."""

import json
from pathlib import Path
from typing import Any

import frappe

from inventory_midplatform.www.inventory.work import ASSETS

no_cache = 1
sitemap = 0


def get_context(context: Any) -> None:
	path = Path(frappe.get_app_path("inventory_midplatform", "public", "frontend", "worker.js"))
	settings = {
		"assets": f"{ASSETS}/",
		"worker": "/inventory/work-worker.js",
		"page": "/inventory/work",
		"boot": {"site": True},
	}
	built = path.read_text(encoding="utf-8") if path.is_file() else ""
	context.worker = f"self.__WORK__ = {json.dumps(settings)};\n{built}"
