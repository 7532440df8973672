package holdfast.sdk;

import config.v1.ConfigServiceGrpc;
import holdfast.v1.HoldfastServiceGrpc;
import holdfast.v1.TrustServiceGrpc;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientInterceptors;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.TlsChannelCredentials;
import io.grpc.stub.MetadataUtils;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import stategate.CacheServiceGrpc;
import stategate.EntityServiceGrpc;
import stategate.EventServiceGrpc;
import stategate.MutexServiceGrpc;
import stategate.PeerServiceGrpc;
import stategate.StateServiceGrpc;

/**
 * All services of one server over one connection. It may be used by several threads at once.
 *
 * <p>The messages and stubs themselves are generated from the server's own definitions, in the packages {@code config.v1},
 * {@code holdfast.v1} and {@code stategate}. For calls that do not block, make another stub on {@link #channel()}.
 */
public final class ClientSet implements AutoCloseable {
    /** The largest answer that is taken: snapshots are larger than what gRPC takes by default. */
    public static final int MAX_ANSWER_BYTES = 256 << 20;

    private static final Metadata.Key<String> AUTHORIZATION =
            Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

    private final ManagedChannel connection;
    private final Channel channel;

    private ClientSet(ManagedChannel connection, Channel channel) {
        this.connection = connection;
        this.channel = channel;
    }

    /**
     * Prepares a connection to an endpoint such as {@code http://127.0.0.1:8080}; it connects with the first call.
     *
     * @param token shown with every call, or null; over http:// whoever can listen on the way reads it
     * @throws IllegalArgumentException about the endpoint, never about the server
     */
    public static ClientSet connect(String endpoint, String token) {
        return connect(endpoint, token, null);
    }

    /**
     * The same with a say in whom to trust at https://, and which certificate to show; null: whom Java trusts.
     *
     * @throws IllegalArgumentException about the endpoint, never about the server
     */
    public static ClientSet connect(String endpoint, String token, ChannelCredentials tls) {
        URI uri = URI.create(endpoint);
        boolean secure = "https".equals(uri.getScheme());
        boolean plain = "http".equals(uri.getScheme()) && tls == null;
        if (uri.getAuthority() == null || !(secure || plain)) {
            throw new IllegalArgumentException(
                    endpoint + " is no endpoint such as https://holdfast.example:443 or, without TLS, http://127.0.0.1:8080");
        }
        ChannelCredentials credentials =
                plain ? InsecureChannelCredentials.create() : tls != null ? tls : TlsChannelCredentials.create();
        // With its scheme, or a name without a port would be taken for one.
        ManagedChannel connection = Grpc.newChannelBuilder("dns:///" + uri.getAuthority(), credentials)
                .maxInboundMessageSize(MAX_ANSWER_BYTES)
                .build();
        if (token == null) {
            return new ClientSet(connection, connection);
        }
        Metadata shown = new Metadata();
        shown.put(AUTHORIZATION, "Bearer " + token);
        return new ClientSet(
                connection, ClientInterceptors.intercept(connection, MetadataUtils.newAttachHeadersInterceptor(shown)));
    }

    /** The connection, with the token: for other stubs. */
    public Channel channel() {
        return channel;
    }

    /** config.v1: the keys of namespaces. */
    public ConfigServiceGrpc.ConfigServiceBlockingStub config() {
        return ConfigServiceGrpc.newBlockingStub(channel);
    }

    /** holdfast.v1: commits, transactions, the past, watches that resume. */
    public HoldfastServiceGrpc.HoldfastServiceBlockingStub holdfast() {
        return HoldfastServiceGrpc.newBlockingStub(channel);
    }

    /** Tokens, users and roles. */
    public TrustServiceGrpc.TrustServiceBlockingStub trust() {
        return TrustServiceGrpc.newBlockingStub(channel);
    }

    /** The states of stategate. */
    public StateServiceGrpc.StateServiceBlockingStub state() {
        return StateServiceGrpc.newBlockingStub(channel);
    }

    /** The same by their newer name. */
    public EntityServiceGrpc.EntityServiceBlockingStub entity() {
        return EntityServiceGrpc.newBlockingStub(channel);
    }

    /** What happened to them. */
    public EventServiceGrpc.EventServiceBlockingStub event() {
        return EventServiceGrpc.newBlockingStub(channel);
    }

    /** Messages between those who are connected. */
    public PeerServiceGrpc.PeerServiceBlockingStub peer() {
        return PeerServiceGrpc.newBlockingStub(channel);
    }

    /** Values that may go at a time. */
    public CacheServiceGrpc.CacheServiceBlockingStub cache() {
        return CacheServiceGrpc.newBlockingStub(channel);
    }

    /** Locks. */
    public MutexServiceGrpc.MutexServiceBlockingStub mutex() {
        return MutexServiceGrpc.newBlockingStub(channel);
    }

    /** Ends the connection and all calls on it. */
    @Override
    public void close() {
        connection.shutdownNow();
        try {
            connection.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
