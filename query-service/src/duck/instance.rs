//! Starting the `DuckDB` instance and closing it off.

use duckdb::{Config, Connection};

use super::lake_rows::LakeRows;
use crate::{Error, QueryConfig};

/// A fresh in-memory instance that can read the lake folder and nothing else.
///
/// The order matters: folders are allowed before external access is switched off, and the
/// configuration is locked last.
pub(super) fn open(config: &QueryConfig) -> Result<Connection, Error> {
    let scratch = config.scratch_dir.join("duckdb");
    std::fs::create_dir_all(&scratch)
        .map_err(|source| Error::File { path: scratch.display().to_string(), source: Box::new(source) })?;
    let flags = Config::default().with("autoinstall_known_extensions", "false")?;
    let connection = Connection::open_in_memory_with_flags(flags)?;
    connection.register_table_function::<LakeRows>("lake_rows")?;
    let lake = text(&format!("{}/", config.lake_dir.display()));
    connection.execute_batch(&format!(
        "set autoload_known_extensions = false;
         set allow_community_extensions = false;
         set allow_persistent_secrets = false;
         set temp_directory = {scratch};
         set max_temp_directory_size = '{spill}B';
         set memory_limit = '{memory}B';
         set threads = {threads};
         set preserve_insertion_order = false;
         set parquet_metadata_cache = true;
         set global TimeZone = 'UTC';
         set allowed_directories = [{lake}];
         set enable_external_access = false;
         set lock_configuration = true;",
        scratch = text(&scratch.display().to_string()),
        spill = config.spill_bytes,
        memory = config.duckdb_memory_bytes,
        threads = config.threads.max(1),
    ))?;
    Ok(connection)
}

/// The text as an SQL literal.
pub(super) fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_outside_the_lake_can_be_read_or_changed() {
        let dir = tempfile::tempdir().unwrap();
        let config = QueryConfig::new(dir.path().join("lake"), dir.path().join("scratch"));
        let outside = dir.path().join("secret.csv");
        std::fs::write(&outside, "a\n1\n").unwrap();

        let connection = open(&config).unwrap();

        let outside = outside.display();
        for sql in [
            format!("select * from read_csv('{outside}')"),
            format!("select * from read_text('{outside}')"),
            format!("copy (select 1) to '{}'", dir.path().join("out.csv").display()),
            "select * from glob('/etc/*')".to_owned(),
            "set memory_limit = '1TB'".to_owned(),
            "set enable_external_access = true".to_owned(),
            "install httpfs".to_owned(),
            format!("attach '{}'", dir.path().join("x.db").display()),
        ] {
            assert!(connection.execute_batch(&sql).is_err(), "{sql}");
        }
    }

    #[test]
    fn clones_share_functions_and_the_time_zone() {
        let dir = tempfile::tempdir().unwrap();
        let connection = open(&QueryConfig::new(dir.path().join("lake"), dir.path().join("scratch"))).unwrap();

        let clone = connection.try_clone().unwrap();

        let zone: String = clone.query_row("select current_setting('TimeZone')", [], |row| row.get(0)).unwrap();
        assert_eq!(zone, "UTC");
        let error = clone.execute_batch("select * from lake_rows(77::ubigint)").unwrap_err().to_string();
        assert!(error.contains("77"), "{error}");
    }
}
