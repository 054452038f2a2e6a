//! A `DataFusion` session for one request: only our tables, only harmless functions.

mod catalog;
mod fault;
mod functions;

use std::sync::Arc;

use datafusion::{
    catalog::MemoryCatalogProviderList,
    execution::{
        SessionState, SessionStateBuilder, SessionStateDefaults,
        disk_manager::{DiskManagerBuilder, DiskManagerMode},
        memory_pool::{FairSpillPool, TrackConsumersPool},
        runtime_env::{RuntimeEnv, RuntimeEnvBuilder},
    },
    prelude::{SessionConfig, SessionContext},
};

pub(crate) use self::{catalog::LakeSchema, fault::mapped};
use crate::{Error, QueryConfig, facts::Facts, sight::Sight};

const CATALOG: &str = "leadhouse";
const SCHEMA: &str = "public";
/// Footers of lake files kept in memory; one takes some tens of kilobytes.
const FOOTER_CACHE_BYTES: usize = 64 << 20;
/// Operators named in the message when memory runs out.
const NAMED_CONSUMERS: std::num::NonZeroUsize = std::num::NonZeroUsize::new(3).expect("three is not zero");

/// What all sessions share: memory, disk, footers and the table of functions.
#[derive(Clone)]
pub(crate) struct Sessions {
    template: Arc<SessionState>,
    facts: Arc<Facts>,
}

impl std::fmt::Debug for Sessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sessions")
    }
}

impl Sessions {
    /// Reserves the resources that `config` allows.
    pub(crate) fn new(config: &QueryConfig, facts: Arc<Facts>) -> Result<Self, Error> {
        let template = SessionStateBuilder::new()
            .with_config(session_config(config.threads))
            .with_runtime_env(runtime(config)?)
            .with_expr_planners(SessionStateDefaults::default_expr_planners())
            .with_scalar_functions(functions::scalar())
            .with_higher_order_functions(Vec::new())
            .with_aggregate_functions(functions::aggregate())
            .with_window_functions(SessionStateDefaults::default_window_functions())
            .with_table_function_list(Vec::new())
            .with_file_formats(Vec::new())
            .build();
        Ok(Self { template: Arc::new(template), facts })
    }

    /// A session in which the relations of `sight` are all there is.
    pub(crate) fn open(&self, sight: Sight) -> Result<SessionContext, Error> {
        let state = SessionStateBuilder::new_from_existing(self.template.as_ref().clone())
            .with_catalog_list(Arc::new(MemoryCatalogProviderList::new()))
            .build();
        let context = SessionContext::new_with_state(state);
        let catalog = Arc::new(datafusion::catalog::MemoryCatalogProvider::new());
        let schema = Arc::new(LakeSchema::new(sight, Arc::clone(&self.facts)));
        datafusion::catalog::CatalogProvider::register_schema(catalog.as_ref(), SCHEMA, schema)
            .map_err(|error| mapped(error, None))?;
        context.register_catalog(CATALOG, catalog);
        Ok(context)
    }
}

fn session_config(threads: usize) -> SessionConfig {
    let mut config = SessionConfig::new()
        .with_target_partitions(threads.max(1))
        .with_create_default_catalog_and_schema(false)
        .with_default_catalog_and_schema(CATALOG, SCHEMA)
        .with_information_schema(false);
    let options = config.options_mut();
    options.execution.time_zone = Some("+00:00".to_owned());
    // A pushed filter may drop a conjunct on files of an older schema (DataFusion issue 25268).
    options.execution.parquet.pushdown_filters = false;
    config
}

fn runtime(config: &QueryConfig) -> Result<Arc<RuntimeEnv>, Error> {
    let spill = config.scratch_dir.join("datafusion");
    std::fs::create_dir_all(&spill)
        .map_err(|source| Error::File { path: spill.display().to_string(), source: Box::new(source) })?;
    let disk = DiskManagerBuilder::default()
        .with_mode(DiskManagerMode::Directories(vec![spill]))
        .with_max_temp_directory_size(config.spill_bytes);
    let pool = TrackConsumersPool::new(FairSpillPool::new(config.datafusion_memory_bytes), NAMED_CONSUMERS);
    RuntimeEnvBuilder::new()
        .with_memory_pool(Arc::new(pool))
        .with_disk_manager_builder(disk)
        .with_metadata_cache_limit(FOOTER_CACHE_BYTES)
        .build_arc()
        .map_err(|error| mapped(error, None))
}
