//! File import against a real Postgres.

mod broken_files;
mod history;
mod jobs;
mod links;
mod matching;
mod over_http;
mod public_data;
mod rejects;
mod volume;
mod workbooks;
mod workspace;
