"""What the operations of approvals return, for the OpenAPI document."""

from typing_extensions import TypedDict

from inventory_midplatform.api.v1 import results
from inventory_midplatform.domain.errors import InventoryError


class ApprovalRequest(TypedDict):
	name: str
	document_type: str
	document_name: str
	title: str
	"""What the document is about: its supplier, its customer, or what it is for."""
	amount: str | None
	"""In company currency; none for users who may not see costs."""
	currency: str
	policy: str
	policy_version: int
	applicant: str
	requested_at: str
	closed_at: str | None
	due_at: str | None
	remind_at: str | None
	state: str
	step: int
	"""The step that waits; 0 where the request is closed."""
	round: int
	"""One more each time it goes on after its return to the applicant."""
	reason: str
	waits_for: list[str]
	"""Users who are asked now."""
	may: list[str]
	"""What this user may do with it now: approve, reject, return, delegate, add, withdraw, remind, comment."""


class ApprovalDecision(TypedDict):
	step: int
	title: str
	user: str
	other_user: str
	"""To whom it was delegated, who was added, or who is away and for whom this user decides."""
	place: str
	to_step: int
	decision: str
	reason: str
	attachment: str
	round: int
	is_void: int
	"""1: a return undid it."""
	asked_at: str
	decided_at: str | None
	at: str
	"""When it happened, or since when somebody is asked."""
	happened: list[results.Reason]
	"""Parts of a sentence that begins with the user's name; none where nobody needs to read it."""


class ApprovalStep(TypedDict):
	step: int
	title: str


class StepOfWay(ApprovalStep):
	kind: str
	state: str
	"""done, waiting, ahead, or skipped: the document does not take it."""


class ApprovalRequestWithHistory(ApprovalRequest):
	hours_left: float | None
	"""Working hours until the step is due."""
	resumes_at: str | None
	"""When the clock goes on; none while it runs."""
	return_to: list[ApprovalStep]
	path: list[StepOfWay]
	reasons: list[results.Reason]
	"""Why it is where it is."""
	decisions: list[ApprovalDecision]
	"""In the order in which it happened."""
	names: dict[str, str]
	"""The full names of the users."""


class ApprovalRequestPage(TypedDict):
	requests: list[ApprovalRequest]
	names: dict[str, str]
	"""The full names of the users."""
	has_more: bool


class ApprovalCount(TypedDict):
	to_decide: int
	is_on: bool


class AttachedFile(TypedDict):
	file_url: str


class AwayDelegation(TypedDict):
	name: str
	user: str
	"""Who is away."""
	delegate: str
	from_date: str
	to_date: str
	reason: str
	is_now: bool


class Away(TypedDict):
	mine: list[AwayDelegation]
	"""Your delegations that are not over."""
	for_others: list[AwayDelegation]
	"""Those by which you decide for others, not over either."""
	names: dict[str, str]
	"""The full names of the users."""


class Refusal(TypedDict):
	code: str
	message: str
	"""In English; ``template`` and ``values`` are for whoever says it in another language."""
	template: str
	values: dict[str, str]


class ApprovedOne(TypedDict):
	name: str
	is_approved: bool
	error: Refusal | None


class ApprovedMany(TypedDict):
	results: list[ApprovedOne]


class Person(TypedDict):
	name: str
	full_name: str


class ApprovalPeople(TypedDict):
	people: list[Person]


class LastRate(TypedDict):
	date: str
	rate: float
	"""Of the line's own unit, in the company's currency."""
	supplier: str


class LineNumbers(TypedDict):
	item_code: str
	item_name: str
	image: str
	qty: float
	uom: str
	stock_uom: str
	warehouse: str
	on_hand: float
	on_hold: float
	reserved: float
	available: float
	on_order: float
	daily_use: float
	"""What left the warehouse on a day, in stock UOM, in the last ninety days."""
	days_now: float | None
	"""For how many days what is available lasts; null where nothing is used."""
	days_after: float | None
	lead_days: int | None
	rate: float | None
	amount: float | None
	last_rates: list[LastRate]
	"""The latest first."""
	rate_change_percent: float | None


class BudgetNumbers(TypedDict):
	account: str
	cost_center: str
	period: str
	budget: float
	used: float
	left: float
	this: float
	"""What this document charges to it."""
	used_percent: float | None
	used_percent_after: float | None


class SupplierNumbers(TypedDict):
	name: str
	on_time_percent: float | None
	accepted_percent: float | None


class ApprovalNumbers(TypedDict):
	amount: float | None
	"""What the document is worth, in the company's currency."""
	currency: str
	lines_count: int
	lines: list[LineNumbers]
	budget: BudgetNumbers | None
	supplier: SupplierNumbers | None


def refusal(error: InventoryError | None) -> Refusal | None:
	"""Return what a caller reads of a refusal."""
	if error is None:
		return None
	values = {name: str(value) for name, value in error.details.items()}
	return {"code": error.code, "message": str(error), "template": error.template, "values": values}
