"""A stategate v0.5.0 client of another implementation (grpcio, stubs made from the schema), run by tests/blackbox/stategate.

    state_client.py ADDRESS    cases 1-3 and 5-8 of the contract; ends with "done"

Anything unexpected ends it with a traceback and exit code 1.
"""

import json
import sys
import time
import uuid

import grpc
from google.protobuf import json_format, struct_pb2

from stategate import schema_pb2 as pb
from stategate import schema_pb2_grpc

# A call that takes longer has hung.
CALL_SECONDS = 30
STREAM_SECONDS = 120


def struct(values):
    return json_format.ParseDict(values, struct_pb2.Struct())


def plain(message):
    return json_format.MessageToDict(message)


def state(key, values, domain="acme", kind="message"):
    return pb.State(domain=domain, type=kind, key=key, values=struct(values))


def ref(key, domain="acme", kind="message"):
    return pb.StateRef(domain=domain, type=kind, key=key)


def missing(call, request):
    """The envelope of a call that has to fail because there is no such state."""
    try:
        call(request, timeout=CALL_SECONDS)
    except grpc.RpcError as error:
        assert error.code() == grpc.StatusCode.NOT_FOUND, (error.code(), error.details())
        envelope = json.loads(error.details())
        assert (envelope["type"], envelope["info"]) == (5, "failed to find state"), envelope
        wanted = {"state_domain": request.domain, "state_type": request.type, "state_key": request.key}
        assert wanted.items() <= envelope["metadata"].items(), envelope
        return
    raise AssertionError(f"{request} was found")


def case_1_three_writes_are_three_events(states, events):
    stream = events.Stream(pb.StreamOpts(domain="acme", type="message"), timeout=STREAM_SECONDS)
    stream.initial_metadata()  # comes when the stream is live
    for _ in range(3):
        states.Set(state("favorite_quote", {"message": "hello world"}), timeout=CALL_SECONDS)
    got = [next(stream) for _ in range(3)]
    for event in got:
        assert uuid.UUID(event.id).version == 4, event
        assert event.HasField("claims") and event.time > 0, event
        assert (event.state.domain, event.state.type, event.state.key) == ("acme", "message", "favorite_quote"), event
        assert plain(event.state.values) == {"message": "hello world"}, event
    assert len({event.id for event in got}) == 3, got
    assert sorted(event.time for event in got) == [event.time for event in got], got
    # Nothing came between: what comes next is what is written next.
    states.Set(state("another", {}), timeout=CALL_SECONDS)
    assert next(stream).state.key == "another"
    states.Del(ref("another"), timeout=CALL_SECONDS)
    stream.cancel()
    return [event.id for event in got]


def case_2_events_of_the_last_minute(events, began, ids):
    # From the minute in which the writes began; a clock may strike between.
    request = pb.SearchEventOpts(
        domain="acme", type="message", key="favorite_quote", min=began // 60_000_000_000 * 60_000_000_000, max=0, limit=3
    )
    found = events.Search(request, timeout=CALL_SECONDS).events
    assert [event.id for event in found] == ids, found


def case_3_one_state_by_its_value(states):
    request = pb.SearchStateOpts(domain="acme", type="message", query_string='{"message":"hello world"}', limit=3)
    found = states.Search(request, timeout=CALL_SECONDS).state_values
    assert [found_state.key for found_state in found] == ["favorite_quote"], found
    assert plain(found[0].values) == {"message": "hello world"}, found


def case_5_values_come_back_as_they_were(states):
    values = {
        "nested": {"list": [1.0, "two", None, True, {"deep": []}], "object": {}},
        "null": None,
        "yes": True,
        "number": -12.5,
        "large": 9007199254740991.0,
        "text": "größe \U0001f980 \u0000 \"quoted\"",
        "with.dot": 1.0,
        "$dollar": 2.0,
        "": 3.0,
    }
    states.Set(state("nested", values), timeout=CALL_SECONDS)
    answer = states.Get(ref("nested"), timeout=CALL_SECONDS)
    assert plain(answer.values) == values, answer
    assert (answer.domain, answer.type, answer.key) == ("acme", "message", "nested"), answer


def case_6_the_second_replaces_the_first(states):
    states.Set(state("twice", {"first": 1.0, "both": 1.0}), timeout=CALL_SECONDS)
    states.Set(state("twice", {"both": 2.0}), timeout=CALL_SECONDS)
    assert plain(states.Get(ref("twice"), timeout=CALL_SECONDS).values) == {"both": 2.0}


def cases_7_and_8_what_is_not_there(states):
    missing(states.Get, ref("nobody"))
    states.Set(state("gone", {}), timeout=CALL_SECONDS)
    states.Del(ref("gone"), timeout=CALL_SECONDS)
    missing(states.Get, ref("gone"))
    missing(states.Del, ref("gone"))


def main(address):
    with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        states = schema_pb2_grpc.StateServiceStub(channel)
        events = schema_pb2_grpc.EventServiceStub(channel)
        began = time.time_ns()
        ids = case_1_three_writes_are_three_events(states, events)
        case_2_events_of_the_last_minute(events, began, ids)
        case_3_one_state_by_its_value(states)
        case_5_values_come_back_as_they_were(states)
        case_6_the_second_replaces_the_first(states)
        cases_7_and_8_what_is_not_there(states)
    print("done", flush=True)


main(sys.argv[1])
