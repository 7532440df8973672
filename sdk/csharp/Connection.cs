using System;
using System.Threading;
using System.Threading.Tasks;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Net.Client;

namespace Holdfast.Sdk;

/// <summary>A connection to one server: its address, and the token that is shown with every call.</summary>
/// <remarks>
/// A call is named by the descriptor of its method, which the generated files have:
/// <c>ConfigReflection.Descriptor.Services[0].FindMethodByName("Get")</c>.
/// </remarks>
public sealed class Connection : IDisposable
{
    private readonly GrpcChannel channel;
    private readonly Metadata headers = new();

    /// <summary>To an endpoint such as http://127.0.0.1:8080 or https://holdfast.example:443; it connects with the first call.</summary>
    public Connection(string endpoint, string? token = null, GrpcChannelOptions? options = null)
    {
        channel = GrpcChannel.ForAddress(endpoint, options ?? new GrpcChannelOptions());
        if (token != null)
        {
            headers.Add("authorization", "Bearer " + token);
        }
    }

    /// <summary>Makes a call with one answer. Fails with an <see cref="RpcException"/>.</summary>
    public async Task<A> Call<Q, A>(MethodDescriptor method, Q request, CancellationToken end = default)
        where Q : class, IMessage<Q>, new()
        where A : class, IMessage<A>, new()
    {
        using var call = channel.CreateCallInvoker()
            .AsyncUnaryCall(Described<Q, A>(method, MethodType.Unary), null, new CallOptions(headers, cancellationToken: end), request);
        return await call.ResponseAsync.ConfigureAwait(false);
    }

    /// <summary>Makes a call with a stream of answers; it is live once its headers are there.</summary>
    public AsyncServerStreamingCall<A> Stream<Q, A>(MethodDescriptor method, Q request, CancellationToken end = default)
        where Q : class, IMessage<Q>, new()
        where A : class, IMessage<A>, new()
    {
        return channel.CreateCallInvoker().AsyncServerStreamingCall(
            Described<Q, A>(method, MethodType.ServerStreaming), null, new CallOptions(headers, cancellationToken: end), request);
    }

    private static Method<Q, A> Described<Q, A>(MethodDescriptor method, MethodType type)
        where Q : class, IMessage<Q>, new()
        where A : class, IMessage<A>, new()
    {
        return new Method<Q, A>(type, method.Service.FullName, method.Name, Marshalled<Q>(), Marshalled<A>());
    }

    private static Marshaller<M> Marshalled<M>() where M : class, IMessage<M>, new()
    {
        var parser = new MessageParser<M>(() => new M());
        return Marshallers.Create(message => message.ToByteArray(), bytes => parser.ParseFrom(bytes));
    }

    /// <summary>Ends the connection and all calls on it.</summary>
    public void Dispose() => channel.Dispose();
}
