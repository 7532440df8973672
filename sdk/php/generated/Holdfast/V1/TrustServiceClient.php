<?php
// GENERATED CODE -- DO NOT EDIT!

// Original file comments:
// Who may do what: tokens, users, roles and policies. They are entries of the server's own namespace
// `internal:holdfast.trust`; whoever may `admin` all of it is an administrator of the server, as they may give themselves
// any right. Strict: what it does not know it refuses by name. A change is in force for the caller's next call.
namespace Holdfast\V1;

/**
 */
class TrustServiceClient extends \Grpc\BaseStub {

    /**
     * @param string $hostname hostname
     * @param array $opts channel options
     * @param \Grpc\Channel $channel (optional) re-use channel object
     */
    public function __construct($hostname, $opts, $channel = null) {
        parent::__construct($hostname, $opts, $channel);
    }

    /**
     * Who the caller is to this server, and which rules hold for them. Everybody who is recognised may ask.
     * @param \Holdfast\V1\WhoAmIRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function WhoAmI(\Holdfast\V1\WhoAmIRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.TrustService/WhoAmI',
        $argument,
        ['\Holdfast\V1\WhoAmIResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Makes a token. Its text is in the answer and nowhere else: the server keeps a hash.
     * @param \Holdfast\V1\CreateTokenRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function CreateToken(\Holdfast\V1\CreateTokenRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.TrustService/CreateToken',
        $argument,
        ['\Holdfast\V1\CreateTokenResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * A token without its secret.
     * @param \Holdfast\V1\GetTokenRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function GetToken(\Holdfast\V1\GetTokenRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.TrustService/GetToken',
        $argument,
        ['\Holdfast\V1\GetTokenResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Tokens by id, page by page.
     * @param \Holdfast\V1\ListTokensRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function ListTokens(\Holdfast\V1\ListTokensRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.TrustService/ListTokens',
        $argument,
        ['\Holdfast\V1\ListTokensResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Removes a token: it is refused from now on, and the streams that it opened end.
     * @param \Holdfast\V1\RevokeTokenRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function RevokeToken(\Holdfast\V1\RevokeTokenRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.TrustService/RevokeToken',
        $argument,
        ['\Holdfast\V1\RevokeTokenResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Gives a token another secret. Whoever holds a token may rotate it.
     * @param \Holdfast\V1\RotateTokenRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function RotateToken(\Holdfast\V1\RotateTokenRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.TrustService/RotateToken',
        $argument,
        ['\Holdfast\V1\RotateTokenResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Writes what all tokens of a user have in common, in place of what was there.
     * @param \Holdfast\V1\PutUserRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function PutUser(\Holdfast\V1\PutUserRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.TrustService/PutUser',
        $argument,
        ['\Holdfast\V1\PutUserResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * A user.
     * @param \Holdfast\V1\GetUserRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function GetUser(\Holdfast\V1\GetUserRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.TrustService/GetUser',
        $argument,
        ['\Holdfast\V1\GetUserResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Users by name, page by page.
     * @param \Holdfast\V1\ListUsersRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function ListUsers(\Holdfast\V1\ListUsersRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.TrustService/ListUsers',
        $argument,
        ['\Holdfast\V1\ListUsersResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Removes a user and revokes all their tokens, as one commit.
     * @param \Holdfast\V1\DeleteUserRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function DeleteUser(\Holdfast\V1\DeleteUserRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.TrustService/DeleteUser',
        $argument,
        ['\Holdfast\V1\DeleteUserResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Writes a role, in place of what was there.
     * @param \Holdfast\V1\PutRoleRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function PutRole(\Holdfast\V1\PutRoleRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.TrustService/PutRole',
        $argument,
        ['\Holdfast\V1\PutRoleResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * A role.
     * @param \Holdfast\V1\GetRoleRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function GetRole(\Holdfast\V1\GetRoleRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.TrustService/GetRole',
        $argument,
        ['\Holdfast\V1\GetRoleResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Roles by name, page by page. Those that are built in (admin, writer, reader) are not listed.
     * @param \Holdfast\V1\ListRolesRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function ListRoles(\Holdfast\V1\ListRolesRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.TrustService/ListRoles',
        $argument,
        ['\Holdfast\V1\ListRolesResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Removes a role; who had it has it no longer. Of a built-in name: the built-in rules hold again.
     * @param \Holdfast\V1\DeleteRoleRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function DeleteRole(\Holdfast\V1\DeleteRoleRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.TrustService/DeleteRole',
        $argument,
        ['\Holdfast\V1\DeleteRoleResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Writes a policy, in place of what was there.
     * @param \Holdfast\V1\PutPolicyRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function PutPolicy(\Holdfast\V1\PutPolicyRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.TrustService/PutPolicy',
        $argument,
        ['\Holdfast\V1\PutPolicyResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * A policy with its modules.
     * @param \Holdfast\V1\GetPolicyRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function GetPolicy(\Holdfast\V1\GetPolicyRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.TrustService/GetPolicy',
        $argument,
        ['\Holdfast\V1\GetPolicyResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Policies by name, page by page.
     * @param \Holdfast\V1\ListPoliciesRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function ListPolicies(\Holdfast\V1\ListPoliciesRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.TrustService/ListPolicies',
        $argument,
        ['\Holdfast\V1\ListPoliciesResponse', 'decode'],
        $metadata, $options);
    }

    /**
     * Removes a policy.
     * @param \Holdfast\V1\DeletePolicyRequest $argument input argument
     * @param array $metadata metadata
     * @param array $options call options
     * @return \Grpc\UnaryCall
     */
    public function DeletePolicy(\Holdfast\V1\DeletePolicyRequest $argument,
      $metadata = [], $options = []) {
        return $this->_simpleRequest('/holdfast.v1.TrustService/DeletePolicy',
        $argument,
        ['\Holdfast\V1\DeletePolicyResponse', 'decode'],
        $metadata, $options);
    }

}
