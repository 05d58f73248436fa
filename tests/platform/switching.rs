//! Switching while people work.
