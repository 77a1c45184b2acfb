"""Stock Entry: a drafted one closes the to-do about it. What it posts is settled as of any voucher."""

from typing import Any

from inventory_midplatform.adapters.site import drafts


def on_submit(entry: Any, method: str | None = None) -> None:
	drafts.finished(entry)
