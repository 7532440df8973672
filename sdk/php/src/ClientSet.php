<?php

declare(strict_types=1);

namespace HoldfastSdk;

use Grpc\Channel;
use Grpc\ChannelCredentials;

/** All services of one server over one connection. */
final class ClientSet
{
    private Channel $channel;
    private string $host;
    /** @var array<string, mixed> */
    private array $options;

    /**
     * Of an endpoint such as http://127.0.0.1:8080 or https://holdfast.example:443; it connects with the first call.
     *
     * @param string|null $token shown with every call; over http:// whoever can listen on the way reads it
     * @param ChannelCredentials|null $tls whom to trust at https://; without it, whom gRPC trusts
     * @throws \InvalidArgumentException about the endpoint, never about the server
     */
    public function __construct(string $endpoint, ?string $token = null, ?ChannelCredentials $tls = null)
    {
        [$scheme, $host] = array_pad(explode('://', $endpoint, 2), 2, '');
        if ($host === '' || !($scheme === 'https' || ($scheme === 'http' && $tls === null))) {
            throw new \InvalidArgumentException(
                "$endpoint is no endpoint such as https://holdfast.example:443 or, without TLS, http://127.0.0.1:8080"
            );
        }
        $credentials = $scheme === 'http' ? ChannelCredentials::createInsecure() : $tls ?? ChannelCredentials::createSsl();
        $this->host = $host;
        $this->channel = new Channel($host, ['credentials' => $credentials]);
        $this->options = ['credentials' => $credentials];
        if ($token !== null) {
            $this->options['update_metadata'] = static function (array $metadata) use ($token): array {
                $metadata['authorization'] = ["Bearer $token"];
                return $metadata;
            };
        }
    }

    /**
     * A generated client over this connection: `$clients->of(\Config\V1\ConfigServiceClient::class)`.
     *
     * @template T of \Grpc\BaseStub
     * @param class-string<T> $client
     * @return T
     */
    public function of(string $client): \Grpc\BaseStub
    {
        return new $client($this->host, $this->options, $this->channel);
    }

    /** Ends the connection and all calls on it. */
    public function close(): void
    {
        $this->channel->close();
    }
}
