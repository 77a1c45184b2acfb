"""Item Group: when two are merged, one of their Storage Policies remains."""

from typing import Any

from inventory_midplatform.adapters.site import merges
from inventory_midplatform.adapters.site.errors import shown_in_desk


def before_rename(group: Any, method: str, old: str, new: str, merge: bool = False) -> None:
	if merge and not merges.is_only_queueing():
		with shown_in_desk():
			merges.merge_policies("item_group", old, new)
