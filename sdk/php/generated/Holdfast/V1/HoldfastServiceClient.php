<?php
// GENERATED CODE -- DO NOT EDIT!

// Original file comments:
// The API of Holdfast's own: what config.v1 has no words for. Strict: what it does not know it refuses by name.
namespace Holdfast\V1;

/**
 */
class HoldfastServiceClient extends \Grpc\BaseStub {

    /**
     * @param string $hostname hostname
     * @param array $opts channel options
     * @param \Grpc\Channel $channel (optional) re-use channel object
     */
    public function __construct($hostname, $opts, $channel = null) {
        parent::__construct($hostname, $opts, $channel);
    }

    /**
     * Applies all writes of a batch, over any namespaces, as one commit with one revision, or none of them.
     * @param \Holdfast\V1\CommitRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Commit(\Holdfast\V1\CommitRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.HoldfastService/Commit',
        $argument,
        ['\Holdfast\V1\CommitResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Commits in revision order from a chosen start on; every one exactly once, none missing. After a disconnect
     * the watcher resumes from the last token it saw. A start that was compacted, or that belongs to another
     * log, ends the call with OUT_OF_RANGE, reason COMPACTED or FOREIGN_LOG, and the oldest revision in the metadata.
     * @param \Holdfast\V1\WatchRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\ServerStreamingCall
     */
    public function Watch(\Holdfast\V1\WatchRequest $argument,
      $metadata = [], $options = []) {
        return $this->_serverStreamRequest('/holdfast.v1.HoldfastService/Watch',
        $argument,
        ['\Holdfast\V1\WatchResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Compares, then does one of two things, in one step at the head of the log and as one commit.
     * @param \Holdfast\V1\TxnRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Txn(\Holdfast\V1\TxnRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.HoldfastService/Txn',
        $argument,
        ['\Holdfast\V1\TxnResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * One entry, of the latest or of an earlier state.
     * @param \Holdfast\V1\GetRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Get(\Holdfast\V1\GetRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.HoldfastService/Get',
        $argument,
        ['\Holdfast\V1\GetResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Entries by key, page by page; all pages are of one state.
     * @param \Holdfast\V1\ListRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function List(\Holdfast\V1\ListRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.HoldfastService/List',
        $argument,
        ['\Holdfast\V1\ListResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * All entries of a namespace, of one state, with the ETag that stands for them.
     * @param \Holdfast\V1\SnapshotRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Snapshot(\Holdfast\V1\SnapshotRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.HoldfastService/Snapshot',
        $argument,
        ['\Holdfast\V1\SnapshotResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * What happened to a key, newest first: deletes too, and the versions before them.
     * @param \Holdfast\V1\HistoryRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function History(\Holdfast\V1\HistoryRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.HoldfastService/History',
        $argument,
        ['\Holdfast\V1\HistoryResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * What differs between two states: of one namespace or of two.
     * @param \Holdfast\V1\DiffRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Diff(\Holdfast\V1\DiffRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.HoldfastService/Diff',
        $argument,
        ['\Holdfast\V1\DiffResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Makes a key, the keys below a prefix or a namespace what they were, as one commit.
     * @param \Holdfast\V1\RollbackRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Rollback(\Holdfast\V1\RollbackRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.HoldfastService/Rollback',
        $argument,
        ['\Holdfast\V1\RollbackResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Events of the log that are still kept, by what happened, to what, through whom and when.
     * @param \Holdfast\V1\EventsRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Events(\Holdfast\V1\EventsRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.HoldfastService/Events',
        $argument,
        ['\Holdfast\V1\EventsResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Entries with a text or a regular expression in their key or value. There is no index: a call looks through so much and
     * answers with a cursor when there is more, even when it found nothing.
     * @param \Holdfast\V1\SearchRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function Search(\Holdfast\V1\SearchRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.HoldfastService/Search',
        $argument,
        ['\Holdfast\V1\SearchResponse', 'decode'],
        $metadata, $options);
    }

}
