"""What the operations of approvals return, for the OpenAPI document."""

from typing_extensions import TypedDict

from inventory_midplatform.api.v1 import results


class ApprovalRequest(TypedDict):
	name: str
	document_type: str
	document_name: str
	policy: str
	policy_version: int
	applicant: str
	requested_at: str
	closed_at: str | None
	state: str
	step: int
	"""The step that waits; 0 where the request is closed."""
	reason: str
	waits_for: list[str]
	"""Users who are asked now."""
	may: list[str]
	"""What this user may do with it now: approve, reject, withdraw."""


class ApprovalDecision(TypedDict):
	step: int
	title: str
	user: str
	decision: str
	reason: str
	asked_at: str
	decided_at: str | None


class ApprovalRequestWithHistory(ApprovalRequest):
	decisions: list[ApprovalDecision]


class ApprovalRequestPage(TypedDict):
	requests: list[ApprovalRequest]
	has_more: bool


class Approver(TypedDict):
	kind: str
	name: str


class TriedStep(TypedDict):
	step: int
	title: str
	counting: str
	applies: bool
	approvers: list[Approver]
	waits_for: list[str]
	reasons: list[results.Reason]


class TriedPolicy(TypedDict):
	document_type: str
	document_name: str
	applies: bool
	reasons: list[results.Reason]
	steps: list[TriedStep]
