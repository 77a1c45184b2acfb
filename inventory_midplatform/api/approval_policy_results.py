"""What the operations of approval policies take and return, for the OpenAPI document."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from typing_extensions import TypedDict

from inventory_midplatform.api.operation import LongText, NewName, Text
from inventory_midplatform.api.v1 import results
from inventory_midplatform.domain.approval_policy import STEP_LIMIT

Number = Annotated[int, Field(ge=0, le=100_000)]
Place = Annotated[int, Field(ge=-(10**6), le=10**6)]
Hours = Annotated[float, Field(ge=0, le=10_000, allow_inf_nan=False)]
Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
Flag = Annotated[int, Field(ge=0, le=1)]
NO_OTHERS = ConfigDict(extra="forbid")


OtherValues = Annotated[dict[Text, Text], Field(max_length=50)]
"""Field → its value, as text."""


class PolicyStep(TypedDict, total=False):
	__pydantic_config__ = NO_OTHERS  # type: ignore[misc]

	step: Number
	kind: Literal["Approval", "Condition", "Copy To"]
	title: Text
	counting: Literal["", "Any", "All", "In Order", "Share"]
	share: Percent
	time_limit: Hours
	remind_before: Hours
	on_time_out: Literal["", "Remind Only", "Escalate", "Approve", "Reject"]
	escalate_to: Text
	next_step: Text
	"""A number, End, or empty for the step with the next higher number."""
	x: Place
	y: Place


class PolicyApprover(TypedDict, total=False):
	__pydantic_config__ = NO_OTHERS  # type: ignore[misc]

	step: Number
	approver: Literal[
		"User", "Role", "Storekeeper", "Supervisor", "Manager of Applicant", "Applicant", "User in Field"
	]
	user: Text
	role: Text
	user_field: Text


class PolicyBranch(TypedDict, total=False):
	__pydantic_config__ = NO_OTHERS  # type: ignore[misc]

	step: Number
	branch: Number
	title: Text
	is_otherwise: Flag
	match: Literal["", "All", "Any"]
	next_step: Text
	"""A number, End, or empty where it is not drawn yet."""


class PolicyCondition(TypedDict, total=False):
	__pydantic_config__ = NO_OTHERS  # type: ignore[misc]

	step: Number
	"""0 for the policy as a whole."""
	branch: Number
	field: Text
	comparison: Literal["", "=", "!=", ">", ">=", "<", "<=", "One Of", "Set", "Not Set"]
	value: LongText


class PolicyContent(TypedDict, total=False):
	"""The whole of a policy. What is missing has its default."""

	__pydantic_config__ = NO_OTHERS  # type: ignore[misc]

	name: Text
	title: NewName
	document_type: Text
	priority: Annotated[int, Field(ge=-(10**6), le=10**6)]
	match: Literal["", "All", "Any"]
	starter_role: Text
	ask_once: Flag
	allow_own: Flag
	allow_redirecting: Flag
	if_nobody: Text
	when_approved: Literal["", "Nothing", "Submit", "Workflow Action"]
	workflow_action: Text
	holiday_list: Text
	day_begins: Text
	day_ends: Text
	steps: Annotated[list[PolicyStep], Field(max_length=STEP_LIMIT)]
	approvers: Annotated[list[PolicyApprover], Field(max_length=10 * STEP_LIMIT)]
	branches: Annotated[list[PolicyBranch], Field(max_length=10 * STEP_LIMIT)]
	conditions: Annotated[list[PolicyCondition], Field(max_length=10 * STEP_LIMIT)]


class PolicyProblem(TypedDict):
	code: str
	step: int
	"""0 for the policy as a whole."""
	branch: int
	is_warning: bool
	"""A policy with warnings alone can be switched on."""
	reason: results.Reason


class PolicyProblems(TypedDict):
	problems: list[PolicyProblem]


class RunningRequests(TypedDict):
	open: int
	closed: int


class ListedPolicy(TypedDict):
	name: str
	title: str
	document_type: str
	priority: int
	enabled: bool
	version: int
	"""The version in force; 0 where it was never switched on."""
	is_draft: bool
	"""Whether the working copy says something else than the version in force."""
	draft_version: int
	running: RunningRequests
	"""Requests of the version in force."""
	modified: str


class PolicyList(TypedDict):
	policies: list[ListedPolicy]


class PolicyRecord(ListedPolicy):
	content: PolicyContent
	"""The working copy."""
	in_force: PolicyContent | None
	problems: list[PolicyProblem]
	names: dict[str, str]
	"""The full names of the users that it names."""


class PolicyTemplate(TypedDict):
	name: str
	title: str
	document_type: str
	content: PolicyContent


class PolicyTemplates(TypedDict):
	templates: list[PolicyTemplate]


class PolicyField(TypedDict):
	field: str
	label: str
	type: str
	options: str
	is_sum: bool


class PolicyFields(TypedDict):
	fields: list[PolicyField]


class PersonToChoose(TypedDict):
	name: str
	full_name: str


class RoleToChoose(TypedDict):
	name: str
	users: int
	"""How many enabled users have it."""


class PolicyPeople(TypedDict):
	users: list[PersonToChoose]
	roles: list[RoleToChoose]
	holiday_lists: list[str]


class DocumentToTry(TypedDict):
	name: str
	title: str
	amount: str | None


class DocumentsToTry(TypedDict):
	documents: list[DocumentToTry]


class TriedApprover(TypedDict):
	kind: str
	name: str


class Delegated(TypedDict):
	user: str
	to: str


class TriedStep(TypedDict):
	step: int
	kind: str
	title: str
	applies: bool
	"""Whether it is on the document's way."""
	branch: int
	"""The number of the branch that is taken; 0 where it is no condition."""
	counting: str
	approvers: list[TriedApprover]
	waits_for: list[str]
	delegated: list[Delegated]
	time_limit: float
	reasons: list[results.Reason]


class TriedPolicy(TypedDict):
	document_type: str
	document_name: str
	applies: bool
	reasons: list[results.Reason]
	hours: float | None
	"""Working hours of all time limits on the way; null where a step that waits has none."""
	values: dict[str, str]
	"""What the document has in the fields that the policy reads."""
	steps: list[TriedStep]
	names: dict[str, str]
	"""The full names of the users on the way."""


class Replayed(TypedDict):
	documents: int
	"""That the policy is for."""
	steps: dict[str, int]
	"""Number of a step → how many documents take it."""
	without_approver: int
	"""How many have a step whose approvers are nobody."""
	without_end: int
	"""How many come to a branch that leads nowhere."""
	is_complete: bool
	"""Whether it looked at all documents of these days, not only the latest."""
