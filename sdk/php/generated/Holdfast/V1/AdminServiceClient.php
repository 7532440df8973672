<?php
// GENERATED CODE -- DO NOT EDIT!

// Original file comments:
// What administrators of the server do with the log as a whole. An administrator is who may `admin` all of the server's own
// namespace `internal:holdfast.trust`.
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

}
