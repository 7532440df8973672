<?php
// GENERATED CODE -- DO NOT EDIT!

// Original file comments:
// The stategate API, v0.5.0 and v0.14.0 in one: field names, numbers and RPC names are its wire contract and never change here.
// What is Holdfast's own has numbers from 100 on.
namespace Stategate;

/**
 * Locks that one owner has at a time.
 */
class MutexServiceClient extends \Grpc\BaseStub {

    /**
     * @param string $hostname hostname
     * @param array $opts channel options
     * @param \Grpc\Channel $channel (optional) re-use channel object
     */
    public function __construct($hostname, $opts, $channel = null) {
        parent::__construct($hostname, $opts, $channel);
    }

    /**
     * Takes a lock, or keeps it for longer; one that is taken is ALREADY_EXISTS. Those who know nothing of owners read the answer as
     * an empty one.
     * @param \Stategate\Mutex $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Lock(\Stategate\Mutex $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/stategate.MutexService/Lock',
        $argument,
        ['\Stategate\Locked', 'decode'],
        $metadata, $options);
    }

    /**
     * Gives a lock back; one that nobody has, too.
     * @param \Stategate\MutexRef $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Unlock(\Stategate\MutexRef $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/stategate.MutexService/Unlock',
        $argument,
        ['\Google\Protobuf\GPBEmpty', 'decode'],
        $metadata, $options);
    }

}
