//! The public data sets with the mapping files of the documentation; skipped where the data is not
//! at hand.

use std::path::{Path, PathBuf};

use ingest::import::{ImportSummary, Mapping, MatchPolicy};

use super::workspace::Workspace;

fn data(folder: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let near = [root.join("../shared/data"), PathBuf::from("/work/shared/data")];
    let found = near.into_iter().map(|data| data.join(folder)).find(|path| path.is_dir());
    if found.is_none() {
        println!("skipped: the data set {folder} is not at hand");
    }
    found
}

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").join("docs/examples")
}

async fn import(workspace: &Workspace, object: &str, file: &Path, map: &str) -> ImportSummary {
    let text = std::fs::read_to_string(examples().join(map)).expect("a mapping file");
    let mut request = workspace.request(object, file);
    request.mapping = Mapping::parse(&text).unwrap_or_else(|error| panic!("{map}: {error:?}"));
    let summary = workspace.try_import(request).await.unwrap_or_else(|error| panic!("{map}: {error:?}"));
    println!("{map}: {} rows in {:.2} s", summary.rows, summary.seconds);
    summary
}

async fn import_maven(workspace: &Workspace, data: &Path) -> ImportSummary {
    let (teams, examples) = (data.join("sales_teams.csv"), examples());
    let managers = import(workspace, "user", &teams, "maven/managers.toml").await;
    assert_eq!((managers.created, managers.rejected), (6, 0), "{managers:?}");
    let made = import(workspace, "team", &teams, "maven/teams.toml").await;
    assert_eq!((made.created, made.skipped, made.rejected), (6, 29, 0), "{made:?}");
    let managers = import(workspace, "user", &teams, "maven/managers.toml").await;
    assert_eq!((managers.updated, managers.rejected), (6, 0), "{managers:?}");
    let agents = import(workspace, "user", &teams, "maven/agents.toml").await;
    assert_eq!((agents.created, agents.rejected), (35, 0), "{agents:?}");
    let companies = import(workspace, "company", &data.join("accounts.csv"), "maven/companies.toml").await;
    assert_eq!((companies.created, companies.rejected), (85, 0), "{companies:?}");
    let products = import(workspace, "product", &data.join("products.csv"), "maven/products.toml").await;
    assert_eq!((products.created, products.rejected), (7, 0), "{products:?}");
    let mut pipelines = workspace.request("pipeline", &examples.join("maven/pipelines.csv"));
    (pipelines.match_field, pipelines.policy) = (Some("name".to_owned()), Some(MatchPolicy::Skip));
    assert_eq!(workspace.import(pipelines).await.created, 1);
    let stages = import(workspace, "stage", &examples.join("maven/stages.csv"), "maven/stages.toml").await;
    assert_eq!((stages.created, stages.rejected), (4, 0), "{stages:?}");
    import(workspace, "deal", &data.join("sales_pipeline.csv"), "maven/opportunities.toml").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_maven_figures_come_out_now_and_as_of_a_past_day() {
    let Some(data) = data("maven_crm") else { return };
    let workspace = Workspace::start().await;

    let deals = import_maven(&workspace, &data).await;

    assert_eq!((deals.created, deals.rejected, deals.versions), (8_800, 0, 15_511), "{deals:?}");
    let per_stage = "select s.name || ' ' || count(*) from deals d join stages s on s.id = d.stage_id
                     group by s.name, s.position order by s.position";
    assert_eq!(workspace.texts(per_stage).await, ["Prospecting 500", "Engaging 1589", "Won 4238", "Lost 2473"]);
    assert_eq!(workspace.texts("select sum(amount)::text from deals where status = 'won'").await, ["10005534.00"]);
    let per_region = "select t.region || ' ' || count(*) filter (where d.status = 'won') || ' '
                        || count(*) filter (where d.status = 'lost') || ' '
                        || sum(d.amount) filter (where d.status = 'won')
                      from deals d join users u on u.id = d.owner_id join teams t on t.id = u.team_id
                      group by t.region order by t.region";
    let expected = ["Central 1629 975 3346293.00", "East 1171 687 3090594.00", "West 1438 811 3568647.00"];
    assert_eq!(workspace.texts(per_region).await, expected);
    assert_eq!(workspace.texts("select count(*)::text from deals where company_id is null").await, ["1425"]);
    assert_eq!(workspace.texts("select count(*)::text from companies where parent_id is not null").await, ["15"]);
    // The versions themselves are in the log; here the audit tells when each became true.
    let won_by_june = "select count(*) || ' ' || sum(amount) from deals
                       where status = 'won' and updated_at < '2017-07-01' and stage_entered_at < '2017-07-01'";
    assert_eq!(workspace.texts(won_by_june).await, ["1785 4220783.00"]);
    let engaging_in_june = "select count(*)::text from deals
                            where created_at < '2017-07-01' and (status = 'open' or updated_at >= '2017-07-01')";
    assert_eq!(workspace.texts(engaging_in_june).await, ["1686"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn importing_the_same_file_again_changes_nothing() {
    let Some(data) = data("maven_crm") else { return };
    let workspace = Workspace::start().await;
    import_maven(&workspace, &data).await;

    let again = import(&workspace, "deal", &data.join("sales_pipeline.csv"), "maven/opportunities.toml").await;

    assert_eq!((again.created, again.updated, again.skipped, again.rejected), (0, 0, 8_800, 0), "{again:?}");
    assert_eq!(workspace.texts("select max(version)::text from deals").await, ["2"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_olist_leads_come_in_and_their_deals_convert_them() {
    let Some(data) = data("olist_funnel") else { return };
    let workspace = Workspace::start().await;

    let leads = data.join("olist_marketing_qualified_leads_dataset.csv");
    let leads = import(&workspace, "lead", &leads, "olist/leads.toml").await;
    let closed = import(&workspace, "lead", &data.join("olist_closed_deals_dataset.csv"), "olist/closed.toml").await;

    assert_eq!((leads.created, leads.rejected), (8_000, 0), "{leads:?}");
    assert_eq!((closed.updated, closed.created, closed.rejected), (842, 0, 0), "{closed:?}");
    let first = "select name || ' ' || source || ' ' || created_at::date from leads
                 where external_id = 'dac32acd4db4c29c230538b72f8dd87d'";
    assert_eq!(workspace.texts(first).await, ["Lead dac32acd4db4c29c230538b72f8dd87d social 2018-02-01"]);
    let converted = "select count(*)::text from leads where status = 'converted' and attributes ? 'landing_page'";
    assert_eq!(workspace.texts(converted).await, ["842"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_xeducation_leads_keep_their_attributes() {
    let Some(data) = data("xeducation") else { return };
    let workspace = Workspace::start().await;

    let leads = import(&workspace, "lead", &data.join("Leads.csv"), "xeducation/leads.toml").await;

    assert_eq!((leads.created, leads.rejected), (9_240, 0), "{leads:?}");
    assert_eq!(workspace.texts("select count(*)::text from leads where status = 'converted'").await, ["3561"]);
    let chosen = "select count(*)::text from leads where attributes::text like '%Select%' or city = 'Select'";
    assert_eq!(workspace.texts(chosen).await, ["0"]);
    let visits = "select (attributes ->> 'total_visits') || jsonb_typeof(attributes -> 'total_visits') from leads
                  where external_id = '8cc8c611-a219-4f35-ad23-fdfd2656bd8a'";
    assert_eq!(workspace.texts(visits).await, ["2number"]);
}
