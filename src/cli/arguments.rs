//! Every command and its arguments.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};

/// An analytics-centric CRM: records in Postgres, answers from an open Parquet warehouse.
#[derive(Debug, Parser)]
#[command(name = "leadhouse", version, max_term_width = 100, arg_required_else_help = true)]
pub(crate) struct Cli {
    /// Configuration file (also `LEADHOUSE_CONFIG`)
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Folder of this workspace's data (also `LEADHOUSE_DATA_DIR`)
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data_dir: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Start a fresh demo workspace with two simulated years of sales history
    Demo(DemoArgs),
    /// Run the service
    Serve(ServeArgs),
    /// Bring the database schema up to date
    Migrate,
    /// Check the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Check that everything Leadhouse needs is there and well
    Doctor,
    /// Run one statement for a server that speaks through the pipes
    #[command(hide = true)]
    SqlWorker,
    /// Print the OpenAPI description of the HTTP interface
    Openapi,
    /// Import a CSV or XLSX file into any object
    Import(ImportArgs),
    /// Ask the warehouse in SQL
    Sql(SqlArgs),
    /// List and run reports
    #[command(subcommand)]
    Report(ReportCommand),
    /// List and export dashboards
    #[command(subcommand)]
    Dashboard(DashboardCommand),
    /// Train, apply and explain lead scores
    #[command(subcommand)]
    Score(ScoreCommand),
    /// Look after the warehouse
    #[command(subcommand)]
    Warehouse(WarehouseCommand),
    /// Verify the audit log
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Answer requests of people: what is held about them, and to be forgotten
    #[command(subcommand)]
    Privacy(PrivacyCommand),
    /// Look after people and API tokens
    #[command(subcommand)]
    User(UserCommand),
    /// Measure, side by side with named alternatives
    Bench(BenchArgs),
}

impl Command {
    /// The address to listen on, for the commands that listen.
    pub(crate) fn listen(&self) -> Option<SocketAddr> {
        if let Self::Demo(DemoArgs { listen, .. }) | Self::Serve(ServeArgs { listen }) = self { *listen } else { None }
    }
}

/// Arguments of `demo`.
#[derive(Debug, Args)]
pub(crate) struct DemoArgs {
    /// How much history: s (10 thousand leads), m (1 million) or l (10 million)
    #[arg(long, default_value = "s")]
    pub(crate) scale: DemoScale,
    /// Address to listen on
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
    /// Print logins and the showcase report, then exit
    #[arg(long)]
    pub(crate) once: bool,
    /// Seed of the simulation; the same seed gives the same history
    #[arg(long, default_value_t = 42)]
    pub(crate) seed: u64,
}

/// Size of the demo workspace.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum DemoScale {
    /// About 10 thousand leads and 60 thousand activities.
    S,
    /// 1 million leads and 10 million activities.
    M,
    /// Ten times m.
    L,
}

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Address to listen on (also `LEADHOUSE_LISTEN`); port 0 takes a free one
    #[arg(long, value_name = "ADDR")]
    pub(crate) listen: Option<SocketAddr>,
}

/// `config ...`
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print the configuration in force, or say what is wrong with it
    Check,
}

/// Arguments of `import`.
#[derive(Debug, Args)]
pub(crate) struct ImportArgs {
    /// What to import, such as lead or deals
    pub(crate) object: String,
    /// The CSV or XLSX file
    pub(crate) file: PathBuf,
    /// Mapping file; without one, columns are matched by name
    #[arg(long, value_name = "MAP.toml")]
    pub(crate) map: Option<PathBuf>,
    /// Field by which existing records are recognised
    #[arg(long = "match", value_name = "FIELD")]
    pub(crate) match_field: Option<String>,
    /// What to do with a row whose record exists: skip, update or create another
    #[arg(long, value_name = "POLICY", value_parser = ["skip", "update", "create"])]
    pub(crate) policy: Option<String>,
    /// Check everything, write nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Where rejected rows go (default: next to FILE, as FILE.rejected.csv)
    #[arg(long, value_name = "FILE")]
    pub(crate) rejects: Option<PathBuf>,
    /// Import as this person (administrators only)
    #[arg(long = "as", value_name = "USER")]
    pub(crate) as_user: Option<String>,
}

