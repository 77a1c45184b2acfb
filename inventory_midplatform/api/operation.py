"""Operations: typed functions that programs and the desk call by name, and how a call of one runs."""

import inspect
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Any, Protocol, TypeVar, get_origin, get_type_hints

from pydantic import (
	AfterValidator,
	BaseModel,
	BeforeValidator,
	ConfigDict,
	StringConstraints,
	ValidationError,
	ValidationInfo,
	WithJsonSchema,
	create_model,
)
from pydantic import Field as ModelField
from typing_extensions import is_typeddict

from inventory_midplatform.domain.errors import (
	Busy,
	InvalidInput,
	InventoryError,
	KeyReused,
	NotFound,
	NotPermitted,
)
from inventory_midplatform.domain.identifiers import NAME_LIMIT, digest
from inventory_midplatform.domain.quantity import NUMBER, parse_quantity, too_large
from inventory_midplatform.domain.roles import OPERATION_ROLES
from inventory_midplatform.domain.text import TEXT_LIMIT, require_plain, too_long
from inventory_midplatform.ports import Context
from inventory_midplatform.query import MARIADB_OUT_OF_RANGE

PATH = "inventory_midplatform.api.v1."
"""The path below ``/api/method/`` of an operation, before its name."""

T = TypeVar("T")

ATTEMPTS = 5
"""How often a call runs if the database keeps rolling it back for another transaction."""


def _without_markup(text: str, info: ValidationInfo) -> str:
	return require_plain(text, info.field_name or "text")


QUOTES = re.compile("[\"'<>`]")
"""Characters that could end an HTML attribute: Frappe's lists write names of records into attributes unescaped."""


def _without_quotes(text: str, info: ValidationInfo) -> str:
	if QUOTES.search(text):
		argument = info.field_name or "name"
		raise InvalidInput(
			"{argument} has quotes or angle brackets in it. Write it without.",
			code="markup",
			argument=argument,
		)
	return text


def exact_number(text: str) -> Decimal:
	"""Return a JSON number with every digit; infinity for one that no argument allows.

	Converting such a number to an integer could take hours.
	"""
	number = Decimal(text)
	return number if abs(number.adjusted()) < 30 else Decimal("Infinity")


Text = Annotated[
	str, StringConstraints(strip_whitespace=True, max_length=NAME_LIMIT), AfterValidator(_without_markup)
]
NewName = Annotated[Text, AfterValidator(_without_quotes)]
"""The caller's own name for a new record."""
LongText = Annotated[
	str, StringConstraints(strip_whitespace=True, max_length=TEXT_LIMIT), AfterValidator(_without_markup)
]
Quantity = Annotated[
	Decimal,
	BeforeValidator(lambda value, info: parse_quantity(value, info.field_name or "qty")),
	WithJsonSchema(
		{
			"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string"}],
			"description": "In stock UOM; at most nine digits after the point, fifteen in all. Text keeps every digit.",
		}
	),
]


def _as_written(value: Any) -> Any:
	"""Refuse text that Python reads as a whole number and nobody else does, such as ``1_0``."""
	if isinstance(value, str) and not NUMBER.fullmatch(value.strip()):
		raise ValueError("it is no number")
	return value


AS_WRITTEN = BeforeValidator(_as_written)
"""Comes after the limits of a whole number, so that they stay in its JSON schema."""
PageSize = Annotated[int, ModelField(ge=1, le=500), AS_WRITTEN]
Offset = Annotated[int, ModelField(ge=0, le=10**9), AS_WRITTEN]


@dataclass(frozen=True)
class Operation:
	"""One function of ``api/v1``, the types of its arguments and result, and whether it changes anything."""

	name: str
	function: Callable[..., Any]
	arguments: type[BaseModel]
	result: Any
	writes: bool

	@property
	def path(self) -> str:
		return PATH + self.name

	@cached_property
	def structured(self) -> frozenset[str]:
		"""The arguments that are a list or an object: a form or query string has them as JSON text."""
		return frozenset(
			name
			for name, field in self.arguments.model_fields.items()
			if get_origin(field.annotation) in (list, dict) or is_typeddict(field.annotation)
		)


OPERATIONS: dict[str, Operation] = {}


