"""The routes as the program itself describes them, so that a test walks all of them and forgets none."""
import json
import re
import subprocess

from conftest import BUILD

NOWHERE = "00000000-0000-4000-8000-000000000000"


class Route:
    def __init__(self, method, path, operation, access):
        self.method, self.full_path, self.operation, self.access = method.upper(), path, operation, access
        self.path = path.removeprefix("/api/v1")
        self.scope, self.capability = operation["x-scope"], operation.get("x-capability")
        self.in_path = [p for p in operation.get("parameters", []) if p["in"] == "path"]
        self.in_query = [p for p in operation.get("parameters", []) if p["in"] == "query"]

    def __str__(self):
        return f"{self.method} {self.path}"

    @property
    def body_schema(self):
        content = self.operation.get("requestBody", {}).get("content", {})
        return content.get("application/json", {}).get("schema")

    def body(self, **more):
        """The least that the description asks for."""
        return None if self.body_schema is None else {**least(self.body_schema), **more}

    def address(self, *values, **query):
        """values: one for each name in the path, in their order."""
        given = iter(values)
        return re.sub(r"\{[^}]+\}", lambda _: str(next(given)), self.path)

    def ask(self, client, *values, body=..., **more):
        headers = {"If-Match": '"1"', **more.pop("headers", {})}
        given = self.body() if body is ... else body
        return client.request(self.method, self.address(*values), json=given, headers=headers, **more)


def least(schema):
    kind = schema.get("type", "object")
    kind = kind[0] if isinstance(kind, list) else kind
    if "const" in schema:
        return schema["const"]
    if schema.get("enum"):
        return schema["enum"][0]
    if schema.get("examples") and kind != "object":
        return schema["examples"][0]
    if kind == "object":
        named = schema.get("properties", {})
        made = {name: least(named[name]) for name in schema.get("required", [])}
        if len(made) < schema.get("minProperties", 0):  # "one at least": any will do
            made |= {name: least(named[name]) for name in list(named)[:schema["minProperties"]]}
        return made
    if kind == "array":
        return [least(schema["items"])] * schema.get("minItems", 0)
    if kind == "string":
        known = {"uuid": NOWHERE, "email": "somebody@example.com", "date-time": "2026-01-02T03:04:05Z"}
        return known.get(schema.get("format")) or "x" * max(schema.get("minLength", 0), 1)
    return {"integer": schema.get("minimum", 1), "number": schema.get("minimum", 1), "boolean": False}.get(kind)


def routes():
    def told(*words):
        return subprocess.run([BUILD / "aicd", *words], capture_output=True, text=True, check=True).stdout

    access = {}
    for line in told("routes").splitlines():
        method, path, rest = line.split(None, 2)
        access[method, path] = re.split(r"\s{2,}| (?=TENANT|SYSTEM\()", rest.strip())[0]
    for path, operations in json.loads(told("openapi"))["paths"].items():
        for method, operation in operations.items():
            short = path.removeprefix("/api/v1")
            if (method.upper(), short) in access:
                yield Route(method, path, operation, access[method.upper(), short])
