package stategate;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 * <pre>
 * Entities: states under the name they have since v0.14.0. A state is an entity.
 * </pre>
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class EntityServiceGrpc {

  private EntityServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "stategate.EntityService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<stategate.Entity,
      com.google.protobuf.Empty> getSetMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Set",
      requestType = stategate.Entity.class,
      responseType = com.google.protobuf.Empty.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<stategate.Entity,
      com.google.protobuf.Empty> getSetMethod() {
    io.grpc.MethodDescriptor<stategate.Entity, com.google.protobuf.Empty> getSetMethod;
    if ((getSetMethod = EntityServiceGrpc.getSetMethod) == null) {
      synchronized (EntityServiceGrpc.class) {
        if ((getSetMethod = EntityServiceGrpc.getSetMethod) == null) {
          EntityServiceGrpc.getSetMethod = getSetMethod =
              io.grpc.MethodDescriptor.<stategate.Entity, com.google.protobuf.Empty>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Set"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  stategate.Entity.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  com.google.protobuf.Empty.getDefaultInstance()))
              .setSchemaDescriptor(new EntityServiceMethodDescriptorSupplier("Set"))
              .build();
        }
      }
    }
    return getSetMethod;
  }

  private static volatile io.grpc.MethodDescriptor<stategate.Entity,
      stategate.Entity> getEditMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Edit",
      requestType = stategate.Entity.class,
      responseType = stategate.Entity.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<stategate.Entity,
      stategate.Entity> getEditMethod() {
    io.grpc.MethodDescriptor<stategate.Entity, stategate.Entity> getEditMethod;
    if ((getEditMethod = EntityServiceGrpc.getEditMethod) == null) {
      synchronized (EntityServiceGrpc.class) {
        if ((getEditMethod = EntityServiceGrpc.getEditMethod) == null) {
          EntityServiceGrpc.getEditMethod = getEditMethod =
              io.grpc.MethodDescriptor.<stategate.Entity, stategate.Entity>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Edit"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  stategate.Entity.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  stategate.Entity.getDefaultInstance()))
              .setSchemaDescriptor(new EntityServiceMethodDescriptorSupplier("Edit"))
              .build();
        }
      }
    }
    return getEditMethod;
  }

  private static volatile io.grpc.MethodDescriptor<stategate.EventRef,
      stategate.Entity> getRevertMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Revert",
      requestType = stategate.EventRef.class,
      responseType = stategate.Entity.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<stategate.EventRef,
      stategate.Entity> getRevertMethod() {
    io.grpc.MethodDescriptor<stategate.EventRef, stategate.Entity> getRevertMethod;
    if ((getRevertMethod = EntityServiceGrpc.getRevertMethod) == null) {
      synchronized (EntityServiceGrpc.class) {
        if ((getRevertMethod = EntityServiceGrpc.getRevertMethod) == null) {
          EntityServiceGrpc.getRevertMethod = getRevertMethod =
              io.grpc.MethodDescriptor.<stategate.EventRef, stategate.Entity>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Revert"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  stategate.EventRef.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  stategate.Entity.getDefaultInstance()))
              .setSchemaDescriptor(new EntityServiceMethodDescriptorSupplier("Revert"))
              .build();
        }
      }
    }
    return getRevertMethod;
  }

  private static volatile io.grpc.MethodDescriptor<stategate.EntityRef,
      stategate.Entity> getGetMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Get",
      requestType = stategate.EntityRef.class,
      responseType = stategate.Entity.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<stategate.EntityRef,
      stategate.Entity> getGetMethod() {
    io.grpc.MethodDescriptor<stategate.EntityRef, stategate.Entity> getGetMethod;
    if ((getGetMethod = EntityServiceGrpc.getGetMethod) == null) {
      synchronized (EntityServiceGrpc.class) {
        if ((getGetMethod = EntityServiceGrpc.getGetMethod) == null) {
          EntityServiceGrpc.getGetMethod = getGetMethod =
              io.grpc.MethodDescriptor.<stategate.EntityRef, stategate.Entity>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Get"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  stategate.EntityRef.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  stategate.Entity.getDefaultInstance()))
              .setSchemaDescriptor(new EntityServiceMethodDescriptorSupplier("Get"))
              .build();
        }
      }
    }
    return getGetMethod;
  }

  private static volatile io.grpc.MethodDescriptor<stategate.EntityRef,
      com.google.protobuf.Empty> getDelMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Del",
      requestType = stategate.EntityRef.class,
      responseType = com.google.protobuf.Empty.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<stategate.EntityRef,
      com.google.protobuf.Empty> getDelMethod() {
    io.grpc.MethodDescriptor<stategate.EntityRef, com.google.protobuf.Empty> getDelMethod;
    if ((getDelMethod = EntityServiceGrpc.getDelMethod) == null) {
      synchronized (EntityServiceGrpc.class) {
        if ((getDelMethod = EntityServiceGrpc.getDelMethod) == null) {
          EntityServiceGrpc.getDelMethod = getDelMethod =
              io.grpc.MethodDescriptor.<stategate.EntityRef, com.google.protobuf.Empty>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Del"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  stategate.EntityRef.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  com.google.protobuf.Empty.getDefaultInstance()))
              .setSchemaDescriptor(new EntityServiceMethodDescriptorSupplier("Del"))
              .build();
        }
      }
    }
    return getDelMethod;
  }

  private static volatile io.grpc.MethodDescriptor<stategate.SearchEntityOpts,
      stategate.Entities> getSearchMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Search",
      requestType = stategate.SearchEntityOpts.class,
      responseType = stategate.Entities.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<stategate.SearchEntityOpts,
      stategate.Entities> getSearchMethod() {
    io.grpc.MethodDescriptor<stategate.SearchEntityOpts, stategate.Entities> getSearchMethod;
    if ((getSearchMethod = EntityServiceGrpc.getSearchMethod) == null) {
      synchronized (EntityServiceGrpc.class) {
        if ((getSearchMethod = EntityServiceGrpc.getSearchMethod) == null) {
          EntityServiceGrpc.getSearchMethod = getSearchMethod =
              io.grpc.MethodDescriptor.<stategate.SearchEntityOpts, stategate.Entities>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Search"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  stategate.SearchEntityOpts.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  stategate.Entities.getDefaultInstance()))
              .setSchemaDescriptor(new EntityServiceMethodDescriptorSupplier("Search"))
              .build();
        }
      }
    }
    return getSearchMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static EntityServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<EntityServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<EntityServiceStub>() {
        @java.lang.Override
        public EntityServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new EntityServiceStub(channel, callOptions);
        }
      };
    return EntityServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static EntityServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<EntityServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<EntityServiceBlockingV2Stub>() {
        @java.lang.Override
        public EntityServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new EntityServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return EntityServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static EntityServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<EntityServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<EntityServiceBlockingStub>() {
        @java.lang.Override
        public EntityServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new EntityServiceBlockingStub(channel, callOptions);
        }
      };
    return EntityServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static EntityServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<EntityServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<EntityServiceFutureStub>() {
        @java.lang.Override
        public EntityServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new EntityServiceFutureStub(channel, callOptions);
        }
      };
    return EntityServiceFutureStub.newStub(factory, channel);
  }

  /**
   * <pre>
   * Entities: states under the name they have since v0.14.0. A state is an entity.
   * </pre>
   */
  public interface AsyncService {

    /**
     * <pre>
     * Writes one entity, whatever was there before; every write is an event.
     * </pre>
     */
    default void set(stategate.Entity request,
        io.grpc.stub.StreamObserver<com.google.protobuf.Empty> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSetMethod(), responseObserver);
    }

    /**
     * <pre>
     * Puts each top-level value in its place, a dotted name below one, and leaves the others; the answer is the whole.
     * </pre>
     */
    default void edit(stategate.Entity request,
        io.grpc.stub.StreamObserver<stategate.Entity> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getEditMethod(), responseObserver);
    }

    /**
     * <pre>
     * Writes what an event of the past left.
     * </pre>
     */
    default void revert(stategate.EventRef request,
        io.grpc.stub.StreamObserver<stategate.Entity> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRevertMethod(), responseObserver);
    }

    /**
     * <pre>
     * The current values of one entity.
     * </pre>
     */
    default void get(stategate.EntityRef request,
        io.grpc.stub.StreamObserver<stategate.Entity> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetMethod(), responseObserver);
    }

    /**
     * <pre>
     * Removes one entity; its events stay.
     * </pre>
     */
    default void del(stategate.EntityRef request,
        io.grpc.stub.StreamObserver<com.google.protobuf.Empty> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getDelMethod(), responseObserver);
    }

    /**
     * <pre>
     * The entities of one domain and type that a filter lets through, by their creation.
     * </pre>
     */
    default void search(stategate.SearchEntityOpts request,
        io.grpc.stub.StreamObserver<stategate.Entities> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSearchMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service EntityService.
   * <pre>
   * Entities: states under the name they have since v0.14.0. A state is an entity.
   * </pre>
   */
  public static abstract class EntityServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return EntityServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service EntityService.
   * <pre>
   * Entities: states under the name they have since v0.14.0. A state is an entity.
   * </pre>
   */
  public static final class EntityServiceStub
      extends io.grpc.stub.AbstractAsyncStub<EntityServiceStub> {
    private EntityServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected EntityServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new EntityServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Writes one entity, whatever was there before; every write is an event.
     * </pre>
     */
    public void set(stategate.Entity request,
        io.grpc.stub.StreamObserver<com.google.protobuf.Empty> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSetMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Puts each top-level value in its place, a dotted name below one, and leaves the others; the answer is the whole.
     * </pre>
     */
    public void edit(stategate.Entity request,
        io.grpc.stub.StreamObserver<stategate.Entity> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getEditMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Writes what an event of the past left.
     * </pre>
     */
    public void revert(stategate.EventRef request,
        io.grpc.stub.StreamObserver<stategate.Entity> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRevertMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * The current values of one entity.
     * </pre>
     */
    public void get(stategate.EntityRef request,
        io.grpc.stub.StreamObserver<stategate.Entity> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Removes one entity; its events stay.
     * </pre>
     */
    public void del(stategate.EntityRef request,
        io.grpc.stub.StreamObserver<com.google.protobuf.Empty> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getDelMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * The entities of one domain and type that a filter lets through, by their creation.
     * </pre>
     */
    public void search(stategate.SearchEntityOpts request,
        io.grpc.stub.StreamObserver<stategate.Entities> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSearchMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service EntityService.
   * <pre>
   * Entities: states under the name they have since v0.14.0. A state is an entity.
   * </pre>
   */
  public static final class EntityServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<EntityServiceBlockingV2Stub> {
    private EntityServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected EntityServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new EntityServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Writes one entity, whatever was there before; every write is an event.
     * </pre>
     */
    public com.google.protobuf.Empty set(stategate.Entity request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSetMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Puts each top-level value in its place, a dotted name below one, and leaves the others; the answer is the whole.
     * </pre>
     */
    public stategate.Entity edit(stategate.Entity request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getEditMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Writes what an event of the past left.
     * </pre>
     */
    public stategate.Entity revert(stategate.EventRef request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRevertMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The current values of one entity.
     * </pre>
     */
    public stategate.Entity get(stategate.EntityRef request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Removes one entity; its events stay.
     * </pre>
     */
    public com.google.protobuf.Empty del(stategate.EntityRef request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getDelMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The entities of one domain and type that a filter lets through, by their creation.
     * </pre>
     */
    public stategate.Entities search(stategate.SearchEntityOpts request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSearchMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service EntityService.
   * <pre>
   * Entities: states under the name they have since v0.14.0. A state is an entity.
   * </pre>
   */
  public static final class EntityServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<EntityServiceBlockingStub> {
    private EntityServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected EntityServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new EntityServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Writes one entity, whatever was there before; every write is an event.
     * </pre>
     */
    public com.google.protobuf.Empty set(stategate.Entity request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSetMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Puts each top-level value in its place, a dotted name below one, and leaves the others; the answer is the whole.
     * </pre>
     */
    public stategate.Entity edit(stategate.Entity request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getEditMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Writes what an event of the past left.
     * </pre>
     */
    public stategate.Entity revert(stategate.EventRef request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRevertMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The current values of one entity.
     * </pre>
     */
    public stategate.Entity get(stategate.EntityRef request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Removes one entity; its events stay.
     * </pre>
     */
    public com.google.protobuf.Empty del(stategate.EntityRef request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getDelMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The entities of one domain and type that a filter lets through, by their creation.
     * </pre>
     */
    public stategate.Entities search(stategate.SearchEntityOpts request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSearchMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service EntityService.
   * <pre>
   * Entities: states under the name they have since v0.14.0. A state is an entity.
   * </pre>
   */
  public static final class EntityServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<EntityServiceFutureStub> {
    private EntityServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected EntityServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new EntityServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Writes one entity, whatever was there before; every write is an event.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<com.google.protobuf.Empty> set(
        stategate.Entity request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSetMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Puts each top-level value in its place, a dotted name below one, and leaves the others; the answer is the whole.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<stategate.Entity> edit(
        stategate.Entity request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getEditMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Writes what an event of the past left.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<stategate.Entity> revert(
        stategate.EventRef request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRevertMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * The current values of one entity.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<stategate.Entity> get(
        stategate.EntityRef request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Removes one entity; its events stay.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<com.google.protobuf.Empty> del(
        stategate.EntityRef request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getDelMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * The entities of one domain and type that a filter lets through, by their creation.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<stategate.Entities> search(
        stategate.SearchEntityOpts request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSearchMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_SET = 0;
  private static final int METHODID_EDIT = 1;
  private static final int METHODID_REVERT = 2;
  private static final int METHODID_GET = 3;
  private static final int METHODID_DEL = 4;
  private static final int METHODID_SEARCH = 5;

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
        case METHODID_SET:
          serviceImpl.set((stategate.Entity) request,
              (io.grpc.stub.StreamObserver<com.google.protobuf.Empty>) responseObserver);
          break;
        case METHODID_EDIT:
          serviceImpl.edit((stategate.Entity) request,
              (io.grpc.stub.StreamObserver<stategate.Entity>) responseObserver);
          break;
        case METHODID_REVERT:
          serviceImpl.revert((stategate.EventRef) request,
              (io.grpc.stub.StreamObserver<stategate.Entity>) responseObserver);
          break;
        case METHODID_GET:
          serviceImpl.get((stategate.EntityRef) request,
              (io.grpc.stub.StreamObserver<stategate.Entity>) responseObserver);
          break;
        case METHODID_DEL:
          serviceImpl.del((stategate.EntityRef) request,
              (io.grpc.stub.StreamObserver<com.google.protobuf.Empty>) responseObserver);
          break;
        case METHODID_SEARCH:
          serviceImpl.search((stategate.SearchEntityOpts) request,
              (io.grpc.stub.StreamObserver<stategate.Entities>) responseObserver);
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
          getSetMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              stategate.Entity,
              com.google.protobuf.Empty>(
                service, METHODID_SET)))
        .addMethod(
          getEditMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              stategate.Entity,
              stategate.Entity>(
                service, METHODID_EDIT)))
        .addMethod(
          getRevertMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              stategate.EventRef,
              stategate.Entity>(
                service, METHODID_REVERT)))
        .addMethod(
          getGetMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              stategate.EntityRef,
              stategate.Entity>(
                service, METHODID_GET)))
        .addMethod(
          getDelMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              stategate.EntityRef,
              com.google.protobuf.Empty>(
                service, METHODID_DEL)))
        .addMethod(
          getSearchMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              stategate.SearchEntityOpts,
              stategate.Entities>(
                service, METHODID_SEARCH)))
        .build();
  }

  private static abstract class EntityServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    EntityServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return stategate.Schema.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("EntityService");
    }
  }

  private static final class EntityServiceFileDescriptorSupplier
      extends EntityServiceBaseDescriptorSupplier {
    EntityServiceFileDescriptorSupplier() {}
  }

  private static final class EntityServiceMethodDescriptorSupplier
      extends EntityServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    EntityServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (EntityServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new EntityServiceFileDescriptorSupplier())
              .addMethod(getSetMethod())
              .addMethod(getEditMethod())
              .addMethod(getRevertMethod())
              .addMethod(getGetMethod())
              .addMethod(getDelMethod())
              .addMethod(getSearchMethod())
              .build();
        }
      }
    }
    return result;
  }
}
