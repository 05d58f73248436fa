//! Figures of consultation and decision, counted from the meetings.

use jizuo_kernel::Text;
use jizuo_kernel::module::{Labels, Statistic};
use jizuo_kernel::statistics::count_by;
use sea_orm::sea_query::{Expr, ExprTrait};

use crate::meeting::Outcome;
use crate::meeting::entity::{Column, Entity};

pub(crate) const STATISTICS: &[Statistic] = &[
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
