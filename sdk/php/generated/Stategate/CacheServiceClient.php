<?php
// GENERATED CODE -- DO NOT EDIT!

// Original file comments:
// The stategate API, v0.5.0 and v0.14.0 in one: field names, numbers and RPC names are its wire contract and never change here.
// What is Holdfast's own has numbers from 100 on.
namespace Stategate;

/**
 * Values that may go at a time, and are no events.
 */
class CacheServiceClient extends \Grpc\BaseStub {

    /**
     * @param string $hostname hostname
     * @param array $opts channel options
     * @param \Grpc\Channel $channel (optional) re-use channel object
     */
    public function __construct($hostname, $opts, $channel = null) {
        parent::__construct($hostname, $opts, $channel);
    }

    /**
     * Keeps a value.
     * @param \Stategate\Cache $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Set(\Stategate\Cache $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/stategate.CacheService/Set',
        $argument,
        ['\Google\Protobuf\GPBEmpty', 'decode'],
        $metadata, $options);
    }

    /**
     * A value that is kept.
     * @param \Stategate\CacheRef $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Get(\Stategate\CacheRef $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/stategate.CacheService/Get',
        $argument,
        ['\Stategate\Cache', 'decode'],
        $metadata, $options);
    }

    /**
     * Forgets a value; one that is not there, too.
     * @param \Stategate\CacheRef $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Del(\Stategate\CacheRef $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/stategate.CacheService/Del',
        $argument,
        ['\Google\Protobuf\GPBEmpty', 'decode'],
        $metadata, $options);
    }

}
