//! The role in AWS Lambda: the same handling as `watch`, handed its messages by the service, in short lives.
//!
//! Nothing is asked before the first invocation: the account, the configuration and the state are opened then, and kept
//! for as long as the process lives.

mod deadline;
mod environment;
mod function;
mod journal;
mod memory;
mod parts;
mod payload;
mod reconcile;
mod self_check;

use std::process::ExitCode;

use bucketwatch_engine::exit::Exit;
use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use serde_json::Value;

use self::environment::Environment;
use self::function::Function;
use crate::told::tell;

/// What the service sets, and its runtime library cannot do without.
const SET_BY_THE_SERVICE: [&str; 4] = [
    "AWS_LAMBDA_RUNTIME_API",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
];

/// Tells whether AWS Lambda runs this process.
pub(crate) fn is_called() -> bool {
    std::env::var_os(SET_BY_THE_SERVICE[0]).is_some()
}

/// Answers invocations for as long as the service hands any over.
pub(crate) fn main() -> ExitCode {
    let missing = SET_BY_THE_SERVICE.into_iter().find(|name| std::env::var(name).is_err());
    if let Some(missing) = missing {
        tell(&format!("bucketwatch: AWS Lambda sets {missing}, and it is not set"));
        return ExitCode::from(Exit::Failed.code());
    }
    let environment = Environment::read(|name| std::env::var(name).ok());
    journal::begin(environment.as_ref().ok().and_then(|environment| environment.log.as_deref()));
    match serve(Function::new(environment)) {
        Ok(()) => ExitCode::from(Exit::Clean.code()),
        Err(error) => {
            tell(&format!("bucketwatch: {error}"));
            ExitCode::from(Exit::Failed.code())
        }
    }
}

fn serve(function: Function) -> Result<(), lambda_runtime::Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let function = &function;
    let answer = service_fn(move |event: LambdaEvent<Value>| function.invoke(event));
    runtime.block_on(Runtime::new(answer).run())
}
