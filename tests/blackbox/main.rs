//! The real binary over the real wire.
//!
//! - [`config_v1`]: the contract of the config.v1 dialect, case by case
//! - [`holdfast_v1`]: what only our own dialect has
//! - [`http_v1`]: config.v1 over HTTP/JSON and server-sent events
//! - [`foreign`]: a gRPC client of another implementation
//! - [`gateway`]: the HTTP face alone, in front of a server
//! - [`client`]: the client library, over a good network and a bad one
//! - [`sealed`]: values that the server cannot read; [`examples`]: the programs of `examples/`
//! - [`config_only`]: a server that speaks config.v1 and nothing else
//! - [`contexts`]: which server a command line means; [`apply`]: files, prefixes and transactions; [`doctor`]: the way to a server
//! - [`terminal`]: what a person sees; [`golden`]: what verbs print; [`shells`]: completion and manual pages
//! - [`cli`]: the other verbs, through pipes; [`real_input`]: files of real packages
//! - [`agent`]: keys as files, kept current
//! - [`admin`]: health, metrics, reflection, gRPC-Web
//! - [`bad_input`], [`bad_data`]: wrong requests, broken data directories, a full disk
//! - [`browser`]: server-sent events as a real browser sees them
//! - [`channels`]: event channels over real servers, as settings and deployments name them
//! - [`openapi`]: the document of the HTTP face, and the server held against it
//! - [`audit`]: what auditors kept, and the chain of the log, checked and searched without a server
//! - [`databases`]: databases that should not be trusted
//! - [`crash`]: SIGKILL under load; [`shutdown`]: an orderly stop
//! - [`sdk`]: the clients for other languages, each by its own tests
//! - [`deploy`]: what installs the server, read by the tools of those who will use it
//! - [`http_v2`]: holdfast.v1 over HTTP
//! - [`policy`]: policies, tried without a server
//! - [`observe`]: what is told of requests; [`proxies`]: where callers are; [`limits`]: what a connection may cost
//! - [`providers`]: the cases of both contracts, over every database and every channel
//! - [`moving`]: a log in a file and back, and from one store into another
//! - [`quotas`]: how much a namespace may hold
//! - [`past`]: reads of the past, rollback, search; [`transactions`]: sums and single keys under concurrency
//! - [`signin`]: people in front of browsers
//! - [`stategate`]: the contract of stategate, case by case, and one entry through every dialect
//! - [`trust`]: tokens, users, roles; every route and call held against every kind of caller
//! - [`watch`]: 100 watchers, slow and resuming, over restarts

mod admin;
mod agent;
mod apply;
mod audit;
mod bad_data;
mod bad_input;
mod browser;
mod channels;
mod cli;
mod client;
mod config_only;
mod config_v1;
mod contexts;
mod crash;
mod databases;
mod deploy;
mod doctor;
mod examples;
mod foreign;
mod gateway;
mod golden;
mod graphql;
mod holdfast_v1;
mod http_v1;
mod http_v2;
mod limits;
mod moving;
mod nodes;
mod observe;
mod openapi;
mod past;
mod policy;
mod providers;
mod proxies;
mod quotas;
mod real_input;
mod sdk;
mod sealed;
mod shells;
mod shutdown;
mod signin;
mod stategate;
mod terminal;
mod transactions;
mod trust;
mod watch;
