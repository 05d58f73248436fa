//! Figures of grid governance, counted from the incidents.

use jizuo_kernel::Text;
use jizuo_kernel::module::{Labels, Statistic};
use jizuo_kernel::statistics::count_by;
use sea_orm::sea_query::{Expr, ExprTrait};

use crate::incident::entity::{Column, Entity};

pub(crate) const STATISTICS: &[Statistic] = &[
    Statistic {
        id: "grid.incidents.opened",
        title: Text::new("上报事件数（按类别）", "Incidents reported, by category"),
        unit: Text::new("件", "incidents"),
        labels: Labels::Values("category"),
        count: |ctx, period| Box::pin(count_by::<Entity>(ctx, Column::OpenedAt, period, Column::Category, None)),
    },
    Statistic {
        id: "grid.incidents.by_phase",
        title: Text::new("上报事件现状", "Where the reported incidents stand now"),
        unit: Text::new("件", "incidents"),
        labels: Labels::Phases,
        count: |ctx, period| Box::pin(count_by::<Entity>(ctx, Column::OpenedAt, period, Column::Phase, None)),
    },
    Statistic {
        id: "grid.incidents.overdue",
        title: Text::new("已超期未办结（按状态）", "Past their deadline and open, by state"),
        unit: Text::new("件", "incidents"),
        labels: Labels::States("grid.incident"),
        count: |ctx, period| {
            let late = Expr::col(Column::ClosedAt).is_null().and(Expr::col(Column::DueAt).lt(ctx.now));
            Box::pin(count_by::<Entity>(ctx, Column::OpenedAt, period, Column::State, Some(late)))
        },
    },
];
