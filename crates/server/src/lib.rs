//! The one binary: the list of modules and the command line.
