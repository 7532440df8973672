"""A gRPC client of another implementation than Holdfast's own (grpcio), run by tests/blackbox/foreign.rs.

    client.py basic ADDRESS                 every basic call; ends with "done"
    client.py reconnect ADDRESS             watches and writes over restarts of the server; driven by lines on stdin
    client.py idle ADDRESS SECONDS PING_MS  holds a connection without a stream, pinging; then calls; ends with "done"

It speaks to the test in lines on stdout. Anything unexpected ends it with a traceback and exit code 1.
"""

import sys
import threading
import time

import grpc

from config.v1 import config_pb2 as pb
from config.v1 import config_pb2_grpc
from holdfast.v1 import holdfast_pb2 as hf
from holdfast.v1 import holdfast_pb2_grpc

# A call that takes longer has hung.
CALL_SECONDS = 30
# Of the Go client of the config.v1 dialect: pings also while there is no stream.
KEEPALIVE = [
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.http2.max_pings_without_data", 0),
    ("grpc.enable_http_proxy", 0),
]
RETRIES = """{"methodConfig": [{"name": [{"service": "config.v1.ConfigService"}], "waitForReady": true,
  "retryPolicy": {"maxAttempts": 5, "initialBackoff": "0.1s", "maxBackoff": "1s", "backoffMultiplier": 2,
                  "retryableStatusCodes": ["UNAVAILABLE"]}}]}"""


def say(line):
    # One write: print writes the end of the line by itself, and another thread's line comes between.
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def fails(code, call, request):
    """The error of a call that has to fail with this code."""
    try:
        call(request, timeout=CALL_SECONDS)
    except grpc.RpcError as error:
        assert error.code() == code, f"{error.code()} instead of {code}: {error.details()}"
        return error
    raise AssertionError(f"{request} did not fail with {code}")


def detail(error):
    """The raw details of an error."""
    return dict(error.trailing_metadata()).get("grpc-status-details-bin", b"")


def entries(config):
    answer = config.Set(pb.SetRequest(namespace="py", key="app/name", value=b'"demo"'), timeout=CALL_SECONDS)
    assert (answer.entry.version, answer.entry.type, answer.entry.codec) == (1, 3, "json"), answer
    answer = config.Set(pb.SetRequest(namespace="py", key="app/name", value=b'"again"'), timeout=CALL_SECONDS)
    assert answer.entry.version == 2, answer
    answer = config.Get(pb.GetRequest(namespace="py", key="app/name"), timeout=CALL_SECONDS)
    assert answer.entry.value == b'"again"', answer
    missing = fails(grpc.StatusCode.NOT_FOUND, config.Get, pb.GetRequest(namespace="py", key="nope"))
    assert missing.details() == "key not found: py/nope", missing.details()
    assert b"NOT_FOUND" in detail(missing) and b"config.rbaliyan.com" in detail(missing), detail(missing)
    create = pb.SetRequest(namespace="py", key="app/name", value=b"1", write_mode=pb.WRITE_MODE_CREATE)
    assert b"KEY_EXISTS" in detail(fails(grpc.StatusCode.ALREADY_EXISTS, config.Set, create))
    answer = config.GetVersions(pb.GetVersionsRequest(namespace="py", key="app/name"), timeout=CALL_SECONDS)
    assert [entry.version for entry in answer.entries] == [2, 1], answer
    answer = config.List(pb.ListRequest(namespace="py", prefix="app/"), timeout=CALL_SECONDS)
    assert [entry.key for entry in answer.entries] == ["app/name"], answer
    answer = config.Snapshot(pb.SnapshotRequest(namespace="py"), timeout=CALL_SECONDS)
    assert len(answer.entries) == 1 and len(answer.etag) == 64, answer
    again = pb.SnapshotRequest(namespace="py", if_none_match=answer.etag)
    assert config.Snapshot(again, timeout=CALL_SECONDS).not_modified
    config.Delete(pb.DeleteRequest(namespace="py", key="app/name"), timeout=CALL_SECONDS)
    fails(grpc.StatusCode.NOT_FOUND, config.Delete, pb.DeleteRequest(namespace="py", key="app/name"))


