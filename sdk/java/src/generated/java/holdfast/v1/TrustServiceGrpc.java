package holdfast.v1;

import static io.grpc.MethodDescriptor.generateFullMethodName;

/**
 */
@io.grpc.stub.annotations.GrpcGenerated
public final class TrustServiceGrpc {

  private TrustServiceGrpc() {}

  public static final java.lang.String SERVICE_NAME = "holdfast.v1.TrustService";

  // Static method descriptors that strictly reflect the proto.
  private static volatile io.grpc.MethodDescriptor<holdfast.v1.WhoAmIRequest,
      holdfast.v1.WhoAmIResponse> getWhoAmIMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "WhoAmI",
      requestType = holdfast.v1.WhoAmIRequest.class,
      responseType = holdfast.v1.WhoAmIResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.WhoAmIRequest,
      holdfast.v1.WhoAmIResponse> getWhoAmIMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.WhoAmIRequest, holdfast.v1.WhoAmIResponse> getWhoAmIMethod;
    if ((getWhoAmIMethod = TrustServiceGrpc.getWhoAmIMethod) == null) {
      synchronized (TrustServiceGrpc.class) {
        if ((getWhoAmIMethod = TrustServiceGrpc.getWhoAmIMethod) == null) {
          TrustServiceGrpc.getWhoAmIMethod = getWhoAmIMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.WhoAmIRequest, holdfast.v1.WhoAmIResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "WhoAmI"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.WhoAmIRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.WhoAmIResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TrustServiceMethodDescriptorSupplier("WhoAmI"))
              .build();
        }
      }
    }
    return getWhoAmIMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.CreateTokenRequest,
      holdfast.v1.CreateTokenResponse> getCreateTokenMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "CreateToken",
      requestType = holdfast.v1.CreateTokenRequest.class,
      responseType = holdfast.v1.CreateTokenResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.CreateTokenRequest,
      holdfast.v1.CreateTokenResponse> getCreateTokenMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.CreateTokenRequest, holdfast.v1.CreateTokenResponse> getCreateTokenMethod;
    if ((getCreateTokenMethod = TrustServiceGrpc.getCreateTokenMethod) == null) {
      synchronized (TrustServiceGrpc.class) {
        if ((getCreateTokenMethod = TrustServiceGrpc.getCreateTokenMethod) == null) {
          TrustServiceGrpc.getCreateTokenMethod = getCreateTokenMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.CreateTokenRequest, holdfast.v1.CreateTokenResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "CreateToken"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.CreateTokenRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.CreateTokenResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TrustServiceMethodDescriptorSupplier("CreateToken"))
              .build();
        }
      }
    }
    return getCreateTokenMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.GetTokenRequest,
      holdfast.v1.GetTokenResponse> getGetTokenMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetToken",
      requestType = holdfast.v1.GetTokenRequest.class,
      responseType = holdfast.v1.GetTokenResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.GetTokenRequest,
      holdfast.v1.GetTokenResponse> getGetTokenMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.GetTokenRequest, holdfast.v1.GetTokenResponse> getGetTokenMethod;
    if ((getGetTokenMethod = TrustServiceGrpc.getGetTokenMethod) == null) {
      synchronized (TrustServiceGrpc.class) {
        if ((getGetTokenMethod = TrustServiceGrpc.getGetTokenMethod) == null) {
          TrustServiceGrpc.getGetTokenMethod = getGetTokenMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.GetTokenRequest, holdfast.v1.GetTokenResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetToken"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.GetTokenRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.GetTokenResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TrustServiceMethodDescriptorSupplier("GetToken"))
              .build();
        }
      }
    }
    return getGetTokenMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.ListTokensRequest,
      holdfast.v1.ListTokensResponse> getListTokensMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListTokens",
      requestType = holdfast.v1.ListTokensRequest.class,
      responseType = holdfast.v1.ListTokensResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.ListTokensRequest,
      holdfast.v1.ListTokensResponse> getListTokensMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.ListTokensRequest, holdfast.v1.ListTokensResponse> getListTokensMethod;
    if ((getListTokensMethod = TrustServiceGrpc.getListTokensMethod) == null) {
      synchronized (TrustServiceGrpc.class) {
        if ((getListTokensMethod = TrustServiceGrpc.getListTokensMethod) == null) {
          TrustServiceGrpc.getListTokensMethod = getListTokensMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.ListTokensRequest, holdfast.v1.ListTokensResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListTokens"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.ListTokensRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.ListTokensResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TrustServiceMethodDescriptorSupplier("ListTokens"))
              .build();
        }
      }
    }
    return getListTokensMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.RevokeTokenRequest,
      holdfast.v1.RevokeTokenResponse> getRevokeTokenMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "RevokeToken",
      requestType = holdfast.v1.RevokeTokenRequest.class,
      responseType = holdfast.v1.RevokeTokenResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.RevokeTokenRequest,
      holdfast.v1.RevokeTokenResponse> getRevokeTokenMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.RevokeTokenRequest, holdfast.v1.RevokeTokenResponse> getRevokeTokenMethod;
    if ((getRevokeTokenMethod = TrustServiceGrpc.getRevokeTokenMethod) == null) {
      synchronized (TrustServiceGrpc.class) {
        if ((getRevokeTokenMethod = TrustServiceGrpc.getRevokeTokenMethod) == null) {
          TrustServiceGrpc.getRevokeTokenMethod = getRevokeTokenMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.RevokeTokenRequest, holdfast.v1.RevokeTokenResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "RevokeToken"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.RevokeTokenRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.RevokeTokenResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TrustServiceMethodDescriptorSupplier("RevokeToken"))
              .build();
        }
      }
    }
    return getRevokeTokenMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.RotateTokenRequest,
      holdfast.v1.RotateTokenResponse> getRotateTokenMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "RotateToken",
      requestType = holdfast.v1.RotateTokenRequest.class,
      responseType = holdfast.v1.RotateTokenResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.RotateTokenRequest,
      holdfast.v1.RotateTokenResponse> getRotateTokenMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.RotateTokenRequest, holdfast.v1.RotateTokenResponse> getRotateTokenMethod;
    if ((getRotateTokenMethod = TrustServiceGrpc.getRotateTokenMethod) == null) {
      synchronized (TrustServiceGrpc.class) {
        if ((getRotateTokenMethod = TrustServiceGrpc.getRotateTokenMethod) == null) {
          TrustServiceGrpc.getRotateTokenMethod = getRotateTokenMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.RotateTokenRequest, holdfast.v1.RotateTokenResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "RotateToken"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.RotateTokenRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.RotateTokenResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TrustServiceMethodDescriptorSupplier("RotateToken"))
              .build();
        }
      }
    }
    return getRotateTokenMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.PutUserRequest,
      holdfast.v1.PutUserResponse> getPutUserMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "PutUser",
      requestType = holdfast.v1.PutUserRequest.class,
      responseType = holdfast.v1.PutUserResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.PutUserRequest,
      holdfast.v1.PutUserResponse> getPutUserMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.PutUserRequest, holdfast.v1.PutUserResponse> getPutUserMethod;
    if ((getPutUserMethod = TrustServiceGrpc.getPutUserMethod) == null) {
      synchronized (TrustServiceGrpc.class) {
        if ((getPutUserMethod = TrustServiceGrpc.getPutUserMethod) == null) {
          TrustServiceGrpc.getPutUserMethod = getPutUserMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.PutUserRequest, holdfast.v1.PutUserResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "PutUser"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.PutUserRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.PutUserResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TrustServiceMethodDescriptorSupplier("PutUser"))
              .build();
        }
      }
    }
    return getPutUserMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.GetUserRequest,
      holdfast.v1.GetUserResponse> getGetUserMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetUser",
      requestType = holdfast.v1.GetUserRequest.class,
      responseType = holdfast.v1.GetUserResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.GetUserRequest,
      holdfast.v1.GetUserResponse> getGetUserMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.GetUserRequest, holdfast.v1.GetUserResponse> getGetUserMethod;
    if ((getGetUserMethod = TrustServiceGrpc.getGetUserMethod) == null) {
      synchronized (TrustServiceGrpc.class) {
        if ((getGetUserMethod = TrustServiceGrpc.getGetUserMethod) == null) {
          TrustServiceGrpc.getGetUserMethod = getGetUserMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.GetUserRequest, holdfast.v1.GetUserResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetUser"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.GetUserRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.GetUserResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TrustServiceMethodDescriptorSupplier("GetUser"))
              .build();
        }
      }
    }
    return getGetUserMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.ListUsersRequest,
      holdfast.v1.ListUsersResponse> getListUsersMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListUsers",
      requestType = holdfast.v1.ListUsersRequest.class,
      responseType = holdfast.v1.ListUsersResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.ListUsersRequest,
      holdfast.v1.ListUsersResponse> getListUsersMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.ListUsersRequest, holdfast.v1.ListUsersResponse> getListUsersMethod;
    if ((getListUsersMethod = TrustServiceGrpc.getListUsersMethod) == null) {
      synchronized (TrustServiceGrpc.class) {
        if ((getListUsersMethod = TrustServiceGrpc.getListUsersMethod) == null) {
          TrustServiceGrpc.getListUsersMethod = getListUsersMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.ListUsersRequest, holdfast.v1.ListUsersResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListUsers"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.ListUsersRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.ListUsersResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TrustServiceMethodDescriptorSupplier("ListUsers"))
              .build();
        }
      }
    }
    return getListUsersMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.DeleteUserRequest,
      holdfast.v1.DeleteUserResponse> getDeleteUserMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "DeleteUser",
      requestType = holdfast.v1.DeleteUserRequest.class,
      responseType = holdfast.v1.DeleteUserResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.DeleteUserRequest,
      holdfast.v1.DeleteUserResponse> getDeleteUserMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.DeleteUserRequest, holdfast.v1.DeleteUserResponse> getDeleteUserMethod;
    if ((getDeleteUserMethod = TrustServiceGrpc.getDeleteUserMethod) == null) {
      synchronized (TrustServiceGrpc.class) {
        if ((getDeleteUserMethod = TrustServiceGrpc.getDeleteUserMethod) == null) {
          TrustServiceGrpc.getDeleteUserMethod = getDeleteUserMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.DeleteUserRequest, holdfast.v1.DeleteUserResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "DeleteUser"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.DeleteUserRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.DeleteUserResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TrustServiceMethodDescriptorSupplier("DeleteUser"))
              .build();
        }
      }
    }
    return getDeleteUserMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.PutRoleRequest,
      holdfast.v1.PutRoleResponse> getPutRoleMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "PutRole",
      requestType = holdfast.v1.PutRoleRequest.class,
      responseType = holdfast.v1.PutRoleResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.PutRoleRequest,
      holdfast.v1.PutRoleResponse> getPutRoleMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.PutRoleRequest, holdfast.v1.PutRoleResponse> getPutRoleMethod;
    if ((getPutRoleMethod = TrustServiceGrpc.getPutRoleMethod) == null) {
      synchronized (TrustServiceGrpc.class) {
        if ((getPutRoleMethod = TrustServiceGrpc.getPutRoleMethod) == null) {
          TrustServiceGrpc.getPutRoleMethod = getPutRoleMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.PutRoleRequest, holdfast.v1.PutRoleResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "PutRole"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.PutRoleRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.PutRoleResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TrustServiceMethodDescriptorSupplier("PutRole"))
              .build();
        }
      }
    }
    return getPutRoleMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.GetRoleRequest,
      holdfast.v1.GetRoleResponse> getGetRoleMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetRole",
      requestType = holdfast.v1.GetRoleRequest.class,
      responseType = holdfast.v1.GetRoleResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.GetRoleRequest,
      holdfast.v1.GetRoleResponse> getGetRoleMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.GetRoleRequest, holdfast.v1.GetRoleResponse> getGetRoleMethod;
    if ((getGetRoleMethod = TrustServiceGrpc.getGetRoleMethod) == null) {
      synchronized (TrustServiceGrpc.class) {
        if ((getGetRoleMethod = TrustServiceGrpc.getGetRoleMethod) == null) {
          TrustServiceGrpc.getGetRoleMethod = getGetRoleMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.GetRoleRequest, holdfast.v1.GetRoleResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetRole"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.GetRoleRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.GetRoleResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TrustServiceMethodDescriptorSupplier("GetRole"))
              .build();
        }
      }
    }
    return getGetRoleMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.ListRolesRequest,
      holdfast.v1.ListRolesResponse> getListRolesMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListRoles",
      requestType = holdfast.v1.ListRolesRequest.class,
      responseType = holdfast.v1.ListRolesResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.ListRolesRequest,
      holdfast.v1.ListRolesResponse> getListRolesMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.ListRolesRequest, holdfast.v1.ListRolesResponse> getListRolesMethod;
    if ((getListRolesMethod = TrustServiceGrpc.getListRolesMethod) == null) {
      synchronized (TrustServiceGrpc.class) {
        if ((getListRolesMethod = TrustServiceGrpc.getListRolesMethod) == null) {
          TrustServiceGrpc.getListRolesMethod = getListRolesMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.ListRolesRequest, holdfast.v1.ListRolesResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListRoles"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.ListRolesRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.ListRolesResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TrustServiceMethodDescriptorSupplier("ListRoles"))
              .build();
        }
      }
    }
    return getListRolesMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.DeleteRoleRequest,
      holdfast.v1.DeleteRoleResponse> getDeleteRoleMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "DeleteRole",
      requestType = holdfast.v1.DeleteRoleRequest.class,
      responseType = holdfast.v1.DeleteRoleResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.DeleteRoleRequest,
      holdfast.v1.DeleteRoleResponse> getDeleteRoleMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.DeleteRoleRequest, holdfast.v1.DeleteRoleResponse> getDeleteRoleMethod;
    if ((getDeleteRoleMethod = TrustServiceGrpc.getDeleteRoleMethod) == null) {
      synchronized (TrustServiceGrpc.class) {
        if ((getDeleteRoleMethod = TrustServiceGrpc.getDeleteRoleMethod) == null) {
          TrustServiceGrpc.getDeleteRoleMethod = getDeleteRoleMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.DeleteRoleRequest, holdfast.v1.DeleteRoleResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "DeleteRole"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.DeleteRoleRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.DeleteRoleResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TrustServiceMethodDescriptorSupplier("DeleteRole"))
              .build();
        }
      }
    }
    return getDeleteRoleMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.PutPolicyRequest,
      holdfast.v1.PutPolicyResponse> getPutPolicyMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "PutPolicy",
      requestType = holdfast.v1.PutPolicyRequest.class,
      responseType = holdfast.v1.PutPolicyResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.PutPolicyRequest,
      holdfast.v1.PutPolicyResponse> getPutPolicyMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.PutPolicyRequest, holdfast.v1.PutPolicyResponse> getPutPolicyMethod;
    if ((getPutPolicyMethod = TrustServiceGrpc.getPutPolicyMethod) == null) {
      synchronized (TrustServiceGrpc.class) {
        if ((getPutPolicyMethod = TrustServiceGrpc.getPutPolicyMethod) == null) {
          TrustServiceGrpc.getPutPolicyMethod = getPutPolicyMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.PutPolicyRequest, holdfast.v1.PutPolicyResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "PutPolicy"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.PutPolicyRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.PutPolicyResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TrustServiceMethodDescriptorSupplier("PutPolicy"))
              .build();
        }
      }
    }
    return getPutPolicyMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.GetPolicyRequest,
      holdfast.v1.GetPolicyResponse> getGetPolicyMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "GetPolicy",
      requestType = holdfast.v1.GetPolicyRequest.class,
      responseType = holdfast.v1.GetPolicyResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.GetPolicyRequest,
      holdfast.v1.GetPolicyResponse> getGetPolicyMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.GetPolicyRequest, holdfast.v1.GetPolicyResponse> getGetPolicyMethod;
    if ((getGetPolicyMethod = TrustServiceGrpc.getGetPolicyMethod) == null) {
      synchronized (TrustServiceGrpc.class) {
        if ((getGetPolicyMethod = TrustServiceGrpc.getGetPolicyMethod) == null) {
          TrustServiceGrpc.getGetPolicyMethod = getGetPolicyMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.GetPolicyRequest, holdfast.v1.GetPolicyResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "GetPolicy"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.GetPolicyRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.GetPolicyResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TrustServiceMethodDescriptorSupplier("GetPolicy"))
              .build();
        }
      }
    }
    return getGetPolicyMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.ListPoliciesRequest,
      holdfast.v1.ListPoliciesResponse> getListPoliciesMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "ListPolicies",
      requestType = holdfast.v1.ListPoliciesRequest.class,
      responseType = holdfast.v1.ListPoliciesResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.ListPoliciesRequest,
      holdfast.v1.ListPoliciesResponse> getListPoliciesMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.ListPoliciesRequest, holdfast.v1.ListPoliciesResponse> getListPoliciesMethod;
    if ((getListPoliciesMethod = TrustServiceGrpc.getListPoliciesMethod) == null) {
      synchronized (TrustServiceGrpc.class) {
        if ((getListPoliciesMethod = TrustServiceGrpc.getListPoliciesMethod) == null) {
          TrustServiceGrpc.getListPoliciesMethod = getListPoliciesMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.ListPoliciesRequest, holdfast.v1.ListPoliciesResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "ListPolicies"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.ListPoliciesRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.ListPoliciesResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TrustServiceMethodDescriptorSupplier("ListPolicies"))
              .build();
        }
      }
    }
    return getListPoliciesMethod;
  }

  private static volatile io.grpc.MethodDescriptor<holdfast.v1.DeletePolicyRequest,
      holdfast.v1.DeletePolicyResponse> getDeletePolicyMethod;

  @io.grpc.stub.annotations.RpcMethod(
      fullMethodName = SERVICE_NAME + '/' + "DeletePolicy",
      requestType = holdfast.v1.DeletePolicyRequest.class,
      responseType = holdfast.v1.DeletePolicyResponse.class,
      methodType = io.grpc.MethodDescriptor.MethodType.UNARY)
  public static io.grpc.MethodDescriptor<holdfast.v1.DeletePolicyRequest,
      holdfast.v1.DeletePolicyResponse> getDeletePolicyMethod() {
    io.grpc.MethodDescriptor<holdfast.v1.DeletePolicyRequest, holdfast.v1.DeletePolicyResponse> getDeletePolicyMethod;
    if ((getDeletePolicyMethod = TrustServiceGrpc.getDeletePolicyMethod) == null) {
      synchronized (TrustServiceGrpc.class) {
        if ((getDeletePolicyMethod = TrustServiceGrpc.getDeletePolicyMethod) == null) {
          TrustServiceGrpc.getDeletePolicyMethod = getDeletePolicyMethod =
              io.grpc.MethodDescriptor.<holdfast.v1.DeletePolicyRequest, holdfast.v1.DeletePolicyResponse>newBuilder()
              .setType(io.grpc.MethodDescriptor.MethodType.UNARY)
              .setFullMethodName(generateFullMethodName(SERVICE_NAME, "DeletePolicy"))
              .setSampledToLocalTracing(true)
              .setRequestMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.DeletePolicyRequest.getDefaultInstance()))
              .setResponseMarshaller(io.grpc.protobuf.ProtoUtils.marshaller(
                  holdfast.v1.DeletePolicyResponse.getDefaultInstance()))
              .setSchemaDescriptor(new TrustServiceMethodDescriptorSupplier("DeletePolicy"))
              .build();
        }
      }
    }
    return getDeletePolicyMethod;
  }

  /**
   * Creates a new async stub that supports all call types for the service
   */
  public static TrustServiceStub newStub(io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TrustServiceStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TrustServiceStub>() {
        @java.lang.Override
        public TrustServiceStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TrustServiceStub(channel, callOptions);
        }
      };
    return TrustServiceStub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports all types of calls on the service
   */
  public static TrustServiceBlockingV2Stub newBlockingV2Stub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TrustServiceBlockingV2Stub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TrustServiceBlockingV2Stub>() {
        @java.lang.Override
        public TrustServiceBlockingV2Stub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TrustServiceBlockingV2Stub(channel, callOptions);
        }
      };
    return TrustServiceBlockingV2Stub.newStub(factory, channel);
  }

  /**
   * Creates a new blocking-style stub that supports unary and streaming output calls on the service
   */
  public static TrustServiceBlockingStub newBlockingStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TrustServiceBlockingStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TrustServiceBlockingStub>() {
        @java.lang.Override
        public TrustServiceBlockingStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TrustServiceBlockingStub(channel, callOptions);
        }
      };
    return TrustServiceBlockingStub.newStub(factory, channel);
  }

  /**
   * Creates a new ListenableFuture-style stub that supports unary calls on the service
   */
  public static TrustServiceFutureStub newFutureStub(
      io.grpc.Channel channel) {
    io.grpc.stub.AbstractStub.StubFactory<TrustServiceFutureStub> factory =
      new io.grpc.stub.AbstractStub.StubFactory<TrustServiceFutureStub>() {
        @java.lang.Override
        public TrustServiceFutureStub newStub(io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
          return new TrustServiceFutureStub(channel, callOptions);
        }
      };
    return TrustServiceFutureStub.newStub(factory, channel);
  }

  /**
   */
  public interface AsyncService {

    /**
     * <pre>
     * Who the caller is to this server, and which rules hold for them. Everybody who is recognised may ask.
     * </pre>
     */
    default void whoAmI(holdfast.v1.WhoAmIRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.WhoAmIResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getWhoAmIMethod(), responseObserver);
    }

    /**
     * <pre>
     * Makes a token. Its text is in the answer and nowhere else: the server keeps a hash.
     * </pre>
     */
    default void createToken(holdfast.v1.CreateTokenRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.CreateTokenResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getCreateTokenMethod(), responseObserver);
    }

    /**
     * <pre>
     * A token without its secret.
     * </pre>
     */
    default void getToken(holdfast.v1.GetTokenRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.GetTokenResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetTokenMethod(), responseObserver);
    }

    /**
     * <pre>
     * Tokens by id, page by page.
     * </pre>
     */
    default void listTokens(holdfast.v1.ListTokensRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.ListTokensResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListTokensMethod(), responseObserver);
    }

    /**
     * <pre>
     * Removes a token: it is refused from now on, and the streams that it opened end.
     * </pre>
     */
    default void revokeToken(holdfast.v1.RevokeTokenRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.RevokeTokenResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRevokeTokenMethod(), responseObserver);
    }

    /**
     * <pre>
     * Gives a token another secret. Whoever holds a token may rotate it.
     * </pre>
     */
    default void rotateToken(holdfast.v1.RotateTokenRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.RotateTokenResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getRotateTokenMethod(), responseObserver);
    }

    /**
     * <pre>
     * Writes what all tokens of a user have in common, in place of what was there.
     * </pre>
     */
    default void putUser(holdfast.v1.PutUserRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.PutUserResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getPutUserMethod(), responseObserver);
    }

    /**
     * <pre>
     * A user.
     * </pre>
     */
    default void getUser(holdfast.v1.GetUserRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.GetUserResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetUserMethod(), responseObserver);
    }

    /**
     * <pre>
     * Users by name, page by page.
     * </pre>
     */
    default void listUsers(holdfast.v1.ListUsersRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.ListUsersResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListUsersMethod(), responseObserver);
    }

    /**
     * <pre>
     * Removes a user and revokes all their tokens, as one commit.
     * </pre>
     */
    default void deleteUser(holdfast.v1.DeleteUserRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.DeleteUserResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getDeleteUserMethod(), responseObserver);
    }

    /**
     * <pre>
     * Writes a role, in place of what was there.
     * </pre>
     */
    default void putRole(holdfast.v1.PutRoleRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.PutRoleResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getPutRoleMethod(), responseObserver);
    }

    /**
     * <pre>
     * A role.
     * </pre>
     */
    default void getRole(holdfast.v1.GetRoleRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.GetRoleResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetRoleMethod(), responseObserver);
    }

    /**
     * <pre>
     * Roles by name, page by page. Those that are built in (admin, writer, reader) are not listed.
     * </pre>
     */
    default void listRoles(holdfast.v1.ListRolesRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.ListRolesResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListRolesMethod(), responseObserver);
    }

    /**
     * <pre>
     * Removes a role; who had it has it no longer. Of a built-in name: the built-in rules hold again.
     * </pre>
     */
    default void deleteRole(holdfast.v1.DeleteRoleRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.DeleteRoleResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getDeleteRoleMethod(), responseObserver);
    }

    /**
     * <pre>
     * Writes a policy, in place of what was there.
     * </pre>
     */
    default void putPolicy(holdfast.v1.PutPolicyRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.PutPolicyResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getPutPolicyMethod(), responseObserver);
    }

    /**
     * <pre>
     * A policy with its modules.
     * </pre>
     */
    default void getPolicy(holdfast.v1.GetPolicyRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.GetPolicyResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getGetPolicyMethod(), responseObserver);
    }

    /**
     * <pre>
     * Policies by name, page by page.
     * </pre>
     */
    default void listPolicies(holdfast.v1.ListPoliciesRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.ListPoliciesResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getListPoliciesMethod(), responseObserver);
    }

    /**
     * <pre>
     * Removes a policy.
     * </pre>
     */
    default void deletePolicy(holdfast.v1.DeletePolicyRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.DeletePolicyResponse> responseObserver) {
      io.grpc.stub.ServerCalls.asyncUnimplementedUnaryCall(getDeletePolicyMethod(), responseObserver);
    }
  }

  /**
   * Base class for the server implementation of the service TrustService.
   */
  public static abstract class TrustServiceImplBase
      implements io.grpc.BindableService, AsyncService {

    @java.lang.Override public final io.grpc.ServerServiceDefinition bindService() {
      return TrustServiceGrpc.bindService(this);
    }
  }

  /**
   * A stub to allow clients to do asynchronous rpc calls to service TrustService.
   */
  public static final class TrustServiceStub
      extends io.grpc.stub.AbstractAsyncStub<TrustServiceStub> {
    private TrustServiceStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TrustServiceStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TrustServiceStub(channel, callOptions);
    }

    /**
     * <pre>
     * Who the caller is to this server, and which rules hold for them. Everybody who is recognised may ask.
     * </pre>
     */
    public void whoAmI(holdfast.v1.WhoAmIRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.WhoAmIResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getWhoAmIMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Makes a token. Its text is in the answer and nowhere else: the server keeps a hash.
     * </pre>
     */
    public void createToken(holdfast.v1.CreateTokenRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.CreateTokenResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getCreateTokenMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * A token without its secret.
     * </pre>
     */
    public void getToken(holdfast.v1.GetTokenRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.GetTokenResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetTokenMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Tokens by id, page by page.
     * </pre>
     */
    public void listTokens(holdfast.v1.ListTokensRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.ListTokensResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListTokensMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Removes a token: it is refused from now on, and the streams that it opened end.
     * </pre>
     */
    public void revokeToken(holdfast.v1.RevokeTokenRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.RevokeTokenResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRevokeTokenMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Gives a token another secret. Whoever holds a token may rotate it.
     * </pre>
     */
    public void rotateToken(holdfast.v1.RotateTokenRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.RotateTokenResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getRotateTokenMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Writes what all tokens of a user have in common, in place of what was there.
     * </pre>
     */
    public void putUser(holdfast.v1.PutUserRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.PutUserResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getPutUserMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * A user.
     * </pre>
     */
    public void getUser(holdfast.v1.GetUserRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.GetUserResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetUserMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Users by name, page by page.
     * </pre>
     */
    public void listUsers(holdfast.v1.ListUsersRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.ListUsersResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListUsersMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Removes a user and revokes all their tokens, as one commit.
     * </pre>
     */
    public void deleteUser(holdfast.v1.DeleteUserRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.DeleteUserResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getDeleteUserMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Writes a role, in place of what was there.
     * </pre>
     */
    public void putRole(holdfast.v1.PutRoleRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.PutRoleResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getPutRoleMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * A role.
     * </pre>
     */
    public void getRole(holdfast.v1.GetRoleRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.GetRoleResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetRoleMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Roles by name, page by page. Those that are built in (admin, writer, reader) are not listed.
     * </pre>
     */
    public void listRoles(holdfast.v1.ListRolesRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.ListRolesResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListRolesMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Removes a role; who had it has it no longer. Of a built-in name: the built-in rules hold again.
     * </pre>
     */
    public void deleteRole(holdfast.v1.DeleteRoleRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.DeleteRoleResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getDeleteRoleMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Writes a policy, in place of what was there.
     * </pre>
     */
    public void putPolicy(holdfast.v1.PutPolicyRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.PutPolicyResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getPutPolicyMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * A policy with its modules.
     * </pre>
     */
    public void getPolicy(holdfast.v1.GetPolicyRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.GetPolicyResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getGetPolicyMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Policies by name, page by page.
     * </pre>
     */
    public void listPolicies(holdfast.v1.ListPoliciesRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.ListPoliciesResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getListPoliciesMethod(), getCallOptions()), request, responseObserver);
    }

    /**
     * <pre>
     * Removes a policy.
     * </pre>
     */
    public void deletePolicy(holdfast.v1.DeletePolicyRequest request,
        io.grpc.stub.StreamObserver<holdfast.v1.DeletePolicyResponse> responseObserver) {
      io.grpc.stub.ClientCalls.asyncUnaryCall(
          getChannel().newCall(getDeletePolicyMethod(), getCallOptions()), request, responseObserver);
    }
  }

  /**
   * A stub to allow clients to do synchronous rpc calls to service TrustService.
   */
  public static final class TrustServiceBlockingV2Stub
      extends io.grpc.stub.AbstractBlockingStub<TrustServiceBlockingV2Stub> {
    private TrustServiceBlockingV2Stub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TrustServiceBlockingV2Stub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TrustServiceBlockingV2Stub(channel, callOptions);
    }

    /**
     * <pre>
     * Who the caller is to this server, and which rules hold for them. Everybody who is recognised may ask.
     * </pre>
     */
    public holdfast.v1.WhoAmIResponse whoAmI(holdfast.v1.WhoAmIRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getWhoAmIMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Makes a token. Its text is in the answer and nowhere else: the server keeps a hash.
     * </pre>
     */
    public holdfast.v1.CreateTokenResponse createToken(holdfast.v1.CreateTokenRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getCreateTokenMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * A token without its secret.
     * </pre>
     */
    public holdfast.v1.GetTokenResponse getToken(holdfast.v1.GetTokenRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetTokenMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Tokens by id, page by page.
     * </pre>
     */
    public holdfast.v1.ListTokensResponse listTokens(holdfast.v1.ListTokensRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListTokensMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Removes a token: it is refused from now on, and the streams that it opened end.
     * </pre>
     */
    public holdfast.v1.RevokeTokenResponse revokeToken(holdfast.v1.RevokeTokenRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRevokeTokenMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Gives a token another secret. Whoever holds a token may rotate it.
     * </pre>
     */
    public holdfast.v1.RotateTokenResponse rotateToken(holdfast.v1.RotateTokenRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getRotateTokenMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Writes what all tokens of a user have in common, in place of what was there.
     * </pre>
     */
    public holdfast.v1.PutUserResponse putUser(holdfast.v1.PutUserRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getPutUserMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * A user.
     * </pre>
     */
    public holdfast.v1.GetUserResponse getUser(holdfast.v1.GetUserRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetUserMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Users by name, page by page.
     * </pre>
     */
    public holdfast.v1.ListUsersResponse listUsers(holdfast.v1.ListUsersRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListUsersMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Removes a user and revokes all their tokens, as one commit.
     * </pre>
     */
    public holdfast.v1.DeleteUserResponse deleteUser(holdfast.v1.DeleteUserRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getDeleteUserMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Writes a role, in place of what was there.
     * </pre>
     */
    public holdfast.v1.PutRoleResponse putRole(holdfast.v1.PutRoleRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getPutRoleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * A role.
     * </pre>
     */
    public holdfast.v1.GetRoleResponse getRole(holdfast.v1.GetRoleRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetRoleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Roles by name, page by page. Those that are built in (admin, writer, reader) are not listed.
     * </pre>
     */
    public holdfast.v1.ListRolesResponse listRoles(holdfast.v1.ListRolesRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListRolesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Removes a role; who had it has it no longer. Of a built-in name: the built-in rules hold again.
     * </pre>
     */
    public holdfast.v1.DeleteRoleResponse deleteRole(holdfast.v1.DeleteRoleRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getDeleteRoleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Writes a policy, in place of what was there.
     * </pre>
     */
    public holdfast.v1.PutPolicyResponse putPolicy(holdfast.v1.PutPolicyRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getPutPolicyMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * A policy with its modules.
     * </pre>
     */
    public holdfast.v1.GetPolicyResponse getPolicy(holdfast.v1.GetPolicyRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getGetPolicyMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Policies by name, page by page.
     * </pre>
     */
    public holdfast.v1.ListPoliciesResponse listPolicies(holdfast.v1.ListPoliciesRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getListPoliciesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Removes a policy.
     * </pre>
     */
    public holdfast.v1.DeletePolicyResponse deletePolicy(holdfast.v1.DeletePolicyRequest request) throws io.grpc.StatusException {
      return io.grpc.stub.ClientCalls.blockingV2UnaryCall(
          getChannel(), getDeletePolicyMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do limited synchronous rpc calls to service TrustService.
   */
  public static final class TrustServiceBlockingStub
      extends io.grpc.stub.AbstractBlockingStub<TrustServiceBlockingStub> {
    private TrustServiceBlockingStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TrustServiceBlockingStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TrustServiceBlockingStub(channel, callOptions);
    }

    /**
     * <pre>
     * Who the caller is to this server, and which rules hold for them. Everybody who is recognised may ask.
     * </pre>
     */
    public holdfast.v1.WhoAmIResponse whoAmI(holdfast.v1.WhoAmIRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getWhoAmIMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Makes a token. Its text is in the answer and nowhere else: the server keeps a hash.
     * </pre>
     */
    public holdfast.v1.CreateTokenResponse createToken(holdfast.v1.CreateTokenRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getCreateTokenMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * A token without its secret.
     * </pre>
     */
    public holdfast.v1.GetTokenResponse getToken(holdfast.v1.GetTokenRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetTokenMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Tokens by id, page by page.
     * </pre>
     */
    public holdfast.v1.ListTokensResponse listTokens(holdfast.v1.ListTokensRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListTokensMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Removes a token: it is refused from now on, and the streams that it opened end.
     * </pre>
     */
    public holdfast.v1.RevokeTokenResponse revokeToken(holdfast.v1.RevokeTokenRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRevokeTokenMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Gives a token another secret. Whoever holds a token may rotate it.
     * </pre>
     */
    public holdfast.v1.RotateTokenResponse rotateToken(holdfast.v1.RotateTokenRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getRotateTokenMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Writes what all tokens of a user have in common, in place of what was there.
     * </pre>
     */
    public holdfast.v1.PutUserResponse putUser(holdfast.v1.PutUserRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getPutUserMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * A user.
     * </pre>
     */
    public holdfast.v1.GetUserResponse getUser(holdfast.v1.GetUserRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetUserMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Users by name, page by page.
     * </pre>
     */
    public holdfast.v1.ListUsersResponse listUsers(holdfast.v1.ListUsersRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListUsersMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Removes a user and revokes all their tokens, as one commit.
     * </pre>
     */
    public holdfast.v1.DeleteUserResponse deleteUser(holdfast.v1.DeleteUserRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getDeleteUserMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Writes a role, in place of what was there.
     * </pre>
     */
    public holdfast.v1.PutRoleResponse putRole(holdfast.v1.PutRoleRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getPutRoleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * A role.
     * </pre>
     */
    public holdfast.v1.GetRoleResponse getRole(holdfast.v1.GetRoleRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetRoleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Roles by name, page by page. Those that are built in (admin, writer, reader) are not listed.
     * </pre>
     */
    public holdfast.v1.ListRolesResponse listRoles(holdfast.v1.ListRolesRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListRolesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Removes a role; who had it has it no longer. Of a built-in name: the built-in rules hold again.
     * </pre>
     */
    public holdfast.v1.DeleteRoleResponse deleteRole(holdfast.v1.DeleteRoleRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getDeleteRoleMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Writes a policy, in place of what was there.
     * </pre>
     */
    public holdfast.v1.PutPolicyResponse putPolicy(holdfast.v1.PutPolicyRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getPutPolicyMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * A policy with its modules.
     * </pre>
     */
    public holdfast.v1.GetPolicyResponse getPolicy(holdfast.v1.GetPolicyRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getGetPolicyMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Policies by name, page by page.
     * </pre>
     */
    public holdfast.v1.ListPoliciesResponse listPolicies(holdfast.v1.ListPoliciesRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getListPoliciesMethod(), getCallOptions(), request);
    }

    /**
     * <pre>
     * Removes a policy.
     * </pre>
     */
    public holdfast.v1.DeletePolicyResponse deletePolicy(holdfast.v1.DeletePolicyRequest request) {
      return io.grpc.stub.ClientCalls.blockingUnaryCall(
          getChannel(), getDeletePolicyMethod(), getCallOptions(), request);
    }
  }

  /**
   * A stub to allow clients to do ListenableFuture-style rpc calls to service TrustService.
   */
  public static final class TrustServiceFutureStub
      extends io.grpc.stub.AbstractFutureStub<TrustServiceFutureStub> {
    private TrustServiceFutureStub(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      super(channel, callOptions);
    }

    @java.lang.Override
    protected TrustServiceFutureStub build(
        io.grpc.Channel channel, io.grpc.CallOptions callOptions) {
      return new TrustServiceFutureStub(channel, callOptions);
    }

    /**
     * <pre>
     * Who the caller is to this server, and which rules hold for them. Everybody who is recognised may ask.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.WhoAmIResponse> whoAmI(
        holdfast.v1.WhoAmIRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getWhoAmIMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Makes a token. Its text is in the answer and nowhere else: the server keeps a hash.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.CreateTokenResponse> createToken(
        holdfast.v1.CreateTokenRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getCreateTokenMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * A token without its secret.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.GetTokenResponse> getToken(
        holdfast.v1.GetTokenRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetTokenMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Tokens by id, page by page.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.ListTokensResponse> listTokens(
        holdfast.v1.ListTokensRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListTokensMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Removes a token: it is refused from now on, and the streams that it opened end.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.RevokeTokenResponse> revokeToken(
        holdfast.v1.RevokeTokenRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRevokeTokenMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Gives a token another secret. Whoever holds a token may rotate it.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.RotateTokenResponse> rotateToken(
        holdfast.v1.RotateTokenRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getRotateTokenMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Writes what all tokens of a user have in common, in place of what was there.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.PutUserResponse> putUser(
        holdfast.v1.PutUserRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getPutUserMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * A user.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.GetUserResponse> getUser(
        holdfast.v1.GetUserRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetUserMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Users by name, page by page.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.ListUsersResponse> listUsers(
        holdfast.v1.ListUsersRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListUsersMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Removes a user and revokes all their tokens, as one commit.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.DeleteUserResponse> deleteUser(
        holdfast.v1.DeleteUserRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getDeleteUserMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Writes a role, in place of what was there.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.PutRoleResponse> putRole(
        holdfast.v1.PutRoleRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getPutRoleMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * A role.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.GetRoleResponse> getRole(
        holdfast.v1.GetRoleRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetRoleMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Roles by name, page by page. Those that are built in (admin, writer, reader) are not listed.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.ListRolesResponse> listRoles(
        holdfast.v1.ListRolesRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListRolesMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Removes a role; who had it has it no longer. Of a built-in name: the built-in rules hold again.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.DeleteRoleResponse> deleteRole(
        holdfast.v1.DeleteRoleRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getDeleteRoleMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Writes a policy, in place of what was there.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.PutPolicyResponse> putPolicy(
        holdfast.v1.PutPolicyRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getPutPolicyMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * A policy with its modules.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.GetPolicyResponse> getPolicy(
        holdfast.v1.GetPolicyRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getGetPolicyMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Policies by name, page by page.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.ListPoliciesResponse> listPolicies(
        holdfast.v1.ListPoliciesRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getListPoliciesMethod(), getCallOptions()), request);
    }

    /**
     * <pre>
     * Removes a policy.
     * </pre>
     */
    public com.google.common.util.concurrent.ListenableFuture<holdfast.v1.DeletePolicyResponse> deletePolicy(
        holdfast.v1.DeletePolicyRequest request) {
      return io.grpc.stub.ClientCalls.futureUnaryCall(
          getChannel().newCall(getDeletePolicyMethod(), getCallOptions()), request);
    }
  }

  private static final int METHODID_WHO_AM_I = 0;
  private static final int METHODID_CREATE_TOKEN = 1;
  private static final int METHODID_GET_TOKEN = 2;
  private static final int METHODID_LIST_TOKENS = 3;
  private static final int METHODID_REVOKE_TOKEN = 4;
  private static final int METHODID_ROTATE_TOKEN = 5;
  private static final int METHODID_PUT_USER = 6;
  private static final int METHODID_GET_USER = 7;
  private static final int METHODID_LIST_USERS = 8;
  private static final int METHODID_DELETE_USER = 9;
  private static final int METHODID_PUT_ROLE = 10;
  private static final int METHODID_GET_ROLE = 11;
  private static final int METHODID_LIST_ROLES = 12;
  private static final int METHODID_DELETE_ROLE = 13;
  private static final int METHODID_PUT_POLICY = 14;
  private static final int METHODID_GET_POLICY = 15;
  private static final int METHODID_LIST_POLICIES = 16;
  private static final int METHODID_DELETE_POLICY = 17;

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
        case METHODID_WHO_AM_I:
          serviceImpl.whoAmI((holdfast.v1.WhoAmIRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.WhoAmIResponse>) responseObserver);
          break;
        case METHODID_CREATE_TOKEN:
          serviceImpl.createToken((holdfast.v1.CreateTokenRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.CreateTokenResponse>) responseObserver);
          break;
        case METHODID_GET_TOKEN:
          serviceImpl.getToken((holdfast.v1.GetTokenRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.GetTokenResponse>) responseObserver);
          break;
        case METHODID_LIST_TOKENS:
          serviceImpl.listTokens((holdfast.v1.ListTokensRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.ListTokensResponse>) responseObserver);
          break;
        case METHODID_REVOKE_TOKEN:
          serviceImpl.revokeToken((holdfast.v1.RevokeTokenRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.RevokeTokenResponse>) responseObserver);
          break;
        case METHODID_ROTATE_TOKEN:
          serviceImpl.rotateToken((holdfast.v1.RotateTokenRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.RotateTokenResponse>) responseObserver);
          break;
        case METHODID_PUT_USER:
          serviceImpl.putUser((holdfast.v1.PutUserRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.PutUserResponse>) responseObserver);
          break;
        case METHODID_GET_USER:
          serviceImpl.getUser((holdfast.v1.GetUserRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.GetUserResponse>) responseObserver);
          break;
        case METHODID_LIST_USERS:
          serviceImpl.listUsers((holdfast.v1.ListUsersRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.ListUsersResponse>) responseObserver);
          break;
        case METHODID_DELETE_USER:
          serviceImpl.deleteUser((holdfast.v1.DeleteUserRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.DeleteUserResponse>) responseObserver);
          break;
        case METHODID_PUT_ROLE:
          serviceImpl.putRole((holdfast.v1.PutRoleRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.PutRoleResponse>) responseObserver);
          break;
        case METHODID_GET_ROLE:
          serviceImpl.getRole((holdfast.v1.GetRoleRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.GetRoleResponse>) responseObserver);
          break;
        case METHODID_LIST_ROLES:
          serviceImpl.listRoles((holdfast.v1.ListRolesRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.ListRolesResponse>) responseObserver);
          break;
        case METHODID_DELETE_ROLE:
          serviceImpl.deleteRole((holdfast.v1.DeleteRoleRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.DeleteRoleResponse>) responseObserver);
          break;
        case METHODID_PUT_POLICY:
          serviceImpl.putPolicy((holdfast.v1.PutPolicyRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.PutPolicyResponse>) responseObserver);
          break;
        case METHODID_GET_POLICY:
          serviceImpl.getPolicy((holdfast.v1.GetPolicyRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.GetPolicyResponse>) responseObserver);
          break;
        case METHODID_LIST_POLICIES:
          serviceImpl.listPolicies((holdfast.v1.ListPoliciesRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.ListPoliciesResponse>) responseObserver);
          break;
        case METHODID_DELETE_POLICY:
          serviceImpl.deletePolicy((holdfast.v1.DeletePolicyRequest) request,
              (io.grpc.stub.StreamObserver<holdfast.v1.DeletePolicyResponse>) responseObserver);
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
          getWhoAmIMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.WhoAmIRequest,
              holdfast.v1.WhoAmIResponse>(
                service, METHODID_WHO_AM_I)))
        .addMethod(
          getCreateTokenMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.CreateTokenRequest,
              holdfast.v1.CreateTokenResponse>(
                service, METHODID_CREATE_TOKEN)))
        .addMethod(
          getGetTokenMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.GetTokenRequest,
              holdfast.v1.GetTokenResponse>(
                service, METHODID_GET_TOKEN)))
        .addMethod(
          getListTokensMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.ListTokensRequest,
              holdfast.v1.ListTokensResponse>(
                service, METHODID_LIST_TOKENS)))
        .addMethod(
          getRevokeTokenMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.RevokeTokenRequest,
              holdfast.v1.RevokeTokenResponse>(
                service, METHODID_REVOKE_TOKEN)))
        .addMethod(
          getRotateTokenMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.RotateTokenRequest,
              holdfast.v1.RotateTokenResponse>(
                service, METHODID_ROTATE_TOKEN)))
        .addMethod(
          getPutUserMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.PutUserRequest,
              holdfast.v1.PutUserResponse>(
                service, METHODID_PUT_USER)))
        .addMethod(
          getGetUserMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.GetUserRequest,
              holdfast.v1.GetUserResponse>(
                service, METHODID_GET_USER)))
        .addMethod(
          getListUsersMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.ListUsersRequest,
              holdfast.v1.ListUsersResponse>(
                service, METHODID_LIST_USERS)))
        .addMethod(
          getDeleteUserMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.DeleteUserRequest,
              holdfast.v1.DeleteUserResponse>(
                service, METHODID_DELETE_USER)))
        .addMethod(
          getPutRoleMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.PutRoleRequest,
              holdfast.v1.PutRoleResponse>(
                service, METHODID_PUT_ROLE)))
        .addMethod(
          getGetRoleMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.GetRoleRequest,
              holdfast.v1.GetRoleResponse>(
                service, METHODID_GET_ROLE)))
        .addMethod(
          getListRolesMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.ListRolesRequest,
              holdfast.v1.ListRolesResponse>(
                service, METHODID_LIST_ROLES)))
        .addMethod(
          getDeleteRoleMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.DeleteRoleRequest,
              holdfast.v1.DeleteRoleResponse>(
                service, METHODID_DELETE_ROLE)))
        .addMethod(
          getPutPolicyMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.PutPolicyRequest,
              holdfast.v1.PutPolicyResponse>(
                service, METHODID_PUT_POLICY)))
        .addMethod(
          getGetPolicyMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.GetPolicyRequest,
              holdfast.v1.GetPolicyResponse>(
                service, METHODID_GET_POLICY)))
        .addMethod(
          getListPoliciesMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.ListPoliciesRequest,
              holdfast.v1.ListPoliciesResponse>(
                service, METHODID_LIST_POLICIES)))
        .addMethod(
          getDeletePolicyMethod(),
          io.grpc.stub.ServerCalls.asyncUnaryCall(
            new MethodHandlers<
              holdfast.v1.DeletePolicyRequest,
              holdfast.v1.DeletePolicyResponse>(
                service, METHODID_DELETE_POLICY)))
        .build();
  }

  private static abstract class TrustServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoFileDescriptorSupplier, io.grpc.protobuf.ProtoServiceDescriptorSupplier {
    TrustServiceBaseDescriptorSupplier() {}

    @java.lang.Override
    public com.google.protobuf.Descriptors.FileDescriptor getFileDescriptor() {
      return holdfast.v1.Trust.getDescriptor();
    }

    @java.lang.Override
    public com.google.protobuf.Descriptors.ServiceDescriptor getServiceDescriptor() {
      return getFileDescriptor().findServiceByName("TrustService");
    }
  }

  private static final class TrustServiceFileDescriptorSupplier
      extends TrustServiceBaseDescriptorSupplier {
    TrustServiceFileDescriptorSupplier() {}
  }

  private static final class TrustServiceMethodDescriptorSupplier
      extends TrustServiceBaseDescriptorSupplier
      implements io.grpc.protobuf.ProtoMethodDescriptorSupplier {
    private final java.lang.String methodName;

    TrustServiceMethodDescriptorSupplier(java.lang.String methodName) {
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
      synchronized (TrustServiceGrpc.class) {
        result = serviceDescriptor;
        if (result == null) {
          serviceDescriptor = result = io.grpc.ServiceDescriptor.newBuilder(SERVICE_NAME)
              .setSchemaDescriptor(new TrustServiceFileDescriptorSupplier())
              .addMethod(getWhoAmIMethod())
              .addMethod(getCreateTokenMethod())
              .addMethod(getGetTokenMethod())
              .addMethod(getListTokensMethod())
              .addMethod(getRevokeTokenMethod())
              .addMethod(getRotateTokenMethod())
              .addMethod(getPutUserMethod())
              .addMethod(getGetUserMethod())
              .addMethod(getListUsersMethod())
              .addMethod(getDeleteUserMethod())
              .addMethod(getPutRoleMethod())
              .addMethod(getGetRoleMethod())
              .addMethod(getListRolesMethod())
              .addMethod(getDeleteRoleMethod())
              .addMethod(getPutPolicyMethod())
              .addMethod(getGetPolicyMethod())
              .addMethod(getListPoliciesMethod())
              .addMethod(getDeletePolicyMethod())
              .build();
        }
      }
    }
    return result;
  }
}
