import datetime

from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf import timestamp_pb2 as _timestamp_pb2
from google.protobuf.internal import containers as _containers
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Iterable as _Iterable, Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Relation(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    RELATION_UNSPECIFIED: _ClassVar[Relation]
    RELATION_EQUAL: _ClassVar[Relation]
    RELATION_NOT_EQUAL: _ClassVar[Relation]
    RELATION_GREATER: _ClassVar[Relation]
    RELATION_LESS: _ClassVar[Relation]

class WriteMode(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    WRITE_MODE_UNSPECIFIED: _ClassVar[WriteMode]
    WRITE_MODE_UPSERT: _ClassVar[WriteMode]
    WRITE_MODE_CREATE: _ClassVar[WriteMode]
    WRITE_MODE_UPDATE: _ClassVar[WriteMode]

class Cause(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    CAUSE_UNSPECIFIED: _ClassVar[Cause]
    CAUSE_CLIENT: _ClassVar[Cause]
    CAUSE_EXPIRY: _ClassVar[Cause]
    CAUSE_RETENTION: _ClassVar[Cause]
    CAUSE_MERGE: _ClassVar[Cause]

class EventKind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
    __slots__ = ()
    EVENT_KIND_UNSPECIFIED: _ClassVar[EventKind]
    EVENT_KIND_SET: _ClassVar[EventKind]
    EVENT_KIND_DELETE: _ClassVar[EventKind]
    EVENT_KIND_EXPIRE: _ClassVar[EventKind]
    EVENT_KIND_METADATA: _ClassVar[EventKind]
    EVENT_KIND_REVOKE: _ClassVar[EventKind]
    EVENT_KIND_SUPERSEDED: _ClassVar[EventKind]
RELATION_UNSPECIFIED: Relation
RELATION_EQUAL: Relation
RELATION_NOT_EQUAL: Relation
RELATION_GREATER: Relation
RELATION_LESS: Relation
WRITE_MODE_UNSPECIFIED: WriteMode
WRITE_MODE_UPSERT: WriteMode
WRITE_MODE_CREATE: WriteMode
WRITE_MODE_UPDATE: WriteMode
CAUSE_UNSPECIFIED: Cause
CAUSE_CLIENT: Cause
CAUSE_EXPIRY: Cause
CAUSE_RETENTION: Cause
CAUSE_MERGE: Cause
EVENT_KIND_UNSPECIFIED: EventKind
EVENT_KIND_SET: EventKind
EVENT_KIND_DELETE: EventKind
EVENT_KIND_EXPIRE: EventKind
EVENT_KIND_METADATA: EventKind
EVENT_KIND_REVOKE: EventKind
EVENT_KIND_SUPERSEDED: EventKind

class Moment(_message.Message):
    __slots__ = ("revision", "time", "at_least", "behind")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    AT_LEAST_FIELD_NUMBER: _ClassVar[int]
    BEHIND_FIELD_NUMBER: _ClassVar[int]
    revision: int
    time: _timestamp_pb2.Timestamp
    at_least: int
    behind: str
    def __init__(self, revision: _Optional[int] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., at_least: _Optional[int] = ..., behind: _Optional[str] = ...) -> None: ...

class Entry(_message.Message):
    __slots__ = ("namespace", "key", "value", "codec", "type", "version", "ordinal", "create_revision", "mod_revision", "created_at", "updated_at", "expires_at", "id")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    CODEC_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ORDINAL_FIELD_NUMBER: _ClassVar[int]
    CREATE_REVISION_FIELD_NUMBER: _ClassVar[int]
    MOD_REVISION_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    key: str
    value: bytes
    codec: str
    type: int
    version: int
    ordinal: int
    create_revision: int
    mod_revision: int
    created_at: _timestamp_pb2.Timestamp
    updated_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    id: str
    def __init__(self, namespace: _Optional[str] = ..., key: _Optional[str] = ..., value: _Optional[bytes] = ..., codec: _Optional[str] = ..., type: _Optional[int] = ..., version: _Optional[int] = ..., ordinal: _Optional[int] = ..., create_revision: _Optional[int] = ..., mod_revision: _Optional[int] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., id: _Optional[str] = ...) -> None: ...

class GetRequest(_message.Message):
    __slots__ = ("namespace", "key", "at")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    key: str
    at: Moment
    def __init__(self, namespace: _Optional[str] = ..., key: _Optional[str] = ..., at: _Optional[_Union[Moment, _Mapping]] = ...) -> None: ...

class GetResponse(_message.Message):
    __slots__ = ("entry", "revision", "token")
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    entry: Entry
    revision: int
    token: str
    def __init__(self, entry: _Optional[_Union[Entry, _Mapping]] = ..., revision: _Optional[int] = ..., token: _Optional[str] = ...) -> None: ...

class ListRequest(_message.Message):
    __slots__ = ("namespace", "prefix", "limit", "cursor", "at", "omit_values")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    PREFIX_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    OMIT_VALUES_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    prefix: str
    limit: int
    cursor: str
    at: Moment
    omit_values: bool
    def __init__(self, namespace: _Optional[str] = ..., prefix: _Optional[str] = ..., limit: _Optional[int] = ..., cursor: _Optional[str] = ..., at: _Optional[_Union[Moment, _Mapping]] = ..., omit_values: _Optional[bool] = ...) -> None: ...

class ListResponse(_message.Message):
    __slots__ = ("entries", "next_cursor", "revision", "token")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[Entry]
    next_cursor: str
    revision: int
    token: str
    def __init__(self, entries: _Optional[_Iterable[_Union[Entry, _Mapping]]] = ..., next_cursor: _Optional[str] = ..., revision: _Optional[int] = ..., token: _Optional[str] = ...) -> None: ...

class SnapshotRequest(_message.Message):
    __slots__ = ("namespace", "if_none_match", "at")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    IF_NONE_MATCH_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    if_none_match: str
    at: Moment
    def __init__(self, namespace: _Optional[str] = ..., if_none_match: _Optional[str] = ..., at: _Optional[_Union[Moment, _Mapping]] = ...) -> None: ...

class SnapshotResponse(_message.Message):
    __slots__ = ("entries", "etag", "not_modified", "revision", "token")
    ENTRIES_FIELD_NUMBER: _ClassVar[int]
    ETAG_FIELD_NUMBER: _ClassVar[int]
    NOT_MODIFIED_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    entries: _containers.RepeatedCompositeFieldContainer[Entry]
    etag: str
    not_modified: bool
    revision: int
    token: str
    def __init__(self, entries: _Optional[_Iterable[_Union[Entry, _Mapping]]] = ..., etag: _Optional[str] = ..., not_modified: _Optional[bool] = ..., revision: _Optional[int] = ..., token: _Optional[str] = ...) -> None: ...

class HistoryRequest(_message.Message):
    __slots__ = ("namespace", "key", "limit", "cursor")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    key: str
    limit: int
    cursor: str
    def __init__(self, namespace: _Optional[str] = ..., key: _Optional[str] = ..., limit: _Optional[int] = ..., cursor: _Optional[str] = ...) -> None: ...

class HistoryResponse(_message.Message):
    __slots__ = ("events", "next_cursor")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[Event]
    next_cursor: str
    def __init__(self, events: _Optional[_Iterable[_Union[Event, _Mapping]]] = ..., next_cursor: _Optional[str] = ...) -> None: ...

class TxnRequest(_message.Message):
    __slots__ = ("compares", "then", "otherwise", "reason", "idempotency_key")
    COMPARES_FIELD_NUMBER: _ClassVar[int]
    THEN_FIELD_NUMBER: _ClassVar[int]
    OTHERWISE_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    compares: _containers.RepeatedCompositeFieldContainer[Compare]
    then: Branch
    otherwise: Branch
    reason: str
    idempotency_key: str
    def __init__(self, compares: _Optional[_Iterable[_Union[Compare, _Mapping]]] = ..., then: _Optional[_Union[Branch, _Mapping]] = ..., otherwise: _Optional[_Union[Branch, _Mapping]] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class Compare(_message.Message):
    __slots__ = ("namespace", "key", "relation", "version", "create_revision", "mod_revision", "ordinal", "value", "value_hash")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    RELATION_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    CREATE_REVISION_FIELD_NUMBER: _ClassVar[int]
    MOD_REVISION_FIELD_NUMBER: _ClassVar[int]
    ORDINAL_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    VALUE_HASH_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    key: str
    relation: Relation
    version: int
    create_revision: int
    mod_revision: int
    ordinal: int
    value: bytes
    value_hash: bytes
    def __init__(self, namespace: _Optional[str] = ..., key: _Optional[str] = ..., relation: _Optional[_Union[Relation, str]] = ..., version: _Optional[int] = ..., create_revision: _Optional[int] = ..., mod_revision: _Optional[int] = ..., ordinal: _Optional[int] = ..., value: _Optional[bytes] = ..., value_hash: _Optional[bytes] = ...) -> None: ...

class Branch(_message.Message):
    __slots__ = ("writes", "reads")
    WRITES_FIELD_NUMBER: _ClassVar[int]
    READS_FIELD_NUMBER: _ClassVar[int]
    writes: _containers.RepeatedCompositeFieldContainer[Write]
    reads: _containers.RepeatedCompositeFieldContainer[Read]
    def __init__(self, writes: _Optional[_Iterable[_Union[Write, _Mapping]]] = ..., reads: _Optional[_Iterable[_Union[Read, _Mapping]]] = ...) -> None: ...

class Read(_message.Message):
    __slots__ = ("namespace", "key")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    key: str
    def __init__(self, namespace: _Optional[str] = ..., key: _Optional[str] = ...) -> None: ...

class TxnResponse(_message.Message):
    __slots__ = ("succeeded", "revision", "time", "token", "results", "reads", "replayed")
    SUCCEEDED_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    READS_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    succeeded: bool
    revision: int
    time: _timestamp_pb2.Timestamp
    token: str
    results: _containers.RepeatedCompositeFieldContainer[WriteResult]
    reads: _containers.RepeatedCompositeFieldContainer[ReadResult]
    replayed: bool
    def __init__(self, succeeded: _Optional[bool] = ..., revision: _Optional[int] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., token: _Optional[str] = ..., results: _Optional[_Iterable[_Union[WriteResult, _Mapping]]] = ..., reads: _Optional[_Iterable[_Union[ReadResult, _Mapping]]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class ReadResult(_message.Message):
    __slots__ = ("entry",)
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    entry: Entry
    def __init__(self, entry: _Optional[_Union[Entry, _Mapping]] = ...) -> None: ...

class State(_message.Message):
    __slots__ = ("namespace", "at")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    at: Moment
    def __init__(self, namespace: _Optional[str] = ..., at: _Optional[_Union[Moment, _Mapping]] = ...) -> None: ...

class DiffRequest(_message.Message):
    __slots__ = ("to", "prefix", "limit", "cursor", "omit_values", "semantic")
    FROM_FIELD_NUMBER: _ClassVar[int]
    TO_FIELD_NUMBER: _ClassVar[int]
    PREFIX_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    OMIT_VALUES_FIELD_NUMBER: _ClassVar[int]
    SEMANTIC_FIELD_NUMBER: _ClassVar[int]
    to: State
    prefix: str
    limit: int
    cursor: str
    omit_values: bool
    semantic: bool
    def __init__(self, to: _Optional[_Union[State, _Mapping]] = ..., prefix: _Optional[str] = ..., limit: _Optional[int] = ..., cursor: _Optional[str] = ..., omit_values: _Optional[bool] = ..., semantic: _Optional[bool] = ..., **kwargs) -> None: ...

class DiffResponse(_message.Message):
    __slots__ = ("differences", "next_cursor", "from_revision", "to_revision")
    DIFFERENCES_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    FROM_REVISION_FIELD_NUMBER: _ClassVar[int]
    TO_REVISION_FIELD_NUMBER: _ClassVar[int]
    differences: _containers.RepeatedCompositeFieldContainer[Difference]
    next_cursor: str
    from_revision: int
    to_revision: int
    def __init__(self, differences: _Optional[_Iterable[_Union[Difference, _Mapping]]] = ..., next_cursor: _Optional[str] = ..., from_revision: _Optional[int] = ..., to_revision: _Optional[int] = ...) -> None: ...

class Difference(_message.Message):
    __slots__ = ("key", "kind", "old", "new", "json")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[Difference.Kind]
        KIND_ADDED: _ClassVar[Difference.Kind]
        KIND_REMOVED: _ClassVar[Difference.Kind]
        KIND_CHANGED: _ClassVar[Difference.Kind]
    KIND_UNSPECIFIED: Difference.Kind
    KIND_ADDED: Difference.Kind
    KIND_REMOVED: Difference.Kind
    KIND_CHANGED: Difference.Kind
    KEY_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    OLD_FIELD_NUMBER: _ClassVar[int]
    NEW_FIELD_NUMBER: _ClassVar[int]
    JSON_FIELD_NUMBER: _ClassVar[int]
    key: str
    kind: Difference.Kind
    old: Entry
    new: Entry
    json: _containers.RepeatedCompositeFieldContainer[JsonChange]
    def __init__(self, key: _Optional[str] = ..., kind: _Optional[_Union[Difference.Kind, str]] = ..., old: _Optional[_Union[Entry, _Mapping]] = ..., new: _Optional[_Union[Entry, _Mapping]] = ..., json: _Optional[_Iterable[_Union[JsonChange, _Mapping]]] = ...) -> None: ...

class JsonChange(_message.Message):
    __slots__ = ("pointer", "old", "new")
    POINTER_FIELD_NUMBER: _ClassVar[int]
    OLD_FIELD_NUMBER: _ClassVar[int]
    NEW_FIELD_NUMBER: _ClassVar[int]
    pointer: str
    old: str
    new: str
    def __init__(self, pointer: _Optional[str] = ..., old: _Optional[str] = ..., new: _Optional[str] = ...) -> None: ...

class RollbackRequest(_message.Message):
    __slots__ = ("namespace", "key", "prefix", "revision", "time", "dry_run", "expect_head", "reason", "idempotency_key")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    PREFIX_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    DRY_RUN_FIELD_NUMBER: _ClassVar[int]
    EXPECT_HEAD_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    key: str
    prefix: str
    revision: int
    time: _timestamp_pb2.Timestamp
    dry_run: bool
    expect_head: int
    reason: str
    idempotency_key: str
    def __init__(self, namespace: _Optional[str] = ..., key: _Optional[str] = ..., prefix: _Optional[str] = ..., revision: _Optional[int] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., dry_run: _Optional[bool] = ..., expect_head: _Optional[int] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class RollbackResponse(_message.Message):
    __slots__ = ("to_revision", "head", "plan", "revision", "time", "token", "replayed")
    TO_REVISION_FIELD_NUMBER: _ClassVar[int]
    HEAD_FIELD_NUMBER: _ClassVar[int]
    PLAN_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    to_revision: int
    head: int
    plan: _containers.RepeatedCompositeFieldContainer[Difference]
    revision: int
    time: _timestamp_pb2.Timestamp
    token: str
    replayed: bool
    def __init__(self, to_revision: _Optional[int] = ..., head: _Optional[int] = ..., plan: _Optional[_Iterable[_Union[Difference, _Mapping]]] = ..., revision: _Optional[int] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., token: _Optional[str] = ..., replayed: _Optional[bool] = ...) -> None: ...

class EventsRequest(_message.Message):
    __slots__ = ("filters", "kinds", "actor", "from_revision", "to_revision", "since", "until", "newest_first", "limit", "cursor", "omit_values")
    FILTERS_FIELD_NUMBER: _ClassVar[int]
    KINDS_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    FROM_REVISION_FIELD_NUMBER: _ClassVar[int]
    TO_REVISION_FIELD_NUMBER: _ClassVar[int]
    SINCE_FIELD_NUMBER: _ClassVar[int]
    UNTIL_FIELD_NUMBER: _ClassVar[int]
    NEWEST_FIRST_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    OMIT_VALUES_FIELD_NUMBER: _ClassVar[int]
    filters: _containers.RepeatedCompositeFieldContainer[Filter]
    kinds: _containers.RepeatedScalarFieldContainer[EventKind]
    actor: str
    from_revision: int
    to_revision: int
    since: _timestamp_pb2.Timestamp
    until: _timestamp_pb2.Timestamp
    newest_first: bool
    limit: int
    cursor: str
    omit_values: bool
    def __init__(self, filters: _Optional[_Iterable[_Union[Filter, _Mapping]]] = ..., kinds: _Optional[_Iterable[_Union[EventKind, str]]] = ..., actor: _Optional[str] = ..., from_revision: _Optional[int] = ..., to_revision: _Optional[int] = ..., since: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., until: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., newest_first: _Optional[bool] = ..., limit: _Optional[int] = ..., cursor: _Optional[str] = ..., omit_values: _Optional[bool] = ...) -> None: ...

class EventsResponse(_message.Message):
    __slots__ = ("events", "next_cursor", "revision", "oldest_revision")
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    OLDEST_REVISION_FIELD_NUMBER: _ClassVar[int]
    events: _containers.RepeatedCompositeFieldContainer[LoggedEvent]
    next_cursor: str
    revision: int
    oldest_revision: int
    def __init__(self, events: _Optional[_Iterable[_Union[LoggedEvent, _Mapping]]] = ..., next_cursor: _Optional[str] = ..., revision: _Optional[int] = ..., oldest_revision: _Optional[int] = ...) -> None: ...

class LoggedEvent(_message.Message):
    __slots__ = ("event", "actor", "reason", "cause")
    EVENT_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    event: Event
    actor: Actor
    reason: str
    cause: Cause
    def __init__(self, event: _Optional[_Union[Event, _Mapping]] = ..., actor: _Optional[_Union[Actor, _Mapping]] = ..., reason: _Optional[str] = ..., cause: _Optional[_Union[Cause, str]] = ...) -> None: ...

class SearchRequest(_message.Message):
    __slots__ = ("namespace", "prefix", "pattern", "regex", "ignore_case", "where", "at", "limit", "cursor", "omit_values")
    class Where(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        WHERE_UNSPECIFIED: _ClassVar[SearchRequest.Where]
        WHERE_KEYS: _ClassVar[SearchRequest.Where]
        WHERE_VALUES: _ClassVar[SearchRequest.Where]
        WHERE_BOTH: _ClassVar[SearchRequest.Where]
    WHERE_UNSPECIFIED: SearchRequest.Where
    WHERE_KEYS: SearchRequest.Where
    WHERE_VALUES: SearchRequest.Where
    WHERE_BOTH: SearchRequest.Where
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    PREFIX_FIELD_NUMBER: _ClassVar[int]
    PATTERN_FIELD_NUMBER: _ClassVar[int]
    REGEX_FIELD_NUMBER: _ClassVar[int]
    IGNORE_CASE_FIELD_NUMBER: _ClassVar[int]
    WHERE_FIELD_NUMBER: _ClassVar[int]
    AT_FIELD_NUMBER: _ClassVar[int]
    LIMIT_FIELD_NUMBER: _ClassVar[int]
    CURSOR_FIELD_NUMBER: _ClassVar[int]
    OMIT_VALUES_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    prefix: str
    pattern: str
    regex: bool
    ignore_case: bool
    where: SearchRequest.Where
    at: Moment
    limit: int
    cursor: str
    omit_values: bool
    def __init__(self, namespace: _Optional[str] = ..., prefix: _Optional[str] = ..., pattern: _Optional[str] = ..., regex: _Optional[bool] = ..., ignore_case: _Optional[bool] = ..., where: _Optional[_Union[SearchRequest.Where, str]] = ..., at: _Optional[_Union[Moment, _Mapping]] = ..., limit: _Optional[int] = ..., cursor: _Optional[str] = ..., omit_values: _Optional[bool] = ...) -> None: ...

class SearchResponse(_message.Message):
    __slots__ = ("matches", "next_cursor", "revision", "token")
    MATCHES_FIELD_NUMBER: _ClassVar[int]
    NEXT_CURSOR_FIELD_NUMBER: _ClassVar[int]
    REVISION_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    matches: _containers.RepeatedCompositeFieldContainer[Match]
    next_cursor: str
    revision: int
    token: str
    def __init__(self, matches: _Optional[_Iterable[_Union[Match, _Mapping]]] = ..., next_cursor: _Optional[str] = ..., revision: _Optional[int] = ..., token: _Optional[str] = ...) -> None: ...

class Match(_message.Message):
    __slots__ = ("entry", "in_key", "in_value")
    ENTRY_FIELD_NUMBER: _ClassVar[int]
    IN_KEY_FIELD_NUMBER: _ClassVar[int]
    IN_VALUE_FIELD_NUMBER: _ClassVar[int]
    entry: Entry
    in_key: bool
    in_value: bool
    def __init__(self, entry: _Optional[_Union[Entry, _Mapping]] = ..., in_key: _Optional[bool] = ..., in_value: _Optional[bool] = ...) -> None: ...

class CommitRequest(_message.Message):
    __slots__ = ("writes", "conditions", "reason", "idempotency_key")
    WRITES_FIELD_NUMBER: _ClassVar[int]
    CONDITIONS_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    IDEMPOTENCY_KEY_FIELD_NUMBER: _ClassVar[int]
    writes: _containers.RepeatedCompositeFieldContainer[Write]
    conditions: _containers.RepeatedCompositeFieldContainer[Condition]
    reason: str
    idempotency_key: str
    def __init__(self, writes: _Optional[_Iterable[_Union[Write, _Mapping]]] = ..., conditions: _Optional[_Iterable[_Union[Condition, _Mapping]]] = ..., reason: _Optional[str] = ..., idempotency_key: _Optional[str] = ...) -> None: ...

class Write(_message.Message):
    __slots__ = ("namespace", "key", "put", "delete")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    PUT_FIELD_NUMBER: _ClassVar[int]
    DELETE_FIELD_NUMBER: _ClassVar[int]
    IF_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    key: str
    put: Put
    delete: Delete
    def __init__(self, namespace: _Optional[str] = ..., key: _Optional[str] = ..., put: _Optional[_Union[Put, _Mapping]] = ..., delete: _Optional[_Union[Delete, _Mapping]] = ..., **kwargs) -> None: ...

class Put(_message.Message):
    __slots__ = ("value", "codec", "ttl", "mode")
    VALUE_FIELD_NUMBER: _ClassVar[int]
    CODEC_FIELD_NUMBER: _ClassVar[int]
    TTL_FIELD_NUMBER: _ClassVar[int]
    MODE_FIELD_NUMBER: _ClassVar[int]
    value: bytes
    codec: str
    ttl: _duration_pb2.Duration
    mode: WriteMode
    def __init__(self, value: _Optional[bytes] = ..., codec: _Optional[str] = ..., ttl: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., mode: _Optional[_Union[WriteMode, str]] = ...) -> None: ...

class Delete(_message.Message):
    __slots__ = ("missing_ok",)
    MISSING_OK_FIELD_NUMBER: _ClassVar[int]
    missing_ok: bool
    def __init__(self, missing_ok: _Optional[bool] = ...) -> None: ...

class Condition(_message.Message):
    __slots__ = ("namespace", "key")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    IF_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    key: str
    def __init__(self, namespace: _Optional[str] = ..., key: _Optional[str] = ..., **kwargs) -> None: ...

class Precondition(_message.Message):
    __slots__ = ("exists", "version", "mod_revision", "value_hash", "ordinal")
    EXISTS_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    MOD_REVISION_FIELD_NUMBER: _ClassVar[int]
    VALUE_HASH_FIELD_NUMBER: _ClassVar[int]
    ORDINAL_FIELD_NUMBER: _ClassVar[int]
    exists: bool
    version: int
    mod_revision: int
    value_hash: bytes
    ordinal: int
    def __init__(self, exists: _Optional[bool] = ..., version: _Optional[int] = ..., mod_revision: _Optional[int] = ..., value_hash: _Optional[bytes] = ..., ordinal: _Optional[int] = ...) -> None: ...

class CommitResponse(_message.Message):
    __slots__ = ("revision", "time", "token", "results", "replayed")
    REVISION_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    RESULTS_FIELD_NUMBER: _ClassVar[int]
    REPLAYED_FIELD_NUMBER: _ClassVar[int]
    revision: int
    time: _timestamp_pb2.Timestamp
    token: str
    results: _containers.RepeatedCompositeFieldContainer[WriteResult]
    replayed: bool
    def __init__(self, revision: _Optional[int] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., token: _Optional[str] = ..., results: _Optional[_Iterable[_Union[WriteResult, _Mapping]]] = ..., replayed: _Optional[bool] = ...) -> None: ...

class WriteResult(_message.Message):
    __slots__ = ("namespace", "key", "version", "ordinal", "id")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ORDINAL_FIELD_NUMBER: _ClassVar[int]
    ID_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    key: str
    version: int
    ordinal: int
    id: str
    def __init__(self, namespace: _Optional[str] = ..., key: _Optional[str] = ..., version: _Optional[int] = ..., ordinal: _Optional[int] = ..., id: _Optional[str] = ...) -> None: ...

class WatchRequest(_message.Message):
    __slots__ = ("filters", "after_revision", "token", "initial_state", "bookmark_interval")
    FILTERS_FIELD_NUMBER: _ClassVar[int]
    AFTER_REVISION_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    INITIAL_STATE_FIELD_NUMBER: _ClassVar[int]
    BOOKMARK_INTERVAL_FIELD_NUMBER: _ClassVar[int]
    filters: _containers.RepeatedCompositeFieldContainer[Filter]
    after_revision: int
    token: str
    initial_state: bool
    bookmark_interval: _duration_pb2.Duration
    def __init__(self, filters: _Optional[_Iterable[_Union[Filter, _Mapping]]] = ..., after_revision: _Optional[int] = ..., token: _Optional[str] = ..., initial_state: _Optional[bool] = ..., bookmark_interval: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ...) -> None: ...

class Filter(_message.Message):
    __slots__ = ("namespace", "prefix")
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    PREFIX_FIELD_NUMBER: _ClassVar[int]
    namespace: str
    prefix: str
    def __init__(self, namespace: _Optional[str] = ..., prefix: _Optional[str] = ...) -> None: ...

class WatchResponse(_message.Message):
    __slots__ = ("revision", "time", "events", "token", "last", "kind", "actor", "reason", "cause")
    class Kind(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        KIND_UNSPECIFIED: _ClassVar[WatchResponse.Kind]
        KIND_COMMIT: _ClassVar[WatchResponse.Kind]
        KIND_INITIAL: _ClassVar[WatchResponse.Kind]
        KIND_BOOKMARK: _ClassVar[WatchResponse.Kind]
        KIND_RESYNC: _ClassVar[WatchResponse.Kind]
    KIND_UNSPECIFIED: WatchResponse.Kind
    KIND_COMMIT: WatchResponse.Kind
    KIND_INITIAL: WatchResponse.Kind
    KIND_BOOKMARK: WatchResponse.Kind
    KIND_RESYNC: WatchResponse.Kind
    REVISION_FIELD_NUMBER: _ClassVar[int]
    TIME_FIELD_NUMBER: _ClassVar[int]
    EVENTS_FIELD_NUMBER: _ClassVar[int]
    TOKEN_FIELD_NUMBER: _ClassVar[int]
    LAST_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    ACTOR_FIELD_NUMBER: _ClassVar[int]
    REASON_FIELD_NUMBER: _ClassVar[int]
    CAUSE_FIELD_NUMBER: _ClassVar[int]
    revision: int
    time: _timestamp_pb2.Timestamp
    events: _containers.RepeatedCompositeFieldContainer[Event]
    token: str
    last: bool
    kind: WatchResponse.Kind
    actor: Actor
    reason: str
    cause: Cause
    def __init__(self, revision: _Optional[int] = ..., time: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., events: _Optional[_Iterable[_Union[Event, _Mapping]]] = ..., token: _Optional[str] = ..., last: _Optional[bool] = ..., kind: _Optional[_Union[WatchResponse.Kind, str]] = ..., actor: _Optional[_Union[Actor, _Mapping]] = ..., reason: _Optional[str] = ..., cause: _Optional[_Union[Cause, str]] = ...) -> None: ...

class Actor(_message.Message):
    __slots__ = ("identity", "method")
    IDENTITY_FIELD_NUMBER: _ClassVar[int]
    METHOD_FIELD_NUMBER: _ClassVar[int]
    identity: str
    method: str
    def __init__(self, identity: _Optional[str] = ..., method: _Optional[str] = ...) -> None: ...

class Event(_message.Message):
    __slots__ = ("id", "kind", "namespace", "key", "index", "version", "ordinal", "create_revision", "previous_revision", "value", "codec", "type", "created_at", "expires_at", "mod_revision", "updated_at")
    ID_FIELD_NUMBER: _ClassVar[int]
    KIND_FIELD_NUMBER: _ClassVar[int]
    NAMESPACE_FIELD_NUMBER: _ClassVar[int]
    KEY_FIELD_NUMBER: _ClassVar[int]
    INDEX_FIELD_NUMBER: _ClassVar[int]
    VERSION_FIELD_NUMBER: _ClassVar[int]
    ORDINAL_FIELD_NUMBER: _ClassVar[int]
    CREATE_REVISION_FIELD_NUMBER: _ClassVar[int]
    PREVIOUS_REVISION_FIELD_NUMBER: _ClassVar[int]
    VALUE_FIELD_NUMBER: _ClassVar[int]
    CODEC_FIELD_NUMBER: _ClassVar[int]
    TYPE_FIELD_NUMBER: _ClassVar[int]
    CREATED_AT_FIELD_NUMBER: _ClassVar[int]
    EXPIRES_AT_FIELD_NUMBER: _ClassVar[int]
    MOD_REVISION_FIELD_NUMBER: _ClassVar[int]
    UPDATED_AT_FIELD_NUMBER: _ClassVar[int]
    id: str
    kind: EventKind
    namespace: str
    key: str
    index: int
    version: int
    ordinal: int
    create_revision: int
    previous_revision: int
    value: bytes
    codec: str
    type: int
    created_at: _timestamp_pb2.Timestamp
    expires_at: _timestamp_pb2.Timestamp
    mod_revision: int
    updated_at: _timestamp_pb2.Timestamp
    def __init__(self, id: _Optional[str] = ..., kind: _Optional[_Union[EventKind, str]] = ..., namespace: _Optional[str] = ..., key: _Optional[str] = ..., index: _Optional[int] = ..., version: _Optional[int] = ..., ordinal: _Optional[int] = ..., create_revision: _Optional[int] = ..., previous_revision: _Optional[int] = ..., value: _Optional[bytes] = ..., codec: _Optional[str] = ..., type: _Optional[int] = ..., created_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., expires_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ..., mod_revision: _Optional[int] = ..., updated_at: _Optional[_Union[datetime.datetime, _timestamp_pb2.Timestamp, _Mapping]] = ...) -> None: ...
