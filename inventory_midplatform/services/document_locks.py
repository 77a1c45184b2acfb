"""Locks of documents that are not ours: of two who change what belongs to one, the second waits and sees what the first did."""

from collections.abc import Iterable

from inventory_midplatform.ports import Context


def lock(ctx: Context, documents: Iterable[tuple[str, str]]) -> None:
	"""Lock the rows of documents, (type, name), in the order of these. One that does not exist is passed over."""
	for doctype, name in sorted(set(documents)):
		source = ctx.store.through(doctype, ("name",))
		ctx.store.rows(
			f"SELECT name FROM {source} WHERE name = %(name)s{ctx.store.for_update}", {"name": name}
		)
