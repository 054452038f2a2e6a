//! One `QuickJS` runtime: a deadline, a limit of memory, and a fresh context per drawing.

use std::{
    cell::Cell,
    rc::Rc,
    time::{Duration, Instant},
};

use rquickjs::{CatchResultExt, CaughtError, Context, Ctx, Function, Promise, Runtime, context::intrinsic};

use super::{Drawing, RenderLimits, bundle, host};
use crate::Error;

/// What Vega needs of the language. `Eval` is missing: nothing in a drawing can become code.
type Language = (
    intrinsic::Date,
    intrinsic::RegExpCompiler,
    intrinsic::RegExp,
    intrinsic::Json,
    intrinsic::Proxy,
    intrinsic::MapSet,
    intrinsic::TypedArrays,
    intrinsic::Promise,
    intrinsic::WeakRef,
);

/// How `QuickJS` calls a refused allocation.
const OUT_OF_MEMORY: &str = "out of memory";

/// One runtime of JavaScript; lives on one thread.
pub(super) struct Engine {
    runtime: Runtime,
    bytecode: &'static [u8],
    limits: RenderLimits,
    deadline: Rc<Deadline>,
}

/// When the running drawing must have ended.
#[derive(Debug)]
struct Deadline {
    at: Cell<Option<Instant>>,
    passed: Cell<bool>,
}

impl Deadline {
    fn set(&self, limit: Duration) {
        self.at.set(Some(Instant::now() + limit));
        self.passed.set(false);
    }

    /// Whether the drawing must stop; `QuickJS` asks every few thousand steps.
    fn over(&self) -> bool {
        let over = self.at.get().is_some_and(|at| Instant::now() >= at);
        self.passed.set(self.passed.get() || over);
        over
    }
}

impl Engine {
    pub(super) fn start(bytecode: &'static [u8], limits: RenderLimits) -> Result<Self, Error> {
        let runtime = Runtime::new().map_err(|error| Error::Renderer { reason: error.to_string() })?;
        runtime.set_memory_limit(limits.memory_bytes);
        runtime.set_max_stack_size(limits.stack_bytes);
        let deadline = Rc::new(Deadline { at: Cell::new(None), passed: Cell::new(false) });
        let asked = Rc::clone(&deadline);
        runtime.set_interrupt_handler(Some(Box::new(move || asked.over())));
        Ok(Self { runtime, bytecode, limits, deadline })
    }

    /// Draws in a context that ends with the drawing.
    pub(super) fn draw(&mut self, drawing: &Drawing) -> Result<String, Error> {
        self.deadline.set(self.limits.deadline);
        let context = Context::custom::<Language>(&self.runtime).map_err(|error| self.failed(&error.to_string()))?;
        let drawn = context.with(|ctx| {
            let drawn = run(&ctx, self.bytecode, drawing);
            drawn.catch(&ctx).map_err(|caught| message(&caught))
        });
        drop(context);
        self.runtime.run_gc();
        let svg = drawn.map_err(|message| self.failed(&message))?;
        if svg.len() > self.limits.svg_bytes {
            return Err(Error::DrawingTooLarge { what: "picture", limit_bytes: self.limits.svg_bytes });
        }
        Ok(svg)
    }

    fn failed(&self, message: &str) -> Error {
        if self.deadline.passed.get() {
            return Error::DrawingTooSlow { limit: self.limits.deadline };
        }
        if message.contains(OUT_OF_MEMORY) {
            return Error::DrawingTooLarge { what: "drawing", limit_bytes: self.limits.memory_bytes };
        }
        Error::NotDrawn { reason: message.to_owned() }
    }
}

fn run(ctx: &Ctx<'_>, bytecode: &'static [u8], drawing: &Drawing) -> rquickjs::Result<String> {
    host::offer(ctx, drawing)?;
    bundle::load(ctx, bytecode)?;
    let draw: Function<'_> = ctx.globals().get("leadhouseRender")?;
    let promise: Promise<'_> = draw.call((drawing.spec.to_string(), drawing.config.to_string()))?;
    promise.finish()
}

fn message(caught: &CaughtError<'_>) -> String {
    match caught {
        CaughtError::Exception(exception) => exception.message().unwrap_or_else(|| "an error without words".to_owned()),
        CaughtError::Error(rquickjs::Error::Allocation) => OUT_OF_MEMORY.to_owned(),
        CaughtError::Error(error) => error.to_string(),
        CaughtError::Value(value) => {
            let text = value.as_string().and_then(|text| text.to_string().ok());
            text.unwrap_or_else(|| "something was thrown that is not an error".to_owned())
        }
    }
}
