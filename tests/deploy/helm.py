"""Helm itself, as the library that a Python package carries: lints a chart, and installs it into a cluster that only writes down."""

import ctypes
import importlib.util
import json
import pathlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# What the chart may make: group and version, and the kinds in it.
KINDS = {
    "v1": {"Secret": "secrets", "Service": "services", "ServiceAccount": "serviceaccounts"},
    "apps/v1": {"StatefulSet": "statefulsets"},
    "policy/v1": {"PodDisruptionBudget": "poddisruptionbudgets"},
    "networking.k8s.io/v1": {"NetworkPolicy": "networkpolicies"},
}


class Refused(Exception):
    """Helm says no, in its words."""


class Helm:
    """One configuration of the library, for a cluster at a URL."""

    def __init__(self, cluster, scratch):
        # The package wants a newer Python than its library needs, so it is found and not imported.
        package = importlib.util.find_spec("helm_sdkpy").submodule_search_locations[0]
        (library,) = pathlib.Path(package).glob("_lib/linux-*/libhelm_sdkpy.so")
        self.library = ctypes.CDLL(str(library))
        self.library.helm_sdkpy_last_error.restype = ctypes.c_char_p
        config = pathlib.Path(scratch) / "kubeconfig"
        config.write_text(json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "here",
            "clusters": [{"name": "here", "cluster": {"server": cluster}}],
            "users": [{"name": "me", "user": {}}],
            "contexts": [{"name": "here", "context": {"cluster": "here", "user": "me"}}],
        }))
        self.handle = ctypes.c_uint64()
        made = self.library.helm_sdkpy_config_create(
            b"default", str(config).encode(), b"", b"", ctypes.byref(self.handle))
        self._check(made)

    def _check(self, code):
        if code != 0:
            raise Refused(self.library.helm_sdkpy_last_error().decode())

    def lint(self, chart):
        """What `helm lint` finds."""
        answer = ctypes.c_char_p()
        self._check(self.library.helm_sdkpy_lint(
            self.handle, str(chart).encode(), ctypes.byref(answer)))
        return json.loads(answer.value)

    def install(self, release, chart, values):
        """Renders and sends everything to the cluster."""
        options = {"wait": False, "timeout_seconds": 30, "server_side_apply": "false",
                   "disable_openapi_validation": True}
        answer = ctypes.c_char_p()
        self._check(self.library.helm_sdkpy_install(
            self.handle, release.encode(), str(chart).encode(), json.dumps(values).encode(), b"",
            json.dumps(options).encode(), ctypes.byref(answer)))


class Cluster(ThreadingHTTPServer):
    """As much of a Kubernetes API as an installation asks for: it knows kinds, has nothing, and keeps what it is sent."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        # What was created, in its order, without Helm's own notes.
        self.kept = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, body):
        self.send(status, "application/json", json.dumps(body).encode())

    def send(self, status, kind, body):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path = self.path.split("?")[0].rstrip("/")
        version = path.removeprefix("/apis/").removeprefix("/api/")
        if path == "/version":
            self.answer(200, {"major": "1", "minor": "33", "gitVersion": "v1.33.0"})
        elif path == "/api":
            self.answer(200, {"kind": "APIVersions", "versions": ["v1"]})
        elif path == "/apis":
            self.answer(200, {"kind": "APIGroupList", "apiVersion": "v1", "groups": _groups()})
        elif version in KINDS:
            self.answer(200, _resources(version))
        elif path.endswith("/secrets"):
            self.answer(200, {"kind": "SecretList", "apiVersion": "v1", "metadata": {}, "items": []})
        else:
            self.answer(404, {"kind": "Status", "apiVersion": "v1", "status": "Failure",
                              "reason": "NotFound", "code": 404})

    def keep(self):
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        kind = self.headers["Content-Type"]
        # Helm keeps its notes of a release in protobuf, and what a chart makes in JSON.
        if self.command == "POST" and kind.startswith("application/json"):
            self.server.kept.append(json.loads(sent))
        self.send(201 if self.command == "POST" else 200, kind, sent)

    do_POST = do_PUT = do_PATCH = keep


def _groups():
    named = [version.split("/") for version in KINDS if "/" in version]
    versions = [(group, {"groupVersion": f"{group}/{v}", "version": v}) for group, v in named]
    return [{"name": group, "versions": [v], "preferredVersion": v} for group, v in versions]


def _resources(version):
    verbs = ["create", "get", "list", "patch", "update"]
    resources = [{"name": name, "singularName": kind.lower(), "namespaced": True, "kind": kind, "verbs": verbs}
                 for kind, name in KINDS[version].items()]
    return {"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": version, "resources": resources}