def operation(writes: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
	"""Register a function ``f(ctx, …)`` as the operation ``<module>.<function>``.

	Its arguments and result are annotated: they make the checks of a call and the OpenAPI document. Its roles are in
	``domain.roles.OPERATION_ROLES``.
	"""

	def register(function: Callable[..., Any]) -> Callable[..., Any]:
		hints = get_type_hints(function, include_extras=True)
		fields: dict[str, Any] = {}
		for parameter in list(inspect.signature(function).parameters.values())[1:]:
			default = ... if parameter.default is parameter.empty else parameter.default
			fields[parameter.name] = (hints[parameter.name], default)
		module = function.__module__.rsplit(".", 1)[1]
		name = f"{module}.{function.__name__.rstrip('_')}"
		model = create_model(
			"".join(part.title() for part in name.replace("_", ".").split(".")) + "Arguments",
			__config__=ConfigDict(extra="forbid", arbitrary_types_allowed=True),
			**fields,
		)
		OPERATIONS[name] = Operation(name, function, model, hints.get("return", Any), writes)
		return function

	return register


def operation_named(name: str) -> Operation:
	"""Return the operation of this name. Raises NotFound (``unknown_operation``)."""
	found = OPERATIONS.get(name)
	if found is None:
		raise NotFound("There is no operation {name}.", code="unknown_operation", name=name[:NAME_LIMIT])
	return found


class UnitOfWork(Protocol):
	"""A transaction, as an entry point opens it."""

	def begin(self) -> Context:
		"""Start a new transaction without anything left of an earlier one."""

	def commit(self) -> None: ...

	def rollback(self) -> None: ...


def perform(
	unit: UnitOfWork, operation: Operation, arguments: Mapping[str, Any], idempotency_key: str = ""
) -> Any:
	"""Run one call in one transaction and return its result as JSON values. Raises InventoryError."""
	return in_transaction(unit, lambda ctx: _run(ctx, operation, arguments, idempotency_key))


def in_transaction(unit: UnitOfWork, work: Callable[[Context], T]) -> T:
	"""Do ``work`` in one transaction, and again from the start if the database rolled it back for another one.

	This is the only place that retries. Raises Busy after :data:`ATTEMPTS`.
	"""
	for attempt in range(1, ATTEMPTS + 1):
		ctx = unit.begin()
		try:
			result = work(ctx)
			unit.commit()
			return result
		except Exception as error:
			transient = ctx.store.is_transient(error)
			unit.rollback()
			if error.args[:1] == (MARIADB_OUT_OF_RANGE,):
				raise too_large() from error
			if not transient:
				raise
			if attempt == ATTEMPTS:
				raise Busy("Others are changing the same stock; try again in a moment.") from error
	raise AssertionError("unreachable")


def _run(ctx: Context, operation: Operation, arguments: Mapping[str, Any], key: str) -> Any:
	if not ctx.identity.roles & OPERATION_ROLES[operation.name]:
		raise NotPermitted(
			"You have no role that may call {operation}.", operation=operation.name, user=ctx.identity.user
		)
	values = parsed(operation, arguments)
	if not (key and operation.writes):
		return plain(operation.function(ctx, **values))
	return _once(ctx, operation, values, key)


def _once(ctx: Context, operation: Operation, values: dict[str, Any], key: str) -> Any:
	"""Return the first result under this user's key, or run the call and store its result in the same transaction.

	Raises KeyReused if the key was used for another call.
	"""
	name = digest(ctx.identity.user, key)
	payload = digest(operation.name, json.dumps(plain(values), sort_keys=True, ensure_ascii=False))
	rows = ctx.store.rows(
		"SELECT payload_hash, response FROM `tabIdempotency Key` WHERE name = %(name)s", {"name": name}
	)
	if rows:
		if rows[0]["payload_hash"] != payload:
			raise KeyReused("This idempotency key was used for another call.", operation=operation.name)
		return json.loads(rows[0]["response"])
	result = plain(operation.function(ctx, **values))
	ctx.store.insert(
		"Idempotency Key",
		[
			{
				"name": name,
				"operation": operation.name,
				"user": ctx.identity.user,
				"payload_hash": payload,
				"response": json.dumps(result, ensure_ascii=False),
			}
		],
	)
	return result


def parsed(operation: Operation, arguments: Mapping[str, Any]) -> dict[str, Any]:
	"""Return the arguments in the operation's types. Raises InvalidInput (``missing_argument``, ``unknown_argument``,
	``too_long``, ``invalid_argument``), which names the first one that is wrong.
	"""
	try:
		model = operation.arguments.model_validate(
			{
				name: _value_of_a_form(value) if name in operation.structured else value
				for name, value in arguments.items()
			}
		)
	except ValidationError as error:
		first = error.errors(include_url=False)[0]
		argument = ".".join(str(part) for part in first["loc"])
		if first["type"] == "missing":
			raise InvalidInput("{argument} is missing.", code="missing_argument", argument=argument) from None
		if first["type"] == "extra_forbidden":
			raise InvalidInput(
				"{operation} takes no argument {argument}.",
				code="unknown_argument",
				operation=operation.name,
				argument=argument,
			) from None
		if first["type"] == "string_too_long":
			raise too_long(argument, first["ctx"]["max_length"]) from None
		raise InvalidInput(
			"{argument} is not valid: {problem}.",
			code="invalid_argument",
			argument=argument,
			problem=first["msg"],
			value=str(first.get("input"))[:60],
		) from None
	return {name: getattr(model, name) for name in type(model).model_fields}


def _value_of_a_form(value: Any) -> Any:
	"""Return a list or object that a form or query string has as JSON text, as Frappe's clients send it; other values unchanged."""
	if not isinstance(value, str):
		return value
	try:
		return json.loads(value, parse_float=exact_number)
	except (ValueError, RecursionError):
		return value


_PLAIN = frozenset({str, int, float, bool})


def plain(value: Any) -> Any:
	"""Return JSON values: quantities as numbers, dates and times as Frappe writes them."""
	if value is None or type(value) in _PLAIN:  # most of a long answer
		return value
	if isinstance(value, Decimal):
		return int(value) if value == value.to_integral_value() else float(value)
	if isinstance(value, datetime):
		return value.isoformat(sep=" ")
	if isinstance(value, date):
		return value.isoformat()
	if isinstance(value, dict | Mapping):
		return {str(k): plain(v) for k, v in value.items()}
	if isinstance(value, list | tuple | set | frozenset):
		return [plain(v) for v in value]
	if isinstance(value, BaseModel):
		return plain(value.model_dump())
	return value


def error_body(
	error: InventoryError,
	translate: Callable[..., str] | None = None,
	label: Callable[[str], str] | None = None,
) -> dict[str, Any]:
	"""Return the body of an error response; its status is ``error.http_status_code``."""
	return {
		"exc_type": type(error).__name__,
		"error": {
			"code": error.code,
			"message": error.message(translate, label),
			"details": plain(dict(error.details)),
		},
	}
