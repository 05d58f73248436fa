//! Figures of consultation and decision, counted from deliberations and meetings.

use jizuo_kernel::Text;
use jizuo_kernel::module::{Labels, Statistic};
use jizuo_kernel::statistics::count_by;
use sea_orm::sea_query::{Expr, ExprTrait};

use crate::deliberation::entity::{Column as DeliberationColumn, Entity as Deliberations};
use crate::meeting::Outcome;
use crate::meeting::entity::{Column, Entity};

const MATTERS: Text = Text::new("件", "matters");

pub(crate) const STATISTICS: &[Statistic] = &[
    Statistic {
        id: "consultation.deliberations.by_origin",
        title: Text::new("提出协商事项数（按来源）", "Deliberations raised, by origin"),
        unit: MATTERS,
        labels: Labels::Values("consultation.Origin"),
        count: |ctx, period| {
            use DeliberationColumn as Column;
            Box::pin(count_by::<Deliberations>(ctx, Column::OpenedAt, period, Column::Origin, None))
        },
    },
    Statistic {
        id: "consultation.deliberations.by_end",
        title: Text::new("办结协商事项数（按结果）", "Deliberations ended, by how they ended"),
        unit: MATTERS,
        labels: Labels::States("consultation.deliberation"),
        count: |ctx, period| {
            use DeliberationColumn as Column;
            Box::pin(count_by::<Deliberations>(ctx, Column::ClosedAt, period, Column::State, None))
        },
    },
    Statistic {
        id: "consultation.meetings.by_body",
        title: Text::new("召集会议次数（按会议种类）", "Meetings called, by body"),
        unit: Text::new("次", "meetings"),
        labels: Labels::Values("body"),
        count: |ctx, period| Box::pin(count_by::<Entity>(ctx, Column::OpenedAt, period, Column::Body, None)),
    },
    Statistic {
        id: "consultation.meetings.by_result",
        title: Text::new("召集会议次数（按结果）", "Meetings called, by result"),
        unit: Text::new("次", "meetings"),
        labels: Labels::Values("result"),
        count: |ctx, period| Box::pin(count_by::<Entity>(ctx, Column::OpenedAt, period, Column::Result, None)),
    },
    Statistic {
        id: "consultation.meetings.passed",
        title: Text::new("通过的决定（按议题）", "Decisions passed, by subject matter"),
        unit: Text::new("项", "decisions"),
        labels: Labels::Values("matter"),
        count: |ctx, period| {
            let passed = Expr::col(Column::Result).eq(Outcome::Passed.as_str());
            Box::pin(count_by::<Entity>(ctx, Column::OpenedAt, period, Column::Matter, Some(passed)))
        },
    },
];
