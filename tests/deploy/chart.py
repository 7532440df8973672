"""Lints the Helm chart and installs it with several sets of values; what it makes is held against the schemas of Kubernetes."""

import pathlib
import sys
import tempfile

import kubernetes_validate

from helm import Cluster, Helm, Refused

CHART = pathlib.Path(__file__).parents[2] / "deploy/helm/holdfast"
# The oldest Kubernetes that the chart names, and the newest that there is a schema for.
VERSIONS = ["1.25", kubernetes_validate.latest_version()]
# Of Helm's lint: 1 is advice (a chart needs no icon), 2 a warning, 3 an error.
ADVICE = 1

EVERYTHING = {
    "debug": True, "jwks_uri": "https://keys.example/jwks", "request_policy": "cGFja2FnZQ==", "response_policy": "cGFja2FnZQ==",
    "channel_provider": '{"name":"inmem"}', "storage_provider": '{"name":"embedded"}', "cache_provider": '{"name":"inmem"}',
    "settings": {"HOLDFAST_RETENTION__MAX_AGE": "720h", "HOLDFAST_QUOTA__KEYS": 5000}, "settingsSecret": "more",
    "tls": {"secret": "certificate"}, "imagePullSecrets": [{"name": "registry"}],
    "service": {"name": "stategate-service", "annotations": {"a": "b"}},
    "networkPolicy": {"adminFrom": [{"namespaceSelector": {}}], "apiFrom": [{"podSelector": {}}],
                      "egress": [{"ports": [{"port": 4318, "protocol": "TCP"}]}]},
    "persistence": {"storageClass": "fast"}, "podAnnotations": {"a": "b"}, "nodeSelector": {"a": "b"},
    "tolerations": [{"operator": "Exists"}], "affinity": {"nodeAffinity": {}}, "priorityClassName": "high",
}


def made(scratch, values, release="holdfast"):
    """What the chart makes of these values, by kind and name, after a look at each."""
    cluster = Cluster()
    Helm(cluster.url, scratch).install(release, CHART, values)
    for manifest in cluster.kept:
        for version in VERSIONS:
            kubernetes_validate.validate(manifest, version, strict=True)
    return {(m["kind"], m["metadata"]["name"]): m for m in cluster.kept}


def variables(objects, name="holdfast"):
    """The environment of the server."""
    (container,) = objects["StatefulSet", name]["spec"]["template"]["spec"]["containers"]
    return {v["name"]: v["value"] for v in container["env"]}


def refused(scratch, values):
    """The words of a refusal."""
    try:
        made(scratch, values)
    except Refused as refusal:
        return str(refusal)
    sys.exit(f"{values} was not refused")


def expect(condition, what):
    if not condition:
        sys.exit(what)


def main(scratch):
    found = Helm("http://127.0.0.1:1", scratch).lint(CHART)
    expect(found["TotalChartsLinted"] == 1, f"nothing was linted: {found}")
    faults = [message for message in found["Messages"] if message["Severity"] > ADVICE]
    expect(not faults and not found["Errors"], f"lint: {found}")

    usual = made(scratch, {})
    kinds = sorted(kind for kind, _ in usual)
    expect(kinds == ["NetworkPolicy", "PodDisruptionBudget", "Service", "Service", "ServiceAccount", "StatefulSet"], kinds)
    expect(variables(usual)["HOLDFAST_TLS__ALLOW_PLAINTEXT"] == "true", variables(usual))
    expect(usual["Service", "holdfast"]["spec"]["ports"][0]["port"] == 8080, usual)

    # What a deployment of stategate says is said to the server in its words, out of a secret.
    open_to_all = made(scratch, {"auth_disabled": True}, "prod")
    secret = open_to_all["Secret", "prod-holdfast"]["stringData"]
    expect(secret == {"STATEGATE_AUTH_DISABLED": "true", "STATEGATE_CHANNEL_PROVIDER": '{"name":"inmem"}',
                      "STATEGATE_STORAGE_PROVIDER": '{"name":"embedded"}'}, secret)

    everything = made(scratch, EVERYTHING)
    secret = everything["Secret", "holdfast"]["stringData"]
    for value in ["jwks_uri", "request_policy", "response_policy", "channel_provider", "storage_provider", "cache_provider"]:
        expect(secret[f"STATEGATE_{value.upper()}"] == EVERYTHING[value], secret)
    environment = variables(everything)
    expect(environment["HOLDFAST_LOG__LEVEL"] == "debug", environment)
    expect(environment["HOLDFAST_QUOTA__KEYS"] == "5000", environment)
    expect("HOLDFAST_TLS__ALLOW_PLAINTEXT" not in environment, environment)
    expect([p["port"] for p in everything["Service", "stategate-service"]["spec"]["ports"]] == [8080, 8081], everything)

    said = refused(scratch, {"replicas": 3})
    expect("replicas is 3, but the store is embedded" in said, said)
    said = refused(scratch, {"replica": 1})
    expect("replica" in said, said)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as directory:
        main(directory)
