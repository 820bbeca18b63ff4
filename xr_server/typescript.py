"""Writes the page's half of the protocol: `python -m xr_server.typescript`.

`protocol.py` says what a message is; here its JSON schema becomes TypeScript: an interface a
message, and a check that takes and refuses what pydantic does. A test compares the committed file
with what is written here.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter

from xr_server import protocol

TARGET = Path(__file__).parents[1] / "viewers/webxr/src/protocol.gen.ts"
UNIONS = ("ServerText", "ServerBinary", "ClientMessage")
CONSTANTS = ("SUBPROTOCOL", "LARGEST_HEADER_BYTES", "LARGEST_INCOMING_BYTES")

PLAIN_TYPES = {"integer": "number", "number": "number", "string": "string", "boolean": "boolean"}

Schema = dict[str, Any]

HEAD = """\
// Written by `python -m xr_server.typescript` from xr_server/protocol.py. Change that file instead.

/** `N` values of `T`. */
export type Tuple<T, N extends number, Held extends T[] = []> = Held["length"] extends N
  ? Held
  : Tuple<T, N, [...Held, T]>;
"""

CHECKS = r"""
/** A frame that is not of this protocol; `message` says what came. */
export class WireError extends Error {
  override name = "WireError";
}

type Check<T> = (value: unknown, place: string) => T;

function refuse(expected: string, value: unknown, place: string): never {
  const got = JSON.stringify(value)?.slice(0, 80) ?? String(value);
  throw new WireError(`expected ${expected} as ${place}, got ${got}`);
}

function textOf(shortest: number, longest: number, pattern?: RegExp): Check<string> {
  return (value, place) => {
    if (typeof value !== "string" || /\p{Surrogate}/u.test(value)) {
      return refuse("a text", value, place);
    }
    const length = [...value].length;
    if (length < shortest || length > longest) {
      return refuse(`a text of ${shortest} to ${longest} characters`, value, place);
    }
    return pattern && !pattern.test(value) ? refuse(`a text like ${pattern}`, value, place) : value;
  };
}

function wholeNumber(least: number, most: number): Check<number> {
  return (value, place) =>
    typeof value === "number" && Number.isInteger(value) && value >= least && value <= most
      ? value
      : refuse(`a whole number from ${least} to ${most}`, value, place);
}

const finiteNumber: Check<number> = (value, place) =>
  typeof value === "number" && Number.isFinite(value) ? value : refuse("a number", value, place);

function numberFrom(least: number, most: number): Check<number> {
  return (value, place) => {
    const taken = finiteNumber(value, place);
    if (taken >= least && taken <= most) return taken;
    return refuse(`a number from ${least}${most === Infinity ? "" : ` to ${most}`}`, value, place);
  };
}

const yesOrNo: Check<boolean> = (value, place) =>
  typeof value === "boolean" ? value : refuse("true or false", value, place);

function exactly<T extends string>(only: T): Check<T> {
  return (value, place) => (value === only ? only : refuse(`"${only}"`, value, place));
}

function orNull<T>(check: Check<T>): Check<T | null> {
  return (value, place) => (value === null ? null : check(value, place));
}

function listOf<T>(check: Check<T>, shortest: number, longest: number): Check<T[]> {
  return (value, place) => {
    if (!Array.isArray(value) || value.length < shortest || value.length > longest) {
      const count = shortest === longest ? `${shortest}` : `${shortest} to ${longest}`;
      return refuse(`a list of ${count}`, value, place);
    }
    return value.map((item, i) => check(item, `${place}.${i}`));
  };
}

function tupleOf<T, N extends number>(check: Check<T>, length: N): Check<Tuple<T, N>> {
  const list = listOf(check, length, length);
  return (value, place) => list(value, place) as Tuple<T, N>;
}

function withDefault<T>(check: Check<T>, fallback: () => T): Check<T> {
  return (value, place) => (value === undefined ? fallback() : check(value, place));
}

function objectOf<T extends object>(fields: { [K in keyof T]-?: Check<T[K]> }): Check<T> {
  return (value, place) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return refuse("an object", value, place);
    }
    const given = value as Record<string, unknown>;
    for (const name of Object.keys(given)) {
      if (!Object.hasOwn(fields, name)) refuse("no such field", given[name], `${place}.${name}`);
    }
    const taken = {} as T;
    for (const name of Object.keys(fields) as (keyof T & string)[]) {
      const there = Object.hasOwn(given, name) ? given[name] : undefined;
      taken[name] = fields[name](there, `${place}.${name}`);
    }
    return taken;
  };
}

