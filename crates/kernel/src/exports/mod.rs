//! Any list of the platform as a file for Excel, by the list's own operation and the caller's own rights: the file holds
//! what the caller could have read page by page, masked as it was there.

pub(crate) mod api;
mod calling;
mod columns;

pub(crate) use calling::Inner;
