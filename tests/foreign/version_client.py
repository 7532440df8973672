"""A stategate client of another implementation (grpcio) with the stubs of one version, run by tests/blackbox/stategate.

    version_client.py ADDRESS watch COUNT    "live", COUNT events of acme/message as JSON, "done"
    version_client.py ADDRESS suite          case 45 of the contract; ends with "done"

Anything unexpected ends it with a traceback and exit code 1.
"""

import json
import sys

import grpc
import schema_pb2 as pb
import schema_pb2_grpc
from google.protobuf import json_format, struct_pb2

# A call that takes longer has hung.
CALL_SECONDS = 30
STREAM_SECONDS = 300


def watch(channel, count):
    events = schema_pb2_grpc.EventServiceStub(channel)
    opts = getattr(pb, "StreamEventOpts", None) or pb.StreamOpts
    stream = events.Stream(opts(domain="acme", type="message"), timeout=STREAM_SECONDS)
    stream.initial_metadata()  # comes when the stream is live
    print("live", flush=True)
    for _ in range(count):
        event = next(stream)
        assert event.HasField("claims") and event.time > 0, event
        print(json.dumps(json_format.MessageToDict(event)), flush=True)
    stream.cancel()


def suite(channel):
    entities = schema_pb2_grpc.EntityServiceStub(channel)
    events = schema_pb2_grpc.EventServiceStub(channel)
    at = {"domain": "acme", "type": "message", "key": "favorite_quote"}

    def entity(values):
        return pb.Entity(values=json_format.ParseDict(values, struct_pb2.Struct()), **at)

    for _ in range(3):
        entities.Set(entity({"message": "hello world"}), timeout=CALL_SECONDS)
    edited = entities.Edit(entity({"messagev2": "hello again"}), timeout=CALL_SECONDS)
    merged = {"message": "hello world", "messagev2": "hello again"}
    assert json_format.MessageToDict(edited.values) == merged, edited
    found = events.Search(
        pb.SearchEventOpts(
            domain=at["domain"],
            type=at["type"],
            query_string='{"entity.key": "favorite_quote", "entity.values.message": "hello world"}',
            limit=10,
            sort=pb.Sort(field="time", reverse=True),
        ),
        timeout=CALL_SECONDS,
    ).events
    assert len(found) == 4 and "messagev2" in found[0].entity.values.fields, found
    assert all(event.method.startswith("/stategate.EntityService/") for event in found), found
    one = pb.EventRef(id=found[1].id, **at)
    assert events.Get(one, timeout=CALL_SECONDS) == found[1]
    assert entities.Revert(one, timeout=CALL_SECONDS) == found[1].entity
    assert entities.Get(pb.EntityRef(**at), timeout=CALL_SECONDS) == found[1].entity
    entities.Del(pb.EntityRef(**at), timeout=CALL_SECONDS)
    try:
        entities.Get(pb.EntityRef(**at), timeout=CALL_SECONDS)
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.NOT_FOUND, error
        return
    raise AssertionError("it is still there")


def main(address, verb, *rest):
    with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        if verb == "watch":
            watch(channel, int(rest[0]))
        else:
            suite(channel)
    print("done", flush=True)


main(*sys.argv[1:])