function oneOf<T extends { type: string }>(checks: { [K in T["type"]]: Check<T> }): Check<T> {
  return (value, place) => {
    const tag = (value as { type?: unknown } | null | undefined)?.type;
    if (typeof tag !== "string" || !Object.hasOwn(checks, tag)) {
      return refuse(`a message of ${Object.keys(checks).join(", ")}`, value, place);
    }
    return checks[tag as T["type"]](value, place);
  };
}
"""

TAIL = """
/** Check a server's message, as `JSON.parse` gives it; fields left out get their default. */
export function parseServerMessage(json: unknown): ServerMessage {
  return checkServerMessage(json, "the message");
}

/** Check a server's text frame. A mesh, slice or volume is refused: those come with a payload. */
export function readServerText(frame: string): ServerText {
  return checkServerText(parsed(frame), "the message");
}

/** Check a page's message, as `JSON.parse` gives it. */
export function parseClientMessage(json: unknown): ClientMessage {
  return checkClientMessage(json, "the message");
}

/** Header and payload (a view, not a copy) of a server's binary frame. */
export function splitBinary(frame: ArrayBuffer): { header: ServerBinary; payload: Uint8Array } {
  if (frame.byteLength < 4) {
    throw new WireError(`expected a frame of at least 4 bytes, got ${frame.byteLength}`);
  }
  const length = new DataView(frame).getUint32(0, true);
  if (length > LARGEST_HEADER_BYTES || 4 + length > frame.byteLength) {
    throw new WireError(
      `expected a header that fits ${frame.byteLength} bytes, got one of ${length}`,
    );
  }
  const head = parsed(decoded(new Uint8Array(frame, 4, length)));
  const header = checkServerBinary(head, "the header");
  const payload = new Uint8Array(frame, 4 + length);
  if (header.type !== "mesh" && ![0, payloadBytes(header)].includes(payload.length)) {
    throw new WireError(
      `expected ${payloadBytes(header)} bytes of ${header.type}, got ${payload.length}`,
    );
  }
  return { header, payload };
}

/** How long a payload is where it is sent. */
export function payloadBytes(header: SliceData | VolumeData): number {
  if (header.type === "volume") return header.shape.reduce((a, b) => a * b);
  const pixels = header.width * header.height;
  return header.label === null ? pixels : pixels + Math.ceil(pixels / 8);
}

/** What a later message of the same key replaces. */
export function keyOf(message: ServerMessage): string {
  switch (message.type) {
    case "mesh":
      return `mesh/${message.level}`;
    case "slice":
      return `slice/${message.frame}`;
    case "job":
      return `job/${message.id}`;
    default:
      return message.type;
  }
}

/** The end of a switch over `type`: does not compile where a message is left out. */
export function assertNever(message: never): never {
  throw new WireError(`expected a message of ${SUBPROTOCOL}, got ${JSON.stringify(message)}`);
}

function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new WireError("expected a header in UTF-8");
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new WireError(`expected JSON: ${(error as Error).message}`);
  }
}
"""


def page_protocol() -> str:
    """The whole of `protocol.gen.ts`."""
    schemas = _message_schemas()
    parts = [HEAD, _constants(), *(_interface(n, s) for n, s in schemas.items()), _unions()]
    checks = [_object_check(n, s) for n, s in schemas.items()]
    return "\n".join([*parts, CHECKS.strip("\n"), "", *checks, *_union_checks(), TAIL.strip("\n")])


def write(target: Path = TARGET) -> None:
    """Write the file anew."""
    target.write_text(page_protocol() + "\n", encoding="utf-8")


def _message_schemas() -> dict[str, Schema]:
    """Every dataclass's schema, as ordered in `protocol.py`: those that others hold first."""
    found: dict[str, Schema] = {}
    for union in UNIONS:
        for message in _members(union):
            schema = TypeAdapter(message).json_schema()
            found |= schema.pop("$defs", {})
            found[message.__name__] = schema
    return {name: found[name] for name in vars(protocol) if name in found}


def _members(union: str) -> tuple[type, ...]:
    members: tuple[type, ...] = get_args(get_args(getattr(protocol, union))[0])
    return members


def _constants() -> str:
    lines = [f"export const {n} = {json.dumps(getattr(protocol, n))};" for n in CONSTANTS]
    return "\n".join([*lines, ""])


def _interface(name: str, schema: Schema) -> str:
    optional = _left_out_by_page(name, schema)
    fields = [
        f"  {field}{'?' if field in optional else ''}: {_type(s)};"
        for field, s in schema["properties"].items()
    ]
    body = "\n".join(fields)
    return f"{_comment(schema['description'])}\nexport interface {name} {{\n{body}\n}}\n"


