package stategate;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Locks that one owner has at a time.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class MutexServiceGrpc {

  private MutexServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "stategate.MutexService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<stategate.Mutex,
      stategate.Locked> getLockMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Lock",
      requestType = stategate.Mutex.class,
      responseType = stategate.Locked.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<stategate.Mutex,
      stategate.Locked> getLockMethod() {
    io.grpc.MethodDescriptor<stategate.Mutex, stategate.Locked> getLockMethod;
    if ((getLockMethod = MutexServiceGrpc.getLockMethod) == null) {
      synchronized (MutexServiceGrpc.class) {
        if ((getLockMethod = MutexServiceGrpc.getLockMethod) == null) {
          MutexServiceGrpc.getLockMethod = getLockMethod =
              io.grpc.MethodDescriptor.<stategate.Mutex, stategate.Locked>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Lock"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  stategate.Mutex.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  stategate.Locked.getDefaultInstance()))
              .setSchemaDescriptor(new MutexServiceMethodDescriptorSupplier("Lock"))
              .build();
        }
      }
    }
    return getLockMethod;
  }

  private static volatile io.grpc.MethodDescriptor<stategate.MutexRef,
      com.google.protobuf.Empty> getUnlockMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Unlock",
      requestType = stategate.MutexRef.class,
      responseType = com.google.protobuf.Empty.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<stategate.MutexRef,
      com.google.protobuf.Empty> getUnlockMethod() {
    io.grpc.MethodDescriptor<stategate.MutexRef, com.google.protobuf.Empty> getUnlockMethod;
    if ((getUnlockMethod = MutexServiceGrpc.getUnlockMethod) == null) {
      synchronized (MutexServiceGrpc.class) {
        if ((getUnlockMethod = MutexServiceGrpc.getUnlockMethod) == null) {
          MutexServiceGrpc.getUnlockMethod = getUnlockMethod =
              io.grpc.MethodDescriptor.<stategate.MutexRef, com.google.protobuf.Empty>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Unlock"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  stategate.MutexRef.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  com.google.protobuf.Empty.getDefaultInstance()))
              .setSchemaDescriptor(new MutexServiceMethodDescriptorSupplier("Unlock"))
              .build();
        }
      }
    }
    return getUnlockMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static MutexServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<MutexServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<MutexServiceStub>() {
        @java.lang.Override
        public MutexServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new MutexServiceStub(channel, callOptions);
        }
      };
    return MutexServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static MutexServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<MutexServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<MutexServiceBlockingV2Stub>() {
        @java.lang.Override
        public MutexServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new MutexServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return MutexServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static MutexServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<MutexServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<MutexServiceBlockingStub>() {
        @java.lang.Override
        public MutexServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new MutexServiceBlockingStub(channel, callOptions);
        }
      };
    return MutexServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static MutexServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<MutexServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<MutexServiceFutureStub>() {
        @java.lang.Override
        public MutexServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new MutexServiceFutureStub(channel, callOptions);
        }
      };
    return MutexServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Locks that one owner has at a time.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Takes a lock, or keeps it for longer; one that is taken is ALREADY_EXISTS. Those who know nothing of owners read the answer as
     * an empty one.
     * </pre>
     */
    default void lock(stategate.Mutex request,
        io.grpc.stub.StreamObserver<stategate.Locked> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getLockMethod(), responseObserver);
    }

    /**
     * <pre>
     * Gives a lock back; one that nobody has, too.
     * </pre>
     */
    default void unlock(stategate.MutexRef request,
        io.grpc.stub.StreamObserver<com.google.protobuf.Empty> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getUnlockMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service MutexService.
   * <pre>
   * Locks that one owner has at a time.
   * </pre>
   */
  public static abstract class MutexServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return MutexServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service MutexService.
   * <pre>
   * Locks that one owner has at a time.
   * </pre>
   */
  public static final class MutexServiceStub
      extends io.grpc.stub.AbstractAsyncStub<MutexServiceStub> {
    private MutexServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected MutexServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new MutexServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Takes a lock, or keeps it for longer; one that is taken is ALREADY_EXISTS. Those who know nothing of owners read the answer as
     * an empty one.
     * </pre>
     */
    public void lock(stategate.Mutex request,
        io.grpc.stub.StreamObserver<stategate.Locked> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getLockMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Gives a lock back; one that nobody has, too.
     * </pre>
     */
    public void unlock(stategate.MutexRef request,
        io.grpc.stub.StreamObserver<com.google.protobuf.Empty> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getUnlockMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service MutexService.
   * <pre>
   * Locks that one owner has at a time.
   * </pre>
   */
  public static final class MutexServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<MutexServiceBlockingV2Stub> {
    private MutexServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected MutexServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new MutexServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Takes a lock, or keeps it for longer; one that is taken is ALREADY_EXISTS. Those who know nothing of owners read the answer as
     * an empty one.
     * </pre>
     */
    public stategate.Locked lock(stategate.Mutex request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getLockMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Gives a lock back; one that nobody has, too.
     * </pre>
     */
    public com.google.protobuf.Empty unlock(stategate.MutexRef request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getUnlockMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service MutexService.
   * <pre>
   * Locks that one owner has at a time.
   * </pre>
   */
  public static final class MutexServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<MutexServiceBlockingStub> {
    private MutexServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected MutexServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new MutexServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Takes a lock, or keeps it for longer; one that is taken is ALREADY_EXISTS. Those who know nothing of owners read the answer as
     * an empty one.
     * </pre>
     */
    public stategate.Locked lock(stategate.Mutex request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getLockMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Gives a lock back; one that nobody has, too.
     * </pre>
     */
    public com.google.protobuf.Empty unlock(stategate.MutexRef request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getUnlockMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service MutexService.
   * <pre>
   * Locks that one owner has at a time.
   * </pre>
   */
  public static final class MutexServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<MutexServiceFutureStub> {
    private MutexServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected MutexServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new MutexServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Takes a lock, or keeps it for longer; one that is taken is ALREADY_EXISTS. Those who know nothing of owners read the answer as
     * an empty one.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<stategate.Locked> lock(
        stategate.Mutex request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getLockMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Gives a lock back; one that nobody has, too.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<com.google.protobuf.Empty> unlock(
        stategate.MutexRef request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getUnlockMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_LOCK = 0;
  private static final int METHODID_UNLOCK = 1;

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
        case METHODID_LOCK:
          serviceImpl.lock((stategate.Mutex) request,
              (io.grpc.stub.StreamObserver<stategate.Locked>) responseObserver);
          break;
        case METHODID_UNLOCK:
          serviceImpl.unlock((stategate.MutexRef) request,
              (io.grpc.stub.StreamObserver<com.google.protobuf.Empty>) responseObserver);
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
          getLockMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              stategate.Mutex,
              stategate.Locked>(
                service, METHODID_LOCK)))
        .addMethod(
          getUnlockMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              stategate.MutexRef,
              com.google.protobuf.Empty>(
                service, METHODID_UNLOCK)))
        .build();
  }

  private static abstract class MutexServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    MutexServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return stategate.Schema.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("MutexService");
    }
  }

  private static final class MutexServiceFileDescriptorSupplier
      extends MutexServiceBaseDescriptorSupplier {
    MutexServiceFileDescriptorSupplier() {}
  }

  private static final class MutexServiceMethodDescriptorSupplier
      extends MutexServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    MutexServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (MutexServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new MutexServiceFileDescriptorSupplier())
              .addMethod(getLockMethod())
              .addMethod(getUnlockMethod())
              .build();
        }
      }
    }
    return result;
  }
}
