from inventory_midplatform.adapters.site.protected_tables import ClosedLine


class ApprovalDecision(ClosedLine):
	"""Written with its request by operations alone."""
