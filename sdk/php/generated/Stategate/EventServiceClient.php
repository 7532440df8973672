<?php
// GENERATED CODE -- DO NOT EDIT!

// Original file comments:
// The stategate API, v0.5.0 and v0.14.0 in one: field names, numbers and RPC names are its wire contract and never change here.
// What is Holdfast's own has numbers from 100 on.
namespace Stategate;

/**
 * Events: what happened to states and entities.
 */
class EventServiceClient extends \Grpc\BaseStub {

    /**
     * @param string $hostname hostname
     * @param array $opts channel options
     * @param \Grpc\Channel $channel (optional) re-use channel object
     */
    public function __construct($hostname, $opts, $channel = null) {
        parent::__construct($hostname, $opts, $channel);
    }

    /**
     * The events of a domain and type, from now on or from behind an earlier one.
     * @param \Stategate\StreamOpts $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\ServerStreamingCall
     */
    public function Stream(\Stategate\StreamOpts $argument,
      $metadata = [], $options = []) {
        return $this->_serverStreamRequest('/stategate.EventService/Stream',
        $argument,
        ['\Stategate\Event', 'decode'],
        $metadata, $options);
    }

    /**
     * Events of the past that a filter lets through, oldest first.
     * @param \Stategate\SearchEventOpts $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Search(\Stategate\SearchEventOpts $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/stategate.EventService/Search',
        $argument,
        ['\Stategate\Events', 'decode'],
        $metadata, $options);
    }

    /**
     * One event of the past.
     * @param \Stategate\EventRef $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Get(\Stategate\EventRef $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/stategate.EventService/Get',
        $argument,
        ['\Stategate\Event', 'decode'],
        $metadata, $options);
    }

    /**
     * Says that events were processed which a stream of a consumer group with `acknowledge` got.
     * @param \Stategate\AckOpts $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Ack(\Stategate\AckOpts $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/stategate.EventService/Ack',
        $argument,
        ['\Stategate\AckAnswer', 'decode'],
        $metadata, $options);
    }

}
