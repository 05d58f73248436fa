//! A whole platform for one test.
