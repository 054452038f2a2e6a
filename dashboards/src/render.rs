//! Draws specifications as pictures, without a browser and without asking anybody else.
//!
//! Vega runs in `QuickJS` on a few threads of its own. Each drawing gets a fresh context that cannot
//! turn text into code, a deadline, and a limit of memory; whatever a drawing did to its engine
//! is gone with the next one. Text is measured with the faces that it is later drawn with.

mod bundle;
mod engine;
mod fonts;
mod host;
mod png;
mod threads;

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

pub(crate) use self::fonts::{Fonts, Letters};
pub(crate) use self::png::png;
use self::threads::{Job, Threads};
use crate::{Error, Theme};

/// Longest time from asking for a drawing to having it; a queue of slow ones ahead is part of it.
const PATIENCE: Duration = Duration::from_mins(1);

/// What one drawing may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RenderLimits {
    /// Longest time for one drawing, once it has begun.
    pub deadline: Duration,
    /// Most memory of one engine.
    pub memory_bytes: usize,
    /// Most stack of one engine.
    pub stack_bytes: usize,
    /// Longest picture.
    pub svg_bytes: usize,
    /// How many are drawn at the same time.
    pub threads: usize,
}

impl Default for RenderLimits {
    /// A chart of ours takes 20 to 100 ms and less than 64 MiB, most of it Vega itself.
    fn default() -> Self {
        Self {
            deadline: Duration::from_secs(5),
            memory_bytes: 256 << 20,
            stack_bytes: 2 << 20,
            svg_bytes: 16 << 20,
            threads: 2,
        }
    }
}

/// Something to draw.
#[derive(Debug, Clone, PartialEq)]
pub struct Drawing {
    /// The Vega-Lite specification, data inline.
    pub spec: Value,
    /// Vega's configuration: the look.
    pub config: Value,
    /// The zone in which moments are written.
    pub zone: Tz,
    /// The present moment for the drawing.
    pub now: DateTime<Utc>,
}

impl Drawing {
    /// A specification in one of our looks; its moments, if it has any, are written in UTC.
    pub fn of(spec: Value, theme: Theme) -> Self {
        Self { spec, config: theme.config(), zone: Tz::UTC, now: DateTime::UNIX_EPOCH }
    }
}

/// Draws; cheap to clone. Threads start with the first drawing and end with the last clone.
#[derive(Debug, Clone)]
pub struct Renderer {
    threads: Arc<Threads>,
}

impl Renderer {
    /// A renderer with these limits.
    pub fn new(limits: RenderLimits) -> Self {
        Self { threads: Arc::new(Threads::new(limits)) }
    }

    /// Draws a specification as SVG; the same input gives the same text.
    ///
    /// # Errors
    /// [`Error::NotDrawn`] with what Vega says, [`Error::DrawingTooSlow`],
    /// [`Error::DrawingTooLarge`].
    pub async fn svg(&self, drawing: Drawing) -> Result<String, Error> {
        let (answer, drawn) = oneshot::channel();
        let queue: mpsc::Sender<Job> = self.threads.queue()?;
        let work = async {
            let gone = || Error::Renderer { reason: "its threads have ended".to_owned() };
            queue.send(Job { drawing: Box::new(drawing), answer }).await.map_err(|_closed| gone())?;
            drawn.await.map_err(|_ended| Error::Renderer { reason: "the thread that drew has ended".to_owned() })?
        };
        tokio::time::timeout(PATIENCE, work).await.map_err(|_elapsed| Error::DrawingTooSlow { limit: PATIENCE })?
    }

    /// Draws a specification as PNG with so many dots per pixel.
    ///
    /// # Errors
    /// As [`svg`](Self::svg).
    pub async fn png(&self, drawing: Drawing, scale: f32) -> Result<Vec<u8>, Error> {
        let svg = self.svg(drawing).await?;
        tokio::task::spawn_blocking(move || png(&svg, scale)).await.map_err(Error::Interrupted)?
    }
}
