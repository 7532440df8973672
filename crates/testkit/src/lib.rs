//! Conformance suites, fakes and fault injectors for tests.
