// Against a server: HOLDFAST_ENDPOINT, HOLDFAST_TLS_ENDPOINT with HOLDFAST_CA_FILE, and HOLDFAST_TOKEN name it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { type ClientReadableStream, credentials, type ServiceError, status } from "@grpc/grpc-js";

import { callOnce, ClientSet, config, holdfast, live, type Options, stategate } from "./index.js";

const NAME = "sdk-typescript";
const DEADLINE = { deadline: Date.now() + 60_000 };

function variable(name: string): string {
  const value = process.env[name];
  assert.ok(value, `${name} is not set: these tests need a server`);
  return value;
}

async function using(options: Options, work: (clients: ClientSet) => Promise<void>): Promise<void> {
  const clients = new ClientSet(variable("HOLDFAST_ENDPOINT"), options);
  try {
    await work(clients);
  } finally {
    clients.close();
  }
}

const known = (): Options => ({ token: variable("HOLDFAST_TOKEN") });

function next<A>(stream: ClientReadableStream<A>): Promise<A> {
  return new Promise((resolve, reject) => {
    stream.once("data", resolve);
    stream.once("error", reject);
  });
}

function ended(stream: ClientReadableStream<unknown>): void {
  // What a cancelled stream says is not news.
  stream.removeAllListeners("error");
  stream.on("error", () => {});
  stream.cancel();
}

async function refused(code: status, call: Promise<unknown>): Promise<void> {
  await assert.rejects(call, (error: ServiceError) => {
    assert.equal(error.code, code, error.message);
    return true;
  });
}

test("config.v1: set, get, watch", () =>
  using(known(), async ({ config: service }) => {
    const watch = await live(service.watch(config.WatchRequest.fromPartial({ namespaces: [NAME] })));
    const event = next(watch);
    const key = { namespace: NAME, key: "app/timeout" };
    const written = await callOnce(service, service.set, config.SetRequest.fromPartial({ ...key, value: Buffer.from("30") }), DEADLINE);
    const read = await callOnce(service, service.get, key, DEADLINE);
    assert.equal(read.entry?.value.toString(), "30");
    assert.equal(read.entry?.codec, "json");
    assert.equal(read.entry?.version, written.entry?.version);
    const { type, entry } = await event;
    assert.equal(type, config.ChangeType.CHANGE_TYPE_SET);
    assert.deepEqual(entry, read.entry);
    await refused(status.NOT_FOUND, callOnce(service, service.get, { ...key, key: "nothing" }, DEADLINE));
    ended(watch);
  }));

test("stategate: set, get, stream", () =>
  using(known(), async ({ state, event: service }) => {
    const of = { domain: NAME, type: "order", key: "7" };
    const values = { status: "open", items: [1, "two", null, true] };
    const stream = await live(service.stream(stategate.StreamOpts.fromPartial({ domain: NAME, type: "order" })));
    const event = next(stream);
    await callOnce(state, state.set, stategate.State.fromPartial({ ...of, values }), DEADLINE);
    const read = await callOnce(state, state.get, stategate.StateRef.fromPartial(of), DEADLINE);
    assert.deepEqual(read.values, values);
    const seen = await event;
    assert.match(seen.id, /^[0-9a-f-]{36}$/);
    assert.equal(seen.state?.key, "7");
    assert.deepEqual(seen.state?.values, values);
    ended(stream);
  }));

test("holdfast.v1: a transaction", () =>
  using(known(), async ({ holdfast: service }) => {
    const lease = { namespace: NAME, key: "lease" };
    const take = (value: string) =>
      callOnce(
        service,
        service.txn,
        holdfast.TxnRequest.fromPartial({
          compares: [{ ...lease, relation: holdfast.Relation.RELATION_EQUAL, target: { $case: "version", value: 0n } }],
          then: { writes: [{ ...lease, action: { $case: "put", value: { value: Buffer.from(value) } } }] },
          otherwise: { reads: [lease] },
        }),
        DEADLINE,
      );
    const first = await take('"ann"');
    assert.ok(first.succeeded && first.revision > 0n);
    const second = await take('"bob"');
    assert.ok(!second.succeeded);
    assert.equal(second.reads[0]?.entry?.value.toString(), '"ann"');
  }));

test("who is not known gets nothing", async () => {
  for (const options of [{}, { token: "hf_wrong" }]) {
    await using(options, async ({ config: keys, state }) => {
      const unknown = status.UNAUTHENTICATED;
      await refused(unknown, callOnce(keys, keys.get, { namespace: NAME, key: "app/timeout" }, DEADLINE));
      const of = stategate.StateRef.fromPartial({ domain: NAME, type: "order", key: "7" });
      await refused(unknown, callOnce(state, state.get, of, DEADLINE));
      await refused(unknown, live(keys.watch(config.WatchRequest.fromPartial({}))).then(next));
    });
  }
});

test("TLS", async () => {
  const endpoint = variable("HOLDFAST_TLS_ENDPOINT");
  const all = config.ListNamespacesRequest.fromPartial({});
  const tls = credentials.createSsl(readFileSync(variable("HOLDFAST_CA_FILE")));
  const trusting = new ClientSet(endpoint, { ...known(), tls });
  await callOnce(trusting.config, trusting.config.listNamespaces, all, DEADLINE);
  trusting.close();
  const strict = new ClientSet(endpoint, known());
  await refused(status.UNAVAILABLE, callOnce(strict.config, strict.config.listNamespaces, all, DEADLINE));
  strict.close();
});

test("what is no endpoint", () => {
  for (const endpoint of ["", "127.0.0.1:8080", "ftp://127.0.0.1"]) {
    assert.throws(() => new ClientSet(endpoint), TypeError);
  }
  assert.throws(() => new ClientSet("http://127.0.0.1:8080", { tls: credentials.createSsl() }), TypeError);
});
