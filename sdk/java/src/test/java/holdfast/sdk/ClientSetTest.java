package holdfast.sdk;

import com.google.protobuf.ByteString;
import com.google.protobuf.ListValue;
import com.google.protobuf.NullValue;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import config.v1.ChangeType;
import config.v1.ListNamespacesRequest;
import holdfast.v1.Branch;
import holdfast.v1.Compare;
import holdfast.v1.Put;
import holdfast.v1.Read;
import holdfast.v1.Relation;
import holdfast.v1.TxnRequest;
import holdfast.v1.TxnResponse;
import holdfast.v1.Write;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.TlsChannelCredentials;
import java.io.File;
import java.util.Iterator;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import stategate.Event;
import stategate.State;
import stategate.StateRef;
import stategate.StreamOpts;

/** Against a server: HOLDFAST_ENDPOINT, HOLDFAST_TLS_ENDPOINT with HOLDFAST_CA_FILE, and HOLDFAST_TOKEN name it. A program, so that no framework is needed. */
public final class ClientSetTest {
    private static final String NAME = "sdk-java";
    private static final String ENDPOINT = variable("HOLDFAST_ENDPOINT");
    private static final String TOKEN = variable("HOLDFAST_TOKEN");

    private ClientSetTest() {}

    public static void main(String[] arguments) throws Exception {
        try (ClientSet clients = ClientSet.connect(ENDPOINT, TOKEN)) {
            config(clients);
            state(clients);
            transaction(clients);
        }
        unknown(null);
        unknown("hf_wrong");
        tls();
        noEndpoint("");
        noEndpoint("127.0.0.1:8080");
        noEndpoint("ftp://127.0.0.1");
        System.out.println("done");
    }

    private static void config(ClientSet clients) throws InterruptedException {
        Live live = new Live();
        Iterator<config.v1.WatchResponse> watch = clients.config().withDeadlineAfter(1, TimeUnit.MINUTES)
                .withInterceptors(live).watch(config.v1.WatchRequest.newBuilder().addNamespaces(NAME).build());
        live.await();
        var written = clients.config().set(config.v1.SetRequest.newBuilder()
                .setNamespace(NAME).setKey("app/timeout").setValue(ByteString.copyFromUtf8("30")).build());
        var asked = config.v1.GetRequest.newBuilder().setNamespace(NAME).setKey("app/timeout").build();
        config.v1.Entry read = clients.config().get(asked).getEntry();
        same(read.getValue().toStringUtf8(), "30");
        same(read.getCodec(), "json");
        same(read.getVersion(), written.getEntry().getVersion());
        config.v1.WatchResponse event = watch.next();
        same(event.getType(), ChangeType.CHANGE_TYPE_SET);
        same(event.getEntry(), read);
        refused(Status.Code.NOT_FOUND, () -> clients.config().get(asked.toBuilder().setKey("nothing").build()));
    }

    private static void state(ClientSet clients) throws InterruptedException {
        Live live = new Live();
        Iterator<Event> stream = clients.event().withDeadlineAfter(1, TimeUnit.MINUTES).withInterceptors(live)
                .stream(StreamOpts.newBuilder().setDomain(NAME).setType("order").build());
        live.await();
        Value items = Value.newBuilder().setListValue(ListValue.newBuilder()
                .addValues(Value.newBuilder().setNumberValue(1))
                .addValues(Value.newBuilder().setStringValue("two"))
                .addValues(Value.newBuilder().setNullValue(NullValue.NULL_VALUE))
                .addValues(Value.newBuilder().setBoolValue(true))).build();
        Struct values = Struct.newBuilder().putFields("items", items)
                .putFields("status", Value.newBuilder().setStringValue("open").build()).build();
        clients.state().set(State.newBuilder().setDomain(NAME).setType("order").setKey("7").setValues(values).build());
        State read = clients.state().get(StateRef.newBuilder().setDomain(NAME).setType("order").setKey("7").build());
        same(read.getValues(), values);
        Event event = stream.next();
        same(event.getId().isEmpty(), false);
        same(event.getState().getKey(), "7");
        same(event.getState().getValues(), values);
    }

