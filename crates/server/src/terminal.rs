//! What commands say on standard output. A reader that has seen enough (`| head`) ends the command without a complaint.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write};

/// Prints like `print!`.
macro_rules! tell {
    ($($part:tt)*) => { $crate::terminal::write(format_args!($($part)*)) };
}

/// Prints like `println!`.
macro_rules! tell_line {
    () => { $crate::terminal::write(format_args!("\n")) };
    ($($part:tt)*) => {{
        $crate::terminal::write(format_args!($($part)*));
        $crate::terminal::write(format_args!("\n"));
    }};
}

pub(crate) use {tell, tell_line};

pub(crate) fn write(text: Arguments<'_>) {
    if let Err(error) = std::io::stdout().write_fmt(text) {
        // `println!` would panic here, with a stack trace for what is no fault.
        let code = if error.kind() == ErrorKind::BrokenPipe { 0 } else { 1 };
        std::process::exit(code);
    }
}
