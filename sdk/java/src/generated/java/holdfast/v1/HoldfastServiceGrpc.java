package holdfast.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class HoldfastServiceGrpc {

  private HoldfastServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "holdfast.v1.HoldfastService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<holdfast.v1.CommitRequest,
      holdfast.v1.CommitResponse> getCommitMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Commit",
      requestType = holdfast.v1.CommitRequest.class,
      responseType = holdfast.v1.CommitResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.CommitRequest,
      holdfast.v1.CommitResponse> getCommitMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.CommitRequest, holdfast.v1.CommitResponse> getCommitMethod;
    if ((getCommitMethod = HoldfastServiceGrpc.getCommitMethod) == null) {
      synchronized (HoldfastServiceGrpc.class) {
        if ((getCommitMethod = HoldfastServiceGrpc.getCommitMethod) == null) {
          HoldfastServiceGrpc.getCommitMethod = getCommitMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.CommitRequest, holdfast.v1.CommitResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Commit"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.CommitRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.CommitResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HoldfastServiceMethodDescriptorSupplier("Commit"))
              .build();
        }
      }
    }
    return getCommitMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.WatchRequest,
      holdfast.v1.WatchResponse> getWatchMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Watch",
      requestType = holdfast.v1.WatchRequest.class,
      responseType = holdfast.v1.WatchResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<holdfast.v1.WatchRequest,
      holdfast.v1.WatchResponse> getWatchMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.WatchRequest, holdfast.v1.WatchResponse> getWatchMethod;
    if ((getWatchMethod = HoldfastServiceGrpc.getWatchMethod) == null) {
      synchronized (HoldfastServiceGrpc.class) {
        if ((getWatchMethod = HoldfastServiceGrpc.getWatchMethod) == null) {
          HoldfastServiceGrpc.getWatchMethod = getWatchMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.WatchRequest, holdfast.v1.WatchResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Watch"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.WatchRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.WatchResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HoldfastServiceMethodDescriptorSupplier("Watch"))
              .build();
        }
      }
    }
    return getWatchMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.TxnRequest,
      holdfast.v1.TxnResponse> getTxnMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Txn",
      requestType = holdfast.v1.TxnRequest.class,
      responseType = holdfast.v1.TxnResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.TxnRequest,
      holdfast.v1.TxnResponse> getTxnMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.TxnRequest, holdfast.v1.TxnResponse> getTxnMethod;
    if ((getTxnMethod = HoldfastServiceGrpc.getTxnMethod) == null) {
      synchronized (HoldfastServiceGrpc.class) {
        if ((getTxnMethod = HoldfastServiceGrpc.getTxnMethod) == null) {
          HoldfastServiceGrpc.getTxnMethod = getTxnMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.TxnRequest, holdfast.v1.TxnResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Txn"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.TxnRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.TxnResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HoldfastServiceMethodDescriptorSupplier("Txn"))
              .build();
        }
      }
    }
    return getTxnMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.GetRequest,
      holdfast.v1.GetResponse> getGetMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Get",
      requestType = holdfast.v1.GetRequest.class,
      responseType = holdfast.v1.GetResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.GetRequest,
      holdfast.v1.GetResponse> getGetMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.GetRequest, holdfast.v1.GetResponse> getGetMethod;
    if ((getGetMethod = HoldfastServiceGrpc.getGetMethod) == null) {
      synchronized (HoldfastServiceGrpc.class) {
        if ((getGetMethod = HoldfastServiceGrpc.getGetMethod) == null) {
          HoldfastServiceGrpc.getGetMethod = getGetMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.GetRequest, holdfast.v1.GetResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Get"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.GetRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.GetResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HoldfastServiceMethodDescriptorSupplier("Get"))
              .build();
        }
      }
    }
    return getGetMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.ListRequest,
      holdfast.v1.ListResponse> getListMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "List",
      requestType = holdfast.v1.ListRequest.class,
      responseType = holdfast.v1.ListResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.ListRequest,
      holdfast.v1.ListResponse> getListMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.ListRequest, holdfast.v1.ListResponse> getListMethod;
    if ((getListMethod = HoldfastServiceGrpc.getListMethod) == null) {
      synchronized (HoldfastServiceGrpc.class) {
        if ((getListMethod = HoldfastServiceGrpc.getListMethod) == null) {
          HoldfastServiceGrpc.getListMethod = getListMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.ListRequest, holdfast.v1.ListResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "List"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.ListRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.ListResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HoldfastServiceMethodDescriptorSupplier("List"))
              .build();
        }
      }
    }
    return getListMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.SnapshotRequest,
      holdfast.v1.SnapshotResponse> getSnapshotMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Snapshot",
      requestType = holdfast.v1.SnapshotRequest.class,
      responseType = holdfast.v1.SnapshotResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.SnapshotRequest,
      holdfast.v1.SnapshotResponse> getSnapshotMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.SnapshotRequest, holdfast.v1.SnapshotResponse> getSnapshotMethod;
    if ((getSnapshotMethod = HoldfastServiceGrpc.getSnapshotMethod) == null) {
      synchronized (HoldfastServiceGrpc.class) {
        if ((getSnapshotMethod = HoldfastServiceGrpc.getSnapshotMethod) == null) {
          HoldfastServiceGrpc.getSnapshotMethod = getSnapshotMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.SnapshotRequest, holdfast.v1.SnapshotResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Snapshot"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.SnapshotRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.SnapshotResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HoldfastServiceMethodDescriptorSupplier("Snapshot"))
              .build();
        }
      }
    }
    return getSnapshotMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.HistoryRequest,
      holdfast.v1.HistoryResponse> getHistoryMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "History",
      requestType = holdfast.v1.HistoryRequest.class,
      responseType = holdfast.v1.HistoryResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.HistoryRequest,
      holdfast.v1.HistoryResponse> getHistoryMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.HistoryRequest, holdfast.v1.HistoryResponse> getHistoryMethod;
    if ((getHistoryMethod = HoldfastServiceGrpc.getHistoryMethod) == null) {
      synchronized (HoldfastServiceGrpc.class) {
        if ((getHistoryMethod = HoldfastServiceGrpc.getHistoryMethod) == null) {
          HoldfastServiceGrpc.getHistoryMethod = getHistoryMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.HistoryRequest, holdfast.v1.HistoryResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "History"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.HistoryRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.HistoryResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HoldfastServiceMethodDescriptorSupplier("History"))
              .build();
        }
      }
    }
    return getHistoryMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.DiffRequest,
      holdfast.v1.DiffResponse> getDiffMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Diff",
      requestType = holdfast.v1.DiffRequest.class,
      responseType = holdfast.v1.DiffResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.DiffRequest,
      holdfast.v1.DiffResponse> getDiffMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.DiffRequest, holdfast.v1.DiffResponse> getDiffMethod;
    if ((getDiffMethod = HoldfastServiceGrpc.getDiffMethod) == null) {
      synchronized (HoldfastServiceGrpc.class) {
        if ((getDiffMethod = HoldfastServiceGrpc.getDiffMethod) == null) {
          HoldfastServiceGrpc.getDiffMethod = getDiffMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.DiffRequest, holdfast.v1.DiffResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Diff"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.DiffRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.DiffResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HoldfastServiceMethodDescriptorSupplier("Diff"))
              .build();
        }
      }
    }
    return getDiffMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.RollbackRequest,
      holdfast.v1.RollbackResponse> getRollbackMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Rollback",
      requestType = holdfast.v1.RollbackRequest.class,
      responseType = holdfast.v1.RollbackResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.RollbackRequest,
      holdfast.v1.RollbackResponse> getRollbackMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.RollbackRequest, holdfast.v1.RollbackResponse> getRollbackMethod;
    if ((getRollbackMethod = HoldfastServiceGrpc.getRollbackMethod) == null) {
      synchronized (HoldfastServiceGrpc.class) {
        if ((getRollbackMethod = HoldfastServiceGrpc.getRollbackMethod) == null) {
          HoldfastServiceGrpc.getRollbackMethod = getRollbackMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.RollbackRequest, holdfast.v1.RollbackResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Rollback"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.RollbackRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.RollbackResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HoldfastServiceMethodDescriptorSupplier("Rollback"))
              .build();
        }
      }
    }
    return getRollbackMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.EventsRequest,
      holdfast.v1.EventsResponse> getEventsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Events",
      requestType = holdfast.v1.EventsRequest.class,
      responseType = holdfast.v1.EventsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.EventsRequest,
      holdfast.v1.EventsResponse> getEventsMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.EventsRequest, holdfast.v1.EventsResponse> getEventsMethod;
    if ((getEventsMethod = HoldfastServiceGrpc.getEventsMethod) == null) {
      synchronized (HoldfastServiceGrpc.class) {
        if ((getEventsMethod = HoldfastServiceGrpc.getEventsMethod) == null) {
          HoldfastServiceGrpc.getEventsMethod = getEventsMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.EventsRequest, holdfast.v1.EventsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Events"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.EventsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.EventsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HoldfastServiceMethodDescriptorSupplier("Events"))
              .build();
        }
      }
    }
    return getEventsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.SearchRequest,
      holdfast.v1.SearchResponse> getSearchMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Search",
      requestType = holdfast.v1.SearchRequest.class,
      responseType = holdfast.v1.SearchResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.SearchRequest,
      holdfast.v1.SearchResponse> getSearchMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.SearchRequest, holdfast.v1.SearchResponse> getSearchMethod;
    if ((getSearchMethod = HoldfastServiceGrpc.getSearchMethod) == null) {
      synchronized (HoldfastServiceGrpc.class) {
        if ((getSearchMethod = HoldfastServiceGrpc.getSearchMethod) == null) {
          HoldfastServiceGrpc.getSearchMethod = getSearchMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.SearchRequest, holdfast.v1.SearchResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Search"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.SearchRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.SearchResponse.getDefaultInstance()))
              .setSchemaDescriptor(new HoldfastServiceMethodDescriptorSupplier("Search"))
              .build();
        }
      }
    }
    return getSearchMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static HoldfastServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<HoldfastServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<HoldfastServiceStub>() {
        @java.lang.Override
        public HoldfastServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new HoldfastServiceStub(channel, callOptions);
        }
      };
    return HoldfastServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static HoldfastServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<HoldfastServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<HoldfastServiceBlockingV2Stub>() {
        @java.lang.Override
        public HoldfastServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new HoldfastServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return HoldfastServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static HoldfastServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<HoldfastServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<HoldfastServiceBlockingStub>() {
        @java.lang.Override
        public HoldfastServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new HoldfastServiceBlockingStub(channel, callOptions);
        }
      };
    return HoldfastServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static HoldfastServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<HoldfastServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<HoldfastServiceFutureStub>() {
        @java.lang.Override
        public HoldfastServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new HoldfastServiceFutureStub(channel, callOptions);
        }
      };
    return HoldfastServiceFutureStub.newStub(factory, channel);
  }

  /**
   */
  public interface AsyncService {

    /**
     * <pre>
     * Applies all writes of a batch, over any namespaces, as one commit with one revision, or none of them.
     * </pre>
     */
    default void commit(holdfast.v1.CommitRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.CommitResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCommitMethod(), responseObserver);
    }

    /**
     * <pre>
     * Commits in revision order from a chosen start on; every one exactly once, none missing. After a disconnect
     * the watcher resumes from the last token it saw. A start that was compacted, or that belongs to another
     * log, ends the call with OUT_OF_RANGE, reason COMPACTED or FOREIGN_LOG, and the oldest revision in the metadata.
     * </pre>
     */
    default void watch(holdfast.v1.WatchRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.WatchResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getWatchMethod(), responseObserver);
    }

    /**
     * <pre>
     * Compares, then does one of two things, in one step at the head of the log and as one commit.
     * </pre>
     */
    default void txn(holdfast.v1.TxnRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.TxnResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getTxnMethod(), responseObserver);
    }

    /**
     * <pre>
     * One entry, of the latest or of an earlier state.
     * </pre>
     */
    default void get(holdfast.v1.GetRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.GetResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetMethod(), responseObserver);
    }

    /**
     * <pre>
     * Entries by key, page by page; all pages are of one state.
     * </pre>
     */
    default void list(holdfast.v1.ListRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.ListResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListMethod(), responseObserver);
    }

    /**
     * <pre>
     * All entries of a namespace, of one state, with the ETag that stands for them.
     * </pre>
     */
    default void snapshot(holdfast.v1.SnapshotRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.SnapshotResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSnapshotMethod(), responseObserver);
    }

    /**
     * <pre>
     * What happened to a key, newest first: deletes too, and the versions before them.
     * </pre>
     */
    default void history(holdfast.v1.HistoryRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.HistoryResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getHistoryMethod(), responseObserver);
    }

    /**
     * <pre>
     * What differs between two states: of one namespace or of two.
     * </pre>
     */
    default void diff(holdfast.v1.DiffRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.DiffResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getDiffMethod(), responseObserver);
    }

    /**
     * <pre>
     * Makes a key, the keys below a prefix or a namespace what they were, as one commit.
     * </pre>
     */
    default void rollback(holdfast.v1.RollbackRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.RollbackResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRollbackMethod(), responseObserver);
    }

    /**
     * <pre>
     * Events of the log that are still kept, by what happened, to what, through whom and when.
     * </pre>
     */
    default void events(holdfast.v1.EventsRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.EventsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getEventsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Entries with a text or a regular expression in their key or value. There is no index: a call looks through so much and
     * answers with a cursor when there is more, even when it found nothing.
     * </pre>
     */
    default void search(holdfast.v1.SearchRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.SearchResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSearchMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service HoldfastService.
   */
  public static abstract class HoldfastServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return HoldfastServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service HoldfastService.
   */
  public static final class HoldfastServiceStub
      extends io.grpc.stub.AbstractAsyncStub<HoldfastServiceStub> {
    private HoldfastServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected HoldfastServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new HoldfastServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Applies all writes of a batch, over any namespaces, as one commit with one revision, or none of them.
     * </pre>
     */
    public void commit(holdfast.v1.CommitRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.CommitResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCommitMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Commits in revision order from a chosen start on; every one exactly once, none missing. After a disconnect
     * the watcher resumes from the last token it saw. A start that was compacted, or that belongs to another
     * log, ends the call with OUT_OF_RANGE, reason COMPACTED or FOREIGN_LOG, and the oldest revision in the metadata.
     * </pre>
     */
    public void watch(holdfast.v1.WatchRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.WatchResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getWatchMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Compares, then does one of two things, in one step at the head of the log and as one commit.
     * </pre>
     */
    public void txn(holdfast.v1.TxnRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.TxnResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getTxnMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * One entry, of the latest or of an earlier state.
     * </pre>
     */
    public void get(holdfast.v1.GetRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.GetResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Entries by key, page by page; all pages are of one state.
     * </pre>
     */
    public void list(holdfast.v1.ListRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.ListResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * All entries of a namespace, of one state, with the ETag that stands for them.
     * </pre>
     */
    public void snapshot(holdfast.v1.SnapshotRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.SnapshotResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSnapshotMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * What happened to a key, newest first: deletes too, and the versions before them.
     * </pre>
     */
    public void history(holdfast.v1.HistoryRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.HistoryResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getHistoryMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * What differs between two states: of one namespace or of two.
     * </pre>
     */
    public void diff(holdfast.v1.DiffRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.DiffResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getDiffMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Makes a key, the keys below a prefix or a namespace what they were, as one commit.
     * </pre>
     */
    public void rollback(holdfast.v1.RollbackRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.RollbackResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRollbackMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Events of the log that are still kept, by what happened, to what, through whom and when.
     * </pre>
     */
    public void events(holdfast.v1.EventsRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.EventsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getEventsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Entries with a text or a regular expression in their key or value. There is no index: a call looks through so much and
     * answers with a cursor when there is more, even when it found nothing.
     * </pre>
     */
    public void search(holdfast.v1.SearchRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.SearchResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSearchMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service HoldfastService.
   */
  public static final class HoldfastServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<HoldfastServiceBlockingV2Stub> {
    private HoldfastServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected HoldfastServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new HoldfastServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Applies all writes of a batch, over any namespaces, as one commit with one revision, or none of them.
     * </pre>
     */
    public holdfast.v1.CommitResponse commit(holdfast.v1.CommitRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCommitMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Commits in revision order from a chosen start on; every one exactly once, none missing. After a disconnect
     * the watcher resumes from the last token it saw. A start that was compacted, or that belongs to another
     * log, ends the call with OUT_OF_RANGE, reason COMPACTED or FOREIGN_LOG, and the oldest revision in the metadata.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, holdfast.v1.WatchResponse>
        watch(holdfast.v1.WatchRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getWatchMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Compares, then does one of two things, in one step at the head of the log and as one commit.
     * </pre>
     */
    public holdfast.v1.TxnResponse txn(holdfast.v1.TxnRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getTxnMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * One entry, of the latest or of an earlier state.
     * </pre>
     */
    public holdfast.v1.GetResponse get(holdfast.v1.GetRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Entries by key, page by page; all pages are of one state.
     * </pre>
     */
    public holdfast.v1.ListResponse list(holdfast.v1.ListRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * All entries of a namespace, of one state, with the ETag that stands for them.
     * </pre>
     */
    public holdfast.v1.SnapshotResponse snapshot(holdfast.v1.SnapshotRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSnapshotMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * What happened to a key, newest first: deletes too, and the versions before them.
     * </pre>
     */
    public holdfast.v1.HistoryResponse history(holdfast.v1.HistoryRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getHistoryMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * What differs between two states: of one namespace or of two.
     * </pre>
     */
    public holdfast.v1.DiffResponse diff(holdfast.v1.DiffRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getDiffMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Makes a key, the keys below a prefix or a namespace what they were, as one commit.
     * </pre>
     */
    public holdfast.v1.RollbackResponse rollback(holdfast.v1.RollbackRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRollbackMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Events of the log that are still kept, by what happened, to what, through whom and when.
     * </pre>
     */
    public holdfast.v1.EventsResponse events(holdfast.v1.EventsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getEventsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Entries with a text or a regular expression in their key or value. There is no index: a call looks through so much and
     * answers with a cursor when there is more, even when it found nothing.
     * </pre>
     */
    public holdfast.v1.SearchResponse search(holdfast.v1.SearchRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSearchMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service HoldfastService.
   */
  public static final class HoldfastServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<HoldfastServiceBlockingStub> {
    private HoldfastServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected HoldfastServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new HoldfastServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Applies all writes of a batch, over any namespaces, as one commit with one revision, or none of them.
     * </pre>
     */
    public holdfast.v1.CommitResponse commit(holdfast.v1.CommitRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCommitMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Commits in revision order from a chosen start on; every one exactly once, none missing. After a disconnect
     * the watcher resumes from the last token it saw. A start that was compacted, or that belongs to another
     * log, ends the call with OUT_OF_RANGE, reason COMPACTED or FOREIGN_LOG, and the oldest revision in the metadata.
     * </pre>
     */
    public java.util.Iterator<holdfast.v1.WatchResponse> watch(
        holdfast.v1.WatchRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getWatchMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Compares, then does one of two things, in one step at the head of the log and as one commit.
     * </pre>
     */
    public holdfast.v1.TxnResponse txn(holdfast.v1.TxnRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getTxnMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * One entry, of the latest or of an earlier state.
     * </pre>
     */
    public holdfast.v1.GetResponse get(holdfast.v1.GetRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Entries by key, page by page; all pages are of one state.
     * </pre>
     */
    public holdfast.v1.ListResponse list(holdfast.v1.ListRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * All entries of a namespace, of one state, with the ETag that stands for them.
     * </pre>
     */
    public holdfast.v1.SnapshotResponse snapshot(holdfast.v1.SnapshotRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSnapshotMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * What happened to a key, newest first: deletes too, and the versions before them.
     * </pre>
     */
    public holdfast.v1.HistoryResponse history(holdfast.v1.HistoryRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getHistoryMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * What differs between two states: of one namespace or of two.
     * </pre>
     */
    public holdfast.v1.DiffResponse diff(holdfast.v1.DiffRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getDiffMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Makes a key, the keys below a prefix or a namespace what they were, as one commit.
     * </pre>
     */
    public holdfast.v1.RollbackResponse rollback(holdfast.v1.RollbackRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRollbackMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Events of the log that are still kept, by what happened, to what, through whom and when.
     * </pre>
     */
    public holdfast.v1.EventsResponse events(holdfast.v1.EventsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getEventsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Entries with a text or a regular expression in their key or value. There is no index: a call looks through so much and
     * answers with a cursor when there is more, even when it found nothing.
     * </pre>
     */
    public holdfast.v1.SearchResponse search(holdfast.v1.SearchRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSearchMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service HoldfastService.
   */
  public static final class HoldfastServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<HoldfastServiceFutureStub> {
    private HoldfastServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected HoldfastServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new HoldfastServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Applies all writes of a batch, over any namespaces, as one commit with one revision, or none of them.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.CommitResponse> commit(
        holdfast.v1.CommitRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCommitMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Compares, then does one of two things, in one step at the head of the log and as one commit.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.TxnResponse> txn(
        holdfast.v1.TxnRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getTxnMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * One entry, of the latest or of an earlier state.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.GetResponse> get(
        holdfast.v1.GetRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Entries by key, page by page; all pages are of one state.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.ListResponse> list(
        holdfast.v1.ListRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * All entries of a namespace, of one state, with the ETag that stands for them.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.SnapshotResponse> snapshot(
        holdfast.v1.SnapshotRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSnapshotMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * What happened to a key, newest first: deletes too, and the versions before them.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.HistoryResponse> history(
        holdfast.v1.HistoryRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getHistoryMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * What differs between two states: of one namespace or of two.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.DiffResponse> diff(
        holdfast.v1.DiffRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getDiffMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Makes a key, the keys below a prefix or a namespace what they were, as one commit.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.RollbackResponse> rollback(
        holdfast.v1.RollbackRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRollbackMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Events of the log that are still kept, by what happened, to what, through whom and when.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.EventsResponse> events(
        holdfast.v1.EventsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getEventsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Entries with a text or a regular expression in their key or value. There is no index: a call looks through so much and
     * answers with a cursor when there is more, even when it found nothing.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.SearchResponse> search(
        holdfast.v1.SearchRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSearchMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_COMMIT = 0;
  private static final int METHODID_WATCH = 1;
  private static final int METHODID_TXN = 2;
  private static final int METHODID_GET = 3;
  private static final int METHODID_LIST = 4;
  private static final int METHODID_SNAPSHOT = 5;
  private static final int METHODID_HISTORY = 6;
  private static final int METHODID_DIFF = 7;
  private static final int METHODID_ROLLBACK = 8;
  private static final int METHODID_EVENTS = 9;
  private static final int METHODID_SEARCH = 10;

  private static final class MethodHandlers<Req, Resp> implements
      io.grpc.stub.ServerCalls.UnaryMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.ServerStreamingMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.ClientStreamingMethod<Req, Resp>,
      io.grpc.stub.ServerCalls.BidiStreamingMethod<Req, Resp> {
    private final AsyncService serviceImpl;
    private final int methodId;

    MethodHandlers(AsyncService serviceImpl, int methodId) {
      this.serviceImpl = serviceImpl;
      this.methodId = methodId;
    }

    @java.lang.Override
    @java.lang.SuppressWarnings("unchecked")
    public void invoke(Req request, io.grpc.stub.StreamObserver<Resp> responseObserver) {
      switch (methodId) {
        case METHODID_COMMIT:
          serviceImpl.commit((holdfast.v1.CommitRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.CommitResponse>) responseObserver);
          break;
        case METHODID_WATCH:
          serviceImpl.watch((holdfast.v1.WatchRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.WatchResponse>) responseObserver);
          break;
        case METHODID_TXN:
          serviceImpl.txn((holdfast.v1.TxnRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.TxnResponse>) responseObserver);
          break;
        case METHODID_GET:
          serviceImpl.get((holdfast.v1.GetRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.GetResponse>) responseObserver);
          break;
        case METHODID_LIST:
          serviceImpl.list((holdfast.v1.ListRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.ListResponse>) responseObserver);
          break;
        case METHODID_SNAPSHOT:
          serviceImpl.snapshot((holdfast.v1.SnapshotRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.SnapshotResponse>) responseObserver);
          break;
        case METHODID_HISTORY:
          serviceImpl.history((holdfast.v1.HistoryRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.HistoryResponse>) responseObserver);
          break;
        case METHODID_DIFF:
          serviceImpl.diff((holdfast.v1.DiffRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.DiffResponse>) responseObserver);
          break;
        case METHODID_ROLLBACK:
          serviceImpl.rollback((holdfast.v1.RollbackRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.RollbackResponse>) responseObserver);
          break;
        case METHODID_EVENTS:
          serviceImpl.events((holdfast.v1.EventsRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.EventsResponse>) responseObserver);
          break;
        case METHODID_SEARCH:
          serviceImpl.search((holdfast.v1.SearchRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.SearchResponse>) responseObserver);
          break;
        default:
          throw new AssertionError();
      }
    }

    @java.lang.Override
    @java.lang.SuppressWarnings("unchecked")
    public io.grpc.stub.StreamObserver<Req> invoke(
        io.grpc.stub.StreamObserver<Resp> responseObserver) {
      switch (methodId) {
        default:
          throw new AssertionError();
      }
    }
  }

  public static final io.grpc.ServerServiceDefinition bindService(AsyncService service) {
    return io.grpc.ServerServiceDefinition.builder(getServiceDescriptor())
        .addMethod(
          getCommitMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.CommitRequest,
              holdfast.v1.CommitResponse>(
                service, METHODID_COMMIT)))
        .addMethod(
          getWatchMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              holdfast.v1.WatchRequest,
              holdfast.v1.WatchResponse>(
                service, METHODID_WATCH)))
        .addMethod(
          getTxnMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.TxnRequest,
              holdfast.v1.TxnResponse>(
                service, METHODID_TXN)))
        .addMethod(
          getGetMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.GetRequest,
              holdfast.v1.GetResponse>(
                service, METHODID_GET)))
        .addMethod(
          getListMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.ListRequest,
              holdfast.v1.ListResponse>(
                service, METHODID_LIST)))
        .addMethod(
          getSnapshotMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.SnapshotRequest,
              holdfast.v1.SnapshotResponse>(
                service, METHODID_SNAPSHOT)))
        .addMethod(
          getHistoryMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.HistoryRequest,
              holdfast.v1.HistoryResponse>(
                service, METHODID_HISTORY)))
        .addMethod(
          getDiffMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.DiffRequest,
              holdfast.v1.DiffResponse>(
                service, METHODID_DIFF)))
        .addMethod(
          getRollbackMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.RollbackRequest,
              holdfast.v1.RollbackResponse>(
                service, METHODID_ROLLBACK)))
        .addMethod(
          getEventsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.EventsRequest,
              holdfast.v1.EventsResponse>(
                service, METHODID_EVENTS)))
        .addMethod(
          getSearchMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.SearchRequest,
              holdfast.v1.SearchResponse>(
                service, METHODID_SEARCH)))
        .build();
  }

  private static abstract class HoldfastServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    HoldfastServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return holdfast.v1.Holdfast.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("HoldfastService");
    }
  }

  private static final class HoldfastServiceFileDescriptorSupplier
      extends HoldfastServiceBaseDescriptorSupplier {
    HoldfastServiceFileDescriptorSupplier() {}
  }

  private static final class HoldfastServiceMethodDescriptorSupplier
      extends HoldfastServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    HoldfastServiceMethodDescriptorSupplier(java.lang.String methodName) {
      this.methodName = methodName;
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.MethodDescriptor getMethodDescriptor() {
      return getServiceDescriptor().findMethodByName(methodName);
    }
  }

  private static volatile io.grpc.ServiceDescriptor serviceDescriptor;

  public static io.grpc.ServiceDescriptor getServiceDescriptor() {
    io.grpc.ServiceDescriptor result = serviceDescriptor;
    if (result == null) {
      synchronized (HoldfastServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new HoldfastServiceFileDescriptorSupplier())
              .addMethod(getCommitMethod())
              .addMethod(getWatchMethod())
              .addMethod(getTxnMethod())
              .addMethod(getGetMethod())
              .addMethod(getListMethod())
              .addMethod(getSnapshotMethod())
              .addMethod(getHistoryMethod())
              .addMethod(getDiffMethod())
              .addMethod(getRollbackMethod())
              .addMethod(getEventsMethod())
              .addMethod(getSearchMethod())
              .build();
        }
      }
    }
    return result;
  }
}
