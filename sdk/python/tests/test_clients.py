"""Against a server: HOLDFAST_ENDPOINT, HOLDFAST_TLS_ENDPOINT with HOLDFAST_CA_FILE, and HOLDFAST_TOKEN name it."""

import os
import unittest

import grpc
from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct

from holdfast_sdk import ClientSet, config, holdfast, stategate

PATIENCE = 60


class Clients(unittest.TestCase):
    def connect(self, **how):
        clients = ClientSet(os.environ["HOLDFAST_ENDPOINT"], **how)
        self.addCleanup(clients.close)
        return clients

    def known(self):
        return self.connect(token=os.environ["HOLDFAST_TOKEN"])

    def refused(self, code, call, request):
        with self.assertRaises(grpc.RpcError) as failure:
            call(request, timeout=PATIENCE)
        self.assertEqual(failure.exception.code(), code)

    def test_config(self):
        clients = self.known()
        watch = clients.config.Watch(config.WatchRequest(namespaces=["sdk-python"]), timeout=PATIENCE)
        self.addCleanup(watch.cancel)
        # It is live once its headers are there.
        watch.initial_metadata()
        written = clients.config.Set(
            config.SetRequest(namespace="sdk-python", key="app/timeout", value=b"30"), timeout=PATIENCE)
        read = clients.config.Get(config.GetRequest(namespace="sdk-python", key="app/timeout"), timeout=PATIENCE)
        self.assertEqual((read.entry.value, read.entry.codec), (b"30", "json"))
        self.assertEqual(read.entry.version, written.entry.version)
        event = next(watch)
        self.assertEqual(event.type, config.CHANGE_TYPE_SET)
        self.assertEqual(event.entry, read.entry)
        self.refused(grpc.StatusCode.NOT_FOUND, clients.config.Get, config.GetRequest(namespace="sdk-python", key="nothing"))

    def test_state(self):
        clients = self.known()
        stream = clients.event.Stream(stategate.StreamOpts(domain="sdk-python", type="order"), timeout=PATIENCE)
        self.addCleanup(stream.cancel)
        stream.initial_metadata()
        values = ParseDict({"status": "open", "items": [1, "two", None, True]}, Struct())
        clients.state.Set(stategate.State(domain="sdk-python", type="order", key="7", values=values), timeout=PATIENCE)
        read = clients.state.Get(stategate.StateRef(domain="sdk-python", type="order", key="7"), timeout=PATIENCE)
        self.assertEqual(read.values, values)
        event = next(stream)
        self.assertTrue(event.id)
        self.assertEqual((event.state.key, event.state.values), ("7", values))

    def test_transaction(self):
        clients = self.known()

        def take(value):
            return clients.holdfast.Txn(holdfast.TxnRequest(
                compares=[holdfast.Compare(namespace="sdk-python", key="lease", relation=holdfast.RELATION_EQUAL, version=0)],
                then=holdfast.Branch(writes=[holdfast.Write(namespace="sdk-python", key="lease", put=holdfast.Put(value=value))]),
                otherwise=holdfast.Branch(reads=[holdfast.Read(namespace="sdk-python", key="lease")]),
            ), timeout=PATIENCE)

        first = take(b'"ann"')
        self.assertTrue(first.succeeded)
        self.assertGreater(first.revision, 0)
        second = take(b'"bob"')
        self.assertFalse(second.succeeded)
        self.assertEqual(second.reads[0].entry.value, b'"ann"')

    def test_who_is_not_known_gets_nothing(self):
        for how in ({}, {"token": "hf_wrong"}):
            clients = self.connect(**how)
            unknown = grpc.StatusCode.UNAUTHENTICATED
            self.refused(unknown, clients.config.Get, config.GetRequest(namespace="sdk-python", key="app/timeout"))
            self.refused(unknown, clients.state.Get, stategate.StateRef(domain="sdk-python", type="order", key="7"))
            with self.assertRaises(grpc.RpcError) as failure:
                next(clients.config.Watch(config.WatchRequest(), timeout=PATIENCE))
            self.assertEqual(failure.exception.code(), unknown)

    def test_tls(self):
        with open(os.environ["HOLDFAST_CA_FILE"], "rb") as file:
            trusted = grpc.ssl_channel_credentials(file.read())
        endpoint, token = os.environ["HOLDFAST_TLS_ENDPOINT"], os.environ["HOLDFAST_TOKEN"]
        with ClientSet(endpoint, token=token, tls=trusted) as clients:
            clients.config.ListNamespaces(config.ListNamespacesRequest(), timeout=PATIENCE)
        with ClientSet(endpoint, token=token) as clients:
            self.refused(grpc.StatusCode.UNAVAILABLE, clients.config.ListNamespaces, config.ListNamespacesRequest())

    def test_what_is_no_endpoint(self):
        for endpoint in ("", "127.0.0.1:8080", "ftp://127.0.0.1"):
            with self.assertRaises(ValueError):
                ClientSet(endpoint)
        with self.assertRaises(ValueError):
            ClientSet("http://127.0.0.1:8080", tls=grpc.ssl_channel_credentials())


if __name__ == "__main__":
    unittest.main()
