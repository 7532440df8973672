<?php
// GENERATED CODE -- DO NOT EDIT!

// Original file comments:
// The stategate API, v0.5.0 and v0.14.0 in one: field names, numbers and RPC names are its wire contract and never change here.
// What is Holdfast's own has numbers from 100 on.
namespace Stategate;

/**
 * States: the current values of keys, by domain, type and key.
 */
class StateServiceClient extends \Grpc\BaseStub {

    /**
     * @param string $hostname hostname
     * @param array $opts channel options
     * @param \Grpc\Channel $channel (optional) re-use channel object
     */
    public function __construct($hostname, $opts, $channel = null) {
        parent::__construct($hostname, $opts, $channel);
    }

    /**
     * Writes one state, whatever was there before; every write is an event.
     * @param \Stategate\State $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Set(\Stategate\State $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/stategate.StateService/Set',
        $argument,
        ['\Google\Protobuf\GPBEmpty', 'decode'],
        $metadata, $options);
    }

    /**
     * The current state of one key.
     * @param \Stategate\StateRef $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Get(\Stategate\StateRef $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/stategate.StateService/Get',
        $argument,
        ['\Stategate\State', 'decode'],
        $metadata, $options);
    }

    /**
     * Removes one state; its events stay.
     * @param \Stategate\StateRef $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Del(\Stategate\StateRef $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/stategate.StateService/Del',
        $argument,
        ['\Google\Protobuf\GPBEmpty', 'decode'],
        $metadata, $options);
    }

    /**
     * The states of one domain and type that a filter lets through, by their creation.
     * @param \Stategate\SearchStateOpts $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Search(\Stategate\SearchStateOpts $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/stategate.StateService/Search',
        $argument,
        ['\Stategate\StateValues', 'decode'],
        $metadata, $options);
    }

}
