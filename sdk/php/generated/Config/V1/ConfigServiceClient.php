<?php
// GENERATED CODE -- DO NOT EDIT!

// Original file comments:
// The config.v1 API: field names, numbers and RPC names are its wire contract and never change here.
namespace Config\V1;

/**
 */
class ConfigServiceClient extends \Grpc\BaseStub {

    /**
     * @param string $hostname hostname
     * @param array $opts channel options
     * @param \Grpc\Channel $channel (optional) re-use channel object
     */
    public function __construct($hostname, $opts, $channel = null) {
        parent::__construct($hostname, $opts, $channel);
    }

    /**
     * The current value of one key.
     * @param \Config\V1\GetRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Get(\Config\V1\GetRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/config.v1.ConfigService/Get',
        $argument,
        ['\Config\V1\GetResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Writes one key; the write mode says whether it has to be new or has to exist.
     * @param \Config\V1\SetRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Set(\Config\V1\SetRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/config.v1.ConfigService/Set',
        $argument,
        ['\Config\V1\SetResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * @param \Config\V1\DeleteRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Delete(\Config\V1\DeleteRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/config.v1.ConfigService/Delete',
        $argument,
        ['\Config\V1\DeleteResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * The entries of a namespace below a byte prefix, in key order, page by page.
     * @param \Config\V1\ListRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function List(\Config\V1\ListRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/config.v1.ConfigService/List',
        $argument,
        ['\Config\V1\ListResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * The versions of one key, newest first.
     * @param \Config\V1\GetVersionsRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function GetVersions(\Config\V1\GetVersionsRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/config.v1.ConfigService/GetVersions',
        $argument,
        ['\Config\V1\GetVersionsResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Every entry of a namespace with an ETag over keys and versions.
     * @param \Config\V1\SnapshotRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Snapshot(\Config\V1\SnapshotRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/config.v1.ConfigService/Snapshot',
        $argument,
        ['\Config\V1\SnapshotResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Changes from now on.
     * @param \Config\V1\WatchRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\ServerStreamingCall
     */
    public function Watch(\Config\V1\WatchRequest $argument,
      $metadata = [], $options = []) {
        return $this->_serverStreamRequest('/config.v1.ConfigService/Watch',
        $argument,
        ['\Config\V1\WatchResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * @param \Config\V1\CheckAccessRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function CheckAccess(\Config\V1\CheckAccessRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/config.v1.ConfigService/CheckAccess',
        $argument,
        ['\Config\V1\CheckAccessResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * @param \Config\V1\SetAliasRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function SetAlias(\Config\V1\SetAliasRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/config.v1.ConfigService/SetAlias',
        $argument,
        ['\Config\V1\SetAliasResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * @param \Config\V1\DeleteAliasRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function DeleteAlias(\Config\V1\DeleteAliasRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/config.v1.ConfigService/DeleteAlias',
        $argument,
        ['\Config\V1\DeleteAliasResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * @param \Config\V1\GetAliasRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function GetAlias(\Config\V1\GetAliasRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/config.v1.ConfigService/GetAlias',
        $argument,
        ['\Config\V1\GetAliasResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * @param \Config\V1\ListAliasesRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function ListAliases(\Config\V1\ListAliasesRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/config.v1.ConfigService/ListAliases',
        $argument,
        ['\Config\V1\ListAliasesResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * @param \Config\V1\ListCodecsRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function ListCodecs(\Config\V1\ListCodecsRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/config.v1.ConfigService/ListCodecs',
        $argument,
        ['\Config\V1\ListCodecsResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * @param \Config\V1\ListNamespacesRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function ListNamespaces(\Config\V1\ListNamespacesRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/config.v1.ConfigService/ListNamespaces',
        $argument,
        ['\Config\V1\ListNamespacesResponse', 'decode'],
        $metadata, $options);
    }

}
