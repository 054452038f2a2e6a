//! Training, applying and explaining over real stores.

use scoring_model::{Error, Which};
use serde_json::{Value, json};

use crate::workspace::{Workspace, system};

fn sum_of_points(reasons: &Value) -> i64 {
    reasons.as_array().unwrap().iter().map(|reason| reason["points"].as_i64().unwrap()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn without_conversions_rules_score_and_only_changes_are_written() {
    let workspace = Workspace::start().await;
    let good = json!({"name": "Ann", "source": "referral", "email": "ann@example.com", "company_name": "Acme"});
    let good = workspace.create(&system(), "lead", &good).await;
    let poor = workspace.create(&system(), "lead", &json!({"name": "Bob", "source": "cold_list"})).await;
    let lost =
        workspace.create(&system(), "lead", &json!({"name": "Cid", "status": "lost", "lost_reason": "price"})).await;

    let first = workspace.scoring.apply(Which::Open).await.unwrap();
    let again = workspace.scoring.apply(Which::Open).await.unwrap();
    workspace.update(&system(), "lead", poor, &json!({"source": "partner"})).await;
    let changed = workspace.scoring.apply(Which::Open).await.unwrap();

    assert_eq!((first.scored, first.changed, first.model.as_str()), (2, 2, "v1"));
    assert_eq!((again.scored, again.changed), (2, 0));
    assert_eq!((changed.scored, changed.changed), (2, 1));
    let (good, poor, lost) = (workspace.lead(good).await, workspace.lead(poor).await, workspace.lead(lost).await);
    assert_eq!(good["score"], json!(55), "{good:?}");
    assert_eq!(good["score_tier"], json!("warm"));
    assert_eq!(good["score_model"], json!("v1"));
    assert_eq!(30 + sum_of_points(&good["score_reasons"]), 55);
    assert_eq!(poor["score"], json!(40), "{poor:?}");
    assert_eq!(lost["score"], Value::Null);
    workspace.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_few_labels_are_counted_out_loud() {
    let workspace = Workspace::start().await;
    workspace.past_leads(90).await;

    let trained = workspace.scoring.train().await.unwrap();
    let status = workspace.scoring.status().await.unwrap();

    let message = trained.message.unwrap();
    assert!(message.starts_with(&format!("{} of 120 conversions", trained.model.conversions)), "{message}");
    assert_eq!((trained.model.algorithm.as_str(), trained.model.status.as_str()), ("rules", "champion"));
    assert!(trained.model.conversions > 0);
    assert_eq!((status.conversions, status.needed), (trained.model.conversions, 120));
    assert_eq!(status.message, Some(message));
    workspace.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn enough_conversions_make_a_champion_that_scores_the_open_leads() {
    let workspace = Workspace::start().await;
    workspace.past_leads(1_500).await;
    workspace.scoring.apply(Which::Unscored).await.unwrap();
    let referral = workspace.create(&system(), "lead", &json!({"name": "Dee", "source": "referral"})).await;
    let website = workspace.create(&system(), "lead", &json!({"name": "Eli", "source": "website"})).await;

    let unscored = workspace.scoring.apply(Which::Unscored).await.unwrap();
    let again = workspace.scoring.train().await.unwrap();
    let explained = workspace.scoring.explain(&system(), referral).await.unwrap();

    assert_eq!((unscored.scored, unscored.changed, unscored.model.as_str()), (2, 2, "v1"));
    assert_eq!((again.model.name.as_str(), again.model.algorithm.as_str()), ("v1", "logistic"), "{again:?}");
    assert!(again.message.is_some_and(|message| message.contains("Nothing new")));
    let (referral, website) = (workspace.lead(referral).await, workspace.lead(website).await);
    assert!(referral["score"].as_i64() > website["score"].as_i64(), "{referral:?} {website:?}");
    let points = explained.reasons.iter().map(|reason| reason.points).sum::<i64>();
    assert_eq!(explained.base.unwrap() + points, explained.score.unwrap());
    assert_eq!(explained.score, referral["score"].as_i64());
    assert!(explained.reasons.iter().any(|reason| reason.text == "Source: referral"), "{explained:?}");
    assert_eq!(explained.history.len(), 1);
    workspace.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_trainings_at_once_are_one_too_many() {
    let workspace = Workspace::start().await;

    let (first, second) = tokio::join!(workspace.scoring.train(), workspace.scoring.train());

    assert!(first.is_ok(), "{first:?}");
    assert!(matches!(second, Err(Error::AlreadyRunning { .. })), "{second:?}");
    workspace.stop().await;
}