def names_and_aliases(config):
    config.Set(pb.SetRequest(namespace="py", key="k", value=b"1"), timeout=CALL_SECONDS)
    answer = config.ListNamespaces(pb.ListNamespacesRequest(), timeout=CALL_SECONDS)
    assert "py" in answer.namespaces, answer
    answer = config.ListCodecs(pb.ListCodecsRequest(), timeout=CALL_SECONDS)
    assert {"json", "secret"} <= set(answer.codecs), answer
    answer = config.CheckAccess(pb.CheckAccessRequest(namespace="py"), timeout=CALL_SECONDS)
    assert answer.can_read and answer.can_write, answer
    config.SetAlias(pb.SetAliasRequest(alias="short", target="k"), timeout=CALL_SECONDS)
    answer = config.GetAlias(pb.GetAliasRequest(alias="short"), timeout=CALL_SECONDS)
    assert answer.alias.target == "k", answer
    answer = config.ListAliases(pb.ListAliasesRequest(), timeout=CALL_SECONDS)
    assert [alias.alias for alias in answer.aliases] == ["short"], answer
    config.DeleteAlias(pb.DeleteAliasRequest(alias="short"), timeout=CALL_SECONDS)


def watches(channel, config):
    watch = config.Watch(pb.WatchRequest(namespaces=["py-watch"]))
    watch.initial_metadata()  # comes when the server has registered the watcher
    config.Set(pb.SetRequest(namespace="py-watch", key="k", value=b"1"), timeout=CALL_SECONDS)
    config.Delete(pb.DeleteRequest(namespace="py-watch", key="k"), timeout=CALL_SECONDS)
    kinds = [next(watch).type, next(watch).type]
    assert kinds == [pb.CHANGE_TYPE_SET, pb.CHANGE_TYPE_DELETE], kinds
    watch.cancel()

    holdfast = holdfast_pb2_grpc.HoldfastServiceStub(channel)
    writes = [hf.Write(namespace="py-batch", key=key, put=hf.Put(value=b"1")) for key in "abc"]
    answer = holdfast.Commit(hf.CommitRequest(writes=writes, reason="a batch"), timeout=CALL_SECONDS)
    assert [result.version for result in answer.results] == [1, 1, 1], answer
    request = hf.WatchRequest(filters=[hf.Filter(namespace="py-batch")], after_revision=0)
    watch = holdfast.Watch(request)
    frame = next(watch)
    assert frame.revision == answer.revision and frame.last, frame
    assert [event.key for event in frame.events] == ["a", "b", "c"], frame
    assert frame.token == answer.token, (frame.token, answer.token)
    watch.cancel()


def basic(address):
    with grpc.insecure_channel(address, options=KEEPALIVE) as channel:
        config = config_pb2_grpc.ConfigServiceStub(channel)
        entries(config)
        names_and_aliases(config)
        watches(channel, config)
    say("done")


def keep_watching(config):
    """Watches, and watches again whenever the stream ends with an error, as clients of the dialect do."""
    while True:
        watch = config.Watch(pb.WatchRequest(namespaces=["py"]), wait_for_ready=True)
        try:
            watch.initial_metadata()
            say("watching")
            for event in watch:
                say(f"event {event.entry.key} {event.entry.value.decode()}")
            say("ended with OK")
            return
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.CANCELLED:
                return
            say(f"lost {error.code().name}")
            time.sleep(0.05)


def reconnect(address):
    options = KEEPALIVE + [
        ("grpc.service_config", RETRIES),
        ("grpc.min_reconnect_backoff_ms", 50),
        ("grpc.initial_reconnect_backoff_ms", 50),
        ("grpc.max_reconnect_backoff_ms", 200),
    ]
    with grpc.insecure_channel(address, options=options) as channel:
        config = config_pb2_grpc.ConfigServiceStub(channel)
        threading.Thread(target=keep_watching, args=(config,), daemon=True).start()
        # "set KEY VALUE" writes, "get KEY" reads; both wait for a server that is away and try again.
        for line in sys.stdin:
            verb, key, *value = line.split()
            if verb == "set":
                request = pb.SetRequest(namespace="py", key=key, value=value[0].encode())
                answer = config.Set(request, timeout=CALL_SECONDS)
                say(f"written {key} {answer.entry.version}")
            else:
                answer = config.Get(pb.GetRequest(namespace="py", key=key), timeout=CALL_SECONDS)
                say(f"read {key} {answer.entry.value.decode()}")
    say("done")


def idle(address, seconds, ping_ms):
    pings = [(name, int(ping_ms) if name == "grpc.keepalive_time_ms" else value) for name, value in KEEPALIVE]
    with grpc.insecure_channel(address, options=pings) as channel:
        config = config_pb2_grpc.ConfigServiceStub(channel)
        config.Set(pb.SetRequest(namespace="py", key="k", value=b"1"), timeout=CALL_SECONDS)
        say("idle")
        time.sleep(float(seconds))
        answer = config.Get(pb.GetRequest(namespace="py", key="k"), timeout=CALL_SECONDS)
        assert answer.entry.value == b"1", answer
    say("done")


if __name__ == "__main__":
    {"basic": basic, "reconnect": reconnect, "idle": idle}[sys.argv[1]](*sys.argv[2:])
