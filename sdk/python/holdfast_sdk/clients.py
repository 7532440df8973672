"""All services of one server over one connection."""

from typing import Optional
from urllib.parse import urlsplit

import grpc

from .gen.config.v1.config_pb2_grpc import ConfigServiceStub
from .gen.holdfast.v1.holdfast_pb2_grpc import HoldfastServiceStub
from .gen.holdfast.v1.trust_pb2_grpc import TrustServiceStub
from .gen.stategate import schema_pb2_grpc as stategate

# Snapshots are larger than what gRPC takes by default.
MAX_ANSWER_BYTES = 256 << 20


class _Bearer(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    """Shows a token with every call."""

    def __init__(self, token: str):
        self._header = ("authorization", f"Bearer {token}")

    def _shown(self, details):
        return details._replace(metadata=[*(details.metadata or ()), self._header])

    def intercept_unary_unary(self, continuation, client_call_details, request):
        return continuation(self._shown(client_call_details), request)

    def intercept_unary_stream(self, continuation, client_call_details, request):
        return continuation(self._shown(client_call_details), request)


class ClientSet:
    """All services of one server over one connection. It may be used by several threads at once.

    ``endpoint`` is http://127.0.0.1:8080 or https://holdfast.example:443; it connects with the first call. ``token`` is shown with every
    call: over http:// whoever can listen on the way reads it. ``tls`` says whom to trust at https://, and with which certificate to show
    oneself; without it, the authorities that gRPC knows. ``options`` are those of ``grpc.insecure_channel``.

    Raises ``ValueError`` about the endpoint, never about the server.
    """

    def __init__(self, endpoint: str, *, token: Optional[str] = None,
                 tls: Optional[grpc.ChannelCredentials] = None, options=()):
        at = urlsplit(endpoint)
        if at.scheme not in ("http", "https") or not at.netloc or (tls and at.scheme == "http"):
            raise ValueError(f"{endpoint!r} is no endpoint such as https://holdfast.example:443 or, without TLS, http://127.0.0.1:8080")
        options = [("grpc.max_receive_message_length", MAX_ANSWER_BYTES), *options]
        if at.scheme == "https":
            self._channel = grpc.secure_channel(at.netloc, tls or grpc.ssl_channel_credentials(), options)
        else:
            self._channel = grpc.insecure_channel(at.netloc, options)
        channel = grpc.intercept_channel(self._channel, _Bearer(token)) if token else self._channel
        self.channel = channel
        #: config.v1: the keys of namespaces.
        self.config = ConfigServiceStub(channel)
        #: holdfast.v1: commits, transactions, the past, watches that resume.
        self.holdfast = HoldfastServiceStub(channel)
        #: Tokens, users and roles.
        self.trust = TrustServiceStub(channel)
        #: The states of stategate.
        self.state = stategate.StateServiceStub(channel)
        #: The same by their newer name.
        self.entity = stategate.EntityServiceStub(channel)
        #: What happened to them.
        self.event = stategate.EventServiceStub(channel)
        #: Messages between those who are connected.
        self.peer = stategate.PeerServiceStub(channel)
        #: Values that may go at a time.
        self.cache = stategate.CacheServiceStub(channel)
        #: Locks.
        self.mutex = stategate.MutexServiceStub(channel)

    def close(self) -> None:
        """Ends the connection and all calls on it."""
        self._channel.close()

    def __enter__(self) -> "ClientSet":
        return self

    def __exit__(self, *_) -> None:
        self.close()
