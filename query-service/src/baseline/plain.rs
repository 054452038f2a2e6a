//! Writing the files.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
};

use catalog::Principal;
use datafusion::physical_plan::execute_stream;
use futures::StreamExt;
use parquet::{
    arrow::ArrowWriter,
    basic::{Compression, ZstdLevel},
    file::properties::WriterProperties,
};

use super::{Written, failed};
use crate::{Error, QueryService, ReadAt};

/// Rows per row group, as in the lake.
const ROWS_PER_GROUP: usize = 131_072;

/// Writes one file per table of the catalogue, and one per history asked for.
pub(super) async fn write(service: &QueryService, dir: &Path, with_history: &[&str]) -> Result<Written, Error> {
    let sight = service.sight(&Principal::system(), &ReadAt::default()).await?;
    let mut tables = Vec::new();
    let names = service.catalog().objects.iter().map(|object| object.table.clone());
    let histories = with_history.iter().map(|table| format!("{table}_history"));
    for table in names.chain(histories) {
        let file = dir.join(format!("{table}.parquet"));
        one(service, &sight, &table, &file).await?;
        tables.push((table, file));
    }
    Ok(Written { tables, at: sight.snapshot.published_at, lsn: sight.snapshot.lsn })
}

async fn one(service: &QueryService, sight: &crate::sight::Sight, table: &str, file: &PathBuf) -> Result<(), Error> {
    let broken = |error: datafusion::error::DataFusionError| Error::Defect(format!("{table}: {error}"));
    let encoding = |error: parquet::errors::ParquetError| Error::Defect(format!("{table}: {error}"));
    let context = service.open(sight)?;
    // One partition keeps the order of the lake.
    let statement = if table.ends_with("_history") {
        format!("select * from {table} where id is not null and created_at is not null")
    } else {
        format!("select * from {table}")
    };
    let plan = context.sql(&statement).await.map_err(broken)?.create_physical_plan().await.map_err(broken)?;
    let mut rows = execute_stream(plan, context.task_ctx()).map_err(broken)?;
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(ROWS_PER_GROUP))
        .build();
    let target = File::create(file).map_err(|source| failed(file, source))?;
    let mut writer = ArrowWriter::try_new(target, Arc::clone(&rows.schema()), Some(properties)).map_err(encoding)?;
    while let Some(batch) = rows.next().await {
        writer.write(&batch.map_err(broken)?).map_err(encoding)?;
    }
    writer.close().map_err(encoding)?;
    Ok(())
}
