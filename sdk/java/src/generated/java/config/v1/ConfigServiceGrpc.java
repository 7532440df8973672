package config.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class ConfigServiceGrpc {

  private ConfigServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "config.v1.ConfigService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<config.v1.GetRequest,
      config.v1.GetResponse> getGetMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Get",
      requestType = config.v1.GetRequest.class,
      responseType = config.v1.GetResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<config.v1.GetRequest,
      config.v1.GetResponse> getGetMethod() {
    io.grpc.MethodDescriptor<config.v1.GetRequest, config.v1.GetResponse> getGetMethod;
    if ((getGetMethod = ConfigServiceGrpc.getGetMethod) == null) {
      synchronized (ConfigServiceGrpc.class) {
        if ((getGetMethod = ConfigServiceGrpc.getGetMethod) == null) {
          ConfigServiceGrpc.getGetMethod = getGetMethod =
              io.grpc.MethodDescriptor.<config.v1.GetRequest, config.v1.GetResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Get"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.GetRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.GetResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConfigServiceMethodDescriptorSupplier("Get"))
              .build();
        }
      }
    }
    return getGetMethod;
  }

  private static volatile io.grpc.MethodDescriptor<config.v1.SetRequest,
      config.v1.SetResponse> getSetMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Set",
      requestType = config.v1.SetRequest.class,
      responseType = config.v1.SetResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<config.v1.SetRequest,
      config.v1.SetResponse> getSetMethod() {
    io.grpc.MethodDescriptor<config.v1.SetRequest, config.v1.SetResponse> getSetMethod;
    if ((getSetMethod = ConfigServiceGrpc.getSetMethod) == null) {
      synchronized (ConfigServiceGrpc.class) {
        if ((getSetMethod = ConfigServiceGrpc.getSetMethod) == null) {
          ConfigServiceGrpc.getSetMethod = getSetMethod =
              io.grpc.MethodDescriptor.<config.v1.SetRequest, config.v1.SetResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Set"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.SetRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.SetResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConfigServiceMethodDescriptorSupplier("Set"))
              .build();
        }
      }
    }
    return getSetMethod;
  }

  private static volatile io.grpc.MethodDescriptor<config.v1.DeleteRequest,
      config.v1.DeleteResponse> getDeleteMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Delete",
      requestType = config.v1.DeleteRequest.class,
      responseType = config.v1.DeleteResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<config.v1.DeleteRequest,
      config.v1.DeleteResponse> getDeleteMethod() {
    io.grpc.MethodDescriptor<config.v1.DeleteRequest, config.v1.DeleteResponse> getDeleteMethod;
    if ((getDeleteMethod = ConfigServiceGrpc.getDeleteMethod) == null) {
      synchronized (ConfigServiceGrpc.class) {
        if ((getDeleteMethod = ConfigServiceGrpc.getDeleteMethod) == null) {
          ConfigServiceGrpc.getDeleteMethod = getDeleteMethod =
              io.grpc.MethodDescriptor.<config.v1.DeleteRequest, config.v1.DeleteResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Delete"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.DeleteRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.DeleteResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConfigServiceMethodDescriptorSupplier("Delete"))
              .build();
        }
      }
    }
    return getDeleteMethod;
  }

  private static volatile io.grpc.MethodDescriptor<config.v1.ListRequest,
      config.v1.ListResponse> getListMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "List",
      requestType = config.v1.ListRequest.class,
      responseType = config.v1.ListResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<config.v1.ListRequest,
      config.v1.ListResponse> getListMethod() {
    io.grpc.MethodDescriptor<config.v1.ListRequest, config.v1.ListResponse> getListMethod;
    if ((getListMethod = ConfigServiceGrpc.getListMethod) == null) {
      synchronized (ConfigServiceGrpc.class) {
        if ((getListMethod = ConfigServiceGrpc.getListMethod) == null) {
          ConfigServiceGrpc.getListMethod = getListMethod =
              io.grpc.MethodDescriptor.<config.v1.ListRequest, config.v1.ListResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "List"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.ListRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.ListResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConfigServiceMethodDescriptorSupplier("List"))
              .build();
        }
      }
    }
    return getListMethod;
  }

  private static volatile io.grpc.MethodDescriptor<config.v1.GetVersionsRequest,
      config.v1.GetVersionsResponse> getGetVersionsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetVersions",
      requestType = config.v1.GetVersionsRequest.class,
      responseType = config.v1.GetVersionsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<config.v1.GetVersionsRequest,
      config.v1.GetVersionsResponse> getGetVersionsMethod() {
    io.grpc.MethodDescriptor<config.v1.GetVersionsRequest, config.v1.GetVersionsResponse> getGetVersionsMethod;
    if ((getGetVersionsMethod = ConfigServiceGrpc.getGetVersionsMethod) == null) {
      synchronized (ConfigServiceGrpc.class) {
        if ((getGetVersionsMethod = ConfigServiceGrpc.getGetVersionsMethod) == null) {
          ConfigServiceGrpc.getGetVersionsMethod = getGetVersionsMethod =
              io.grpc.MethodDescriptor.<config.v1.GetVersionsRequest, config.v1.GetVersionsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetVersions"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.GetVersionsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.GetVersionsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConfigServiceMethodDescriptorSupplier("GetVersions"))
              .build();
        }
      }
    }
    return getGetVersionsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<config.v1.SnapshotRequest,
      config.v1.SnapshotResponse> getSnapshotMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Snapshot",
      requestType = config.v1.SnapshotRequest.class,
      responseType = config.v1.SnapshotResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<config.v1.SnapshotRequest,
      config.v1.SnapshotResponse> getSnapshotMethod() {
    io.grpc.MethodDescriptor<config.v1.SnapshotRequest, config.v1.SnapshotResponse> getSnapshotMethod;
    if ((getSnapshotMethod = ConfigServiceGrpc.getSnapshotMethod) == null) {
      synchronized (ConfigServiceGrpc.class) {
        if ((getSnapshotMethod = ConfigServiceGrpc.getSnapshotMethod) == null) {
          ConfigServiceGrpc.getSnapshotMethod = getSnapshotMethod =
              io.grpc.MethodDescriptor.<config.v1.SnapshotRequest, config.v1.SnapshotResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Snapshot"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.SnapshotRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.SnapshotResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConfigServiceMethodDescriptorSupplier("Snapshot"))
              .build();
        }
      }
    }
    return getSnapshotMethod;
  }

  private static volatile io.grpc.MethodDescriptor<config.v1.WatchRequest,
      config.v1.WatchResponse> getWatchMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "Watch",
      requestType = config.v1.WatchRequest.class,
      responseType = config.v1.WatchResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
  public static io.grpc.MethodDescriptor<config.v1.WatchRequest,
      config.v1.WatchResponse> getWatchMethod() {
    io.grpc.MethodDescriptor<config.v1.WatchRequest, config.v1.WatchResponse> getWatchMethod;
    if ((getWatchMethod = ConfigServiceGrpc.getWatchMethod) == null) {
      synchronized (ConfigServiceGrpc.class) {
        if ((getWatchMethod = ConfigServiceGrpc.getWatchMethod) == null) {
          ConfigServiceGrpc.getWatchMethod = getWatchMethod =
              io.grpc.MethodDescriptor.<config.v1.WatchRequest, config.v1.WatchResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.SERVER_STREAMING)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "Watch"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.WatchRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.WatchResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConfigServiceMethodDescriptorSupplier("Watch"))
              .build();
        }
      }
    }
    return getWatchMethod;
  }

  private static volatile io.grpc.MethodDescriptor<config.v1.CheckAccessRequest,
      config.v1.CheckAccessResponse> getCheckAccessMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CheckAccess",
      requestType = config.v1.CheckAccessRequest.class,
      responseType = config.v1.CheckAccessResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<config.v1.CheckAccessRequest,
      config.v1.CheckAccessResponse> getCheckAccessMethod() {
    io.grpc.MethodDescriptor<config.v1.CheckAccessRequest, config.v1.CheckAccessResponse> getCheckAccessMethod;
    if ((getCheckAccessMethod = ConfigServiceGrpc.getCheckAccessMethod) == null) {
      synchronized (ConfigServiceGrpc.class) {
        if ((getCheckAccessMethod = ConfigServiceGrpc.getCheckAccessMethod) == null) {
          ConfigServiceGrpc.getCheckAccessMethod = getCheckAccessMethod =
              io.grpc.MethodDescriptor.<config.v1.CheckAccessRequest, config.v1.CheckAccessResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CheckAccess"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.CheckAccessRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.CheckAccessResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConfigServiceMethodDescriptorSupplier("CheckAccess"))
              .build();
        }
      }
    }
    return getCheckAccessMethod;
  }

  private static volatile io.grpc.MethodDescriptor<config.v1.SetAliasRequest,
      config.v1.SetAliasResponse> getSetAliasMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "SetAlias",
      requestType = config.v1.SetAliasRequest.class,
      responseType = config.v1.SetAliasResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<config.v1.SetAliasRequest,
      config.v1.SetAliasResponse> getSetAliasMethod() {
    io.grpc.MethodDescriptor<config.v1.SetAliasRequest, config.v1.SetAliasResponse> getSetAliasMethod;
    if ((getSetAliasMethod = ConfigServiceGrpc.getSetAliasMethod) == null) {
      synchronized (ConfigServiceGrpc.class) {
        if ((getSetAliasMethod = ConfigServiceGrpc.getSetAliasMethod) == null) {
          ConfigServiceGrpc.getSetAliasMethod = getSetAliasMethod =
              io.grpc.MethodDescriptor.<config.v1.SetAliasRequest, config.v1.SetAliasResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "SetAlias"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.SetAliasRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.SetAliasResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConfigServiceMethodDescriptorSupplier("SetAlias"))
              .build();
        }
      }
    }
    return getSetAliasMethod;
  }

  private static volatile io.grpc.MethodDescriptor<config.v1.DeleteAliasRequest,
      config.v1.DeleteAliasResponse> getDeleteAliasMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "DeleteAlias",
      requestType = config.v1.DeleteAliasRequest.class,
      responseType = config.v1.DeleteAliasResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<config.v1.DeleteAliasRequest,
      config.v1.DeleteAliasResponse> getDeleteAliasMethod() {
    io.grpc.MethodDescriptor<config.v1.DeleteAliasRequest, config.v1.DeleteAliasResponse> getDeleteAliasMethod;
    if ((getDeleteAliasMethod = ConfigServiceGrpc.getDeleteAliasMethod) == null) {
      synchronized (ConfigServiceGrpc.class) {
        if ((getDeleteAliasMethod = ConfigServiceGrpc.getDeleteAliasMethod) == null) {
          ConfigServiceGrpc.getDeleteAliasMethod = getDeleteAliasMethod =
              io.grpc.MethodDescriptor.<config.v1.DeleteAliasRequest, config.v1.DeleteAliasResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "DeleteAlias"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.DeleteAliasRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.DeleteAliasResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConfigServiceMethodDescriptorSupplier("DeleteAlias"))
              .build();
        }
      }
    }
    return getDeleteAliasMethod;
  }

  private static volatile io.grpc.MethodDescriptor<config.v1.GetAliasRequest,
      config.v1.GetAliasResponse> getGetAliasMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetAlias",
      requestType = config.v1.GetAliasRequest.class,
      responseType = config.v1.GetAliasResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<config.v1.GetAliasRequest,
      config.v1.GetAliasResponse> getGetAliasMethod() {
    io.grpc.MethodDescriptor<config.v1.GetAliasRequest, config.v1.GetAliasResponse> getGetAliasMethod;
    if ((getGetAliasMethod = ConfigServiceGrpc.getGetAliasMethod) == null) {
      synchronized (ConfigServiceGrpc.class) {
        if ((getGetAliasMethod = ConfigServiceGrpc.getGetAliasMethod) == null) {
          ConfigServiceGrpc.getGetAliasMethod = getGetAliasMethod =
              io.grpc.MethodDescriptor.<config.v1.GetAliasRequest, config.v1.GetAliasResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetAlias"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.GetAliasRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.GetAliasResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConfigServiceMethodDescriptorSupplier("GetAlias"))
              .build();
        }
      }
    }
    return getGetAliasMethod;
  }

  private static volatile io.grpc.MethodDescriptor<config.v1.ListAliasesRequest,
      config.v1.ListAliasesResponse> getListAliasesMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListAliases",
      requestType = config.v1.ListAliasesRequest.class,
      responseType = config.v1.ListAliasesResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<config.v1.ListAliasesRequest,
      config.v1.ListAliasesResponse> getListAliasesMethod() {
    io.grpc.MethodDescriptor<config.v1.ListAliasesRequest, config.v1.ListAliasesResponse> getListAliasesMethod;
    if ((getListAliasesMethod = ConfigServiceGrpc.getListAliasesMethod) == null) {
      synchronized (ConfigServiceGrpc.class) {
        if ((getListAliasesMethod = ConfigServiceGrpc.getListAliasesMethod) == null) {
          ConfigServiceGrpc.getListAliasesMethod = getListAliasesMethod =
              io.grpc.MethodDescriptor.<config.v1.ListAliasesRequest, config.v1.ListAliasesResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListAliases"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.ListAliasesRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.ListAliasesResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConfigServiceMethodDescriptorSupplier("ListAliases"))
              .build();
        }
      }
    }
    return getListAliasesMethod;
  }

  private static volatile io.grpc.MethodDescriptor<config.v1.ListCodecsRequest,
      config.v1.ListCodecsResponse> getListCodecsMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListCodecs",
      requestType = config.v1.ListCodecsRequest.class,
      responseType = config.v1.ListCodecsResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<config.v1.ListCodecsRequest,
      config.v1.ListCodecsResponse> getListCodecsMethod() {
    io.grpc.MethodDescriptor<config.v1.ListCodecsRequest, config.v1.ListCodecsResponse> getListCodecsMethod;
    if ((getListCodecsMethod = ConfigServiceGrpc.getListCodecsMethod) == null) {
      synchronized (ConfigServiceGrpc.class) {
        if ((getListCodecsMethod = ConfigServiceGrpc.getListCodecsMethod) == null) {
          ConfigServiceGrpc.getListCodecsMethod = getListCodecsMethod =
              io.grpc.MethodDescriptor.<config.v1.ListCodecsRequest, config.v1.ListCodecsResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListCodecs"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.ListCodecsRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.ListCodecsResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConfigServiceMethodDescriptorSupplier("ListCodecs"))
              .build();
        }
      }
    }
    return getListCodecsMethod;
  }

  private static volatile io.grpc.MethodDescriptor<config.v1.ListNamespacesRequest,
      config.v1.ListNamespacesResponse> getListNamespacesMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListNamespaces",
      requestType = config.v1.ListNamespacesRequest.class,
      responseType = config.v1.ListNamespacesResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<config.v1.ListNamespacesRequest,
      config.v1.ListNamespacesResponse> getListNamespacesMethod() {
    io.grpc.MethodDescriptor<config.v1.ListNamespacesRequest, config.v1.ListNamespacesResponse> getListNamespacesMethod;
    if ((getListNamespacesMethod = ConfigServiceGrpc.getListNamespacesMethod) == null) {
      synchronized (ConfigServiceGrpc.class) {
        if ((getListNamespacesMethod = ConfigServiceGrpc.getListNamespacesMethod) == null) {
          ConfigServiceGrpc.getListNamespacesMethod = getListNamespacesMethod =
              io.grpc.MethodDescriptor.<config.v1.ListNamespacesRequest, config.v1.ListNamespacesResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListNamespaces"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.ListNamespacesRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  config.v1.ListNamespacesResponse.getDefaultInstance()))
              .setSchemaDescriptor(new ConfigServiceMethodDescriptorSupplier("ListNamespaces"))
              .build();
        }
      }
    }
    return getListNamespacesMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static ConfigServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ConfigServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ConfigServiceStub>() {
        @java.lang.Override
        public ConfigServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ConfigServiceStub(channel, callOptions);
        }
      };
    return ConfigServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static ConfigServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ConfigServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ConfigServiceBlockingV2Stub>() {
        @java.lang.Override
        public ConfigServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ConfigServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return ConfigServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static ConfigServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ConfigServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ConfigServiceBlockingStub>() {
        @java.lang.Override
        public ConfigServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ConfigServiceBlockingStub(channel, callOptions);
        }
      };
    return ConfigServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static ConfigServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<ConfigServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<ConfigServiceFutureStub>() {
        @java.lang.Override
        public ConfigServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new ConfigServiceFutureStub(channel, callOptions);
        }
      };
    return ConfigServiceFutureStub.newStub(factory, channel);
  }

  /**
   */
  public interface AsyncService {

    /**
     * <pre>
     * The current value of one key.
     * </pre>
     */
    default void get(config.v1.GetRequest request,
        io.grpc.stub.StreamObserver<config.v1.GetResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetMethod(), responseObserver);
    }

    /**
     * <pre>
     * Writes one key; the write mode says whether it has to be new or has to exist.
     * </pre>
     */
    default void set(config.v1.SetRequest request,
        io.grpc.stub.StreamObserver<config.v1.SetResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSetMethod(), responseObserver);
    }

    /**
     */
    default void delete(config.v1.DeleteRequest request,
        io.grpc.stub.StreamObserver<config.v1.DeleteResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getDeleteMethod(), responseObserver);
    }

    /**
     * <pre>
     * The entries of a namespace below a byte prefix, in key order, page by page.
     * </pre>
     */
    default void list(config.v1.ListRequest request,
        io.grpc.stub.StreamObserver<config.v1.ListResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListMethod(), responseObserver);
    }

    /**
     * <pre>
     * The versions of one key, newest first.
     * </pre>
     */
    default void getVersions(config.v1.GetVersionsRequest request,
        io.grpc.stub.StreamObserver<config.v1.GetVersionsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetVersionsMethod(), responseObserver);
    }

    /**
     * <pre>
     * Every entry of a namespace with an ETag over keys and versions.
     * </pre>
     */
    default void snapshot(config.v1.SnapshotRequest request,
        io.grpc.stub.StreamObserver<config.v1.SnapshotResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSnapshotMethod(), responseObserver);
    }

    /**
     * <pre>
     * Changes from now on.
     * </pre>
     */
    default void watch(config.v1.WatchRequest request,
        io.grpc.stub.StreamObserver<config.v1.WatchResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getWatchMethod(), responseObserver);
    }

    /**
     */
    default void checkAccess(config.v1.CheckAccessRequest request,
        io.grpc.stub.StreamObserver<config.v1.CheckAccessResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCheckAccessMethod(), responseObserver);
    }

    /**
     */
    default void setAlias(config.v1.SetAliasRequest request,
        io.grpc.stub.StreamObserver<config.v1.SetAliasResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getSetAliasMethod(), responseObserver);
    }

    /**
     */
    default void deleteAlias(config.v1.DeleteAliasRequest request,
        io.grpc.stub.StreamObserver<config.v1.DeleteAliasResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getDeleteAliasMethod(), responseObserver);
    }

    /**
     */
    default void getAlias(config.v1.GetAliasRequest request,
        io.grpc.stub.StreamObserver<config.v1.GetAliasResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetAliasMethod(), responseObserver);
    }

    /**
     */
    default void listAliases(config.v1.ListAliasesRequest request,
        io.grpc.stub.StreamObserver<config.v1.ListAliasesResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListAliasesMethod(), responseObserver);
    }

    /**
     */
    default void listCodecs(config.v1.ListCodecsRequest request,
        io.grpc.stub.StreamObserver<config.v1.ListCodecsResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListCodecsMethod(), responseObserver);
    }

    /**
     */
    default void listNamespaces(config.v1.ListNamespacesRequest request,
        io.grpc.stub.StreamObserver<config.v1.ListNamespacesResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListNamespacesMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service ConfigService.
   */
  public static abstract class ConfigServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return ConfigServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service ConfigService.
   */
  public static final class ConfigServiceStub
      extends io.grpc.stub.AbstractAsyncStub<ConfigServiceStub> {
    private ConfigServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ConfigServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ConfigServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * The current value of one key.
     * </pre>
     */
    public void get(config.v1.GetRequest request,
        io.grpc.stub.StreamObserver<config.v1.GetResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Writes one key; the write mode says whether it has to be new or has to exist.
     * </pre>
     */
    public void set(config.v1.SetRequest request,
        io.grpc.stub.StreamObserver<config.v1.SetResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSetMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     */
    public void delete(config.v1.DeleteRequest request,
        io.grpc.stub.StreamObserver<config.v1.DeleteResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getDeleteMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * The entries of a namespace below a byte prefix, in key order, page by page.
     * </pre>
     */
    public void list(config.v1.ListRequest request,
        io.grpc.stub.StreamObserver<config.v1.ListResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * The versions of one key, newest first.
     * </pre>
     */
    public void getVersions(config.v1.GetVersionsRequest request,
        io.grpc.stub.StreamObserver<config.v1.GetVersionsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetVersionsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Every entry of a namespace with an ETag over keys and versions.
     * </pre>
     */
    public void snapshot(config.v1.SnapshotRequest request,
        io.grpc.stub.StreamObserver<config.v1.SnapshotResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSnapshotMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Changes from now on.
     * </pre>
     */
    public void watch(config.v1.WatchRequest request,
        io.grpc.stub.StreamObserver<config.v1.WatchResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncServerStreamingCall(
          getChannel().newCall(getWatchMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     */
    public void checkAccess(config.v1.CheckAccessRequest request,
        io.grpc.stub.StreamObserver<config.v1.CheckAccessResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCheckAccessMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     */
    public void setAlias(config.v1.SetAliasRequest request,
        io.grpc.stub.StreamObserver<config.v1.SetAliasResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getSetAliasMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     */
    public void deleteAlias(config.v1.DeleteAliasRequest request,
        io.grpc.stub.StreamObserver<config.v1.DeleteAliasResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getDeleteAliasMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     */
    public void getAlias(config.v1.GetAliasRequest request,
        io.grpc.stub.StreamObserver<config.v1.GetAliasResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetAliasMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     */
    public void listAliases(config.v1.ListAliasesRequest request,
        io.grpc.stub.StreamObserver<config.v1.ListAliasesResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListAliasesMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     */
    public void listCodecs(config.v1.ListCodecsRequest request,
        io.grpc.stub.StreamObserver<config.v1.ListCodecsResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListCodecsMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     */
    public void listNamespaces(config.v1.ListNamespacesRequest request,
        io.grpc.stub.StreamObserver<config.v1.ListNamespacesResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListNamespacesMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service ConfigService.
   */
  public static final class ConfigServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<ConfigServiceBlockingV2Stub> {
    private ConfigServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ConfigServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ConfigServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * The current value of one key.
     * </pre>
     */
    public config.v1.GetResponse get(config.v1.GetRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Writes one key; the write mode says whether it has to be new or has to exist.
     * </pre>
     */
    public config.v1.SetResponse set(config.v1.SetRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSetMethod(), getCallOptions(), request);
    }

    /**
     */
    public config.v1.DeleteResponse delete(config.v1.DeleteRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getDeleteMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The entries of a namespace below a byte prefix, in key order, page by page.
     * </pre>
     */
    public config.v1.ListResponse list(config.v1.ListRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The versions of one key, newest first.
     * </pre>
     */
    public config.v1.GetVersionsResponse getVersions(config.v1.GetVersionsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetVersionsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Every entry of a namespace with an ETag over keys and versions.
     * </pre>
     */
    public config.v1.SnapshotResponse snapshot(config.v1.SnapshotRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSnapshotMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Changes from now on.
     * </pre>
     */
    @io.grpc.ExperimentalApi("https://github.com/grpc/grpc-java/issues/10918")
    public io.grpc.stub.BlockingClientCall<?, config.v1.WatchResponse>
        watch(config.v1.WatchRequest request) {
      return io.grpc.stub.ClientCalls.blockingV2ServerStreamingCall(
          getChannel(), getWatchMethod(), getCallOptions(), request);
    }

    /**
     */
    public config.v1.CheckAccessResponse checkAccess(config.v1.CheckAccessRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCheckAccessMethod(), getCallOptions(), request);
    }

    /**
     */
    public config.v1.SetAliasResponse setAlias(config.v1.SetAliasRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getSetAliasMethod(), getCallOptions(), request);
    }

    /**
     */
    public config.v1.DeleteAliasResponse deleteAlias(config.v1.DeleteAliasRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getDeleteAliasMethod(), getCallOptions(), request);
    }

    /**
     */
    public config.v1.GetAliasResponse getAlias(config.v1.GetAliasRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetAliasMethod(), getCallOptions(), request);
    }

    /**
     */
    public config.v1.ListAliasesResponse listAliases(config.v1.ListAliasesRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListAliasesMethod(), getCallOptions(), request);
    }

    /**
     */
    public config.v1.ListCodecsResponse listCodecs(config.v1.ListCodecsRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListCodecsMethod(), getCallOptions(), request);
    }

    /**
     */
    public config.v1.ListNamespacesResponse listNamespaces(config.v1.ListNamespacesRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListNamespacesMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service ConfigService.
   */
  public static final class ConfigServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<ConfigServiceBlockingStub> {
    private ConfigServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ConfigServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ConfigServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * The current value of one key.
     * </pre>
     */
    public config.v1.GetResponse get(config.v1.GetRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Writes one key; the write mode says whether it has to be new or has to exist.
     * </pre>
     */
    public config.v1.SetResponse set(config.v1.SetRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSetMethod(), getCallOptions(), request);
    }

    /**
     */
    public config.v1.DeleteResponse delete(config.v1.DeleteRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getDeleteMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The entries of a namespace below a byte prefix, in key order, page by page.
     * </pre>
     */
    public config.v1.ListResponse list(config.v1.ListRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * The versions of one key, newest first.
     * </pre>
     */
    public config.v1.GetVersionsResponse getVersions(config.v1.GetVersionsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetVersionsMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Every entry of a namespace with an ETag over keys and versions.
     * </pre>
     */
    public config.v1.SnapshotResponse snapshot(config.v1.SnapshotRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSnapshotMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Changes from now on.
     * </pre>
     */
    public java.util.Iterator<config.v1.WatchResponse> watch(
        config.v1.WatchRequest request) {
      return io.grpc.stub.ClientCalls.blockingServerStreamingCall(
          getChannel(), getWatchMethod(), getCallOptions(), request);
    }

    /**
     */
    public config.v1.CheckAccessResponse checkAccess(config.v1.CheckAccessRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCheckAccessMethod(), getCallOptions(), request);
    }

    /**
     */
    public config.v1.SetAliasResponse setAlias(config.v1.SetAliasRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getSetAliasMethod(), getCallOptions(), request);
    }

    /**
     */
    public config.v1.DeleteAliasResponse deleteAlias(config.v1.DeleteAliasRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getDeleteAliasMethod(), getCallOptions(), request);
    }

    /**
     */
    public config.v1.GetAliasResponse getAlias(config.v1.GetAliasRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetAliasMethod(), getCallOptions(), request);
    }

    /**
     */
    public config.v1.ListAliasesResponse listAliases(config.v1.ListAliasesRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListAliasesMethod(), getCallOptions(), request);
    }

    /**
     */
    public config.v1.ListCodecsResponse listCodecs(config.v1.ListCodecsRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListCodecsMethod(), getCallOptions(), request);
    }

    /**
     */
    public config.v1.ListNamespacesResponse listNamespaces(config.v1.ListNamespacesRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListNamespacesMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service ConfigService.
   */
  public static final class ConfigServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<ConfigServiceFutureStub> {
    private ConfigServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected ConfigServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new ConfigServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * The current value of one key.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<config.v1.GetResponse> get(
        config.v1.GetRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Writes one key; the write mode says whether it has to be new or has to exist.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<config.v1.SetResponse> set(
        config.v1.SetRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSetMethod(), getCallOptions()), request);
    }

    /**
     */
    public com.google.common.util.concurrent.ListenableFuture<config.v1.DeleteResponse> delete(
        config.v1.DeleteRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getDeleteMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * The entries of a namespace below a byte prefix, in key order, page by page.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<config.v1.ListResponse> list(
        config.v1.ListRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * The versions of one key, newest first.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<config.v1.GetVersionsResponse> getVersions(
        config.v1.GetVersionsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetVersionsMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Every entry of a namespace with an ETag over keys and versions.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<config.v1.SnapshotResponse> snapshot(
        config.v1.SnapshotRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSnapshotMethod(), getCallOptions()), request);
    }

    /**
     */
    public com.google.common.util.concurrent.ListenableFuture<config.v1.CheckAccessResponse> checkAccess(
        config.v1.CheckAccessRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCheckAccessMethod(), getCallOptions()), request);
    }

    /**
     */
    public com.google.common.util.concurrent.ListenableFuture<config.v1.SetAliasResponse> setAlias(
        config.v1.SetAliasRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getSetAliasMethod(), getCallOptions()), request);
    }

    /**
     */
    public com.google.common.util.concurrent.ListenableFuture<config.v1.DeleteAliasResponse> deleteAlias(
        config.v1.DeleteAliasRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getDeleteAliasMethod(), getCallOptions()), request);
    }

    /**
     */
    public com.google.common.util.concurrent.ListenableFuture<config.v1.GetAliasResponse> getAlias(
        config.v1.GetAliasRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetAliasMethod(), getCallOptions()), request);
    }

    /**
     */
    public com.google.common.util.concurrent.ListenableFuture<config.v1.ListAliasesResponse> listAliases(
        config.v1.ListAliasesRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListAliasesMethod(), getCallOptions()), request);
    }

    /**
     */
    public com.google.common.util.concurrent.ListenableFuture<config.v1.ListCodecsResponse> listCodecs(
        config.v1.ListCodecsRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListCodecsMethod(), getCallOptions()), request);
    }

    /**
     */
    public com.google.common.util.concurrent.ListenableFuture<config.v1.ListNamespacesResponse> listNamespaces(
        config.v1.ListNamespacesRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListNamespacesMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_GET = 0;
  private static final int METHODID_SET = 1;
  private static final int METHODID_DELETE = 2;
  private static final int METHODID_LIST = 3;
  private static final int METHODID_GET_VERSIONS = 4;
  private static final int METHODID_SNAPSHOT = 5;
  private static final int METHODID_WATCH = 6;
  private static final int METHODID_CHECK_ACCESS = 7;
  private static final int METHODID_SET_ALIAS = 8;
  private static final int METHODID_DELETE_ALIAS = 9;
  private static final int METHODID_GET_ALIAS = 10;
  private static final int METHODID_LIST_ALIASES = 11;
  private static final int METHODID_LIST_CODECS = 12;
  private static final int METHODID_LIST_NAMESPACES = 13;

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
        case METHODID_GET:
          serviceImpl.get((config.v1.GetRequest) request,
              (io.grpc.stub.StreamObserver<config.v1.GetResponse>) responseObserver);
          break;
        case METHODID_SET:
          serviceImpl.set((config.v1.SetRequest) request,
              (io.grpc.stub.StreamObserver<config.v1.SetResponse>) responseObserver);
          break;
        case METHODID_DELETE:
          serviceImpl.delete((config.v1.DeleteRequest) request,
              (io.grpc.stub.StreamObserver<config.v1.DeleteResponse>) responseObserver);
          break;
        case METHODID_LIST:
          serviceImpl.list((config.v1.ListRequest) request,
              (io.grpc.stub.StreamObserver<config.v1.ListResponse>) responseObserver);
          break;
        case METHODID_GET_VERSIONS:
          serviceImpl.getVersions((config.v1.GetVersionsRequest) request,
              (io.grpc.stub.StreamObserver<config.v1.GetVersionsResponse>) responseObserver);
          break;
        case METHODID_SNAPSHOT:
          serviceImpl.snapshot((config.v1.SnapshotRequest) request,
              (io.grpc.stub.StreamObserver<config.v1.SnapshotResponse>) responseObserver);
          break;
        case METHODID_WATCH:
          serviceImpl.watch((config.v1.WatchRequest) request,
              (io.grpc.stub.StreamObserver<config.v1.WatchResponse>) responseObserver);
          break;
        case METHODID_CHECK_ACCESS:
          serviceImpl.checkAccess((config.v1.CheckAccessRequest) request,
              (io.grpc.stub.StreamObserver<config.v1.CheckAccessResponse>) responseObserver);
          break;
        case METHODID_SET_ALIAS:
          serviceImpl.setAlias((config.v1.SetAliasRequest) request,
              (io.grpc.stub.StreamObserver<config.v1.SetAliasResponse>) responseObserver);
          break;
        case METHODID_DELETE_ALIAS:
          serviceImpl.deleteAlias((config.v1.DeleteAliasRequest) request,
              (io.grpc.stub.StreamObserver<config.v1.DeleteAliasResponse>) responseObserver);
          break;
        case METHODID_GET_ALIAS:
          serviceImpl.getAlias((config.v1.GetAliasRequest) request,
              (io.grpc.stub.StreamObserver<config.v1.GetAliasResponse>) responseObserver);
          break;
        case METHODID_LIST_ALIASES:
          serviceImpl.listAliases((config.v1.ListAliasesRequest) request,
              (io.grpc.stub.StreamObserver<config.v1.ListAliasesResponse>) responseObserver);
          break;
        case METHODID_LIST_CODECS:
          serviceImpl.listCodecs((config.v1.ListCodecsRequest) request,
              (io.grpc.stub.StreamObserver<config.v1.ListCodecsResponse>) responseObserver);
          break;
        case METHODID_LIST_NAMESPACES:
          serviceImpl.listNamespaces((config.v1.ListNamespacesRequest) request,
              (io.grpc.stub.StreamObserver<config.v1.ListNamespacesResponse>) responseObserver);
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
          getGetMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              config.v1.GetRequest,
              config.v1.GetResponse>(
                service, METHODID_GET)))
        .addMethod(
          getSetMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              config.v1.SetRequest,
              config.v1.SetResponse>(
                service, METHODID_SET)))
        .addMethod(
          getDeleteMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              config.v1.DeleteRequest,
              config.v1.DeleteResponse>(
                service, METHODID_DELETE)))
        .addMethod(
          getListMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              config.v1.ListRequest,
              config.v1.ListResponse>(
                service, METHODID_LIST)))
        .addMethod(
          getGetVersionsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              config.v1.GetVersionsRequest,
              config.v1.GetVersionsResponse>(
                service, METHODID_GET_VERSIONS)))
        .addMethod(
          getSnapshotMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              config.v1.SnapshotRequest,
              config.v1.SnapshotResponse>(
                service, METHODID_SNAPSHOT)))
        .addMethod(
          getWatchMethod(),
          io.grpc.stub.ServerCalls.asyncServerStreamingCall(
            new MethodHandlers<
              config.v1.WatchRequest,
              config.v1.WatchResponse>(
                service, METHODID_WATCH)))
        .addMethod(
          getCheckAccessMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              config.v1.CheckAccessRequest,
              config.v1.CheckAccessResponse>(
                service, METHODID_CHECK_ACCESS)))
        .addMethod(
          getSetAliasMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              config.v1.SetAliasRequest,
              config.v1.SetAliasResponse>(
                service, METHODID_SET_ALIAS)))
        .addMethod(
          getDeleteAliasMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              config.v1.DeleteAliasRequest,
              config.v1.DeleteAliasResponse>(
                service, METHODID_DELETE_ALIAS)))
        .addMethod(
          getGetAliasMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              config.v1.GetAliasRequest,
              config.v1.GetAliasResponse>(
                service, METHODID_GET_ALIAS)))
        .addMethod(
          getListAliasesMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              config.v1.ListAliasesRequest,
              config.v1.ListAliasesResponse>(
                service, METHODID_LIST_ALIASES)))
        .addMethod(
          getListCodecsMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              config.v1.ListCodecsRequest,
              config.v1.ListCodecsResponse>(
                service, METHODID_LIST_CODECS)))
        .addMethod(
          getListNamespacesMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              config.v1.ListNamespacesRequest,
              config.v1.ListNamespacesResponse>(
                service, METHODID_LIST_NAMESPACES)))
        .build();
  }

  private static abstract class ConfigServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    ConfigServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return config.v1.Config.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("ConfigService");
    }
  }

  private static final class ConfigServiceFileDescriptorSupplier
      extends ConfigServiceBaseDescriptorSupplier {
    ConfigServiceFileDescriptorSupplier() {}
  }

  private static final class ConfigServiceMethodDescriptorSupplier
      extends ConfigServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    ConfigServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (ConfigServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new ConfigServiceFileDescriptorSupplier())
              .addMethod(getGetMethod())
              .addMethod(getSetMethod())
              .addMethod(getDeleteMethod())
              .addMethod(getListMethod())
              .addMethod(getGetVersionsMethod())
              .addMethod(getSnapshotMethod())
              .addMethod(getWatchMethod())
              .addMethod(getCheckAccessMethod())
              .addMethod(getSetAliasMethod())
              .addMethod(getDeleteAliasMethod())
              .addMethod(getGetAliasMethod())
              .addMethod(getListAliasesMethod())
              .addMethod(getListCodecsMethod())
              .addMethod(getListNamespacesMethod())
              .build();
        }
      }
    }
    return result;
  }
}
