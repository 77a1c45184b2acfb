from inventory_midplatform.adapters.site.protected_tables import ClosedDocument


class ApprovalDecision(ClosedDocument):
	"""Written with its request by operations alone."""
