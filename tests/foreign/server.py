"""A server of another implementation that speaks config.v1 and nothing else: no reflection, no health, no holdfast.v1.

    server.py PORT [JOURNAL]    serves 127.0.0.1:PORT until SIGTERM; says "ready" when it does

It keeps everything in memory, as the original of that API does when it has no database, and behaves as that one where clients can see
it: List in no order, a cursor on the last page too, versions and history that begin anew after a delete, watches without a
beginning and without an end that says why, a hundred events for each watcher and what is beyond them dropped in silence. With a
JOURNAL it writes every change there and begins with what is in it: so a test can restart it with its data.
"""

import asyncio
import base64
import hashlib
import json
import math
import os
import random
import re
import signal
import sys
import time

import grpc

from config.v1 import config_pb2 as pb
from config.v1 import config_pb2_grpc

DOMAIN = b"config.rbaliyan.com"
NAMESPACE = re.compile(r"^([a-zA-Z0-9][a-zA-Z0-9_.\-:]*)?$")
KEY = re.compile(r"^[a-zA-Z0-9_.\-/]+$")
MAX_VALUE_BYTES = 1 << 20
MAX_SNAPSHOT_ENTRIES = 10_000
MAX_FILTERS = 100
WATCHER_BUFFER = 100
INT, FLOAT, STRING, BOOL, CUSTOM = 1, 2, 3, 4, 11
Code = grpc.StatusCode


class Refused(Exception):
    """What a caller is told; with a reason it has details."""

    def __init__(self, code, message, reason=""):
        super().__init__(message)
        self.code, self.message, self.reason = code, message, reason

    def details(self):
        """google.rpc.Status with one google.rpc.ErrorInfo, written by hand: two messages are no reason for a library."""

        def field(number, content):
            return bytes([number << 3 | 2]) + length(len(content)) + content

        info = field(1, self.reason.encode()) + field(2, DOMAIN)
        packed = field(1, b"type.googleapis.com/google.rpc.ErrorInfo") + field(2, info)
        return bytes([1 << 3, self.code.value[0]]) + field(2, self.message.encode()) + field(3, packed)