    private static void transaction(ClientSet clients) {
        TxnResponse first = clients.holdfast().txn(taking("\"ann\""));
        same(first.getSucceeded(), true);
        same(first.getRevision() > 0, true);
        TxnResponse second = clients.holdfast().txn(taking("\"bob\""));
        same(second.getSucceeded(), false);
        same(second.getReads(0).getEntry().getValue().toStringUtf8(), "\"ann\"");
    }

    private static TxnRequest taking(String value) {
        return TxnRequest.newBuilder()
                .addCompares(Compare.newBuilder().setNamespace(NAME).setKey("lease")
                        .setRelation(Relation.RELATION_EQUAL).setVersion(0))
                .setThen(Branch.newBuilder().addWrites(Write.newBuilder().setNamespace(NAME).setKey("lease")
                        .setPut(Put.newBuilder().setValue(ByteString.copyFromUtf8(value)))))
                .setOtherwise(Branch.newBuilder().addReads(Read.newBuilder().setNamespace(NAME).setKey("lease")))
                .build();
    }

    private static void unknown(String token) {
        try (ClientSet clients = ClientSet.connect(ENDPOINT, token)) {
            refused(Status.Code.UNAUTHENTICATED, () -> clients.config().get(
                    config.v1.GetRequest.newBuilder().setNamespace(NAME).setKey("app/timeout").build()));
            refused(Status.Code.UNAUTHENTICATED, () -> clients.state().get(
                    StateRef.newBuilder().setDomain(NAME).setType("order").setKey("7").build()));
        }
    }

    private static void tls() throws Exception {
        String endpoint = variable("HOLDFAST_TLS_ENDPOINT");
        var trusted = TlsChannelCredentials.newBuilder().trustManager(new File(variable("HOLDFAST_CA_FILE"))).build();
        var all = ListNamespacesRequest.getDefaultInstance();
        try (ClientSet clients = ClientSet.connect(endpoint, TOKEN, trusted)) {
            clients.config().listNamespaces(all);
        }
        try (ClientSet clients = ClientSet.connect(endpoint, TOKEN)) {
            refused(Status.Code.UNAVAILABLE, () -> clients.config().listNamespaces(all));
        }
        try {
            ClientSet.connect(ENDPOINT, TOKEN, trusted).close();
        } catch (IllegalArgumentException expected) {
            return;
        }
        throw new AssertionError("certificates without TLS were taken");
    }

    private static void noEndpoint(String endpoint) {
        try {
            ClientSet.connect(endpoint, null).close();
        } catch (IllegalArgumentException expected) {
            return;
        }
        throw new AssertionError(endpoint + " was taken");
    }

    private static void refused(Status.Code code, Runnable call) {
        try {
            call.run();
        } catch (StatusRuntimeException failure) {
            same(failure.getStatus().getCode(), code);
            return;
        }
        throw new AssertionError("not refused with " + code);
    }

    private static void same(Object is, Object should) {
        if (!is.equals(should)) {
            throw new AssertionError("is " + is + ", should be " + should);
        }
    }

    private static String variable(String name) {
        String value = System.getenv(name);
        if (value == null) {
            throw new IllegalStateException(name + " is not set: these tests need a server");
        }
        return value;
    }

    /** Tells when a stream is live: its headers are there. */
    private static final class Live implements ClientInterceptor {
        private final CountDownLatch headers = new CountDownLatch(1);

        void await() throws InterruptedException {
            same(headers.await(1, TimeUnit.MINUTES), true);
        }

        @Override
        public <Q, A> ClientCall<Q, A> interceptCall(MethodDescriptor<Q, A> method, CallOptions options, Channel next) {
            return new SimpleForwardingClientCall<>(next.newCall(method, options)) {
                @Override
                public void start(Listener<A> listener, Metadata sent) {
                    super.start(new SimpleForwardingClientCallListener<>(listener) {
                        @Override
                        public void onHeaders(Metadata received) {
                            headers.countDown();
                            super.onHeaders(received);
                        }
                    }, sent);
                }
            };
        }
    }
}
