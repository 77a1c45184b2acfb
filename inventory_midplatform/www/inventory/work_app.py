"""What a phone needs to install the storekeeper's page of this site (a web app manifest)."""

import json
from typing import Any

from frappe import _

from inventory_midplatform.www.inventory.work import ASSETS

no_cache = 1
sitemap = 0


def get_context(context: Any) -> None:
	name = _("Warehouse Work")
	context.manifest = json.dumps(
		{
			"name": name,
			"short_name": name,
			"start_url": "/inventory/work",
			"scope": "/inventory/work",
			"display": "standalone",
			"orientation": "portrait",
			"background_color": "#ffffff",
			"theme_color": "#ffffff",
			"icons": [
				{"src": f"{ASSETS}/icon-192.png", "sizes": "192x192", "type": "image/png"},
				{"src": f"{ASSETS}/icon-512.png", "sizes": "512x512", "type": "image/png"},
				{"src": f"{ASSETS}/icon.svg", "sizes": "any", "type": "image/svg+xml"},
			],
		}
	)
