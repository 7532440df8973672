import datetime

from google.protobuf import empty_pb2 as _empty_pb2
from google.protobuf import struct_pb2 as _struct_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Fence(_message.Message):
    __slots__ = ("domain", "key", "revision")
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    domain: str
    key: str
    revision: int
    def __init__(self, domain: _Optional[str] = ..., key: _Optional[str] = ..., revision: _Optional[int] = ...) -> None: ...

class StateRef(_message.Message):
    __slots__ = ("domain", "type", "key", "fence")
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    FENCE_FIELD_NUMBER: _ClassVar[int]
    domain: str
    type: str
    key: str
    fence: Fence
    def __init__(self, domain: _Optional[str] = ..., type: _Optional[str] = ..., key: _Optional[str] = ..., fence: _Optional[_Union[Fence, _Mapping]] = ...) -> None: ...

class State(_message.Message):
    __slots__ = ("domain", "type", "key", "values", "fence")
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    FENCE_FIELD_NUMBER: _ClassVar[int]
    domain: str
    type: str
    key: str
    values: _struct_pb2.Struct
    fence: Fence
    def __init__(self, domain: _Optional[str] = ..., type: _Optional[str] = ..., key: _Optional[str] = ..., values: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., fence: _Optional[_Union[Fence, _Mapping]] = ...) -> None: ...

class StateValues(_message.Message):
    __slots__ = ("state_values", "next_cursor")
    STATE_VALUES_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    state_values: _containers.RepeatedCompositeFieldContainer[State]
    next_cursor: str
    def __init__(self, state_values: _Optional[_Iterable[_Union[State, _Mapping]]] = ..., next_cursor: _Optional[str] = ...) -> None: ...

class SearchStateOpts(_message.Message):
    __slots__ = ("domain", "type", "query_string", "limit", "offset", "sort", "cursor")
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    QUERY_STRING_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    SORT_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    domain: str
    type: str
    query_string: str
    limit: int
    offset: int
    sort: Sort
    cursor: str
    def __init__(self, domain: _Optional[str] = ..., type: _Optional[str] = ..., query_string: _Optional[str] = ..., limit: _Optional[int] = ..., offset: _Optional[int] = ..., sort: _Optional[_Union[Sort, _Mapping]] = ..., cursor: _Optional[str] = ...) -> None: ...

class SearchEventOpts(_message.Message):
    __slots__ = ("domain", "type", "key", "query_string", "min", "max", "limit", "offset", "sort", "cursor")
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    QUERY_STRING_FIELD_NUMBER: _ClassVar[int]
    MIN_FIELD_NUMBER: _ClassVar[int]
    MAX_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    SORT_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    domain: str
    type: str
    key: str
    query_string: str
    min: int
    max: int
    limit: int
    offset: int
    sort: Sort
    cursor: str
    def __init__(self, domain: _Optional[str] = ..., type: _Optional[str] = ..., key: _Optional[str] = ..., query_string: _Optional[str] = ..., min: _Optional[int] = ..., max: _Optional[int] = ..., limit: _Optional[int] = ..., offset: _Optional[int] = ..., sort: _Optional[_Union[Sort, _Mapping]] = ..., cursor: _Optional[str] = ...) -> None: ...

class Sort(_message.Message):
    __slots__ = ("field", "reverse")
    FIELD_FIELD_NUMBER: _ClassVar[int]
    REVERSE_FIELD_NUMBER: _ClassVar[int]
    field: str
    reverse: bool
    def __init__(self, field: _Optional[str] = ..., reverse: _Optional[bool] = ...) -> None: ...

