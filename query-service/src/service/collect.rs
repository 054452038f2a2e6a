//! Rows of a running query into memory, up to the limits of an answer.

use std::sync::Arc;

use arrow::{
    array::RecordBatch,
    datatypes::{Schema, SchemaRef},
};
use datafusion::execution::SendableRecordBatchStream;
use futures::StreamExt;

use super::Rows;
use crate::{
    Error,
    answer::{normal_batch, normal_schema},
    duck::Batches,
    rel::{Column, arrow_schema, conform},
    session::mapped,
    sight::Sight,
};

/// How large an answer may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Rows.
    pub(crate) rows: usize,
    /// Size in memory, in bytes.
    pub(crate) bytes: usize,
}

/// The columns that an answer has.
#[derive(Debug, Clone)]
pub(crate) enum Shape {
    /// Those of the engine, in the common types of answers.
    Engine,
    /// Those of a compiled plan.
    Plan(Vec<Column>),
}

/// Collects batches until a limit is reached.
#[derive(Debug)]
pub(crate) struct Collector {
    shape: Shape,
    limits: Limits,
    rows: usize,
    bytes: usize,
    collected: Rows,
}

impl Collector {
    /// An empty answer to a query whose result in the engine has the schema `engine`.
    pub(crate) fn new(shape: &Shape, engine: &Schema, limits: Limits) -> Self {
        let schema = match shape {
            Shape::Engine => normal_schema(engine),
            Shape::Plan(columns) => Arc::new(arrow_schema(columns)),
        };
        Self {
            shape: shape.clone(),
            limits,
            rows: 0,
            bytes: 0,
            collected: Rows { schema, batches: Vec::new(), truncated: false },
        }
    }

    /// Takes one batch of the engine; whether more is wanted.
    pub(crate) fn push(&mut self, batch: &RecordBatch) -> Result<bool, Error> {
        let room = self.limits.rows - self.rows;
        let batch = if batch.num_rows() > room {
            self.collected.truncated = true;
            batch.slice(0, room)
        } else {
            batch.clone()
        };
        let batch = match &self.shape {
            Shape::Engine => normal_batch(&batch, &self.collected.schema)?,
            Shape::Plan(columns) => conform(&batch, columns)?,
        };
        self.rows += batch.num_rows();
        self.bytes += batch.get_array_memory_size();
        if batch.num_rows() > 0 {
            self.collected.batches.push(batch);
        }
        if self.bytes > self.limits.bytes {
            self.collected.truncated = true;
        }
        Ok(!self.collected.truncated)
    }

    /// Takes batches until there is none or no more is wanted.
    pub(crate) fn drain(&mut self, batches: &mut Batches<'_>) -> Result<(), Error> {
        while let Some(batch) = batches()? {
            if !self.push(&batch)? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The batches collected since the last time, for an answer that is sent on as it comes.
    pub(crate) fn take(&mut self) -> Vec<RecordBatch> {
        std::mem::take(&mut self.collected.batches)
    }

    /// The columns of the answer.
    pub(crate) fn schema(&self) -> &SchemaRef {
        &self.collected.schema
    }

    /// What was collected.
    pub(crate) fn finish(self) -> Rows {
        self.collected
    }
}

/// Collects a stream of `DataFusion`; dropping the stream stops the query.
pub(super) async fn collect(
    mut stream: SendableRecordBatchStream,
    shape: &Shape,
    limits: Limits,
    sight: &Sight,
) -> Result<Rows, Error> {
    let mut collector = Collector::new(shape, &stream.schema(), limits);
    while let Some(batch) = stream.next().await {
        let batch = batch.map_err(|error| mapped(error, Some(sight)))?;
        if !collector.push(&batch)? {
            break;
        }
    }
    Ok(collector.finish())
}
