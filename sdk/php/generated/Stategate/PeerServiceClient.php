<?php
// GENERATED CODE -- DO NOT EDIT!

// Original file comments:
// The stategate API, v0.5.0 and v0.14.0 in one: field names, numbers and RPC names are its wire contract and never change here.
// What is Holdfast's own has numbers from 100 on.
namespace Stategate;

/**
 * Messages between those who are connected right now. They are not kept.
 */
class PeerServiceClient extends \Grpc\BaseStub {

    /**
     * @param string $hostname hostname
     * @param array $opts channel options
     * @param \Grpc\Channel $channel (optional) re-use channel object
     */
    public function __construct($hostname, $opts, $channel = null) {
        parent::__construct($hostname, $opts, $channel);
    }

    /**
     * Sends a message to all who listen.
     * @param \Stategate\Message $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Broadcast(\Stategate\Message $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/stategate.PeerService/Broadcast',
        $argument,
        ['\Google\Protobuf\GPBEmpty', 'decode'],
        $metadata, $options);
    }

    /**
     * The messages of a domain, channel and type, from now on.
     * @param \Stategate\StreamMessageOpts $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\ServerStreamingCall
     */
    public function Stream(\Stategate\StreamMessageOpts $argument,
      $metadata = [], $options = []) {
        return $this->_serverStreamRequest('/stategate.PeerService/Stream',
        $argument,
        ['\Stategate\PeerMessage', 'decode'],
        $metadata, $options);
    }

}
