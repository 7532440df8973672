"""Connects to a Holdfast server: its address, how it proves itself, and who calls.

The messages and clients themselves are generated from the server's own definitions, in ``holdfast_sdk.gen``; `config`, `holdfast`, `trust`
and `stategate` are their modules of messages.
"""

from .clients import ClientSet
from .gen.config.v1 import config_pb2 as config
from .gen.holdfast.v1 import holdfast_pb2 as holdfast
from .gen.holdfast.v1 import trust_pb2 as trust
from .gen.stategate import schema_pb2 as stategate

__all__ = ["ClientSet", "config", "holdfast", "stategate", "trust"]
