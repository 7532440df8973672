// Package holdfast connects to a Holdfast server: its address, how it proves itself, and who calls.
//
// The messages and clients themselves are generated from the server's own definitions, in the packages configv1, holdfastv1 and stategate.
package holdfast

import (
	"context"
	"crypto/tls"
	"fmt"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"

	"holdfast.example/sdk/go/configv1"
	"holdfast.example/sdk/go/holdfastv1"
	"holdfast.example/sdk/go/stategate"
)

// MaxAnswerBytes is the largest answer that is taken: snapshots are larger than what gRPC takes by default.
const MaxAnswerBytes = 256 << 20

// ClientSet is all services of one server over one connection. It may be used by several goroutines at once.
type ClientSet struct {
	conn *grpc.ClientConn
}

type settings struct {
	token string
	tls   *tls.Config
	dial  []grpc.DialOption
}

// Option is how a connection differs from the usual one.
type Option func(*settings)

// WithToken shows a token with every call. Over http:// whoever can listen on the way reads it.
func WithToken(token string) Option {
	return func(s *settings) { s.token = token }
}

// WithTLS says whom to trust at https://, and with which certificate to show oneself; without it, the machine's authorities.
func WithTLS(config *tls.Config) Option {
	return func(s *settings) { s.tls = config }
}

// WithDialOptions adds options of gRPC itself: interceptors, keep-alive, limits.
func WithDialOptions(options ...grpc.DialOption) Option {
	return func(s *settings) { s.dial = append(s.dial, options...) }
}

// NewClientSet prepares a connection to an endpoint such as http://127.0.0.1:8080 or https://holdfast.example:443.
// It connects with the first call. The error is about the endpoint or the options, not about the server.
func NewClientSet(endpoint string, options ...Option) (*ClientSet, error) {
	var s settings
	for _, option := range options {
		option(&s)
	}
	scheme, target, found := strings.Cut(endpoint, "://")
	var transport credentials.TransportCredentials
	switch {
	case found && scheme == "https":
		transport = credentials.NewTLS(s.tls)
	case found && scheme == "http" && s.tls == nil:
		transport = insecure.NewCredentials()
	default:
		return nil, fmt.Errorf("holdfast: %q is no endpoint such as https://holdfast.example:443 or, without TLS, http://127.0.0.1:8080", endpoint)
	}
	dial := []grpc.DialOption{
		grpc.WithTransportCredentials(transport),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(MaxAnswerBytes)),
	}
	if s.token != "" {
		dial = append(dial, grpc.WithPerRPCCredentials(bearer(s.token)))
	}
	conn, err := grpc.NewClient(target, append(dial, s.dial...)...)
	if err != nil {
		return nil, fmt.Errorf("holdfast: %w", err)
	}
	return &ClientSet{conn}, nil
}

// Conn is the connection, for services that are not listed here.
func (c *ClientSet) Conn() *grpc.ClientConn { return c.conn }

// Config is config.v1: the keys of namespaces.
func (c *ClientSet) Config() configv1.ConfigServiceClient {
	return configv1.NewConfigServiceClient(c.conn)
}

// Holdfast is holdfast.v1: commits, transactions, the past, watches that resume.
func (c *ClientSet) Holdfast() holdfastv1.HoldfastServiceClient {
	return holdfastv1.NewHoldfastServiceClient(c.conn)
}

// Trust is tokens, users and roles.
func (c *ClientSet) Trust() holdfastv1.TrustServiceClient {
	return holdfastv1.NewTrustServiceClient(c.conn)
}

// State is the states of stategate.
func (c *ClientSet) State() stategate.StateServiceClient {
	return stategate.NewStateServiceClient(c.conn)
}

// Entity is the same by their newer name.
func (c *ClientSet) Entity() stategate.EntityServiceClient {
	return stategate.NewEntityServiceClient(c.conn)
}

// Event is what happened to them.
func (c *ClientSet) Event() stategate.EventServiceClient {
	return stategate.NewEventServiceClient(c.conn)
}

// Peer is messages between those who are connected.
func (c *ClientSet) Peer() stategate.PeerServiceClient {
	return stategate.NewPeerServiceClient(c.conn)
}

// Cache is values that may go at a time.
func (c *ClientSet) Cache() stategate.CacheServiceClient {
	return stategate.NewCacheServiceClient(c.conn)
}

// Mutex is locks.
func (c *ClientSet) Mutex() stategate.MutexServiceClient {
	return stategate.NewMutexServiceClient(c.conn)
}

// Close ends the connection and all calls on it.
func (c *ClientSet) Close() error { return c.conn.Close() }

// bearer is a token as credentials of each call.
type bearer string

func (b bearer) GetRequestMetadata(context.Context, ...string) (map[string]string, error) {
	return map[string]string{"authorization": "Bearer " + string(b)}, nil
}

// RequireTransportSecurity: who says http:// means it.
func (bearer) RequireTransportSecurity() bool { return false }