def length(number):
    """A number as protobuf writes it."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out + bytes([number]))


def missing(namespace, key):
    return Refused(Code.NOT_FOUND, f"key not found: {namespace}/{key}", "NOT_FOUND")


def required(**fields):
    for name, value in fields.items():
        if not value:
            raise Refused(Code.INVALID_ARGUMENT, f"{name} is required")


def checked_namespace(namespace):
    if not NAMESPACE.match(namespace):
        raise Refused(Code.INVALID_ARGUMENT, "config: invalid namespace", "INVALID_NAMESPACE")


def checked_key(key):
    why = None
    if not key:
        why = "key cannot be empty"
    elif ".." in key:
        why = "key cannot contain path traversal (..)"
    elif key.startswith("/") or key.endswith("/"):
        why = "key cannot start or end with slash"
    elif not KEY.match(key):
        why = "key contains invalid characters"
    if why:
        raise Refused(Code.INVALID_ARGUMENT, f"invalid key: {key} - {why}", "INVALID_KEY")


def type_of(value, codec):
    """The type of a value; refuses what its codec cannot read."""
    if not value:
        raise Refused(Code.INTERNAL, "internal error")
    if codec != "json":
        return CUSTOM

    def none(constant):
        raise ValueError(constant)

    try:
        read = json.loads(value.decode("utf-8", "replace"), parse_constant=none)
        if isinstance(read, (int, float)) and not isinstance(read, bool) and math.isinf(float(read)):
            raise ValueError("too large")
    except (ValueError, OverflowError, RecursionError):
        raise Refused(Code.INTERNAL, "internal error") from None
    if read is None:
        raise Refused(Code.INTERNAL, "internal store error")
    if isinstance(read, bool):
        return BOOL
    if isinstance(read, (int, float)):
        return INT if float(read).is_integer() else FLOAT
    return STRING if isinstance(read, str) else CUSTOM


class Store:
    """Entries with their versions, and aliases. What changes is told to `tell`, in order."""

    def __init__(self, journal, tell):
        self.keys, self.aliases, self.next_id = {}, {}, 1
        self.tell = lambda change: None
        self.journal = None
        if journal:
            if os.path.exists(journal):
                with open(journal, encoding="utf-8") as lines:
                    for line in lines:
                        self.apply(json.loads(line))
            self.journal = open(journal, "a", encoding="utf-8")
        self.tell = tell

    def change(self, **step):
        step["time"] = time.time_ns()
        done = self.apply(step)
        if self.journal:
            self.journal.write(json.dumps(step) + "\n")
            self.journal.flush()
        return done

    def apply(self, step):
        return getattr(self, "apply_" + step["do"])(step)

    def apply_set(self, step):
        name = (step["namespace"], step["key"])
        kept = self.keys.get(name)
        if kept is None:
            kept = self.keys[name] = (self.next_id, [])
            self.next_id += 1
        entry = pb.Entry(
            namespace=step["namespace"],
            key=step["key"],
            value=base64.b64decode(step["value"]),
            codec=step["codec"],
            type=step["type"],
            version=len(kept[1]) + 1,
        )
        entry.updated_at.FromNanoseconds(step["time"])
        entry.created_at.CopyFrom(kept[1][0].created_at if kept[1] else entry.updated_at)
        kept[1].append(entry)
        self.tell(pb.WatchResponse(type=pb.CHANGE_TYPE_SET, entry=entry))
        return entry

    def apply_delete(self, step):
        del self.keys[(step["namespace"], step["key"])]
        gone = pb.Entry(namespace=step["namespace"], key=step["key"])
        self.tell(pb.WatchResponse(type=pb.CHANGE_TYPE_DELETE, entry=gone))

    def apply_set_alias(self, step):
        alias = pb.Alias(alias=step["alias"], target=step["target"], version=1)
        alias.created_at.FromNanoseconds(step["time"])
        self.aliases[alias.alias] = alias
        value = json.dumps(alias.target, ensure_ascii=False).encode()
        entry = pb.Entry(key=alias.alias, value=value, codec="json", type=STRING, version=1)
        entry.created_at.CopyFrom(alias.created_at)
        entry.updated_at.CopyFrom(alias.created_at)
        self.tell(pb.WatchResponse(type=pb.CHANGE_TYPE_ALIAS_SET, entry=entry))
        return alias

    def apply_delete_alias(self, step):
        del self.aliases[step["alias"]]
        self.tell(pb.WatchResponse(type=pb.CHANGE_TYPE_ALIAS_DELETE, entry=pb.Entry(key=step["alias"])))

    def versions(self, namespace, key):
        kept = self.keys.get((namespace, key))
        if kept is None:
            raise missing(namespace, key)
        return kept[1]

    def current(self, namespace):
        """(id, entry) of a namespace, the oldest key first."""
        found = [(i, versions[-1]) for (ns, _), (i, versions) in self.keys.items() if ns == namespace]
        return sorted(found, key=lambda one: one[0])


class Watcher:
    def __init__(self, request):
        self.namespaces, self.prefixes = list(request.namespaces), list(request.prefixes)
        # One more than events, for the end.
        self.queue = asyncio.Queue(WATCHER_BUFFER + 1)

    def wants(self, change):
        if change.type in (pb.CHANGE_TYPE_ALIAS_SET, pb.CHANGE_TYPE_ALIAS_DELETE):
            return True
        entry = change.entry
        within = not self.namespaces or entry.namespace in self.namespaces
        return within and (not self.prefixes or any(entry.key.startswith(p) for p in self.prefixes))

    def take(self, change):
        if self.wants(change) and self.queue.qsize() < WATCHER_BUFFER:
            self.queue.put_nowait(change)


class Service(config_pb2_grpc.ConfigServiceServicer):
    def __init__(self, journal):
        self.watchers, self.closed = set(), False
        self.store = Store(journal, self.tell)

    def tell(self, change):
        for watcher in self.watchers:
            watcher.take(change)

    def close(self):
        self.closed = True
        for watcher in self.watchers:
            watcher.queue.put_nowait(None)

    def get(self, request):
        required(namespace=request.namespace, key=request.key)
        checked_namespace(request.namespace)
        return pb.GetResponse(entry=self.store.versions(request.namespace, request.key)[-1])

    def set(self, request):
        namespace, key = request.namespace, request.key
        required(namespace=namespace, key=key)
        size = len(request.value)
        if size > MAX_VALUE_BYTES:
            why = f"value size {size} exceeds maximum allowed size {MAX_VALUE_BYTES}"
            raise Refused(Code.INVALID_ARGUMENT, why)
        checked_namespace(namespace)
        checked_key(key)
        codec = request.codec or "json"
        kind = type_of(request.value, codec)
        exists = (namespace, key) in self.store.keys
        if request.write_mode == pb.WRITE_MODE_CREATE and exists:
            raise Refused(Code.ALREADY_EXISTS, f"key already exists: {namespace}/{key}", "KEY_EXISTS")
        if request.write_mode == pb.WRITE_MODE_UPDATE and not exists:
            raise missing(namespace, key)
        value = base64.b64encode(request.value).decode()
        entry = self.store.change(do="set", namespace=namespace, key=key, value=value, codec=codec, type=kind)
        return pb.SetResponse(entry=entry)

    def delete(self, request):
        required(namespace=request.namespace, key=request.key)
        checked_namespace(request.namespace)
        self.store.versions(request.namespace, request.key)
        self.store.change(do="delete", namespace=request.namespace, key=request.key)
        return pb.DeleteResponse()

    def list(self, request):
        required(namespace=request.namespace)
        checked_namespace(request.namespace)
        # A cursor that is none is the beginning.
        behind = int(request.cursor) if request.cursor.isdecimal() else 0
        found = [
            (i, entry)
            for i, entry in self.store.current(request.namespace)
            if i > behind and entry.key.startswith(request.prefix)
        ]
        if request.limit > 0:
            found = found[: request.limit]
        cursor = str(found[-1][0]) if found else ""
        random.shuffle(found)
        return pb.ListResponse(entries=[entry for _, entry in found], next_cursor=cursor)

    def get_versions(self, request):
        required(namespace=request.namespace, key=request.key)
        checked_namespace(request.namespace)
        checked_key(request.key)
        versions = self.store.versions(request.namespace, request.key)
        if request.version > 0:
            if request.version > len(versions):
                why = f"version not found: {request.namespace}/{request.key}"
                raise Refused(Code.NOT_FOUND, why, "VERSION_NOT_FOUND")
            return pb.GetVersionsResponse(entries=[versions[request.version - 1]], limit=1)
        if request.cursor and not request.cursor.isdecimal():
            raise Refused(Code.INTERNAL, "internal store error")
        below = int(request.cursor) if request.cursor else len(versions) + 1
        limit = max(request.limit, 0)
        found = [entry for entry in reversed(versions) if entry.version < below]
        page = found[:limit] if limit else found
        more = len(page) < len(found)
        cursor = str(page[-1].version) if more else ""
        return pb.GetVersionsResponse(entries=page, next_cursor=cursor, limit=limit)

    def snapshot(self, request):
        required(namespace=request.namespace)
        checked_namespace(request.namespace)
        entries = sorted((e for _, e in self.store.current(request.namespace)), key=lambda e: e.key.encode())
        if len(entries) > MAX_SNAPSHOT_ENTRIES:
            why = f"snapshot exceeds maximum entry count ({MAX_SNAPSHOT_ENTRIES})"
            raise Refused(Code.RESOURCE_EXHAUSTED, why)
        etag = hashlib.sha256("".join(f"{e.key}:{e.version}\n" for e in entries).encode()).hexdigest()
        if request.if_none_match == etag:
            return pb.SnapshotResponse(etag=etag, not_modified=True)
        return pb.SnapshotResponse(entries=entries, etag=etag)

    def check_access(self, _request):
        # Nobody told it who calls.
        return pb.CheckAccessResponse()

    def set_alias(self, request):
        alias, target = request.alias, request.target
        required(alias=alias, target=target)
        checked_key(alias)
        checked_key(target)
        taken = next((ns for ns, key in self.store.keys if key == alias), None)
        why = "alias already registered" if alias in self.store.aliases else None
        why = why or (f'key exists in namespace "{taken}"' if taken is not None else None)
        if why:
            said = f'config: alias "{alias}" already exists: {why}'
            raise Refused(Code.ALREADY_EXISTS, said, "ALIAS_EXISTS")
        return pb.SetAliasResponse(alias=self.store.change(do="set_alias", alias=alias, target=target))

    def delete_alias(self, request):
        self.known_alias(request)
        self.store.change(do="delete_alias", alias=request.alias)
        return pb.DeleteAliasResponse()

    def get_alias(self, request):
        return pb.GetAliasResponse(alias=self.known_alias(request))

    def known_alias(self, request):
        required(alias=request.alias)
        found = self.store.aliases.get(request.alias)
        if found is None:
            raise missing("", request.alias)
        return found

    def list_aliases(self, _request):
        aliases = list(self.store.aliases.values())
        random.shuffle(aliases)
        return pb.ListAliasesResponse(aliases=aliases)

    def list_codecs(self, _request):
        return pb.ListCodecsResponse(codecs=["json", "secret"])

    def list_namespaces(self, request):
        limit = 50 if request.limit <= 0 else min(request.limit, 500)
        begin = b"\x01\x06memory"
        behind = ""
        if request.cursor:
            try:
                raw = base64.b64decode(request.cursor + "=" * (-len(request.cursor) % 4), altchars=b"-_", validate=True)
                behind = raw.removeprefix(begin).decode()
            except ValueError:
                raw = b""
            if not raw.startswith(begin):
                raise Refused(Code.INVALID_ARGUMENT, "config: invalid cursor", "INVALID_CURSOR")
        names = {ns for ns, _ in self.store.keys if ns.startswith(request.prefix) and ns > behind}
        names = sorted(names)
        page = names[:limit]
        cursor = base64.urlsafe_b64encode(begin + page[-1].encode()).decode().rstrip("=") if page else ""
        return pb.ListNamespacesResponse(namespaces=page, next_cursor=cursor if len(names) > limit else "")

    async def watch(self, request, _context):
        for names, what in ((request.namespaces, "namespaces"), (request.prefixes, "prefixes")):
            if len(names) > MAX_FILTERS:
                why = f"too many {what} (max {MAX_FILTERS}, got {len(names)})"
                raise Refused(Code.INVALID_ARGUMENT, why)
        if self.closed:
            raise Refused(Code.UNAVAILABLE, "config: store closed", "STORE_CLOSED")
        watcher = Watcher(request)
        self.watchers.add(watcher)
        try:
            # The end of the store is the end of the stream, with OK.
            while (change := await watcher.queue.get()) is not None:
                yield change
        finally:
            self.watchers.discard(watcher)


async def told(context, refused):
    trailers = (("grpc-status-details-bin", refused.details()),) if refused.reason else ()
    await context.abort(refused.code, refused.message, trailers)


def unary(call):
    async def answer(request, context):
        try:
            return call(request)
        except Refused as refused:
            return await told(context, refused)

    return answer


def stream(call):
    async def answer(request, context):
        try:
            async for message in call(request, context):
                yield message
        except Refused as refused:
            await told(context, refused)

    return answer


def bound(service):
    """Every call of the API, under the name it has there."""
    for name in vars(config_pb2_grpc.ConfigServiceServicer):
        if name[0].isupper():
            call = getattr(service, re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower())
            setattr(service, name, stream(call) if name == "Watch" else unary(call))
    return service


async def serve(port, journal=None):
    service = bound(Service(journal))
    # The pings that it bears are those of the original: it says GOAWAY to more than two in five minutes without a stream.
    server = grpc.aio.server(options=[("grpc.so_reuseport", 0)])
    config_pb2_grpc.add_ConfigServiceServicer_to_server(service, server)
    server.add_insecure_port(f"127.0.0.1:{port}")
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await server.start()
    print("ready", flush=True)
    await stop.wait()
    service.close()
    await server.stop(grace=2)


if __name__ == "__main__":
    asyncio.run(serve(*sys.argv[1:]))