class StreamOpts(_message.Message):
    __slots__ = ("domain", "type", "consumer_group", "since", "acknowledge", "max_unacked")
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    CONSUMER_GROUP_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    ACKNOWLEDGE_FIELD_NUMBER: _ClassVar[int]
    MAX_UNACKED_FIELD_NUMBER: _ClassVar[int]
    domain: str
    type: str
    consumer_group: str
    since: str
    acknowledge: bool
    max_unacked: int
    def __init__(self, domain: _Optional[str] = ..., type: _Optional[str] = ..., consumer_group: _Optional[str] = ..., since: _Optional[str] = ..., acknowledge: _Optional[bool] = ..., max_unacked: _Optional[int] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ("id", "state", "claims", "time", "method", "revision", "redelivered")
    ID_FIELD_NUMBER: _ClassVar[int]
    STATE_FIELD_NUMBER: _ClassVar[int]
    CLAIMS_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    REDELIVERED_FIELD_NUMBER: _ClassVar[int]
    id: str
    state: State
    claims: _struct_pb2.Struct
    time: int
    method: str
    revision: int
    redelivered: bool
    def __init__(self, id: _Optional[str] = ..., state: _Optional[_Union[State, _Mapping]] = ..., claims: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., time: _Optional[int] = ..., method: _Optional[str] = ..., revision: _Optional[int] = ..., redelivered: _Optional[bool] = ...) -> None: ...

class Events(_message.Message):
    __slots__ = ("events", "next_cursor")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[Event]
    next_cursor: str
    def __init__(self, events: _Optional[_Iterable[_Union[Event, _Mapping]]] = ..., next_cursor: _Optional[str] = ...) -> None: ...

class EventRef(_message.Message):
    __slots__ = ("domain", "type", "key", "id", "fence")
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    FENCE_FIELD_NUMBER: _ClassVar[int]
    domain: str
    type: str
    key: str
    id: str
    fence: Fence
    def __init__(self, domain: _Optional[str] = ..., type: _Optional[str] = ..., key: _Optional[str] = ..., id: _Optional[str] = ..., fence: _Optional[_Union[Fence, _Mapping]] = ...) -> None: ...

class AckOpts(_message.Message):
    __slots__ = ("domain", "type", "consumer_group", "ids", "returned")
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    CONSUMER_GROUP_FIELD_NUMBER: _ClassVar[int]
    IDS_FIELD_NUMBER: _ClassVar[int]
    RETURNED_FIELD_NUMBER: _ClassVar[int]
    domain: str
    type: str
    consumer_group: str
    ids: _containers.RepeatedScalarFieldContainer[str]
    returned: _containers.RepeatedScalarFieldContainer[str]
    def __init__(self, domain: _Optional[str] = ..., type: _Optional[str] = ..., consumer_group: _Optional[str] = ..., ids: _Optional[_Iterable[str]] = ..., returned: _Optional[_Iterable[str]] = ...) -> None: ...

class AckAnswer(_message.Message):
    __slots__ = ("acknowledged",)
    ACKNOWLEDGED_FIELD_NUMBER: _ClassVar[int]
    acknowledged: int
    def __init__(self, acknowledged: _Optional[int] = ...) -> None: ...

class EntityRef(_message.Message):
    __slots__ = ("domain", "type", "key", "fence")
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    FENCE_FIELD_NUMBER: _ClassVar[int]
    domain: str
    type: str
    key: str
    fence: Fence
    def __init__(self, domain: _Optional[str] = ..., type: _Optional[str] = ..., key: _Optional[str] = ..., fence: _Optional[_Union[Fence, _Mapping]] = ...) -> None: ...

class Entity(_message.Message):
    __slots__ = ("domain", "type", "key", "values", "fence")
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUES_FIELD_NUMBER: _ClassVar[int]
    FENCE_FIELD_NUMBER: _ClassVar[int]
    domain: str
    type: str
    key: str
    values: _struct_pb2.Struct
    fence: Fence
    def __init__(self, domain: _Optional[str] = ..., type: _Optional[str] = ..., key: _Optional[str] = ..., values: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., fence: _Optional[_Union[Fence, _Mapping]] = ...) -> None: ...

class Entities(_message.Message):
    __slots__ = ("entities", "next_cursor")
    ENTITIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    entities: _containers.RepeatedCompositeFieldContainer[Entity]
    next_cursor: str
    def __init__(self, entities: _Optional[_Iterable[_Union[Entity, _Mapping]]] = ..., next_cursor: _Optional[str] = ...) -> None: ...

class SearchEntityOpts(_message.Message):
    __slots__ = ("domain", "type", "query_string", "limit", "offset", "sort", "cursor")
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    QUERY_STRING_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    OFFSET_FIELD_NUMBER: _ClassVar[int]
    SORT_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    domain: str
    type: str
    query_string: str
    limit: int
    offset: int
    sort: Sort
    cursor: str
    def __init__(self, domain: _Optional[str] = ..., type: _Optional[str] = ..., query_string: _Optional[str] = ..., limit: _Optional[int] = ..., offset: _Optional[int] = ..., sort: _Optional[_Union[Sort, _Mapping]] = ..., cursor: _Optional[str] = ...) -> None: ...

class Message(_message.Message):
    __slots__ = ("domain", "channel", "type", "body")
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    domain: str
    channel: str
    type: str
    body: _struct_pb2.Struct
    def __init__(self, domain: _Optional[str] = ..., channel: _Optional[str] = ..., type: _Optional[str] = ..., body: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ...) -> None: ...

class PeerMessage(_message.Message):
    __slots__ = ("id", "domain", "channel", "type", "body", "claims", "time")
    ID_FIELD_NUMBER: _ClassVar[int]
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    BODY_FIELD_NUMBER: _ClassVar[int]
    CLAIMS_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    id: str
    domain: str
    channel: str
    type: str
    body: _struct_pb2.Struct
    claims: _struct_pb2.Struct
    time: int
    def __init__(self, id: _Optional[str] = ..., domain: _Optional[str] = ..., channel: _Optional[str] = ..., type: _Optional[str] = ..., body: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., claims: _Optional[_Union[_struct_pb2.Struct, _Mapping]] = ..., time: _Optional[int] = ...) -> None: ...

class StreamMessageOpts(_message.Message):
    __slots__ = ("domain", "channel", "type", "consumer_group")
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    CHANNEL_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    CONSUMER_GROUP_FIELD_NUMBER: _ClassVar[int]
    domain: str
    channel: str
    type: str
    consumer_group: str
    def __init__(self, domain: _Optional[str] = ..., channel: _Optional[str] = ..., type: _Optional[str] = ..., consumer_group: _Optional[str] = ...) -> None: ...

class CacheRef(_message.Message):
    __slots__ = ("domain", "key")
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    domain: str
    key: str
    def __init__(self, domain: _Optional[str] = ..., key: _Optional[str] = ...) -> None: ...

class Cache(_message.Message):
    __slots__ = ("domain", "key", "value", "exp")
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    EXP_FIELD_NUMBER: _ClassVar[int]
    domain: str
    key: str
    value: _struct_pb2.Value
    exp: _timestamp_pb2.Timestamp
    def __init__(self, domain: _Optional[str] = ..., key: _Optional[str] = ..., value: _Optional[_Union[_struct_pb2.Value, _Mapping]] = ..., exp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...

class MutexRef(_message.Message):
    __slots__ = ("domain", "key", "owner")
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    domain: str
    key: str
    owner: str
    def __init__(self, domain: _Optional[str] = ..., key: _Optional[str] = ..., owner: _Optional[str] = ...) -> None: ...

class Mutex(_message.Message):
    __slots__ = ("domain", "key", "exp", "owner")
    DOMAIN_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    EXP_FIELD_NUMBER: _ClassVar[int]
    OWNER_FIELD_NUMBER: _ClassVar[int]
    domain: str
    key: str
    exp: _timestamp_pb2.Timestamp
    owner: str
    def __init__(self, domain: _Optional[str] = ..., key: _Optional[str] = ..., exp: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., owner: _Optional[str] = ...) -> None: ...

class Locked(_message.Message):
    __slots__ = ("owner", "revision")
    OWNER_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    owner: str
    revision: int
    def __init__(self, owner: _Optional[str] = ..., revision: _Optional[int] = ...) -> None: ...
