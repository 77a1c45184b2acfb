"""A flow is data: its states, and the steps that lead from one to another. Every flow of the platform is such a table.

The table alone says the roles, the arguments and the next states of a step: services take steps by it, clients show its
``next_steps``, and the state diagrams in docs/ are drawn from it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inventory_midplatform.domain.errors import Conflict, NotPermitted


@dataclass(frozen=True)
class State:
	name: str
	colour: str
	"""Frappe's indicator colour in lists and forms."""
	final: bool = False


@dataclass(frozen=True)
class Step:
	"""One operation of a flow."""

	name: str
	"""The operation's name in the API."""
	label: str
	moves: Mapping[str, tuple[str, ...]]
	"""State in which it may be taken → states in which it may leave the document; the service decides among them."""
	roles: frozenset[str]
	needs: tuple[str, ...] = ()
	"""Arguments that a client gets from its user."""
	begins: bool = False
	"""Whether work on the document begins with it: what needs an approval has it by then."""


@dataclass(frozen=True)
class Event:
	"""A change of state that is no user's step: the document that the flow is for causes it."""

	label: str
	moves: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Flow:
	"""States and steps of one DocType."""

	doctype: str
	states: tuple[State, ...]
	steps: tuple[Step, ...]
	events: tuple[Event, ...] = ()

	@property
	def initial(self) -> str:
		return self.states[0].name

	@property
	def final(self) -> frozenset[str]:
		return frozenset(state.name for state in self.states if state.final)

	def next_steps(self, state: str, roles: Iterable[str]) -> list[Step]:
		"""Return the steps that a user with these roles may take from a state, in the order of the table."""
		mine = frozenset(roles)
		return [step for step in self.steps if state in step.moves and mine & step.roles]

	def step(self, name: str) -> Step:
		return next(step for step in self.steps if step.name == name)

	def require(self, name: str, document: str, state: str, roles: Iterable[str]) -> Step:
		"""Return the step ``name`` if a user with these roles may take it from ``state``.

		Raises NotPermitted (``step_not_permitted``) where no role allows it, Conflict (``wrong_state``) where the
		document is in another state.
		"""
		step = self.step(name)
		if not step.roles & frozenset(roles):
			raise NotPermitted(
				"Your roles do not allow the step {step}.",
				code="step_not_permitted",
				step=step.label,
				name=document,
			)
		if state not in step.moves:
			raise Conflict(
				"{name} is in state {state}; the step {step} cannot be taken now.",
				code="wrong_state",
				name=document,
				state=state,
				step=step.label,
			)
		return step

	def diagram(self) -> str:
		"""Return the state diagram in Mermaid's notation."""

		def node(state: str) -> str:
			return state.replace(" ", "")

		lines = ["stateDiagram-v2"]
		lines += [f"    {node(state.name)}: {state.name}" for state in self.states]
		lines.append(f"    [*] --> {node(self.initial)}")
		changes: list[Step | Event] = [*self.steps, *self.events]
		for change in changes:
			for state, next_states in change.moves.items():
				lines += [f"    {node(state)} --> {node(to)}: {change.label}" for to in next_states]
		lines += [f"    {node(state.name)} --> [*]" for state in self.states if state.final]
		return "\n".join(lines)


def described(flows: Iterable[Flow]) -> str:
	"""Return docs/flows.md: each flow's diagram, and a table of its steps."""
	parts = [
		"# Flows",
		"Written by `make openapi` from the tables in `domain/`, from which services and clients take what is allowed.",
	]
	for flow in flows:
		parts += [f"## {flow.doctype}", f"```mermaid\n{flow.diagram()}\n```"]
		rows = [
			f"| {step.label} (`{step.name}`) | {state} | {', '.join(next_states)} | {', '.join(sorted(step.roles))} |"
			for step in flow.steps
			for state, next_states in step.moves.items()
		]
		rows += [
			f"| {event.label} | {state} | {', '.join(next_states)} | by its document |"
			for event in flow.events
			for state, next_states in event.moves.items()
		]
		parts.append("\n".join(["| step | from | to | roles |", "|---|---|---|---|", *rows]))
	return "\n\n".join(parts) + "\n"
