import {
  ChannelCredentials,
  credentials,
  Metadata,
  type CallOptions,
  type ChannelOptions,
  type ClientReadableStream,
  type ClientUnaryCall,
  type InterceptingCall,
  InterceptingCall as Intercepting,
  type Interceptor,
  type ServiceError,
} from "@grpc/grpc-js";

import { ConfigServiceClient } from "./gen/config/v1/config.js";
import { HoldfastServiceClient } from "./gen/holdfast/v1/holdfast.js";
import { TrustServiceClient } from "./gen/holdfast/v1/trust.js";
import {
  CacheServiceClient,
  EntityServiceClient,
  EventServiceClient,
  MutexServiceClient,
  PeerServiceClient,
  StateServiceClient,
} from "./gen/stategate/schema.js";

/** Snapshots are larger than what gRPC takes by default. */
const MAX_ANSWER_BYTES = 256 << 20;

/** How a connection differs from the usual one. */
export interface Options {
  /** Shown with every call. Over http:// whoever can listen on the way reads it. */
  token?: string;
  /** Whom to trust at https://, and which certificate to show; without it, the authorities that Node.js knows. */
  tls?: ChannelCredentials;
  /** Options of gRPC itself. */
  channel?: ChannelOptions;
}

/** All services of one server. Each connects with its first call; they share one connection. */
export class ClientSet {
  /** config.v1: the keys of namespaces. */
  readonly config: ConfigServiceClient;
  /** holdfast.v1: commits, transactions, the past, watches that resume. */
  readonly holdfast: HoldfastServiceClient;
  /** Tokens, users and roles. */
  readonly trust: TrustServiceClient;
  /** The states of stategate. */
  readonly state: StateServiceClient;
  /** The same by their newer name. */
  readonly entity: EntityServiceClient;
  /** What happened to them. */
  readonly event: EventServiceClient;
  /** Messages between those who are connected. */
  readonly peer: PeerServiceClient;
  /** Values that may go at a time. */
  readonly cache: CacheServiceClient;
  /** Locks. */
  readonly mutex: MutexServiceClient;

  /**
   * Of an endpoint such as http://127.0.0.1:8080 or https://holdfast.example:443.
   *
   * Throws a `TypeError` about the endpoint, never about the server.
   */
  constructor(endpoint: string, options: Options = {}) {
    const [scheme, target] = endpoint.split("://");
    const plain = scheme === "http" && !options.tls;
    if (!target || !(plain || scheme === "https")) {
      throw new TypeError(
        `${JSON.stringify(endpoint)} is no endpoint such as https://holdfast.example:443 or, without TLS, http://127.0.0.1:8080`,
      );
    }
    const secrets = plain ? credentials.createInsecure() : (options.tls ?? credentials.createSsl());
    const channel = {
      "grpc.max_receive_message_length": MAX_ANSWER_BYTES,
      interceptors: options.token ? [showing(options.token)] : [],
      ...options.channel,
    };
    this.config = new ConfigServiceClient(target, secrets, channel);
    const shared = { ...channel, channelOverride: this.config.getChannel() };
    this.holdfast = new HoldfastServiceClient(target, secrets, shared);
    this.trust = new TrustServiceClient(target, secrets, shared);
    this.state = new StateServiceClient(target, secrets, shared);
    this.entity = new EntityServiceClient(target, secrets, shared);
    this.event = new EventServiceClient(target, secrets, shared);
    this.peer = new PeerServiceClient(target, secrets, shared);
    this.cache = new CacheServiceClient(target, secrets, shared);
    this.mutex = new MutexServiceClient(target, secrets, shared);
  }

  /** Ends the connection and all calls on it. */
  close(): void {
    this.config.close();
  }
}

/** Shows a token with every call. */
function showing(token: string): Interceptor {
  return (options, nextCall): InterceptingCall =>
    new Intercepting(nextCall(options), {
      start(metadata, listener, next) {
        metadata.set("authorization", `Bearer ${token}`);
        next(metadata, listener);
      },
    });
}

type Unary<Q, A> = (
  request: Q,
  metadata: Metadata,
  options: CallOptions,
  callback: (error: ServiceError | null, answer: A) => void,
) => ClientUnaryCall;

/**
 * A call as a promise, which fails with a `ServiceError`: `callOnce(clients.config, clients.config.get, { namespace, key })`.
 */
export function callOnce<Q, A>(client: object, call: Unary<Q, A>, request: Q, options: CallOptions = {}): Promise<A> {
  return new Promise((resolve, reject) => {
    call.call(client, request, new Metadata(), options, (error, answer) => (error ? reject(error) : resolve(answer)));
  });
}

/** Waits until a watch or a stream is live: what happens from now on is in it. */
export function live<A>(stream: ClientReadableStream<A>): Promise<ClientReadableStream<A>> {
  return new Promise((resolve, reject) => {
    stream.once("metadata", () => resolve(stream));
    stream.once("error", reject);
  });
}