/// Arguments of `sql`.
#[derive(Debug, Args)]
pub(crate) struct SqlArgs {
    /// The query; `-` reads it from standard input
    pub(crate) query: String,
    /// Ask as this person (administrators only)
    #[arg(long = "as", value_name = "USER")]
    pub(crate) as_user: Option<String>,
    /// Engine; analysts' own SQL always runs on DataFusion
    #[arg(long, default_value = "auto", value_parser = ["auto", "datafusion"])]
    pub(crate) engine: String,
    /// State of the data at this moment or at the end of this day (UTC), such as 2017-06-30
    #[arg(long, value_name = "TIME")]
    pub(crate) as_of: Option<String>,
    /// Form of the answer
    #[arg(long, default_value = "table", value_parser = ["table", "csv", "json", "parquet"])]
    pub(crate) format: String,
    /// Write the answer to a file
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// `report ...`
#[derive(Debug, Subcommand)]
pub(crate) enum ReportCommand {
    /// List the reports
    List,
    /// Run a report by name, or from a specification file
    Run(ReportRunArgs),
}

/// Arguments of `report run`.
#[derive(Debug, Args)]
pub(crate) struct ReportRunArgs {
    /// Name of a report, or a JSON specification file
    pub(crate) report: String,
    /// Run as this person (administrators only)
    #[arg(long = "as", value_name = "USER")]
    pub(crate) as_user: Option<String>,
    /// Engine
    #[arg(long, default_value = "auto", value_parser = ["auto", "datafusion", "duckdb"])]
    pub(crate) engine: String,
    /// State of the data at this moment or at the end of this day (UTC), such as 2017-06-30
    #[arg(long, value_name = "TIME")]
    pub(crate) as_of: Option<String>,
    /// Form of the answer
    #[arg(long, default_value = "table", value_parser = ["table", "csv", "xlsx", "pdf", "json", "parquet"])]
    pub(crate) format: String,
    /// Write the answer to a file
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// `dashboard ...`
#[derive(Debug, Subcommand)]
pub(crate) enum DashboardCommand {
    /// List the ready dashboards and the stored ones
    List,
    /// Write a dashboard to a file
    Export(DashboardExportArgs),
}

/// Arguments of `dashboard export`.
#[derive(Debug, Args)]
pub(crate) struct DashboardExportArgs {
    /// Name of a ready dashboard, or id of a stored one
    pub(crate) name: String,
    /// Export as this person (administrators only)
    #[arg(long = "as", value_name = "USER")]
    pub(crate) as_user: Option<String>,
    /// Form of the file
    #[arg(long, default_value = "pdf", value_parser = ["pdf", "png", "svg", "xlsx"])]
    pub(crate) format: String,
    /// Where the file goes
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: PathBuf,
}

/// `score ...`
#[derive(Debug, Subcommand)]
pub(crate) enum ScoreCommand {
    /// Learn from the leads whose outcome is known
    Train,
    /// Score all open leads
    Apply,
    /// Show which version scores, and every version that was trained
    Models,
    /// Explain the score of one lead
    Explain {
        /// Id of the lead
        lead: String,
        /// Ask as this person (administrators only)
        #[arg(long = "as", value_name = "USER")]
        as_user: Option<String>,
    },
}

/// `warehouse ...`
#[derive(Debug, Subcommand)]
pub(crate) enum WarehouseCommand {
    /// Show tables, files, positions and lag
    Status,
    /// Compare every table with Postgres row for row; exit status 1 on any difference
    Verify,
    /// Write the hot tail to Parquet now
    Flush,
}

/// `audit ...`
#[derive(Debug, Subcommand)]
pub(crate) enum AuditCommand {
    /// Compare the audit log with its hash chain; exit status 1 if anything was changed, removed or inserted
    Verify {
        /// A checkpoint that was kept elsewhere, or a file with one: finds a chain that was made anew too
        #[arg(long, value_name = "CHECKPOINT")]
        checkpoint: Option<String>,
    },
    /// Print the end of the chain, to be kept outside of the database
    Checkpoint,
}

/// `privacy ...`
#[derive(Debug, Subcommand)]
pub(crate) enum PrivacyCommand {
    /// Write everything that is held about a person into one archive
    Export {
        /// The person
        #[command(flatten)]
        person: PersonArgs,
        /// Where the archive goes
        #[arg(long, short, value_name = "FILE", default_value = "personal-data.zip")]
        output: PathBuf,
    },
    /// Ask for a person to be forgotten: shows what there is and erases nothing
    Ask {
        /// The person
        #[command(flatten)]
        person: PersonArgs,
        /// Why; it stays in the proof, so it must not name the person
        #[arg(long)]
        reason: Option<String>,
    },
    /// Erase the person of a request for good, and wait until it is done; exit status 1 if something is left
    Erase {
        /// Id of the request
        request: String,
        /// The person's name, exactly as the record says
        #[arg(long)]
        name: String,
    },
    /// List the requests to be forgotten
    List,
    /// Print the proof of an erasure as JSON; exit status 1 while there is none or something is left
    Proof {
        /// Id of the request
        request: String,
    },
}

/// A person, by their record.
#[derive(Debug, Args)]
pub(crate) struct PersonArgs {
    /// lead, contact or user
    #[arg(value_parser = ["lead", "contact", "user"])]
    pub(crate) object: String,
    /// Id of the record
    pub(crate) id: String,
    /// Leads and contacts with the same address, or the same number and a name that begins alike, too
    #[arg(long)]
    pub(crate) matches: bool,
}

/// `user ...`
#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Add a person; the password is read from standard input or made up and printed
    Add {
        /// Login name
        username: String,
        /// E-mail address
        #[arg(long)]
        email: String,
        /// Full name (default: the login name)
        #[arg(long)]
        name: Option<String>,
        /// admin, manager, rep, support, analyst or executive
        #[arg(long, default_value = "rep")]
        role: String,
        /// Read the password from the first line of standard input
        #[arg(long)]
        password_stdin: bool,
    },
    /// List people
    List,
    /// Make an API token for a person and print it once
    Token {
        /// Login name
        username: String,
        /// What the token is for
        #[arg(long, default_value = "command line")]
        name: String,
        /// Days until it expires
        #[arg(long, default_value_t = 90)]
        days: u32,
    },
}

/// Arguments of `bench`.
#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// What to measure
    pub(crate) subject: BenchSubject,
    /// Size of the data of `reports`: s, m or l
    #[arg(long, default_value = "m")]
    pub(crate) scale: DemoScale,
    /// Rows of `api`, `search`, `export` and `import` (default: one million)
    #[arg(long)]
    pub(crate) rows: Option<u32>,
    /// Seconds of each measurement (capture, api), repetitions (reports, export)
    #[arg(long)]
    pub(crate) repeat: Option<u32>,
    /// Import contacts, a tenth of which are there already, instead of leads (import)
    #[arg(long)]
    pub(crate) duplicates: bool,
    /// Where the figures go as JSON (default: bench-SUBJECT.json)
    #[arg(long, value_name = "FILE")]
    pub(crate) json: Option<PathBuf>,
}

/// What `bench` can measure.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum BenchSubject {
    /// Single leads and lists of leads over HTTP.
    Api,
    /// Lag from commit to visible, snapshot speed.
    Capture,
    /// 22 report queries in five arms.
    Reports,
    /// Lists as files, and many leads handed over at once.
    Export,
    /// Rows per second of a file import.
    Import,
    /// Time to draw charts and to write a dashboard as PDF.
    Render,
    /// Seconds and quality of training lead scores.
    Scoring,
    /// Time of searches over a million contacts, and until a new record is found.
    Search,
}
