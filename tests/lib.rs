//! Nothing: this package holds the tests of the whole in `main.rs`.
