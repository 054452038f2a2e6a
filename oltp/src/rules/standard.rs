//! The standard objects as an enum, so that a match over their rules is exhaustive.

use catalog::ObjectDef;

/// A standard object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standard {
    Team,
    Role,
    User,
    Company,
    Contact,
    Pipeline,
    Stage,
    Product,
    LeadStatus,
    AssignmentRule,
    WorkflowRule,
    Goal,
    Lead,
    Deal,
    DealItem,
    StageSpan,
    Order,
    OrderItem,
    Activity,
    Task,
    Note,
    Comment,
    LeadFeedback,
    LeadContact,
    ScoreModel,
    SavedView,
    SavedReport,
    Dashboard,
    Schedule,
    Delivery,
}

impl Standard {
    /// The standard object behind a definition; `None` for a custom one.
    pub(super) fn of(object: &ObjectDef) -> Option<Self> {
        Some(match object.name.as_str() {
            "team" => Self::Team,
            "role" => Self::Role,
            "user" => Self::User,
            "company" => Self::Company,
            "contact" => Self::Contact,
            "pipeline" => Self::Pipeline,
            "stage" => Self::Stage,
            "product" => Self::Product,
            "assignment_rule" => Self::AssignmentRule,
            "workflow_rule" => Self::WorkflowRule,
            "goal" => Self::Goal,
            "lead_status" => Self::LeadStatus,
            "lead" => Self::Lead,
            "deal" => Self::Deal,
            "deal_item" => Self::DealItem,
            "stage_span" => Self::StageSpan,
            "order" => Self::Order,
            "order_item" => Self::OrderItem,
            "activity" => Self::Activity,
            "task" => Self::Task,
            "note" => Self::Note,
            "comment" => Self::Comment,
            "lead_feedback" => Self::LeadFeedback,
            "lead_contact" => Self::LeadContact,
            "score_model" => Self::ScoreModel,
            "saved_view" => Self::SavedView,
            "saved_report" => Self::SavedReport,
            "dashboard" => Self::Dashboard,
            "schedule" => Self::Schedule,
            "delivery" => Self::Delivery,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use catalog::Catalog;

    use super::*;

    #[test]
    fn every_standard_object_is_known_to_the_rules() {
        for object in Catalog::standard().objects {
            assert!(Standard::of(&object).is_some(), "{} has no rules arm", object.name);
        }
    }
}
