//! Figures of mediation, counted from the cases: the columns of the Ministry of Justice's form.

use jizuo_kernel::Text;
use jizuo_kernel::module::{Labels, Statistic};
use jizuo_kernel::statistics::count_by;
use sea_orm::sea_query::{Expr, ExprTrait};

use crate::case::entity::{Column, Entity};

const CASES: Text = Text::new("件", "cases");

pub(crate) const STATISTICS: &[Statistic] = &[
    Statistic {
        id: "mediation.cases.by_type",
        title: Text::new("调解案件数（按纠纷类型）", "Cases, by type of dispute"),
        unit: CASES,
        labels: Labels::Values("dispute_type"),
        count: |ctx, period| Box::pin(count_by::<Entity>(ctx, Column::OpenedAt, period, Column::DisputeType, None)),
    },
    Statistic {
        id: "mediation.cases.by_source",
        title: Text::new("调解案件数（按来源）", "Cases, by source"),
        unit: CASES,
        labels: Labels::Values("source"),
        count: |ctx, period| Box::pin(count_by::<Entity>(ctx, Column::OpenedAt, period, Column::Source, None)),
    },
    Statistic {
        id: "mediation.cases.by_end",
        title: Text::new("办结案件数（按结果）", "Closed cases, by how they ended"),
        unit: CASES,
        labels: Labels::States("mediation.case"),
        count: |ctx, period| Box::pin(count_by::<Entity>(ctx, Column::ClosedAt, period, Column::State, None)),
    },
    Statistic {
        id: "mediation.cases.by_reason",
        title: Text::new("终止调解案件数（按原因）", "Cases ended without agreement, by reason"),
        unit: CASES,
        labels: Labels::Values("mediation.EndReason"),
        count: |ctx, period| {
            let ended = Expr::col(Column::EndReason).is_not_null();
            Box::pin(count_by::<Entity>(ctx, Column::ClosedAt, period, Column::EndReason, Some(ended)))
        },
    },
    Statistic {
        id: "mediation.cases.by_form",
        title: Text::new("达成协议案件数（按协议形式）", "Cases with an agreement in effect, by its form"),
        unit: CASES,
        labels: Labels::Values("form"),
        count: |ctx, period| {
            let agreed = Expr::col(Column::Form).is_not_null();
            Box::pin(count_by::<Entity>(ctx, Column::OpenedAt, period, Column::Form, Some(agreed)))
        },
    },
];
