//! The executable: wiring only.

#[cfg(feature = "cli")]
mod cli;
#[cfg(feature = "cli")]
mod command;
mod elsewhere;
mod failure;
#[cfg(feature = "cli")]
mod input;
#[cfg(feature = "lambda")]
mod lambda;
mod notifiers;
#[cfg(feature = "cli")]
mod output;
mod settings;
mod store;
mod told;

use std::process::ExitCode;

#[cfg(not(any(feature = "cli", feature = "lambda")))]
compile_error!("without the feature `cli` or `lambda` there is nothing to run");

/// A scan makes and drops many small things: measured against the C library's allocator, a fifth of the processor time.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    #[cfg(feature = "lambda")]
    if lambda::is_called() {
        return lambda::main();
    }
    outside_lambda()
}

#[cfg(feature = "cli")]
fn outside_lambda() -> ExitCode {
    command::main()
}

#[cfg(not(feature = "cli"))]
fn outside_lambda() -> ExitCode {
    told::tell("bucketwatch: this build holds the function for AWS Lambda only, and no command");
    ExitCode::from(bucketwatch_engine::exit::Exit::Usage.code())
}
