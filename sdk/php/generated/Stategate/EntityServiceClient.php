<?php
// GENERATED CODE -- DO NOT EDIT!

// Original file comments:
// The stategate API, v0.5.0 and v0.14.0 in one: field names, numbers and RPC names are its wire contract and never change here.
// What is Holdfast's own has numbers from 100 on.
namespace Stategate;

/**
 * Entities: states under the name they have since v0.14.0. A state is an entity.
 */
class EntityServiceClient extends \Grpc\BaseStub {

    /**
     * @param string $hostname hostname
     * @param array $opts channel options
     * @param \Grpc\Channel $channel (optional) re-use channel object
     */
    public function __construct($hostname, $opts, $channel = null) {
        parent::__construct($hostname, $opts, $channel);
    }

    /**
     * Writes one entity, whatever was there before; every write is an event.
     * @param \Stategate\Entity $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Set(\Stategate\Entity $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/stategate.EntityService/Set',
        $argument,
        ['\Google\Protobuf\GPBEmpty', 'decode'],
        $metadata, $options);
    }

    /**
     * Puts each top-level value in its place, a dotted name below one, and leaves the others; the answer is the whole.
     * @param \Stategate\Entity $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Edit(\Stategate\Entity $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/stategate.EntityService/Edit',
        $argument,
        ['\Stategate\Entity', 'decode'],
        $metadata, $options);
    }

    /**
     * Writes what an event of the past left.
     * @param \Stategate\EventRef $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Revert(\Stategate\EventRef $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/stategate.EntityService/Revert',
        $argument,
        ['\Stategate\Entity', 'decode'],
        $metadata, $options);
    }

    /**
     * The current values of one entity.
     * @param \Stategate\EntityRef $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Get(\Stategate\EntityRef $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/stategate.EntityService/Get',
        $argument,
        ['\Stategate\Entity', 'decode'],
        $metadata, $options);
    }

    /**
     * Removes one entity; its events stay.
     * @param \Stategate\EntityRef $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Del(\Stategate\EntityRef $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/stategate.EntityService/Del',
        $argument,
        ['\Google\Protobuf\GPBEmpty', 'decode'],
        $metadata, $options);
    }

    /**
     * The entities of one domain and type that a filter lets through, by their creation.
     * @param \Stategate\SearchEntityOpts $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Search(\Stategate\SearchEntityOpts $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/stategate.EntityService/Search',
        $argument,
        ['\Stategate\Entities', 'decode'],
        $metadata, $options);
    }

}
