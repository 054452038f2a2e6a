//! Vega itself: compiled once per process, loaded into every context.
//!
//! Compiling takes some hundred milliseconds and needs the compiler; loading takes a fraction and
//! does not, so drawings can run in contexts that are unable to turn text into code. `bench
//! render` prints both times.

use std::sync::OnceLock;

use rquickjs::{
    Context, Ctx, Module, Runtime,
    module::{WriteOptions, WriteOptionsEndianness},
};

use crate::Error;

/// Vega, Vega-Lite and the interpreter of their expressions; `vega/README.md` says how it is made.
const SOURCE: &str = include_str!("../../vega/vega.min.js");

/// The compiled bundle; compiles it at the first call.
pub(super) fn bytecode() -> Result<&'static [u8], Error> {
    static COMPILED: OnceLock<Result<Vec<u8>, String>> = OnceLock::new();
    let compiled = COMPILED.get_or_init(|| compile().map_err(|error| error.to_string()));
    compiled.as_deref().map_err(|reason| Error::Renderer { reason: format!("Vega cannot be compiled: {reason}") })
}

fn compile() -> rquickjs::Result<Vec<u8>> {
    let runtime = Runtime::new()?;
    Context::full(&runtime)?.with(|ctx| {
        let options = WriteOptions {
            endianness: WriteOptionsEndianness::Native,
            strip_source: true,
            strip_debug: true,
            ..WriteOptions::default()
        };
        Module::declare(ctx, "vega", SOURCE)?.write(options)
    })
}

/// Puts the bundle into a context.
#[expect(unsafe_code, reason = "QuickJS reads its own bytecode without checking it")]
pub(super) fn load(ctx: &Ctx<'_>, bytecode: &'static [u8]) -> rquickjs::Result<()> {
    // SAFETY: the bytes were written by `compile` above, by the same build of QuickJS in this same
    // process, and nothing else can get here: `bytecode` is the only source of the argument. They
    // are static, because QuickJS goes on reading functions from them instead of copying them.
    let module = unsafe { Module::load(ctx.clone(), bytecode) }?;
    let (_evaluated, done) = module.eval()?;
    done.finish::<()>()
}