def _left_out_by_page(name: str, schema: Schema) -> set[str]:
    """Fields with a default that the page may leave out of what it sends; never the tag."""
    if name not in {m.__name__ for m in _members("ClientMessage")}:
        return set()
    return set(schema["properties"]) - set(schema.get("required", [])) - {"type"}


def _comment(text: str) -> str:
    lines = "".join(f" * {line}".rstrip() + "\n" for line in text.strip().splitlines())
    return f"/**\n{lines} */"


def _unions() -> str:
    lines = [
        f"export type {union} = {' | '.join(m.__name__ for m in _members(union))};"
        for union in UNIONS
    ]
    return "\n".join([*lines, "export type ServerMessage = ServerText | ServerBinary;", ""])


def _union_checks() -> list[str]:
    members = {union: _members(union) for union in UNIONS}
    members["ServerMessage"] = (*members["ServerText"], *members["ServerBinary"])
    return [_union_check(union, messages) for union, messages in members.items()]


def _union_check(union: str, messages: tuple[type, ...]) -> str:
    tags = {m.__name__: _tag(m) for m in messages}
    body = "".join(f"  {tag}: check{name},\n" for name, tag in tags.items())
    return f"const check{union} = oneOf<{union}>({{\n{body}}});\n"


def _tag(message: type) -> str:
    tag = TypeAdapter(message).json_schema()["properties"]["type"]["const"]
    return str(tag)


def _object_check(name: str, schema: Schema) -> str:
    required = schema.get("required", [])
    fields = [
        f"  {field}: {_check(s) if field in required or 'const' in s else _defaulted(s)},"
        for field, s in schema["properties"].items()
    ]
    body = "\n".join(fields)
    return f"const check{name} = objectOf<{name}>({{\n{body}\n}});\n"


def _defaulted(schema: Schema) -> str:
    fallback = json.dumps(schema.get("default", []))
    return f"withDefault({_check(schema)}, () => {fallback})"


def _type(schema: Schema) -> str:
    """The TypeScript type of a field."""
    match schema:
        case {"$ref": ref}:
            return _name(ref)
        case {"const": only}:
            return json.dumps(only)
        case {"anyOf": [one, {"type": "null"}]}:
            return f"{_type(one)} | null"
        case {"type": "array", "items": items, "minItems": n, "maxItems": m} if n == m:
            return f"Tuple<{_type(items)}, {n}>"
        case {"type": "array", "items": items}:
            return f"({_type(items)})[]" if "anyOf" in items else f"{_type(items)}[]"
        case {"type": str(kind)} if kind in PLAIN_TYPES:
            return PLAIN_TYPES[kind]
    raise TypeError(f"expected a schema that protocol.py uses, got {schema}; teach typescript.py")


def _check(schema: Schema) -> str:
    """The expression that checks a field."""
    match schema:
        case {"$ref": ref}:
            return f"check{_name(ref)}"
        case {"const": only}:
            return f"exactly({json.dumps(only)})"
        case {"anyOf": [one, {"type": "null"}]}:
            return f"orNull({_check(one)})"
        case {"type": "array", "items": items}:
            return _list_check(items, schema.get("minItems", 0), schema.get("maxItems"))
        case {"type": "integer" | "number"}:
            return _number_check(schema)
        case {"type": "string"}:
            return _text_check(schema)
        case {"type": "boolean"}:
            return "yesOrNo"
    raise TypeError(f"expected a schema that protocol.py uses, got {schema}; teach typescript.py")


def _list_check(items: Schema, shortest: int, longest: int | None) -> str:
    if shortest == longest:
        return f"tupleOf({_check(items)}, {shortest})"
    return f"listOf({_check(items)}, {shortest}, {longest or 'Infinity'})"


def _number_check(schema: Schema) -> str:
    if schema["type"] == "integer":
        return f"wholeNumber({schema['minimum']}, {schema['maximum']})"
    if "minimum" not in schema:
        return "finiteNumber"
    return f"numberFrom({schema['minimum']}, {schema.get('maximum', 'Infinity')})"


def _text_check(schema: Schema) -> str:
    pattern = f", /{schema['pattern']}/u" if "pattern" in schema else ""
    return f"textOf({schema.get('minLength', 0)}, {schema.get('maxLength', 'Infinity')}{pattern})"


def _name(ref: str) -> str:
    return ref.rsplit("/", 1)[-1]


if __name__ == "__main__":
    write()
