"""Stock Ledger Entry: each is collected, and settled with its voucher."""

from typing import Any

from inventory_midplatform.adapters.site import vouchers
from inventory_midplatform.adapters.site.context import site_settings


def on_submit(entry: Any, method: str | None = None) -> None:
	if site_settings().ledger:
		vouchers.collect(entry)
