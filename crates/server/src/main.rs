//! The binary `jizuo`.

use std::process::ExitCode;

fn main() -> ExitCode {
    jizuo_server::cli::main()
}
