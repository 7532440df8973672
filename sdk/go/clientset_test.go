package holdfast

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"os"
	"testing"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/types/known/structpb"

	"holdfast.example/sdk/go/configv1"
	"holdfast.example/sdk/go/holdfastv1"
	"holdfast.example/sdk/go/stategate"
)

// The server to test against is named by HOLDFAST_ENDPOINT, HOLDFAST_TLS_ENDPOINT with HOLDFAST_CA_FILE, and HOLDFAST_TOKEN.
func variable(t *testing.T, name string) string {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		t.Fatalf("%s is not set: these tests need a server", name)
	}
	return value
}

func connect(t *testing.T, options ...Option) (*ClientSet, context.Context) {
	t.Helper()
	clients, err := NewClientSet(variable(t, "HOLDFAST_ENDPOINT"), options...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = clients.Close() })
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return clients, ctx
}

func known(t *testing.T) Option { return WithToken(variable(t, "HOLDFAST_TOKEN")) }

func done(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestConfig(t *testing.T) {
	clients, ctx := connect(t, known(t))
	watch, err := clients.Config().Watch(ctx, &configv1.WatchRequest{Namespaces: []string{"sdk-go"}})
	done(t, err)
	// It is live once its headers are there.
	_, err = watch.Header()
	done(t, err)

	set, err := clients.Config().Set(ctx, &configv1.SetRequest{Namespace: "sdk-go", Key: "app/timeout", Value: []byte("30")})
	done(t, err)
	got, err := clients.Config().Get(ctx, &configv1.GetRequest{Namespace: "sdk-go", Key: "app/timeout"})
	done(t, err)
	if string(got.Entry.Value) != "30" || got.Entry.Codec != "json" || got.Entry.Version != set.Entry.Version {
		t.Fatalf("written %v, read %v", set, got)
	}
	event, err := watch.Recv()
	done(t, err)
	if event.Type != configv1.ChangeType_CHANGE_TYPE_SET || !proto.Equal(event.Entry, got.Entry) {
		t.Fatalf("read %v, watched %v", got, event)
	}
	_, err = clients.Config().Get(ctx, &configv1.GetRequest{Namespace: "sdk-go", Key: "nothing"})
	if status.Code(err) != codes.NotFound {
		t.Fatalf("a key that is not there: %v", err)
	}
}

func TestState(t *testing.T) {
	clients, ctx := connect(t, known(t))
	stream, err := clients.Event().Stream(ctx, &stategate.StreamOpts{Domain: "sdk-go", Type: "order"})
	done(t, err)
	_, err = stream.Header()
	done(t, err)
	values, err := structpb.NewStruct(map[string]any{"status": "open", "items": []any{1.0, "two", nil, true}})
	done(t, err)
	_, err = clients.State().Set(ctx, &stategate.State{Domain: "sdk-go", Type: "order", Key: "7", Values: values})
	done(t, err)
	got, err := clients.State().Get(ctx, &stategate.StateRef{Domain: "sdk-go", Type: "order", Key: "7"})
	done(t, err)
	if !proto.Equal(got.Values, values) {
		t.Fatalf("written %v, read %v", values, got)
	}
	event, err := stream.Recv()
	done(t, err)
	if event.Id == "" || event.State.Key != "7" || !proto.Equal(event.State.Values, values) {
		t.Fatalf("written %v, streamed %v", values, event)
	}
}

func TestTransaction(t *testing.T) {
	clients, ctx := connect(t, known(t))
	request := func(value string) *holdfastv1.TxnRequest {
		put := &holdfastv1.Write_Put{Put: &holdfastv1.Put{Value: []byte(value)}}
		return &holdfastv1.TxnRequest{
			Compares: []*holdfastv1.Compare{{
				Namespace: "sdk-go", Key: "lease", Relation: holdfastv1.Relation_RELATION_EQUAL,
				Target: &holdfastv1.Compare_Version{Version: 0},
			}},
			Then:      &holdfastv1.Branch{Writes: []*holdfastv1.Write{{Namespace: "sdk-go", Key: "lease", Action: put}}},
			Otherwise: &holdfastv1.Branch{Reads: []*holdfastv1.Read{{Namespace: "sdk-go", Key: "lease"}}},
		}
	}
	first, err := clients.Holdfast().Txn(ctx, request(`"ann"`))
	done(t, err)
	if !first.Succeeded || first.Revision == 0 {
		t.Fatalf("the first: %v", first)
	}
	second, err := clients.Holdfast().Txn(ctx, request(`"bob"`))
	done(t, err)
	if second.Succeeded || string(second.Reads[0].Entry.Value) != `"ann"` {
		t.Fatalf("the second: %v", second)
	}
}

func TestWhoIsNotKnownGetsNothing(t *testing.T) {
	for name, options := range map[string][]Option{"nobody": nil, "a wrong token": {WithToken("hf_wrong")}} {
		clients, ctx := connect(t, options...)
		_, err := clients.Config().Get(ctx, &configv1.GetRequest{Namespace: "sdk-go", Key: "app/timeout"})
		if status.Code(err) != codes.Unauthenticated {
			t.Fatalf("%s: %v", name, err)
		}
		_, err = clients.State().Get(ctx, &stategate.StateRef{Domain: "sdk-go", Type: "order", Key: "7"})
		if status.Code(err) != codes.Unauthenticated {
			t.Fatalf("%s, of stategate: %v", name, err)
		}
	}
}

func TestTLS(t *testing.T) {
	authority, err := os.ReadFile(variable(t, "HOLDFAST_CA_FILE"))
	done(t, err)
	trusted := x509.NewCertPool()
	if !trusted.AppendCertsFromPEM(authority) {
		t.Fatal("no certificate in the file")
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	list := func(options ...Option) error {
		clients, err := NewClientSet(variable(t, "HOLDFAST_TLS_ENDPOINT"), append(options, known(t))...)
		done(t, err)
		defer func() { _ = clients.Close() }()
		_, err = clients.Config().ListNamespaces(ctx, &configv1.ListNamespacesRequest{})
		return err
	}
	done(t, list(WithTLS(&tls.Config{RootCAs: trusted})))
	if err := list(); status.Code(err) != codes.Unavailable {
		t.Fatalf("an authority that nobody trusts: %v", err)
	}
}

func TestWhatIsNoEndpoint(t *testing.T) {
	for _, endpoint := range []string{"", "127.0.0.1:8080", "ftp://127.0.0.1"} {
		if _, err := NewClientSet(endpoint); err == nil {
			t.Fatalf("%q was taken", endpoint)
		}
	}
	if _, err := NewClientSet("http://127.0.0.1:8080", WithTLS(&tls.Config{})); err == nil {
		t.Fatal("certificates without TLS were taken")
	}
}
