<?php
// GENERATED CODE -- DO NOT EDIT!

// Original file comments:
// What administrators do: with the log as a whole, and with what the server keeps beside it. An administrator of the server is who
// may `admin` all of its own namespace `internal:holdfast.trust`.
namespace Holdfast\V1;

/**
 */
class AdminServiceClient extends \Grpc\BaseStub {

    /**
     * @param string $hostname hostname
     * @param array $opts channel options
     * @param \Grpc\Channel $channel (optional) re-use channel object
     */
    public function __construct($hostname, $opts, $channel = null) {
        parent::__construct($hostname, $opts, $channel);
    }

    /**
     * A backup of the whole log as it is now, as the bytes of a file (docs/format.md); writes go on meanwhile. What ends before
     * the file's own end is no backup.
     * @param \Holdfast\V1\BackupRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\ServerStreamingCall
     */
    public function Backup(\Holdfast\V1\BackupRequest $argument,
      $metadata = [], $options = []) {
        return $this->_serverStreamRequest('/holdfast.v1.AdminService/Backup',
        $argument,
        ['\Holdfast\V1\BackupResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Consumer groups and how far each is, page by page. Whoever may watch the domain of a group sees it.
     * @param \Holdfast\V1\ListGroupsRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function ListGroups(\Holdfast\V1\ListGroupsRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.AdminService/ListGroups',
        $argument,
        ['\Holdfast\V1\ListGroupsResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Removes a consumer group that has no members: the next stream under its name begins a new one. Refused with CONFLICT while it has
     * members. It takes `admin` on the domain of the group; on a pattern of domains an administrator of the server.
     * @param \Holdfast\V1\DeleteGroupRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function DeleteGroup(\Holdfast\V1\DeleteGroupRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.AdminService/DeleteGroup',
        $argument,
        ['\Holdfast\V1\DeleteGroupResponse', 'decode'],
        $metadata, $options);
    }

}
