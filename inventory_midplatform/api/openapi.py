"""The OpenAPI document, generated from the operations' types."""

from typing import Any

from pydantic import TypeAdapter

from inventory_midplatform import __version__
from inventory_midplatform.api.operation import OPERATIONS, Operation
from inventory_midplatform.domain import errors
from inventory_midplatform.domain.roles import OPERATION_ROLES

REF = "#/components/schemas/{model}"


def document() -> dict[str, Any]:
	"""Return the OpenAPI 3.1 document of every registered operation."""
	schemas: dict[str, Any] = {"Error": _error_schema()}
	paths = {f"/api/method/{op.path}": _path(op, schemas) for op in OPERATIONS.values()}
	return {
		"openapi": "3.1.0",
		"info": {
			"title": "Inventory Midplatform",
			"version": __version__,
			"description": "Where stock is, for whom it is reserved, what happens next. Quantities are in stock UOM.",
			"license": {"name": "GPL-3.0-only", "identifier": "GPL-3.0-only"},
		},
		"tags": [{"name": name} for name in dict.fromkeys(n.split(".")[0] for n in OPERATIONS)],
		"paths": paths,
		"components": {
			"schemas": dict(sorted(schemas.items())),
			"securitySchemes": {
				"token": {
					"type": "apiKey",
					"in": "header",
					"name": "Authorization",
					"description": "`token <api_key>:<api_secret>`, as everywhere in Frappe.",
				}
			},
		},
		"security": [{"token": []}],
	}


def _path(op: Operation, schemas: dict[str, Any]) -> dict[str, Any]:
	arguments = op.arguments.model_json_schema(ref_template=REF)
	schemas.update(arguments.pop("$defs", {}))
	result = TypeAdapter(op.result).json_schema(ref_template=REF, mode="serialization")
	schemas.update(result.pop("$defs", {}))
	if "title" in result:
		title = result["title"]
		schemas[title] = result
		result = {"$ref": REF.format(model=title)}
	summary, _, description = (op.function.__doc__ or "").strip().partition("\n")
	common = {
		"tags": [op.name.split(".")[0]],
		"summary": summary,
		"description": " ".join(description.split())
		+ f"\n\nRoles: {', '.join(sorted(OPERATION_ROLES[op.name]))}.",
		"responses": {
			"200": {
				"description": "Done.",
				"content": {
					"application/json": {
						"schema": {
							"type": "object",
							"properties": {"message": result},
							"required": ["message"],
						}
					}
				},
			},
			**_error_responses(op),
		},
	}
	if op.writes:
		return {
			"post": {
				**common,
				"operationId": op.name,
				"parameters": [
					{
						"name": "Idempotency-Key",
						"in": "header",
						"required": False,
						"schema": {"type": "string", "maxLength": 200},
						"description": "A repeated call with the same key and payload returns the first result.",
					}
				],
				"requestBody": {"required": True, "content": {"application/json": {"schema": arguments}}},
			}
		}
	required = set(arguments.get("required", []))
	parameters = [
		{"name": name, "in": "query", "required": name in required, "schema": schema}
		for name, schema in arguments.get("properties", {}).items()
	]
	return {"get": {**common, "operationId": op.name, "parameters": parameters}}


def _error_responses(op: Operation) -> dict[str, Any]:
	kinds = [errors.InvalidInput, errors.NotAuthenticated, errors.NotPermitted, errors.NotFound]
	if op.writes:
		kinds += [errors.Conflict, errors.KeyReused]
	kinds.append(errors.Unavailable)
	return {
		str(kind.http_status_code): {
			"description": (kind.__doc__ or "").strip(),
			"content": {"application/json": {"schema": {"$ref": REF.format(model="Error")}}},
		}
		for kind in kinds
	}


def _error_schema() -> dict[str, Any]:
	return {
		"type": "object",
		"required": ["exc_type", "error"],
		"properties": {
			"exc_type": {"type": "string"},
			"error": {
				"type": "object",
				"required": ["code", "message", "details"],
				"properties": {
					"code": {"type": "string", "description": "What to branch on."},
					"message": {
						"type": "string",
						"description": "A sentence for a person, in their language.",
					},
					"details": {"type": "object"},
				},
			},
		},
	}
